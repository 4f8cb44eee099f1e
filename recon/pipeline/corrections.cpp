#include "recon/pipeline/corrections.h"

#include <fmt/format.h>
#include <vector>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/pipeline/motion.h"
#include "recon/pipeline/sentences.h"
#include "recon/randoms.h"

namespace coincide::recon {
namespace {

std::string efficiencies(RunState& run) {
  if (!run.model.uses_efficiencies()) {
    return "not corrected";
  }
  return run.model.efficiencies().has_values() ? "those of the file" : "not corrected: the file has none";
}

std::string geometric(RunState& run) {
  if (run.model.uses_solid_angle()) {
    return "solid angle of each crystal pair";
  }
  return run.model.has_solid_angle_once() ? "held by the file's efficiencies of pairs" : "not corrected";
}

std::string scatter(RunState&) { return "not corrected"; }

std::string without_live_time(RunState& run) {
  const Switch wanted = run.settings.corrections.live_time;
  if (wanted == Switch::on) {
    throw InputError(
        "corrections.live_time = \"on\", but the file states no dead time of the frame. Use \"auto\" or \"off\".");
  }
  if (run.data->counts().dead_time_blocks == 0) {
    return "the file states no dead time";
  }
  if (wanted == Switch::automatic) {
    run.reporter.warning("The file states dead time, but none of the frame: it is not corrected.");
  }
  return "not corrected: the file states no dead time of the frame";
}

/// Dead time that the file states becomes a factor of the model, for events and sensitivity alike.
std::string live_time(RunState& run) {
  LiveTime stated = run.data->live_time(run.scanner(), run.settings.quantification.half_life_s);
  if (!stated.is_stated()) {
    return without_live_time(run);
  }
  if (run.settings.corrections.live_time == Switch::off) {
    run.record.counts.not_used.emplace_back("dead time (corrections.live_time is off)");
    return "not corrected, though the file states dead time";
  }
  constexpr double all_but_rounding = 0.99;
  if (stated.covered() < all_but_rounding) {
    run.reporter.warning(fmt::format(
        "The file states dead time for {:.3g} % of the frame; the rest is taken to be alike.", 100 * stated.covered()));
  }
  run.model.use_live_time(std::move(stated));
  const double alive = run.data->multiply_live_time(run.model);
  run.reporter.note(
      fmt::format("Dead time is corrected: pairs of detectors were alive {:.3g} % of the time.", 100 * alive));
  return fmt::format("alive fractions of the file, mean over the frame; {:.5g} for the mean prompt", alive);
}

std::string attenuation(RunState& run) {
  if (run.inputs.attenuation == nullptr) {
    return "not corrected";
  }
  run.reporter.begin_stage("attenuation");
  multiply_attenuation(*run.data, run.scanner(), *run.inputs.attenuation, run.device, run.settings.num_threads,
                       run.reporter);
  return "line integrals of the attenuation image";
}

std::string without_randoms(RunState& run) {
  if (run.settings.corrections.randoms == RandomsMethod::none) {
    return "not corrected";
  }
  if (run.settings.corrections.randoms == RandomsMethod::delayeds) {
    throw InputError(
        "corrections.randoms = \"delayeds\", but the frame has no delayed coincidences. Use \"auto\" or \"none\".");
  }
  if (run.inputs.may_have_randoms) {
    run.reporter.warning(fmt::format("The frame has no delayed coincidences{}", without_delayeds));
  }
  return "not corrected: there are no delayed coincidences";
}

std::string randoms(RunState& run) {
  const EventCounts& counts = run.data->counts();
  if (run.settings.corrections.randoms == RandomsMethod::none || counts.delayeds == 0) {
    return without_randoms(run);
  }
  run.reporter.begin_stage("randoms");
  const std::vector<double> rates =
      randoms_from_delayeds(run.scanner(), run.inputs.efficiencies(), run.data->delayeds_per_crystal(),
                            run.settings.num_threads, &run.reporter);
  add_randoms(*run.data, run.scanner(), rates, run.tof(), run.settings.num_threads, &run.reporter);
  run.num_randoms = counts.delayeds;
  return "smooth estimate from delayed coincidences, in the model";
}

std::string motion_of_bins(RunState& run) {
  if (!run.inputs.poses.empty()) {
    throw InputError("input.motion moves events one by one, and a histogram has none. Reconstruct listmode data.");
  }
  return "no poses are given";
}

/// What only the files beside a histogram can hold.
std::string in_factors(RunState& run) {
  return run.inputs.histogram.multiplicative != nullptr ? "as corrections.multiplicative holds it" : "not corrected";
}

std::string in_background(RunState& run) {
  return run.inputs.histogram.additive != nullptr ? "as corrections.additive holds it, in the model" : "not corrected";
}

std::string attenuation_of_bins(RunState& run) {
  if (run.inputs.attenuation == nullptr) {
    return in_factors(run);
  }
  run.reporter.begin_stage("attenuation");
  multiply_attenuation(*run.histogram, *run.inputs.attenuation, run.device, run.settings.num_threads, run.reporter);
  return "line integrals of the attenuation image";
}

constexpr Correction table[] = {
    {"live time", true, live_time, in_factors},        {"motion", true, correct_motion, motion_of_bins},
    {"efficiencies", false, efficiencies, in_factors}, {"geometric", false, geometric, in_factors},
    {"scatter", false, scatter, in_background},        {"attenuation", false, attenuation, attenuation_of_bins},
    {"randoms", false, randoms, in_background},
};

}  // namespace

std::span<const Correction> corrections() { return table; }

void correct(RunState& run, bool that_choose_events) {
  for (const Correction& correction : corrections()) {
    if (correction.chooses_events == that_choose_events && !run.reporter.stop_requested()) {
      run.record.corrections.emplace_back(correction.effect, correction.apply(run));
    }
  }
}

void correct_bins(RunState& run) {
  for (const Correction& correction : corrections()) {
    if (!run.reporter.stop_requested()) {
      run.record.corrections.emplace_back(correction.effect, correction.apply_to_bins(run));
    }
  }
}

}  // namespace coincide::recon
