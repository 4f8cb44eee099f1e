#include "recon/scatter/scatter_sights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;
using Eigen::Vector3f;

constexpr double mm_per_cm = 10;

Vector3d vector(const std::array<float, 3>& v) { return Vector3f(v[0], v[1], v[2]).cast<double>(); }

}  // namespace

SmoothImage::SmoothImage(const Image& image)
    : first_mm_(vector(image.grid.origin_mm) - vector(image.grid.voxel_size_mm)),
      voxel_mm_(vector(image.grid.voxel_size_mm)) {
  const auto& shape = image.grid.shape;
  row_ = shape[2] + 2;
  plane_ = (shape[1] + 2) * row_;
  values_.resize(static_cast<std::size_t>((shape[0] + 2) * plane_));
  const auto voxel_of = [&](std::int64_t place, std::size_t axis) {
    return std::clamp<std::int64_t>(place - 1, 0, shape[axis] - 1);
  };
  for (std::int64_t i = 0; i < shape[0] + 2; ++i) {
    for (std::int64_t j = 0; j < shape[1] + 2; ++j) {
      for (std::int64_t k = 0; k < shape[2] + 2; ++k) {
        const float value = image.at(voxel_of(i, 0), voxel_of(j, 1), voxel_of(k, 2));
        values_[static_cast<std::size_t>(i * plane_ + j * row_ + k)] = value;
        if (value != 0) {
          const Vector3d voxel(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k));
          filled_.extend(Vector3d(first_mm_ + (voxel - Vector3d::Ones()).cwiseProduct(voxel_mm_)));
          filled_.extend(Vector3d(first_mm_ + (voxel + Vector3d::Ones()).cwiseProduct(voxel_mm_)));
        }
      }
    }
  }
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    last_[axis] = static_cast<float>(shape[static_cast<std::size_t>(axis)]);
  }
}

Vector3f SmoothImage::place(const Vector3d& mm) const { return way(mm - first_mm_); }

Vector3f SmoothImage::way(const Vector3d& mm) const { return mm.cwiseQuotient(voxel_mm_).cast<float>(); }

float SmoothImage::at(const Vector3f& place) const {
  if ((place.array() < 0.5F).any() || (place.array() > last_.array() + 0.5F).any()) {
    return 0;
  }
  const Vector3f low = place.array().floor();
  const Vector3f part = place - low;
  const float* corner = values_.data() + static_cast<std::int64_t>(low.x()) * plane_ +
                        static_cast<std::int64_t>(low.y()) * row_ + static_cast<std::int64_t>(low.z());
  const auto along = [&](const float* from) { return from[0] + part.z() * (from[1] - from[0]); };
  const auto across = [&](const float* from) {
    const float first = along(from);
    return first + part.y() * (along(from + row_) - first);
  };
  const float first = across(corner);
  return first + part.x() * (across(corner + plane_) - first);
}

Lookout::Lookout(const Image& activity, const Image& attenuation, const VirtualCylinder& cylinder, double step_mm,
                 int num_threads)
    : activity_(activity), attenuation_(attenuation), step_mm_(step_mm), num_threads_(num_threads) {
  filled_.extend(activity_.filled());
  filled_.extend(attenuation_.filled());
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
  const double filled_mm = std::min(distance_mm, way_out_mm(from_mm, direction));
  const auto steps = std::min(sights.most_steps, static_cast<std::int32_t>(std::ceil(filled_mm / step_mm_)));
  constexpr double sample_mm = 5;
  const int samples = static_cast<int>(std::ceil(step_mm_ / sample_mm));
  const double sample_length_mm = step_mm_ / samples;
  const Vector3d sample_way_mm = sample_length_mm * direction;
  const Vector3f activity_way = activity_.way(sample_way_mm);
  const Vector3f attenuation_way = attenuation_.way(sample_way_mm);
  const Vector3f activity_start = activity_.place(from_mm);
  const Vector3f attenuation_start = attenuation_.place(from_mm);
  float* profile = sights.profile.data() + sight * static_cast<std::size_t>(sights.most_steps);
  float all_activity = 0;
  float all_mu = 0;
  std::int32_t last = 0;
  for (std::int32_t step = 0; step < steps; ++step) {
    float activity = 0;
    for (int sample = 0; sample < samples; ++sample) {
      const float at = static_cast<float>(step * samples + sample) + 0.5F;
      if (at * sample_length_mm < distance_mm) {
        activity += activity_.at(activity_start + at * activity_way);
        all_mu += attenuation_.at(attenuation_start + at * attenuation_way);
      }
    }
    profile[step] = activity * static_cast<float>(sample_length_mm);
    all_activity += profile[step];
    last = activity != 0 ? step + 1 : last;
  }
  sights.x[sight] = static_cast<float>(direction.x());
  sights.y[sight] = static_cast<float>(direction.y());
  sights.z[sight] = static_cast<float>(direction.z());
  sights.distance_mm[sight] = static_cast<float>(distance_mm);
  sights.weight[sight] = static_cast<float>(std::max(0.0, -direction.dot(normal_[node])) / (distance_mm * distance_mm));
  sights.attenuation[sight] = all_mu * static_cast<float>(sample_length_mm / mm_per_cm);
  sights.activity[sight] = all_activity;
  sights.steps[sight] = last;
}

/// To where nothing more is on the way; scatter points lie in what is filled.
double Lookout::way_out_mm(const Vector3d& from_mm, const Vector3d& direction) const {
  double way_mm = std::numeric_limits<double>::infinity();
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    const double wall_mm = direction[axis] > 0 ? filled_.max()[axis] : filled_.min()[axis];
    if (direction[axis] != 0) {
      way_mm = std::min(way_mm, (wall_mm - from_mm[axis]) / direction[axis]);
    }
  }
  return way_mm;
}

}  // namespace coincide::recon
