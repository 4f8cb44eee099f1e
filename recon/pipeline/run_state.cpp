#include "recon/pipeline/run_state.h"

#include <fmt/format.h>

namespace coincide::recon {
namespace {

/// One line for pictures and images: "listmode OSEM, 4 iterations, 8 subsets, TOF".
std::string method_line(const RunState& run, double iterations) {
  const AlgorithmKind& kind = run.settings.algorithm_kind();
  std::string line = fmt::format("{}{}, {:g} iteration{}", run.inputs.events != nullptr ? "listmode " : "", kind.title,
                                 iterations, iterations == 1 ? "" : "s");
  line += kind.subsets > 1 ? fmt::format(", {} subsets", run.record.subsets) : "";
  if (run.settings.prior.name != PriorName::none) {
    line += fmt::format(", {} {:g}", prior_kind(run.settings.prior.name).title, run.settings.prior.strength);
  }
  line += run.tof() ? ", TOF" : "";
  line += run.record.psf.is_none() ? "" : ", PSF " + psf_text(run.record.psf);
  if (const std::string filter = filter_text(run.settings.filter); !filter.empty()) {
    line += ", " + filter;
  }
  return line;
}

}  // namespace

const Efficiencies& RunInputs::efficiencies() const {
  static const Efficiencies none;
  return events != nullptr ? events->efficiencies() : none;
}

RunState::RunState(const RunInputs& run_inputs, const RunSettings& run_settings, ComputeDevice& run_device,
                   Reporter& run_reporter)
    : inputs(run_inputs),
      settings(run_settings),
      device(run_device),
      reporter(run_reporter),
      model(run_inputs.scanner(), run_inputs.efficiencies(), run_settings.corrections) {
  record.events_format = inputs.events != nullptr ? inputs.events->format() : inputs.histogram.counts->facts().format;
  record.scanner = scanner().name;
  record.grid = inputs.grid;
  record.tof = tof();
  record.psf = inputs.psf(settings.algorithm);
}

Image RunState::as_result(const Image& image, double iterations) const {
  Image result = filtered(in_unit(image, scale), settings.filter, settings.num_threads);
  result.description = (record.part.empty() ? "" : record.part + ", ") + method_line(*this, iterations);
  result.frame_start_s = record.frame_start_s;
  result.frame_duration_s = record.frame_duration_s;
  return result;
}

}  // namespace coincide::recon
