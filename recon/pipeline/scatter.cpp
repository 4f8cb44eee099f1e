#include "recon/pipeline/scatter.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

#include "projectors/error.h"
#include "recon/pipeline/scattered_bins.h"
#include "recon/pipeline/scattered_events.h"
#include "recon/scatter/scatter_rounds.h"

namespace coincide::recon {
namespace {

/// Limits of no use: a simulation's "all energies" is no window.
bool is_window(double low_kev, double high_kev) {
  constexpr double widest_kev = 1000;
  return high_kev > low_kev && high_kev < widest_kev && low_kev > 0;
}

/// Of the job or, alike in all kinds of modules, of the scanner.
std::optional<EnergyWindow> energy_window(const RunState& run) {
  const CorrectionOptions& options = run.settings.corrections;
  EnergyWindow window{.lowest_kev = options.energy_low_kev,
                      .highest_kev = options.energy_high_kev,
                      .resolution = options.energy_resolution};
  const std::vector<ModuleType>& types = run.scanner().module_types;
  if (!(window.highest_kev > 0) && !types.empty() && types.front().energy_edges_kev.size() == 2) {
    window.lowest_kev = types.front().energy_edges_kev[0];
    window.highest_kev = types.front().energy_edges_kev[1];
  }
  if (!(window.resolution > 0) && !types.empty()) {
    window.resolution = types.front().energy_resolution;
  }
  return is_window(window.lowest_kev, window.highest_kev) ? std::optional(window) : std::nullopt;
}

/// Why scatter cannot be estimated; empty if it can.
std::string obstacle(const RunState& run) {
  for (const ModuleType& type : run.scanner().module_types) {
    if (type.num_energy_windows() > 1) {
      return "the scanner has several energy windows";
    }
    if (type.energy_edges_kev != run.scanner().module_types.front().energy_edges_kev) {
      return "its modules have different energy windows";
    }
  }
  if (run.inputs.attenuation == nullptr) {
    return "there is no attenuation image (corrections.attenuation)";
  }
  return energy_window(run) ? "" : "the energy window is not known (corrections.energy_low_kev, energy_high_kev)";
}

/// The resolution that is taken where nothing is known, with a warning.
EnergyWindow with_resolution(EnergyWindow window, Reporter& reporter) {
  if (!(window.resolution > 0)) {
    window.resolution = usual_energy_resolution;
    reporter.warning(
        fmt::format("The scanner's energy resolution is not known: {} % are taken for the scatter. Set "
                    "corrections.energy_resolution (FWHM at 511 keV over 511 keV).",
                    100 * usual_energy_resolution));
  }
  return window;
}

std::unique_ptr<ScatteredData> data_of(RunState& run) {
  if (run.data) {
    return std::make_unique<ScatteredEvents>(run);
  }
  return std::make_unique<ScatteredBins>(run);
}

std::string scale_text(const ScatterResult& result) {
  const std::string factors =
      result.scale.factors().size() == 1
          ? fmt::format("{:.3f}", result.scale.lowest())
          : fmt::format("{:.3f} to {:.3f} along the axis", result.scale.lowest(), result.scale.highest());
  return result.from_tails
             ? fmt::format("times {} from the counts beside the body (absolute: {:.3f})", factors, result.absolute)
             : fmt::format("times {} for multiple scatter", factors);
}

void warn_of_scale(const ScatterResult& result, Reporter& reporter) {
  constexpr double least = 0.8;
  constexpr double most = 1.3;
  if (result.from_tails &&
      (result.scale.lowest() < least * result.absolute || result.scale.highest() > most * result.absolute)) {
    reporter.warning(fmt::format(
        "The counts beside the body ask for {:.2f} to {:.2f} times the single scatter, where {:.2f} is expected: see "
        "whether the attenuation image lies right, randoms are corrected, and nothing active is outside the image. "
        "corrections.scatter_scale = \"absolute\" does without those counts.",
        result.scale.lowest(), result.scale.highest(), result.absolute));
  }
}

std::string estimate_and_add(RunState& run) {
  run.reporter.begin_stage("scatter");
  const std::unique_ptr<ScatteredData> data = data_of(run);
  const ScatterResult result = add_scatter(*data, run.scanner(), run.inputs.grid, *run.inputs.attenuation,
                                           {.window = with_resolution(*energy_window(run), run.reporter),
                                            .scaling = run.settings.corrections.scatter_scale,
                                            .num_threads = run.settings.num_threads},
                                           run.device, run.reporter);
  if (run.reporter.stop_requested()) {
    return "not corrected: stopped";
  }
  if (result.finds_none) {
    return result.rounds == 0 ? "not corrected: there is hardly anything in the attenuation image that scatters"
                              : "not corrected: the counts beside the body hold no scatter";
  }
  warn_of_scale(result, run.reporter);
  run.num_background += result.counts;
  return fmt::format("single scatter simulation{}, {} rounds, {}: {:.4g} counts, {:.3g} % of the prompts",
                     run.tof() ? " with time of flight" : "", result.rounds, scale_text(result), result.counts,
                     100 * result.counts / run.num_counts());
}

}  // namespace

std::string correct_scatter(RunState& run) {
  const ScatterMethod method = run.settings.corrections.scatter;
  if (method == ScatterMethod::none) {
    return "not corrected";
  }
  const std::string why_not = obstacle(run);
  if (why_not.empty() && (method == ScatterMethod::single_scatter || run.inputs.may_have_scatter)) {
    return estimate_and_add(run);
  }
  if (method == ScatterMethod::single_scatter) {
    throw InputError(fmt::format("corrections.scatter = \"sss\", but {}", why_not));
  }
  return run.inputs.may_have_scatter ? fmt::format("not corrected: {}", why_not)
                                     : "not corrected: the simulation has none";
}

}  // namespace coincide::recon
