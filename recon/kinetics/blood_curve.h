#pragma once

#include <span>
#include <vector>

namespace coincide::recon {

/// Activity of plasma or blood at a time.
struct BloodSample {
  double time_s = 0;
  double activity = 0;
};

/// Whether the samples of a curve are as the counter measured them or were corrected for decay to one moment.
enum class CurveDecay { as_measured, corrected };

/// What a table of samples does not state itself. Times in s on the data's clock.
struct BloodCurveClock {
  double zero_s = 0;       ///< when the table's zero was
  double injection_s = 0;  ///< when the tracer was injected
  CurveDecay decay = CurveDecay::as_measured;
  double corrected_to_s = 0;  ///< of CurveDecay::corrected: that moment
  double reference_s = 0;     ///< t_ref, that the images are corrected to and the curve is to be
  double half_life_s = 0;     ///< 0: none
};

/// The activity of plasma over the time since injection, corrected for decay to the images' t_ref: straight lines
/// between samples, integrated exactly.
class BloodCurve {
 public:
  /// Samples of any order, their times rounded to ms. What lies before the injection is cut off. Throws InputError for
  /// fewer than two samples, two at one time, values that are not finite or a curve that begins after the injection,
  /// and for one that cannot be corrected because the half-life is not known.
  BloodCurve(std::span<const BloodSample> samples, const BloodCurveClock& clock);

  double last_s() const { return samples_.back().time_s; }
  // At a time since injection, 0 ... last_s(); throws InputError beyond.
  double activity(double time_s) const;
  /// From the injection to the time.
  double integral(double time_s) const;
  /// Of integral(), from the injection to the time.
  double double_integral(double time_s) const;

 private:
  std::size_t segment_of(double time_s) const;
  void cut_at_injection();
  void integrate();

  std::vector<BloodSample> samples_;     ///< from time 0 on
  std::vector<double> integral_;         ///< up to each sample
  std::vector<double> double_integral_;  ///< likewise
};

}  // namespace coincide::recon
