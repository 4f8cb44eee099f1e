#include "recon/scatter/scatter_points.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "recon/photon_physics.h"

namespace coincide::recon {
namespace {

struct Cell {
  Eigen::Vector3d moment_mm = Eigen::Vector3d::Zero();  ///< sum of mu times place
  double sum = 0;                                       ///< of mu [1/cm]
  std::int64_t voxels = 0;
};

/// Voxels are dealt whole to cells, as many along an axis as come nearest to the size wanted.
class Cells {
 public:
  Cells(const Image& image, double cell_mm) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double voxel_mm = image.grid.voxel_size_mm[axis];
      voxels_[axis] = std::max<std::int64_t>(1, std::llround(cell_mm / voxel_mm));
      shape_[axis] = (image.grid.shape[axis] + voxels_[axis] - 1) / voxels_[axis];
    }
    cells_.resize(static_cast<std::size_t>(shape_[0] * shape_[1] * shape_[2]));
  }
  Cell& of_voxel(std::int64_t i, std::int64_t j, std::int64_t k) {
    const std::int64_t cell = ((i / voxels_[0]) * shape_[1] + j / voxels_[1]) * shape_[2] + k / voxels_[2];
    return cells_[static_cast<std::size_t>(cell)];
  }
  const std::vector<Cell>& all() const { return cells_; }

 private:
  std::array<std::int64_t, 3> voxels_{};
  std::array<std::int64_t, 3> shape_{};
  std::vector<Cell> cells_;
};

Cells filled(const Image& attenuation, double cell_mm) {
  const ImageGrid& grid = attenuation.grid;
  Cells cells(attenuation, cell_mm);
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const double mu = std::max(0.0F, attenuation.at(i, j, k));
        Cell& cell = cells.of_voxel(i, j, k);
        cell.sum += mu;
        cell.voxels += 1;
        cell.moment_mm += mu * Eigen::Vector3d(grid.origin_mm[0] + static_cast<double>(i) * grid.voxel_size_mm[0],
                                               grid.origin_mm[1] + static_cast<double>(j) * grid.voxel_size_mm[1],
                                               grid.origin_mm[2] + static_cast<double>(k) * grid.voxel_size_mm[2]);
      }
    }
  }
  return cells;
}

}  // namespace

std::vector<ScatterPoint> scatter_points(const Image& attenuation, double cell_mm) {
  constexpr double least_per_cm = 0.01;
  constexpr double mm_per_cm = 10;
  const auto& voxel = attenuation.grid.voxel_size_mm;
  const double voxel_mm3 = double{voxel[0]} * voxel[1] * voxel[2];
  std::vector<ScatterPoint> points;
  double all = 0;
  double taken = 0;
  const Cells cells = filled(attenuation, cell_mm);
  for (const Cell& cell : cells.all()) {
    all += cell.sum;
    if (cell.sum >= least_per_cm * static_cast<double>(cell.voxels)) {
      taken += cell.sum;
      points.push_back({cell.moment_mm / cell.sum, compton_part_of_mu * cell.sum / mm_per_cm * voxel_mm3});
    }
  }
  for (ScatterPoint& point : points) {
    point.weight_mm2 *= all / taken;
  }
  return points;
}

}  // namespace coincide::recon
