#pragma once

#include <Eigen/Core>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// Where photons scatter, for all that do so in a cell around it.
struct ScatterPoint {
  Eigen::Vector3d place_mm;
  double weight_mm2;  ///< integral of the attenuation by Compton scatter at 511 keV [1/mm] over the cell [mm^3]
};

/// One point for each cell of an attenuation image [1/cm] at its centre of attenuation, so that the total does not
/// depend on how the cells lie. Cells of a mean below 0.01/cm are left out, and what they hold is shared out among the
/// others by their weight.
std::vector<ScatterPoint> scatter_points(const Image& attenuation, double cell_mm);

}  // namespace coincide::recon
