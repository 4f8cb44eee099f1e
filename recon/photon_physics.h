#pragma once

namespace coincide::recon {

/// Energy of an annihilation photon, and of an electron at rest.
inline constexpr double annihilation_kev = 511;

/// Part of the attenuation of water at 511 keV that scatters a photon to another energy; the rest is coherent.
/// Source: NIST's mu/rho of 0.09597 cm^2/g against 0.09578 of free electrons.
inline constexpr double compton_part_of_mu = 0.998;

/// What a photon of `energy_kev` keeps when free electrons turn it by an angle of that cosine.
double scattered_kev(double energy_kev, double cosine);

/// Klein and Nishina's cross section of a free electron (1929) [cm^2/sr].
double klein_nishina_cm2_per_sr(double energy_kev, double cosine);
/// Its integral over all directions [cm^2].
double klein_nishina_cm2(double energy_kev);

/// Attenuation of soft matter at an energy over that at 511 keV: mu(E) = scatter_ratio(E) mu(511).
double scatter_ratio(double energy_kev);
/// Part of the photons of 511 keV that scatter into a direction [1/sr]; the integral over all of them is 1.
double scatter_density_per_sr(double cosine);

/// Which energies a detector takes.
struct EnergyWindow {
  double lowest_kev = 0;
  double highest_kev = 0;
  double resolution = 0;  ///< FWHM at 511 keV over 511 keV; relative FWHM goes with 1 / sqrt(energy)
};

/// Of a scanner that does not state its own.
inline constexpr double usual_energy_resolution = 0.11;

/// Standard deviation of the energy that is measured of a photon.
double energy_sigma_kev(const EnergyWindow& window, double energy_kev);
/// Part of the detected photons of an energy whose measured energy lies in the window, 0 ... 1.
double part_in_window(const EnergyWindow& window, double energy_kev);

}  // namespace coincide::recon
