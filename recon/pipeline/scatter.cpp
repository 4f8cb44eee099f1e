#include "recon/pipeline/scatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "projectors/error.h"
#include "recon/pipeline/scattered_bins.h"
#include "recon/pipeline/scattered_events.h"
#include "recon/pipeline/tof_profile.h"
#include "recon/scatter/scatter_rounds.h"

namespace coincide::recon {
namespace {

constexpr double widest_kev = 1000;

/// Limits of no use: a simulation's "all energies" is no window.
bool is_window(double low_kev, double high_kev) { return high_kev > low_kev && high_kev < widest_kev && low_kev > 0; }

/// Each limit of the job or, alike in all kinds of modules, of the scanner.
EnergyWindow energy_window(const Scanner& scanner, const CorrectionOptions& options) {
  EnergyWindow window{.lowest_kev = options.energy_low_kev,
                      .highest_kev = options.energy_high_kev,
                      .resolution = options.energy_resolution};
  const std::vector<ModuleType>& types = scanner.module_types;
  if (!types.empty() && types.front().energy_edges_kev.size() == 2) {
    window.lowest_kev = window.lowest_kev > 0 ? window.lowest_kev : types.front().energy_edges_kev[0];
    window.highest_kev = window.highest_kev > 0 ? window.highest_kev : types.front().energy_edges_kev[1];
  }
  if (!(window.resolution > 0) && !types.empty()) {
    window.resolution = types.front().energy_resolution;
  }
  return window;
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

/// Of a run on a GPU; else all is on the CPU.
std::string where_text(const RunState& run, const ScatterResult& result) {
  if (result.device.kind == projectors::DeviceKind::cuda) {
    return " on the GPU";
  }
  return run.device.get().kind == projectors::DeviceKind::cuda ? " on the CPU, as the GPU had too little memory" : "";
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

double net_counts(const RunState& run) { return run.num_counts() - run.num_background; }

/// Puts the scatter that was found and added into the run, and tells how it was found.
std::string recorded(RunState& run, ScatteredData& data, const ScatterResult& result, const std::string& how) {
  run.record.tof_profile = tof_profile(data, run.inputs.grid, result, run.num_background, run.device.ranks());
  run.num_background += result.counts;
  run.num_scattered = result.counts;
  return fmt::format("{}: {:.4g} counts, {:.3g} % of the prompts", how, result.counts,
                     100 * result.counts / run.num_counts());
}

std::string estimate_and_add(RunState& run) {
  run.reporter.begin_stage("scatter");
  const std::unique_ptr<ScatteredData> data = data_of(run);
  ScatterResult result =
      add_scatter(*data, run.scanner(), run.inputs.grid, *run.inputs.attenuation,
                  {.window = with_resolution(energy_window(run.scanner(), run.settings.corrections), run.reporter),
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
  result.net_counts = net_counts(run);
  if (run.inputs.keep_scatter) {
    run.inputs.keep_scatter(run.record.part, result);
  }
  return recorded(run, *data, result,
                  fmt::format("single scatter simulation{}{}, {} rounds, {}", run.tof() ? " with time of flight" : "",
                              where_text(run, result), result.rounds, scale_text(result)));
}

/// Throws InputError if the estimate is not of such a scanner or TOF resolution.
void check_suits(const ScatterEstimate& estimate, const RunState& run, const Measurements& data) {
  const auto refuse = [](std::string_view why) {
    throw InputError(fmt::format("corrections.scatter_estimate {}. Estimate the scatter anew: leave it out", why));
  };
  if (!estimate.cylinder().is_like(VirtualCylinder::in_bore(run.scanner()))) {
    refuse("was made for another scanner");
  }
  const std::vector<float> sigmas = tof_sigmas_mm(data);
  if (sigmas.empty() != estimate.sigmas_mm().empty()) {
    refuse(sigmas.empty() ? "was made with time of flight, and the job is without"
                          : "was made without time of flight, and the job is with it");
  }
  constexpr float close_mm = 0.01F;
  for (const float sigma : sigmas) {
    if (std::ranges::none_of(estimate.sigmas_mm(), [&](float of) { return std::abs(of - sigma) < close_mm; })) {
      refuse(fmt::format("was made for other TOF resolutions than sigma = {:.4g} mm", sigma));
    }
  }
}

/// What an earlier job has found, for as many counts as there are now.
std::string add_given(RunState& run) {
  run.reporter.begin_stage("scatter");
  const std::unique_ptr<ScatteredData> data = data_of(run);
  check_suits(run.inputs.scatter->estimate, run, data->measurements());
  const double ratio = net_counts(run) / run.inputs.scatter->net_counts;
  ScatterResult result = *run.inputs.scatter;
  result.scale = result.scale.times(ratio);
  result.counts *= ratio;
  data->add(result.estimate, result.scale, run.reporter);
  if (run.reporter.stop_requested()) {
    return "not corrected: stopped";
  }
  constexpr double alike = 1e-6;
  return recorded(run, *data, result,
                  std::abs(ratio - 1) < alike
                      ? "estimate of an earlier job"
                      : fmt::format("estimate of an earlier job, times {:.5g} for the counts less randoms", ratio));
}

}  // namespace

std::string why_no_scatter(const Scanner& scanner, const CorrectionOptions& options, bool has_attenuation) {
  for (const ModuleType& type : scanner.module_types) {
    if (type.num_energy_windows() > 1) {
      return "the scanner has several energy windows";
    }
    if (type.energy_edges_kev != scanner.module_types.front().energy_edges_kev) {
      return "its modules have different energy windows";
    }
  }
  if (!has_attenuation) {
    return "there is no attenuation image (corrections.attenuation)";
  }
  const EnergyWindow window = energy_window(scanner, options);
  return is_window(window.lowest_kev, window.highest_kev)
             ? ""
             : "the energy window is not known (corrections.energy_low_kev, energy_high_kev)";
}

void check_energy_window(const Scanner& scanner, const CorrectionOptions& options) {
  const EnergyWindow window = energy_window(scanner, options);
  const bool is_asked_for = options.energy_low_kev > 0 || options.energy_high_kev > 0;
  if (is_asked_for && !is_window(window.lowest_kev, window.highest_kev)) {
    throw InputError(
        fmt::format("the energy window would be from {:g} to {:g} keV: set corrections.energy_low_kev above 0 and "
                    "corrections.energy_high_kev above that and below {:g} keV.",
                    window.lowest_kev, window.highest_kev, widest_kev));
  }
}

std::string correct_scatter(RunState& run) {
  const ScatterMethod method = run.settings.corrections.scatter;
  if (method == ScatterMethod::none) {
    return "not corrected";
  }
  const std::string why_not =
      why_no_scatter(run.scanner(), run.settings.corrections, run.inputs.attenuation != nullptr);
  if (run.inputs.scatter != nullptr) {
    if (!why_not.empty()) {
      throw InputError(fmt::format("corrections.scatter_estimate is given, but {}", why_not));
    }
    return add_given(run);
  }
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
