#pragma once

namespace coincide::recon {

/// Full width at half maximum of a Gaussian of standard deviation 1: 2 sqrt(2 ln 2).
inline constexpr double fwhm_per_sigma = 2.3548200450309493;

inline constexpr double s_per_min = 60;
inline constexpr double ms_per_s = 1000;

/// TOF position per difference of arrival times: half the speed of light.
inline constexpr double mm_per_ps = 0.299792458 / 2;

}  // namespace coincide::recon
