#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

enum class RoiShape { sphere, ellipsoid, box, threshold, peak, polygon };

/// A region of interest in scanner axes.
struct Roi {
  std::string name;
  RoiShape shape = RoiShape::sphere;
  std::array<double, 3> centre_mm{};
  std::array<double, 3> half_size_mm{10, 10, 10};  ///< sphere: the first is the radius. threshold, peak: the box
                                                   ///< searched; polygon: the box around it
  double threshold = 0;                            ///< of RoiShape::threshold: voxels at or above it, inside the box
  double threshold_percent = 0;                    ///< above 0 the threshold is that part of the maximum in the box
  int axis = 2;                                    ///< that a polygon is perpendicular to; it is as thick as its box
  /// Of a polygon, in units of half_size_mm from its centre: along the two other axes, the lower one first.
  std::vector<std::array<double, 2>> corners = {};
  std::string colour = {};  ///< "#rrggbb" that it is drawn in; empty: none has been chosen
  bool operator==(const Roi&) const = default;
};

/// What the region is there: of a threshold in per cent its value; instead of a peak the sphere of 1 mL with the
/// highest mean (R. L. Wahl et al., J. Nucl. Med. 50, 2009, 122S), all of its values finite; a small one that holds no
/// voxel goes to the one around it.
Roi found_in(const Roi& roi, const ImageGrid& grid, std::span<const float> values);

/// True if the middle of the voxel, which has this value, belongs to the region, which has been found
/// in its image.
bool contains(const Roi& roi, const std::array<double, 3>& voxel_mm, float value);

/// Voxels whose value is not finite are counted apart, and belong to none of the other figures.
struct RoiFigures {
  std::int64_t voxels = 0;
  double volume_ml = 0;
  double mean = 0, standard_deviation = 0;  ///< of the sample: divided by voxels - 1; 0 for fewer than 2
  double least = 0, most = 0;
  std::int64_t no_numbers = 0;  ///< of a threshold: in all of the box searched
};

/// Of the voxels whose middles lie in the region. `stop` is asked once per plane of voxels; where it says true, the
/// answer is that of no voxels.
RoiFigures measure(const Roi& roi, const Image& image, const std::function<bool()>& stop = {});
RoiFigures measure(const Roi& roi, const ImageGrid& grid, std::span<const float> values,
                   const std::function<bool()>& stop = {});

/// "sphere", "ellipsoid", "box", "threshold", "peak", "polygon".
std::string roi_shape_name(RoiShape shape);
/// Throws InputError for a name that none has.
RoiShape roi_shape_of(const std::string& name);

/// A polygon with these corners, and as thick as they are, along `axis`. Throws InputError where fewer than three, or
/// all in one line, enclose nothing.
Roi polygon_roi(std::string name, int axis, double thickness_mm, std::span<const std::array<double, 3>> corners_mm);
/// The axes that its corners are given along.
constexpr std::array<std::size_t, 2> polygon_axes(int axis) {
  return {axis == 0 ? std::size_t{1} : std::size_t{0}, axis == 2 ? std::size_t{1} : std::size_t{2}};
}
/// Diameters of a sphere, edges of a box.
std::array<double, 3> roi_size_mm(const Roi& roi);
/// Voxels that follow each other in Image::values.
struct VoxelRun {
  std::int64_t first, count;
};

/// Of the voxels in the runs.
RoiFigures measure(std::span<const VoxelRun> runs, const ImageGrid& grid, std::span<const float> values);

/// The voxels [i, ...] whose middles lie in the sphere, ellipsoid or box; of a threshold or peak: in the box searched.
std::vector<VoxelRun> runs_in_plane(const Roi& roi, const ImageGrid& grid, std::int64_t i);

/// Voxel indices from `first` up to, not including, `last`.
struct VoxelRange {
  std::int64_t first, last;
};

/// The voxels along one axis that may be in the region; contains() decides.
VoxelRange range_along(const Roi& roi, const ImageGrid& grid, std::size_t axis);

}  // namespace coincide::recon
