#include "recon/scatter/scatter_sights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;
using Eigen::Vector3f;

constexpr float mm_per_cm = 10;

Vector3d vector(const std::array<float, 3>& v) { return Vector3f(v[0], v[1], v[2]).cast<double>(); }

}  // namespace

Matter::Matter(const Image& activity, const Image& attenuation)
    : first_mm_(vector(activity.grid.origin_mm) - vector(activity.grid.voxel_size_mm)),
      voxel_mm_(vector(activity.grid.voxel_size_mm)) {
  if (activity.grid != attenuation.grid) {
    throw std::invalid_argument("activity and attenuation on different grids");
  }
  const auto& shape = activity.grid.shape;
  row_ = shape[2] + 2;
  plane_ = (shape[1] + 2) * row_;
  values_.resize(static_cast<std::size_t>((shape[0] + 2) * plane_));
  const auto voxel_of = [&](std::int64_t place, std::size_t axis) {
    return std::clamp<std::int64_t>(place - 1, 0, shape[axis] - 1);
  };
  Eigen::AlignedBox3d voxels;
  for (std::int64_t i = 0; i < shape[0] + 2; ++i) {
    for (std::int64_t j = 0; j < shape[1] + 2; ++j) {
      for (std::int64_t k = 0; k < shape[2] + 2; ++k) {
        const std::array<std::int64_t, 3> voxel = {voxel_of(i, 0), voxel_of(j, 1), voxel_of(k, 2)};
        Values& values = values_[static_cast<std::size_t>(i * plane_ + j * row_ + k)];
        values = {activity.at(voxel[0], voxel[1], voxel[2]), attenuation.at(voxel[0], voxel[1], voxel[2])};
        if (values.activity != 0 || values.mu != 0) {
          voxels.extend(Vector3d(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)));
        }
      }
    }
  }
  const Vector3d size(static_cast<double>(shape[0]), static_cast<double>(shape[1]), static_cast<double>(shape[2]));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    last_[axis] = static_cast<std::int32_t>(shape[axis]);
  }
  if (!voxels.isEmpty()) {
    const Vector3d half = Vector3d::Constant(0.5);
    const Vector3d low = (voxels.min() - Vector3d::Ones()).cwiseMax(half);
    const Vector3d high = (voxels.max() + Vector3d::Ones()).cwiseMin(size + half);
    filled_.extend(Vector3d(first_mm_ + low.cwiseProduct(voxel_mm_)));
    filled_.extend(Vector3d(first_mm_ + high.cwiseProduct(voxel_mm_)));
  }
}

Matter::Values Matter::at(const Vector3f& place) const {
  std::array<float, 3> part{};
  std::array<std::int32_t, 3> low{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float along = place[static_cast<Eigen::Index>(axis)];
    low[axis] = std::clamp(static_cast<std::int32_t>(along), 0, last_[axis]);
    part[axis] = along - static_cast<float>(low[axis]);
  }
  const Values* corner = values_.data() + low[0] * plane_ + low[1] * row_ + low[2];
  const auto between = [](Values from, Values to, float part) {
    return Values{from.activity + part * (to.activity - from.activity), from.mu + part * (to.mu - from.mu)};
  };
  const auto across = [&](const Values* from) {
    return between(between(from[0], from[1], part[2]), between(from[row_], from[row_ + 1], part[2]), part[1]);
  };
  return between(across(corner), across(corner + plane_), part[0]);
}

Lookout::Lookout(const Image& activity, const Image& attenuation, const VirtualCylinder& cylinder, double step_mm,
                 int num_threads)
    : matter_(activity, attenuation), step_mm_(step_mm), num_threads_(num_threads) {
  for (std::uint32_t node = 0; node < cylinder.num_nodes(); ++node) {
    node_mm_.push_back(cylinder.node_mm(node));
    normal_.push_back(cylinder.normal(node));
  }
}

void Lookout::look_from(std::span<const ScatterPoint> points, Sights& sights) const {
  double farthest_mm = 0;
  for (const ScatterPoint& point : points) {
    for (const Vector3d& node_mm : node_mm_) {
      farthest_mm = std::max(farthest_mm, (node_mm - point.place_mm).norm());
    }
  }
  sights.most_steps = static_cast<std::int32_t>(std::ceil(farthest_mm / step_mm_));
  const std::size_t count = points.size() * node_mm_.size();
  for (auto* column :
       {&sights.x, &sights.y, &sights.z, &sights.distance_mm, &sights.weight, &sights.attenuation, &sights.activity}) {
    column->resize(count);
  }
  sights.steps.resize(count);
  sights.profile.resize(count * static_cast<std::size_t>(sights.most_steps));
  parallel_for(static_cast<std::int64_t>(count), num_threads_, [&](std::int64_t i) {
    const auto sight = static_cast<std::size_t>(i);
    look(points[sight / node_mm_.size()].place_mm, sight % node_mm_.size(), sight, sights);
  });
}

void Lookout::look(const Vector3d& from_mm, std::size_t node, std::size_t sight, Sights& sights) const {
  const Vector3d way = node_mm_[node] - from_mm;
  const double distance_mm = way.norm();
  const Vector3d direction = way / distance_mm;
  const Way filled = filled_way(from_mm, direction, distance_mm);
  const auto steps =
      static_cast<std::int32_t>(std::ceil(std::clamp<double>(filled.to_mm / step_mm_, 0, sights.most_steps)));
  constexpr double sample_mm = 5;
  const int samples = static_cast<int>(std::ceil(step_mm_ / sample_mm));
  const double sample_length_mm = step_mm_ / samples;
  const Vector3f sample_way = matter_.way(sample_length_mm * direction);
  const Vector3f start = matter_.place(from_mm);
  const auto length_mm = static_cast<float>(sample_length_mm);
  float* profile = sights.profile.data() + sight * static_cast<std::size_t>(sights.most_steps);
  float all_activity = 0;
  float all_mu = 0;
  std::int32_t last = 0;
  for (std::int32_t step = 0; step < steps; ++step) {
    float activity = 0;
    for (int sample = 0; sample < samples; ++sample) {
      const float at = static_cast<float>(step * samples + sample) + 0.5F;
      if (const double at_mm = at * sample_length_mm; at_mm >= filled.from_mm && at_mm < filled.to_mm) {
        const Matter::Values values = matter_.at(start + at * sample_way);
        activity += values.activity;
        all_mu += values.mu;
      }
    }
    profile[step] = activity * length_mm;
    all_activity += profile[step];
    last = activity != 0 ? step + 1 : last;
  }
  sights.x[sight] = static_cast<float>(direction.x());
  sights.y[sight] = static_cast<float>(direction.y());
  sights.z[sight] = static_cast<float>(direction.z());
  sights.distance_mm[sight] = static_cast<float>(distance_mm);
  sights.weight[sight] = static_cast<float>(std::max(0.0, -direction.dot(normal_[node])) / (distance_mm * distance_mm));
  sights.attenuation[sight] = all_mu * length_mm / mm_per_cm;
  sights.activity[sight] = all_activity;
  sights.steps[sight] = last;
}

Lookout::Way Lookout::filled_way(const Vector3d& from_mm, const Vector3d& direction, double length_mm) const {
  Way way{0, length_mm};
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    const double low_mm = matter_.filled().min()[axis] - from_mm[axis];
    const double high_mm = matter_.filled().max()[axis] - from_mm[axis];
    if (direction[axis] != 0) {
      const double to_low_mm = low_mm / direction[axis];
      const double to_high_mm = high_mm / direction[axis];
      way.from_mm = std::max(way.from_mm, std::min(to_low_mm, to_high_mm));
      way.to_mm = std::min(way.to_mm, std::max(to_low_mm, to_high_mm));
    } else if (low_mm > 0 || high_mm < 0) {
      way.to_mm = 0;
    }
  }
  return way;
}

}  // namespace coincide::recon
