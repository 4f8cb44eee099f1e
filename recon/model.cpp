#include "recon/model.h"

namespace coincide::recon {

MultiplicativeModel::MultiplicativeModel(const Scanner& scanner, const Efficiencies& efficiencies,
                                         const CorrectionOptions& options)
    : scanner_(scanner),
      efficiencies_(efficiencies),
      uses_efficiencies_(options.efficiencies),
      uses_solid_angle_(options.geometric == Switch::automatic
                            ? !(options.efficiencies && efficiencies.hold_solid_angle())
                            : options.geometric == Switch::on) {}

bool MultiplicativeModel::has_solid_angle_once() const {
  return uses_solid_angle_ != (uses_efficiencies_ && efficiencies_.hold_solid_angle());
}

bool MultiplicativeModel::is_absolute() const {
  return uses_efficiencies_ && efficiencies_.calibration_stated && has_solid_angle_once();
}

float MultiplicativeModel::factor(std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                                  std::uint32_t window_b) const {
  double result = 0;
  if (uses_efficiencies_) {
    result = efficiencies_.efficiency(scanner_, crystal_a, window_a, crystal_b, window_b);
  } else {
    result = in_coincidence(crystal_a, crystal_b) ? 1 : 0;
  }
  return with_geometry(result, crystal_a, window_a, crystal_b, window_b);
}

float MultiplicativeModel::factor_of_event(float stated, std::uint32_t crystal_a, std::uint32_t window_a,
                                           std::uint32_t crystal_b, std::uint32_t window_b) const {
  const double calibrated = in_coincidence(crystal_a, crystal_b) ? efficiencies_.calibration_factor * stated : 0;
  return with_geometry(calibrated, crystal_a, window_a, crystal_b, window_b);
}

float MultiplicativeModel::with_geometry(double result, std::uint32_t crystal_a, std::uint32_t window_a,
                                         std::uint32_t crystal_b, std::uint32_t window_b) const {
  if (uses_solid_angle_ && result > 0) {
    result *= solid_angle_factor_mm2(scanner_, crystal_a, crystal_b);
  }
  if (live_time_.is_stated() && result > 0) {
    result *= live_time_.fraction(scanner_, crystal_a, window_a, crystal_b, window_b);
  }
  return static_cast<float>(result);
}

float MultiplicativeModel::factor_over_windows(std::uint32_t crystal_a, std::uint32_t crystal_b) const {
  const std::uint32_t windows_a = scanner_.module_types[scanner_.crystal_type[crystal_a]].num_energy_windows();
  const std::uint32_t windows_b = scanner_.module_types[scanner_.crystal_type[crystal_b]].num_energy_windows();
  float sum = 0;
  for (std::uint32_t window_a = 0; window_a < windows_a; ++window_a) {
    for (std::uint32_t window_b = 0; window_b < windows_b; ++window_b) {
      sum += factor(crystal_a, window_a, crystal_b, window_b);
    }
  }
  return sum;
}

bool MultiplicativeModel::in_coincidence(std::uint32_t crystal_a, std::uint32_t crystal_b) const {
  return efficiencies_.in_coincidence(scanner_, crystal_a, crystal_b);
}

}  // namespace coincide::recon
