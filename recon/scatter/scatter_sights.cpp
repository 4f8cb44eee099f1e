#include "recon/scatter/scatter_sights.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;
using Eigen::Vector3f;

Vector3d vector(const std::array<float, 3>& v) { return Vector3f(v[0], v[1], v[2]).cast<double>(); }

/// Where there is something, and the voxels next to it, as far as half a voxel beyond the grid.
Eigen::AlignedBox3d filled(const Eigen::AlignedBox3d& voxels, const std::array<std::int64_t, 3>& shape) {
  const Vector3d size(static_cast<double>(shape[0]), static_cast<double>(shape[1]), static_cast<double>(shape[2]));
  const Vector3d half = Vector3d::Constant(0.5);
  return {(voxels.min() - Vector3d::Ones()).cwiseMax(half), (voxels.max() + Vector3d::Ones()).cwiseMin(size + half)};
}

}  // namespace

Matter::Matter(const Image& activity, const Image& attenuation) {
  if (activity.grid != attenuation.grid) {
    throw std::invalid_argument("activity and attenuation on different grids");
  }
  const auto& shape = activity.grid.shape;
  grid_.row = shape[2] + 2;
  grid_.plane = (shape[1] + 2) * grid_.row;
  values_.resize(static_cast<std::size_t>((shape[0] + 2) * grid_.plane));
  const auto voxel_of = [&](std::int64_t place, std::size_t axis) {
    return std::clamp<std::int64_t>(place - 1, 0, shape[axis] - 1);
  };
  Eigen::AlignedBox3d voxels;
  for (std::int64_t i = 0; i < shape[0] + 2; ++i) {
    for (std::int64_t j = 0; j < shape[1] + 2; ++j) {
      for (std::int64_t k = 0; k < shape[2] + 2; ++k) {
        const std::array<std::int64_t, 3> voxel = {voxel_of(i, 0), voxel_of(j, 1), voxel_of(k, 2)};
        kernels::MatterValues& values = values_[static_cast<std::size_t>(i * grid_.plane + j * grid_.row + k)];
        values = {activity.at(voxel[0], voxel[1], voxel[2]), attenuation.at(voxel[0], voxel[1], voxel[2])};
        if (values.activity != 0 || values.mu != 0) {
          voxels.extend(Vector3d(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)));
        }
      }
    }
  }
  const Vector3d voxel_mm = vector(activity.grid.voxel_size_mm);
  const Vector3d first_mm = vector(activity.grid.origin_mm) - voxel_mm;
  const Eigen::AlignedBox3d box = filled(voxels, shape);
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    grid_.last[axis] = static_cast<std::int32_t>(shape[static_cast<std::size_t>(axis)]);
    grid_.first_mm[axis] = first_mm[axis];
    grid_.voxel_mm[axis] = voxel_mm[axis];
    grid_.low_mm[axis] = voxels.isEmpty() ? 0 : first_mm[axis] + box.min()[axis] * voxel_mm[axis];
    grid_.high_mm[axis] = voxels.isEmpty() ? 0 : first_mm[axis] + box.max()[axis] * voxel_mm[axis];
  }
}

kernels::MatterGrid Matter::view(const kernels::MatterValues* values) const {
  kernels::MatterGrid grid = grid_;
  grid.values = values;
  return grid;
}

NodeTable::NodeTable(const VirtualCylinder& cylinder) {
  for (std::uint32_t node = 0; node < cylinder.num_nodes(); ++node) {
    const Vector3d at_mm = cylinder.node_mm(node), inward = cylinder.normal(node);
    place_mm.insert(place_mm.end(), at_mm.begin(), at_mm.end());
    normal.insert(normal.end(), inward.begin(), inward.end());
  }
}

std::int32_t most_profile_steps(std::span<const double> places_mm, const NodeTable& nodes, double step_mm) {
  using Place = Eigen::Map<const Vector3d>;
  double farthest_mm = 0;
  for (std::size_t from = 0; from < places_mm.size(); from += 3) {
    for (std::size_t to = 0; to < nodes.place_mm.size(); to += 3) {
      const double distance_mm = (Place(nodes.place_mm.data() + to) - Place(places_mm.data() + from)).norm();
      farthest_mm = std::max(farthest_mm, distance_mm);
    }
  }
  return static_cast<std::int32_t>(std::ceil(farthest_mm / step_mm));
}

std::int32_t samples_per_step(double step_mm) {
  constexpr double sample_mm = 5;
  return static_cast<std::int32_t>(std::ceil(step_mm / sample_mm));
}

Sights::Sights(std::size_t most_sights, std::int32_t most_steps)
    : floats_(floats_of_sights(most_sights, most_steps)),
      steps_(most_sights),
      columns_(sight_columns(floats_.data(), steps_.data(), most_sights, most_steps)) {}

std::size_t floats_of_sights(std::size_t sights, std::int32_t most_steps) {
  constexpr std::size_t columns = 7;
  return sights * (columns + static_cast<std::size_t>(most_steps));
}

kernels::SightColumns sight_columns(float* floats, std::int32_t* steps, std::size_t sights, std::int32_t most_steps) {
  const auto column = [&](std::size_t number) { return floats + number * sights; };
  return {.x = column(0),
          .y = column(1),
          .z = column(2),
          .distance_mm = column(3),
          .weight = column(4),
          .attenuation = column(5),
          .activity = column(6),
          .steps = steps,
          .profile = column(7),
          .most_steps = most_steps};
}

}  // namespace coincide::recon
