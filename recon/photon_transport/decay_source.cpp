#include "recon/photon_transport/decay_source.h"

#include <algorithm>
#include <array>
#include <span>

namespace coincide::recon {
namespace {

/// Uniform in the shape with half sizes 1.
std::array<double, 3> draw_in_unit_shape(ShapeKind kind, RandomStream& random) {
  while (true) {
    std::array<double, 3> p;
    std::ranges::generate(p, [&] { return 2 * random.uniform() - 1; });
    const double rho2 = p[0] * p[0] + p[1] * p[1];
    if (kind == ShapeKind::box || (kind == ShapeKind::elliptic_cylinder && rho2 <= 1) || rho2 + p[2] * p[2] <= 1) {
      return p;
    }
  }
}

}  // namespace

DecaySource::DecaySource(const Phantom& phantom)
    : phantom_(phantom), voxels_({phantom.activity.values.begin(), phantom.activity.values.end()}) {
  const auto& size = phantom.activity.grid.voxel_size_mm;
  const double voxel_ml = double{size[0]} * size[1] * size[2] / 1000;
  std::vector<double> activities_bq{voxels_.sum() * voxel_ml};
  for (const Shape& shape : phantom.shapes) {
    activities_bq.push_back(shape.activity_bq_per_ml * shape.volume_ml());
  }
  choice_ = WeightedChoice(activities_bq);
}

Vec3 DecaySource::draw_in_shape(const Shape& shape, RandomStream& random) const {
  const std::array<double, 3> unit = draw_in_unit_shape(shape.kind, random);
  Vec3 point_mm{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    point_mm[axis] = static_cast<float>(shape.centre_mm[axis] + unit[axis] * shape.half_size_mm[axis]);
  }
  return point_mm;
}

Vec3 DecaySource::draw_in_image(RandomStream& random) const {
  const ImageGrid& grid = phantom_.activity.grid;
  const auto voxel = static_cast<std::int64_t>(voxels_.pick(random.fine_uniform()));
  const std::array<std::int64_t, 3> place{voxel / (grid.shape[1] * grid.shape[2]),
                                          voxel / grid.shape[2] % grid.shape[1], voxel % grid.shape[2]};
  Vec3 point_mm{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double voxels = static_cast<double>(place[axis]) + random.uniform() - 0.5;
    point_mm[axis] = static_cast<float>(grid.origin_mm[axis] + voxels * grid.voxel_size_mm[axis]);
  }
  return point_mm;
}

std::optional<Vec3> DecaySource::draw(RandomStream& random) const {
  const std::size_t index = choice_.pick(random.uniform());  // the image, then the shapes
  const Vec3 point_mm = index == 0 ? draw_in_image(random) : draw_in_shape(phantom_.shapes[index - 1], random);
  const auto later = std::span(phantom_.shapes).subspan(index);
  if (std::ranges::any_of(later, [&](const Shape& other) { return other.contains(point_mm); })) {
    return {};
  }
  return point_mm;
}

}  // namespace coincide::recon
