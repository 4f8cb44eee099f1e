#include "recon/photon_physics.h"

#include <cmath>
#include <numbers>

#include "recon/units.h"

namespace coincide::recon {
namespace {

constexpr double electron_radius_cm = 2.8179403e-13;

/// What is left of the energy: E' / E.
double energy_part(double energy_kev, double cosine) { return 1 / (1 + energy_kev / annihilation_kev * (1 - cosine)); }

}  // namespace

double scattered_kev(double energy_kev, double cosine) { return energy_kev * energy_part(energy_kev, cosine); }

double klein_nishina_cm2_per_sr(double energy_kev, double cosine) {
  const double part = energy_part(energy_kev, cosine);
  return electron_radius_cm * electron_radius_cm / 2 * part * part * (part + 1 / part - 1 + cosine * cosine);
}

double klein_nishina_cm2(double energy_kev) {
  const double alpha = energy_kev / annihilation_kev;
  const double widest = 1 + 2 * alpha;  // E / E' of a photon that is thrown back
  const double logarithm = std::log(widest);
  const double terms = (1 + alpha) / (alpha * alpha) * (2 * (1 + alpha) / widest - logarithm / alpha) +
                       logarithm / (2 * alpha) - (1 + 3 * alpha) / (widest * widest);
  return 2 * std::numbers::pi * electron_radius_cm * electron_radius_cm * terms;
}

double scatter_ratio(double energy_kev) {
  static const double at_511_cm2 = klein_nishina_cm2(annihilation_kev);
  return klein_nishina_cm2(energy_kev) / at_511_cm2;
}

double scatter_density_per_sr(double cosine) {
  static const double at_511_cm2 = klein_nishina_cm2(annihilation_kev);
  return klein_nishina_cm2_per_sr(annihilation_kev, cosine) / at_511_cm2;
}

double energy_sigma_kev(const EnergyWindow& window, double energy_kev) {
  return window.resolution * std::sqrt(annihilation_kev * energy_kev) / fwhm_per_sigma;
}

double part_in_window(const EnergyWindow& window, double energy_kev) {
  const double scale_kev = std::numbers::sqrt2 * energy_sigma_kev(window, energy_kev);
  return (std::erf((window.highest_kev - energy_kev) / scale_kev) -
          std::erf((window.lowest_kev - energy_kev) / scale_kev)) /
         2;
}

}  // namespace coincide::recon
