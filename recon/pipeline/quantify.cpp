#include "recon/pipeline/quantify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "projectors/error.h"
#include "recon/pipeline/stage_work.h"

namespace coincide::recon {

UnitScale unit_scale(const QuantificationOptions& options, bool is_absolute, const TimeIntervals& recorded,
                     double reference_ms) {
  UnitScale scale;
  scale.decay_corrected = options.half_life_s > 0 && recorded.count() > 0;
  scale.decay_factor = decay_factor(recorded, options.half_life_s, reference_ms);
  scale.factor = scale.decay_factor / options.branching_ratio;
  scale.factor /= options.calibration > 0 ? options.calibration : 1;
  if (is_absolute && recorded.count() > 0) {
    constexpr double mm3_per_ml = 1000;
    scale.factor *= mm3_per_ml / recorded.total_s();
    scale.unit = "Bq/mL";
  }
  return scale;
}

std::string why_arbitrary_unit(const MultiplicativeModel& model, const QuantificationOptions& options,
                               const std::string& no_duration, EventTerms stated) {
  std::vector<std::string> reasons;
  const Efficiencies& efficiencies = model.efficiencies();
  if (!model.uses_efficiencies()) {
    reasons.emplace_back("the efficiencies are left out (corrections.efficiencies = false)");
  } else if (!efficiencies.calibration_stated && !(options.calibration > 0)) {
    reasons.push_back(efficiencies.calibration_problem.empty()
                          ? "the file does not state how its efficiencies are calibrated"
                          : efficiencies.calibration_problem);
  } else if (stated.normalization && efficiencies.lors == nullptr && !(options.calibration > 0)) {
    reasons.emplace_back(
        "the events have normalization factors that the sensitivity image lacks (corrections.normalization)");
  }
  if (!model.has_solid_angle_once()) {
    reasons.push_back(fmt::format("the solid angle of the crystal pairs is {} (corrections.geometric)",
                                  model.uses_solid_angle() ? "counted twice" : "left out"));
  }
  if (!no_duration.empty()) {
    reasons.push_back(no_duration + ", so the duration is not known and decay is not corrected");
  }
  return reasons.empty()
             ? ""
             : fmt::format("The image has an arbitrary unit instead of Bq/mL: {}.", fmt::join(reasons, "; "));
}

void check_decay(const QuantificationOptions& options, std::optional<double> moment_s,
                 std::span<const TimeInterval> recorded) {
  if (!moment_s || recorded.empty()) {
    return;
  }
  const double end_s = 1e-3 * std::ranges::max(recorded, {}, &TimeInterval::stop_ms).stop_ms;
  if (*moment_s >= end_s) {
    throw InputError(fmt::format(
        "input.injection = {:g} s lies after all that was recorded, which ends at {:g} s: an injection before the "
        "scan is negative, \"-3600\" an hour before it.",
        *moment_s, end_s));
  }
  constexpr double most_half_lives = 40;  // a part of 1e-12 is left
  for (const TimeInterval& interval : recorded) {
    const double start_s = 1e-3 * interval.start_ms;
    const double half_lives = options.half_life_s > 0 ? (start_s - *moment_s) / options.half_life_s : 0;
    if (std::abs(half_lives) > most_half_lives) {
      throw InputError(fmt::format(
          "decay would be corrected over {:.3g} half-lives, from {:g} s, where something was recorded, to {:g} s: "
          "nothing of the tracer would have been left. See quantification.half_life_s = {:g} (in seconds) and "
          "input.injection.",
          std::abs(half_lives), start_s, *moment_s, options.half_life_s));
    }
  }
}

Image in_unit(const Image& image, const UnitScale& scale) {
  Image result = image;
  result.unit = scale.unit;
  for (float& value : result.values) {
    value = static_cast<float>(value * scale.factor);
  }
  return result;
}

std::string decay_text(const UnitScale& scale, const QuantificationOptions& options, const TimeIntervals& recorded,
                       const std::string& moment) {
  if (!scale.decay_corrected) {
    return options.half_life_s > 0 ? "not corrected: the duration is not known"
                                   : "not corrected: no half-life is given";
  }
  return fmt::format("to {}, by {:.7g}: half-life {:g} s, {:g} s recorded in {} intervals", moment, scale.decay_factor,
                     options.half_life_s, recorded.total_s(), recorded.count());
}

void set_scale(RunState& run) {
  const QuantificationOptions& options = run.settings.quantification;
  const std::optional<double> moment_s = run.settings.decay_to_s;
  RunRecord& record = run.record;
  record.decay_reference_s = moment_s.value_or(record.frame_start_s);
  const HistogramSource* bins = run.inputs.histogram.counts;
  const bool is_absolute = bins != nullptr
                               ? bins->facts().is_absolute || options.calibration > 0
                               : why_arbitrary_unit(run.model, options, "", run.data->stated().used).empty();
  run.scale = unit_scale(options, is_absolute, run.recorded, std::round(1e3 * record.decay_reference_s));
  record.unit = run.scale.unit;
  record.decay_factor = run.scale.decay_factor;
  record.decay_corrected = run.scale.decay_corrected;
  const std::string moment =
      fmt::format("{} {:g} s", moment_s ? "the moment" : "the start of the frame at", record.decay_reference_s);
  if (options.calibration > 0) {
    record.corrections.emplace_back("calibration", fmt::format("activities divided by {:.7g}", options.calibration));
  }
  record.corrections.emplace_back("decay", decay_text(run.scale, options, run.recorded, moment));
}

}  // namespace coincide::recon
