#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "projectors/geometry.h"

namespace coincide::projectors::bench {

using Point = std::array<float, 3>;  ///< mm

struct PointPair {
  Point start, end;
};

/// The scanner "GE Discovery MI" of the published parallelproj benchmarks (36 rings of 544 crystals, the middle 415
/// radial positions of a sinogram of 1296 planes and 272 views) and one of its 34 subsets of views: 4,302,720 LORs.
class DmiGeometry {
 public:
  static constexpr int num_rings = 36;
  static constexpr int crystals_per_ring = 544;
  static constexpr double radius_mm = 0.5 * (744.1 + 2 * 8.51);

  static constexpr int num_planes = num_rings * num_rings;
  static constexpr int num_views = 8;  ///< 0, 34, ... 238 of 272
  static constexpr int num_radial = 415;
  static constexpr std::int64_t num_lors = std::int64_t{num_planes} * num_views * num_radial;

  /// The scanner's axis is image axis `symmetry_axis`, 0 to 2.
  explicit DmiGeometry(int symmetry_axis);

  int symmetry_axis() const { return symmetry_axis_; }

  const Point& crystal(int ring, int in_ring) const { return crystals_[ring * crystals_per_ring + in_ring]; }

  /// LOR number `lor` of the subset in the order of three letters, P(lane), V(iew) and R(adial), the last one fastest.
  PointPair sinogram_lor(std::string_view order, std::int64_t lor) const;

  /// A point from coordinates in the two transaxial directions of the scanner and along its axis.
  Point point(double transaxial_0_mm, double transaxial_1_mm, double axial_mm) const;

  /// The crystal whose front is nearest to a point of the detector's surface, given by angle and axial position.
  const Point& nearest_crystal(double angle, double axial_mm) const;

  /// Half the length of the scanner, to the outer edges of the outer rings.
  static double half_length_mm();

  /// 215 x 215 x 71 voxels of 2.78 mm, 71 along the scanner's axis.
  ImageGrid image_grid() const;

  /// The upstream test image: 1 in the central half of the box transaxially, over the full axial length, else 0.
  std::vector<float> box_image() const;

 private:
  int symmetry_axis_;
  std::vector<Point> crystals_;
  std::array<std::array<int, 2>, num_planes> plane_rings_;  ///< start and end ring
};

/// 29 TOF bins of 25.37 mm, resolution 24.51 mm (385 ps FWHM), cut at 3 sigma.
TofBins dmi_tof_bins();

}  // namespace coincide::projectors::bench
