#include "projectors/bench/dmi_geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace coincide::projectors::bench {
namespace {

constexpr int num_sides = 34;
constexpr int crystals_per_side = DmiGeometry::crystals_per_ring / num_sides;
constexpr double crystal_pitch_mm = 4.03125;
constexpr double ring_pitch_mm = 5.31556;
constexpr int rings_per_block = 9;
constexpr double block_gap_mm = 2.8;
constexpr int radial_trim = 65;
constexpr int view_step = 34;
constexpr double side_angle = 2 * std::numbers::pi / num_sides;

double ring_position_mm(int ring) {
  const auto from_first = [](int i) {
    const int gaps = i / rings_per_block;
    return ring_pitch_mm * i + block_gap_mm * gaps;
  };
  return from_first(ring) - 0.5 * from_first(DmiGeometry::num_rings - 1);
}

/// The two transaxial axes that belong to a symmetry axis.
std::array<int, 2> transaxial_axes(int symmetry_axis) {
  constexpr std::array<std::array<int, 2>, 3> axes = {{{2, 1}, {0, 2}, {1, 0}}};
  return axes[symmetry_axis];
}

/// Direct planes first, then for each ring difference all (i, i + d), then all (i + d, i).
std::array<std::array<int, 2>, DmiGeometry::num_planes> plane_rings() {
  std::array<std::array<int, 2>, DmiGeometry::num_planes> planes{};
  std::size_t plane = 0;
  for (int difference = 0; difference < DmiGeometry::num_rings; ++difference) {
    for (int i = 0; i + difference < DmiGeometry::num_rings; ++i) {
      planes[plane++] = {i, i + difference};
    }
    for (int i = 0; difference > 0 && i + difference < DmiGeometry::num_rings; ++i) {
      planes[plane++] = {i + difference, i};
    }
  }
  return planes;
}

int in_ring(int position) {
  constexpr int n = DmiGeometry::crystals_per_ring;
  return ((position % n) + n) % n;
}

}  // namespace

DmiGeometry::DmiGeometry(int symmetry_axis) : symmetry_axis_(symmetry_axis), plane_rings_(plane_rings()) {
  crystals_.reserve(std::size_t{num_rings} * crystals_per_ring);
  for (int ring = 0; ring < num_rings; ++ring) {
    for (int k = 0; k < crystals_per_ring; ++k) {
      const int side = k / crystals_per_side;
      const double phi = side_angle * side;
      const double along = crystal_pitch_mm * (k % crystals_per_side - 0.5 * (crystals_per_side - 1));
      crystals_.push_back(point(radius_mm * std::cos(phi) - along * std::sin(phi),
                                radius_mm * std::sin(phi) + along * std::cos(phi), ring_position_mm(ring)));
    }
  }
}

Point DmiGeometry::point(double transaxial_0_mm, double transaxial_1_mm, double axial_mm) const {
  const auto [first, second] = transaxial_axes(symmetry_axis_);
  Point p{};
  p[first] = static_cast<float>(transaxial_0_mm);
  p[second] = static_cast<float>(transaxial_1_mm);
  p[symmetry_axis_] = static_cast<float>(axial_mm);
  return p;
}

PointPair DmiGeometry::sinogram_lor(std::string_view order, std::int64_t lor) const {
  int plane = 0, view = 0, radial = 0;
  for (auto letter = order.rbegin(); letter != order.rend(); ++letter) {
    const int size = *letter == 'P' ? num_planes : *letter == 'V' ? num_views : num_radial;
    (*letter == 'P' ? plane : *letter == 'V' ? view : radial) = static_cast<int>(lor % size);
    lor /= size;
  }
  const int r = radial + radial_trim;
  const int v = view * view_step;
  const auto [start_ring, end_ring] = plane_rings_[plane];
  return {crystal(start_ring, in_ring(r / 2 - v)), crystal(end_ring, in_ring(-((r + 3) / 2) - v))};
}

const Point& DmiGeometry::nearest_crystal(double angle, double axial_mm) const {
  const double side = std::round(angle / side_angle);
  const double along = radius_mm * std::tan(angle - side * side_angle);
  const double on_side = std::round(along / crystal_pitch_mm + 0.5 * (crystals_per_side - 1));
  const int k = static_cast<int>(side) * crystals_per_side + std::clamp(static_cast<int>(on_side), 0, 15);

  int ring = 0;
  while (ring + 1 < num_rings && 0.5 * (ring_position_mm(ring) + ring_position_mm(ring + 1)) < axial_mm) {
    ++ring;
  }
  return crystal(ring, in_ring(k));
}

double DmiGeometry::half_length_mm() { return ring_position_mm(num_rings - 1) + 0.5 * ring_pitch_mm; }

ImageGrid DmiGeometry::image_grid() const {
  constexpr float voxel_mm = 2.78f;
  ImageGrid grid;
  for (int k = 0; k < 3; ++k) {
    grid.shape[k] = k == symmetry_axis_ ? 71 : 215;
    grid.origin_mm[k] = (-0.5f * static_cast<float>(grid.shape[k]) + 0.5f) * voxel_mm;
    grid.voxel_size_mm[k] = voxel_mm;
  }
  return grid;
}

std::vector<float> DmiGeometry::box_image() const {
  const ImageGrid grid = image_grid();
  const auto inside = [&](int k, std::int64_t i) {
    return k == symmetry_axis_ || (i >= grid.shape[k] / 4 && i < 3 * grid.shape[k] / 4);
  };
  std::vector<float> image;
  image.reserve(static_cast<std::size_t>(grid.num_voxels()));
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        image.push_back(inside(0, i) && inside(1, j) && inside(2, k) ? 1.0f : 0.0f);
      }
    }
  }
  return image;
}

TofBins dmi_tof_bins() {
  constexpr double half_light_speed_mm_per_ns = 299.792 / 2;
  static constexpr float sigma_mm = static_cast<float>(half_light_speed_mm_per_ns * 0.385 / 2.355);
  TofBins bins;
  bins.num_bins = 29;
  bins.bin_width_mm = static_cast<float>(13 * 0.01302 * half_light_speed_mm_per_ns);
  bins.sigma_mm = &sigma_mm;
  bins.num_sigmas = 3;
  return bins;
}

}  // namespace coincide::projectors::bench
