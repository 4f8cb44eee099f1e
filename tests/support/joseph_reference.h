#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "projectors/geometry.h"

namespace coincide::tests {

/// Joseph's projectors in double precision, one plane and one bin after the other, written from the definition and
/// sharing nothing with the kernels but the plain structs. Slow and meant to be obviously right.
/// Ties: a LOR that enters or leaves the box (upstream rule), and a TOF window that ends, within 1e-5 of a plane or bin
/// ends on it. The faces of the box are sums in single precision.
class JosephReference {
 public:
  JosephReference(const projectors::ImageGrid& grid, projectors::BoundaryRule boundary)
      : grid_(grid), boundary_(boundary) {}

  /// One plane that a LOR crosses: which voxels feed it, with weights that hold no step; distance from the LOR's
  /// midpoint.
  struct Plane {
    int index;
    double distance_mm;
    std::array<std::int64_t, 4> voxel;  ///< -1: outside
    std::array<double, 4> weight;
  };
  struct Line {
    double step_mm = 0;
    double sign = 1;        ///< of the direction along the principal axis
    double distance_0 = 0;  ///< from the midpoint at plane index 0, and per plane
    double distance_step = 0;
    std::vector<Plane> planes;
    bool ends_on_plane = false;  ///< it enters or leaves the box there, within 1e-5 voxel
  };
  Line line(const float* start, const float* end) const;

  double forward(const Line& line, const std::vector<float>& image) const;
  std::vector<double> forward_sinogram(const Line& line, const std::vector<float>& image, int num_bins, double width,
                                       double sigma, double offset, double num_sigmas) const;
  double forward_event(const Line& line, const std::vector<float>& image, double centre, double width, double sigma,
                       double reach) const;

 private:
  projectors::ImageGrid grid_;
  projectors::BoundaryRule boundary_;
};

}  // namespace coincide::tests
