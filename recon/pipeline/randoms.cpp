#include "recon/pipeline/randoms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "projectors/error.h"
#include "recon/far_tof.h"
#include "recon/parallel.h"
#include "recon/pipeline/sentences.h"
#include "recon/randoms.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// Why singles cannot be used; empty if they can.
std::string obstacle(const RunState& run, const Singles& singles) {
  if (!singles.is_stated()) {
    return "the data state no singles of the frame that can be used";
  }
  if (!run.data->counts().no_duration.empty() || !(run.data->duration_s() > 0)) {
    return "the duration is not known";
  }
  constexpr double widest_ns = 100;
  const double window_ns = run.settings.corrections.coincidence_window_ns;
  for (const TofRange& range : run.scanner().tof_ranges) {
    const double stated_ns = range.count == 1 ? run.scanner().tof_bins[range.first].width_mm / (1000 * mm_per_ps) : 0;
    if (!(window_ns > 0) && stated_ns > widest_ns) {
      return "the coincidence window is not known (corrections.coincidence_window_ns)";
    }
  }
  return "";
}

std::string without_randoms(RunState& run, const std::string& no_singles) {
  const RandomsMethod method = run.settings.corrections.randoms;
  if (method == RandomsMethod::none) {
    return "not corrected";
  }
  if (method == RandomsMethod::delayeds) {
    throw InputError(
        "corrections.randoms = \"delayeds\", but the frame has no delayed coincidences. Use \"auto\" or \"none\".");
  }
  if (method == RandomsMethod::singles) {
    throw InputError(fmt::format("corrections.randoms = \"singles\", but {}. Use \"auto\" or \"none\".", no_singles));
  }
  if (run.data->counts().singles_blocks > 0) {
    run.reporter.warning(
        fmt::format("The file states singles, but randoms cannot be estimated from them: {}.", no_singles));
  } else if (run.inputs.may_have_randoms) {
    run.reporter.warning(fmt::format("The frame has no delayed coincidences{}", without_delayeds));
  }
  return "not corrected: there are no delayed coincidences";
}

/// Two numbers of counts that should be alike, with what chance makes of the second.
bool differ(double expected, double counted) {
  constexpr double noticeable = 0.1;
  constexpr double sigmas = 3;
  constexpr double enough = 100;
  return counted > enough && std::abs(expected - counted) > noticeable * counted + sigmas * std::sqrt(counted);
}

/// Prompts where only randoms are; without TOF there are none.
double far_prompts(RunState& run) {
  const Scanner& scanner = run.scanner();
  double sum = 0;
  for (int subset = 0; run.tof() && subset < run.data->num_subsets(); ++subset) {
    const PromptColumns columns = run.data->subset(subset);
#pragma omp parallel for schedule(static) reduction(+ : sum) num_threads(thread_count(run.settings.num_threads))
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const TofBin& bin = scanner.tof_bins[columns.tof_bin[i]];
      sum += is_far_tof(scanner, columns.crystal_a[i], columns.crystal_b[i], bin) ? 1 : 0;
    }
  }
  return run.device.ranks().sum(sum);
}

/// Against prompts of which time of flight says that they are random; of delayeds the checks of the data do.
void compare_with_far_prompts(RunState& run, const RandomsEstimate& estimate, double all) {
  const double far = far_prompts(run);
  const double expected = far > 0 ? all * far_part(run.scanner(), run.inputs.efficiencies(), estimate) : 0;
  if (differ(expected, far)) {
    run.reporter.warning(fmt::format(
        "The singles give {:.3g} times the prompts of which time of flight says that they are random ({:.0f}): the "
        "randoms are wrong by as much. See whether prompts, singles and their windows of energy and time belong "
        "together.",
        expected / far, far));
  }
}

std::string from_delayeds(RunState& run) {
  if (run.settings.corrections.coincidence_window_ns > 0 || !run.inputs.singles_background_per_s.empty()) {
    run.reporter.note(
        "Randoms are estimated from the delayed coincidences; corrections.coincidence_window_ns and singles_background "
        "are for singles (corrections.randoms = \"singles\").");
  }
  const EventCounts& counts = run.data->counts();
  std::vector<double> s =
      randoms_from_delayeds(run.scanner(), run.inputs.efficiencies(), run.data->delayeds_per_crystal(),
                            run.settings.num_threads, &run.reporter);
  const RandomsEstimate estimate = randoms_of_delayeds(*run.data, run.scanner(), std::move(s), run.tof());
  add_randoms(*run.data, run.scanner(), estimate, run.settings.num_threads, &run.reporter);
  run.num_background = static_cast<double>(counts.delayeds);
  return fmt::format("smooth estimate from delayed coincidences, in the model: {} counts", counts.delayeds);
}

/// Without what the job says that crystals count by themselves.
Singles without_background(const RunState& run, Singles singles) {
  const std::vector<double>& background = run.inputs.singles_background_per_s;
  for (std::size_t crystal = 0; crystal < background.size(); ++crystal) {
    const std::uint32_t of_type = run.scanner().crystal_type[crystal];
    const ModuleType& type = run.scanner().module_types[of_type];
    const std::size_t windows = type.num_energy_windows();
    double* first = singles.per_s[of_type].data() + (crystal - type.first_crystal) * windows;
    const double all = std::accumulate(first, first + windows, 0.0);
    const double left = all > 0 ? std::max(0.0, 1 - background[crystal] / all) : 0;
    std::for_each(first, first + windows, [left](double& rate) { rate *= left; });
  }
  return singles;
}

void warn_of_singles(RunState& run, const Singles& singles, double all) {
  constexpr double all_but_rounding = 0.99;
  const double duration_s = run.data->duration_s();
  if (singles.shared_out) {
    run.reporter.warning(
        "The singles were counted of several crystals together and are dealt to them evenly: their randoms, which "
        "differ, are smoothed.");
  }
  if (singles.covered_s < all_but_rounding * duration_s) {
    run.reporter.warning(
        fmt::format("The file states singles for {:.3g} % of the frame; the rest is taken to be alike.",
                    100 * singles.covered_s / duration_s));
  }
  if (const auto delayeds = static_cast<double>(run.data->counts().delayeds); differ(all, delayeds)) {
    run.reporter.warning(fmt::format(
        "The singles give {:.3g} times the randoms that were counted as delayeds. corrections.randoms = \"delayeds\" "
        "uses these; see whether the singles are of the energy window of the prompts, hold what crystals count by "
        "themselves (corrections.singles_background), and the coincidence window is right.",
        all / delayeds));
  }
}

std::string from_singles(RunState& run, Singles stated) {
  const Singles singles = without_background(run, std::move(stated));
  const double duration_s = run.data->duration_s();
  RandomsEstimate estimate = randoms_from_singles(run.scanner(), singles, duration_s, run.tof(),
                                                  run.settings.corrections.coincidence_window_ns);
  estimate.live = run.model.live_time().is_stated() ? &run.model.live_time() : nullptr;
  add_randoms(*run.data, run.scanner(), estimate, run.settings.num_threads, &run.reporter);
  const double all = all_randoms(run.scanner(), run.inputs.efficiencies(), estimate);
  run.num_background = all;
  warn_of_singles(run, singles, all);
  compare_with_far_prompts(run, estimate, all);
  return fmt::format("from singles, counted in {:.6g} s{}, in the model: {:.6g} counts", singles.covered_s,
                     run.inputs.singles_background_per_s.empty() ? "" : ", without those of the crystals themselves",
                     all);
}

}  // namespace

std::string correct_randoms(RunState& run) {
  const RandomsMethod method = run.settings.corrections.randoms;
  const bool may_use_singles = method == RandomsMethod::singles || method == RandomsMethod::automatic;
  Singles singles = may_use_singles ? run.data->singles(run.settings.quantification.half_life_s) : Singles();
  const std::string no_singles = obstacle(run, singles);
  const bool has_delayeds = run.data->counts().delayeds > 0 && method != RandomsMethod::none;
  const bool takes_singles = may_use_singles && no_singles.empty();
  if (has_delayeds && method != RandomsMethod::singles) {
    run.reporter.begin_stage("randoms");
    return from_delayeds(run);
  }
  if (takes_singles) {
    run.reporter.begin_stage("randoms");
    return from_singles(run, std::move(singles));
  }
  return without_randoms(run, no_singles);
}

}  // namespace coincide::recon
