#pragma once

#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// Where the crystals of a module lie around the axis z and along it: tells of pairs of modules from afar what cannot
/// be true of any pair of their crystals.
struct ModuleReach {
  double azimuth = 0;     ///< of one crystal [rad]
  double half_angle = 0;  ///< no crystal is farther from there
  float low_mm = 0;
  float high_mm = 0;
};

/// By module, numbered over all types.
std::vector<ModuleReach> module_reaches(const Scanner& scanner);

/// Angle between the directions of two crystals from the axis [rad]: at least, and at most.
double least_angle(const ModuleReach& a, const ModuleReach& b);
double largest_angle(const ModuleReach& a, const ModuleReach& b);
/// Difference of the z of two crystals, at least.
float least_axial_mm(const ModuleReach& a, const ModuleReach& b);

}  // namespace coincide::recon
