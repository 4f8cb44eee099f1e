#include "recon/pipeline/corrections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/pipeline/motion.h"
#include "recon/pipeline/randoms.h"
#include "recon/pipeline/scatter.h"
#include "recon/pipeline/sentences.h"

namespace coincide::recon {
namespace {

/// Where m of the events and that of the sensitivity image come from when the file states LORs one by one.
std::string stated_efficiencies(RunState& run) {
  const StatedTerms& stated = run.data->stated();
  const bool has_table = run.model.efficiencies().lors != nullptr;
  const double mean = stated.factor_sum / static_cast<double>(std::max<std::uint64_t>(1, run.data->num_prompts()));
  if (!stated.used.normalization) {
    return fmt::format("those of the normalization file, LOR by LOR; m is {:.6g} for the mean prompt", mean);
  }
  if (!has_table) {
    run.reporter.warning(
        "The file states normalization factors of its events, but no file states those of all LORs: the sensitivity "
        "image takes all LORs to be alike. Set corrections.normalization to the normalization file.");
  }
  return fmt::format(
      "normalization factors of the events, m is {:.6g} for the mean prompt; in the sensitivity image {}", mean,
      has_table ? "those of the normalization file" : "all LORs are alike");
}

std::string efficiencies(RunState& run) {
  if (!run.model.uses_efficiencies()) {
    return "not corrected";
  }
  if (run.data->stated().used.normalization || run.model.efficiencies().lors != nullptr) {
    return stated_efficiencies(run);
  }
  return run.model.efficiencies().has_values() ? "those of the file" : "not corrected: the file has none";
}

std::string geometric(RunState& run) {
  if (run.model.uses_solid_angle()) {
    return "solid angle of each crystal pair";
  }
  return run.model.has_solid_angle_once() ? "held by the file's efficiencies of pairs" : "not corrected";
}

/// What the events brought into b. A column of zeros is a mistake of whoever wrote it.
std::string stated_additive(RunState& run, std::string_view what, double counts) {
  if (!(counts > 0)) {
    throw InputError(fmt::format(
        "the file says that it states the {} of each event, but they are 0 for all {} prompts: write them, or leave "
        "the field out of the file",
        what, run.data->num_prompts()));
  }
  return fmt::format("{} of the file, event by event: {:.6g} counts in the model of {} prompts", what, counts,
                     run.data->num_prompts());
}

/// The file states them of a TOF bin: those of the whole LOR are as many times that for what is alike in all bins.
void use_without_tof(RunState& run) {
  const StatedTerms& stated = run.data->stated();
  const Scanner& scanner = run.scanner();
  if (run.tof() || !scanner.has_tof() || !stated.used.additive()) {
    return;
  }
  if (stated.used.scatter) {
    throw InputError(
        "the file states the scatter in the TOF bins of its events, so it is not known of whole LORs: "
        "algorithm.tof = false is not possible. Set it to true");
  }
  run.data->multiply_additive(static_cast<float>(scanner.tof_ranges.front().count));
}

std::string scatter(RunState& run) {
  const StatedTerms& stated = run.data->stated();
  if (!stated.used.scatter) {
    return correct_scatter(run);
  }
  if (run.settings.corrections.scatter == ScatterMethod::single_scatter) {
    throw InputError(
        "corrections.scatter = \"sss\", but the file states the scatter of its events. Use \"auto\", or leave the "
        "field out of the file.");
  }
  return stated_additive(run, "scatter rates", stated.scatter_counts);
}

std::string without_live_time(RunState& run) {
  const Switch wanted = run.settings.corrections.live_time;
  if (wanted == Switch::on) {
    throw InputError(
        "corrections.live_time = \"on\", but the file states no dead time of the frame. Use \"auto\" or \"off\".");
  }
  if (run.data->counts().dead_time_blocks == 0) {
    return no_dead_time;
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

std::string stated_attenuation(RunState& run) {
  const LorTable* lors = run.model.efficiencies().lors.get();
  const bool in_table = lors != nullptr && lors->with_attenuation();
  if (!run.data->stated().used.attenuation) {
    return in_table ? "factors of the normalization file, LOR by LOR" : "not corrected";
  }
  if (!in_table) {
    run.reporter.warning(
        "The file states attenuation factors of its events, but no file states those of all LORs: the sensitivity "
        "image "
        "is without attenuation. Set corrections.attenuation to an image, or corrections.normalization to a file with "
        "both.");
  }
  return fmt::format("factors of the events; the sensitivity image is {} attenuation", in_table ? "with" : "without");
}

std::string line_integrals(const RunState& run) {
  const std::string& made = run.inputs.attenuation_made;
  return fmt::format("line integrals of the attenuation image{}{}", made.empty() ? "" : ": ", made);
}

std::string attenuation(RunState& run) {
  if (run.inputs.attenuation == nullptr) {
    return stated_attenuation(run);
  }
  if (const LorTable* lors = run.model.efficiencies().lors.get(); lors != nullptr && lors->with_attenuation()) {
    throw InputError(
        "the normalization file holds attenuation factors, and corrections.attenuation gives an image for the same: "
        "leave one of them out");
  }
  return line_integrals(run);
}

/// Of events it comes last: their scatter is looked up with m without attenuation, which would have to be projected
/// once more to take it out again. Bins have it before: the sensitivity that their scatter is found with is made of m.
void attenuate_events(RunState& run) {
  if (run.inputs.attenuation != nullptr && !run.reporter.stop_requested()) {
    run.reporter.begin_stage("attenuation");
    multiply_attenuation(*run.data, run.scanner(), *run.inputs.attenuation, run.device, run.settings.num_threads,
                         run.reporter);
  }
}

std::string randoms(RunState& run) {
  use_without_tof(run);
  if (const StatedTerms& stated = run.data->stated(); stated.used.randoms) {
    return stated_additive(run, "random rates", stated.randoms_counts);
  }
  return correct_randoms(run);
}

std::string motion_of_bins(RunState& run) {
  if (!run.inputs.poses.empty()) {
    throw InputError("input.motion moves events one by one, and a histogram has none. Reconstruct listmode data.");
  }
  return no_poses;
}

/// What only the files beside a histogram can hold.
std::string in_factors(RunState& run) {
  return run.inputs.histogram.multiplicative != nullptr ? "as corrections.multiplicative holds it" : "not corrected";
}

/// What m and b of the bins hold of themselves, unless other files take their place.
EventTerms terms_of_bins(const RunState& run) {
  const HistogramInputs& inputs = run.inputs.histogram;
  EventTerms terms = inputs.counts->facts().terms;
  terms.normalization = terms.normalization && inputs.multiplicative == nullptr;
  terms.attenuation = terms.attenuation && inputs.multiplicative == nullptr;
  terms.scatter = terms.scatter && inputs.additive == nullptr;
  terms.randoms = terms.randoms && inputs.additive == nullptr;
  return terms;
}

std::string efficiencies_of_bins(RunState& run) {
  return terms_of_bins(run).normalization ? "normalization factors of the bins" : in_factors(run);
}

std::string geometric_of_bins(RunState& run) {
  return terms_of_bins(run).normalization ? "held by the normalization factors" : in_factors(run);
}

std::string background_of_bins(RunState& run, bool is_stated) {
  if (is_stated) {
    const std::vector<float>& b = run.histogram->additive;
    const double counts = run.device.ranks().sum(std::accumulate(b.begin(), b.end(), 0.0));
    if (!(counts > 0)) {
      throw InputError(
          "the file says that it states scatter or randoms, but they are 0 in all bins: write them, or "
          "leave the field out of the file");
    }
    return fmt::format("rates of the file, {:.6g} counts of scatter and randoms in the model", counts);
  }
  return run.inputs.histogram.additive != nullptr ? "as corrections.additive holds it, in the model" : "not corrected";
}

std::string scatter_of_bins(RunState& run) {
  const bool is_stated = terms_of_bins(run).scatter;
  if (!is_stated &&
      (run.inputs.histogram.additive == nullptr || run.settings.corrections.scatter == ScatterMethod::single_scatter)) {
    return correct_scatter(run);
  }
  return background_of_bins(run, is_stated);
}

std::string randoms_of_bins(RunState& run) { return background_of_bins(run, terms_of_bins(run).randoms); }

std::string attenuation_of_bins(RunState& run) {
  const bool is_stated = terms_of_bins(run).attenuation;
  if (run.inputs.attenuation == nullptr) {
    return is_stated ? "factors of the bins" : in_factors(run);
  }
  if (is_stated) {
    throw InputError(
        "the histogram holds attenuation factors, and corrections.attenuation gives an image for the same: leave one "
        "of them out");
  }
  run.reporter.begin_stage("attenuation");
  multiply_attenuation(*run.histogram, *run.inputs.attenuation, run.device, run.settings.num_threads, run.reporter);
  return line_integrals(run);
}

constexpr Correction table[] = {
    {"live time", true, live_time, in_factors},
    {"motion", true, correct_motion, motion_of_bins},
    {"efficiencies", false, efficiencies, efficiencies_of_bins},
    {"geometric", false, geometric, geometric_of_bins},
    {"attenuation", false, attenuation, attenuation_of_bins},
    {"randoms", false, randoms, randoms_of_bins},
    {"scatter", false, scatter, scatter_of_bins},
};

}  // namespace

std::span<const Correction> corrections() { return table; }

void correct(RunState& run, bool that_choose_events) {
  for (const Correction& correction : corrections()) {
    if (correction.chooses_events == that_choose_events && !run.reporter.stop_requested()) {
      run.record.corrections.emplace_back(correction.effect, correction.apply(run));
    }
  }
  if (!that_choose_events) {
    attenuate_events(run);
  }
}

void correct_bins(RunState& run) {
  for (const Correction& correction : corrections()) {
    if (!run.reporter.stop_requested()) {
      run.record.corrections.emplace_back(correction.effect, correction.apply_to_bins(run));
    }
  }
}

std::vector<Effect> effects_corrected(const RunRecord& record) {
  static constexpr std::array<std::pair<std::string_view, Effect>, 6> names = {{{"efficiencies", Effect::normalization},
                                                                                {"live time", Effect::dead_time},
                                                                                {"attenuation", Effect::attenuation},
                                                                                {"scatter", Effect::scatter},
                                                                                {"randoms", Effect::randoms},
                                                                                {"motion", Effect::motion}}};
  std::vector<Effect> effects;
  for (const auto& [name, effect] : names) {
    for (const auto& [recorded, done] : record.corrections) {
      if (recorded == name && !done.starts_with("not corrected") && done != no_dead_time && done != no_poses) {
        effects.push_back(effect);
      }
    }
  }
  return effects;
}

}  // namespace coincide::recon
