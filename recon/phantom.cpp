#include "recon/phantom.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Part of a segment, as fractions of it.
struct Interval {
  double begin = 0;
  double end = 0;
  bool empty() const { return !(begin < end); }
};

Interval overlap(const Interval& a, const Interval& b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }

/// Where |origin + t * direction| <= 1 in the first `axes` axes.
Interval inside_unit_ball(const std::array<double, 3>& origin, const std::array<double, 3>& direction,
                          std::size_t axes) {
  double a = 0;
  double b = 0;
  double c = -1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    a += direction[axis] * direction[axis];
    b += direction[axis] * origin[axis];
    c += origin[axis] * origin[axis];
  }
  const double discriminant = b * b - a * c;
  if (a == 0) {
    return c <= 0 ? Interval{0, 1} : Interval{};
  }
  if (discriminant <= 0) {
    return {};
  }
  const double root = std::sqrt(discriminant);
  return {(-b - root) / a, (-b + root) / a};
}

/// Where |origin + t * direction| <= 1 in one axis.
Interval inside_slab(double origin, double direction) {
  if (direction == 0) {
    return std::abs(origin) <= 1 ? Interval{0, 1} : Interval{};
  }
  const double t0 = (-1 - origin) / direction;
  const double t1 = (1 - origin) / direction;
  return {std::min(t0, t1), std::max(t0, t1)};
}

/// The part of the segment from a to b that lies in the shape.
Interval inside_shape(const Shape& shape, const Vec3& a_mm, const Vec3& b_mm) {
  std::array<double, 3> origin;
  std::array<double, 3> direction;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double half = shape.half_size_mm[axis];
    origin[axis] = (double{a_mm[axis]} - shape.centre_mm[axis]) / half;
    direction[axis] = (double{b_mm[axis]} - a_mm[axis]) / half;
  }
  const Interval whole{0, 1};
  switch (shape.kind) {
    case ShapeKind::ellipsoid:
      return overlap(whole, inside_unit_ball(origin, direction, 3));
    case ShapeKind::elliptic_cylinder:
      return overlap(overlap(whole, inside_slab(origin[2], direction[2])), inside_unit_ball(origin, direction, 2));
    case ShapeKind::box:
      return overlap(
          overlap(overlap(whole, inside_slab(origin[0], direction[0])), inside_slab(origin[1], direction[1])),
          inside_slab(origin[2], direction[2]));
  }
  return {};
}

/// Of the voxel that a point lies in; 0 outside the image.
float value_in_voxel(const Image& image, const Vec3& point_mm) {
  std::array<std::int64_t, 3> place{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float voxels = (point_mm[axis] - image.grid.origin_mm[axis]) / image.grid.voxel_size_mm[axis] + 0.5F;
    if (!(voxels >= 0 && voxels < static_cast<float>(image.grid.shape[axis]))) {
      return 0;
    }
    place[axis] = static_cast<std::int64_t>(voxels);
  }
  return image.at(place[0], place[1], place[2]);
}

/// Mean over a part of the segment times that part, from points half a voxel apart.
double integrate_image(const Image& image, const Vec3& a_mm, const Vec3& b_mm, Interval part) {
  if (image.values.empty() || part.empty()) {
    return 0;
  }
  const double length_mm = std::hypot(double{b_mm[0]} - a_mm[0], double{b_mm[1]} - a_mm[1], double{b_mm[2]} - a_mm[2]);
  const double step_mm = std::ranges::min(image.grid.voxel_size_mm) / 2;
  const auto steps = static_cast<std::int64_t>(std::ceil(length_mm * (part.end - part.begin) / step_mm));
  double sum = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const double way = (static_cast<double>(step) + 0.5) / static_cast<double>(steps);
    const auto t = static_cast<float>(part.begin + (part.end - part.begin) * way);
    sum += value_in_voxel(image, {a_mm[0] + t * (b_mm[0] - a_mm[0]), a_mm[1] + t * (b_mm[1] - a_mm[1]),
                                  a_mm[2] + t * (b_mm[2] - a_mm[2])});
  }
  return sum / static_cast<double>(steps) * (part.end - part.begin);
}

/// Grows the box to hold all voxels that are not 0.
void include(const Image& image, Box& box) {
  for (std::size_t voxel = 0; voxel < image.values.size(); ++voxel) {
    if (image.values[voxel] == 0) {
      continue;
    }
    const auto index = static_cast<std::int64_t>(voxel);
    const auto& shape = image.grid.shape;
    const std::array place{index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto middle = static_cast<float>(place[axis]);
      const float size_mm = image.grid.voxel_size_mm[axis];
      box.low_mm[axis] = std::min(box.low_mm[axis], image.grid.origin_mm[axis] + (middle - 0.5F) * size_mm);
      box.high_mm[axis] = std::max(box.high_mm[axis], image.grid.origin_mm[axis] + (middle + 0.5F) * size_mm);
    }
  }
}

/// Integral of mu over a part of the segment, in units of 1/cm times the segment's length. The last shape owns what it
/// covers; what it leaves on either side belongs to the earlier ones.
double integrate_mu(std::span<const Shape> shapes, const Image& image, const Vec3& a_mm, const Vec3& b_mm,
                    Interval part) {
  double sum = 0;
  while (!shapes.empty() && !part.empty()) {
    const Shape& last = shapes.back();
    shapes = shapes.first(shapes.size() - 1);
    const Interval covered = overlap(part, inside_shape(last, a_mm, b_mm));
    if (!covered.empty()) {
      sum += last.mu_per_cm * (covered.end - covered.begin);
      sum += integrate_mu(shapes, image, a_mm, b_mm, {part.begin, covered.begin});
      part.begin = covered.end;
    }
  }
  return sum + integrate_image(image, a_mm, b_mm, part);
}

const Shape* shape_at(std::span<const Shape> shapes, const Vec3& point_mm) {
  for (auto shape = shapes.rbegin(); shape != shapes.rend(); ++shape) {
    if (shape->contains(point_mm)) {
      return &*shape;
    }
  }
  return nullptr;
}

/// Middle of sample `sample` of voxel `index` along one axis.
float sample_position_mm(const ImageGrid& grid, std::size_t axis, std::int64_t index, int sample, int samples) {
  const double voxels = static_cast<double>(index) + (sample + 0.5) / samples - 0.5;
  return static_cast<float>(grid.origin_mm[axis] + voxels * grid.voxel_size_mm[axis]);
}

/// The shapes of the phantom that may touch the voxels [i, j, :], in their order.
std::vector<Shape> shapes_near_row(const Phantom& phantom, const ImageGrid& grid, std::int64_t i, std::int64_t j,
                                   const Vec3& phantom_origin_mm) {
  std::vector<Shape> near;
  for (Shape shape : phantom.shapes) {
    bool touches = true;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double middle_mm = grid.origin_mm[axis] + static_cast<double>(axis == 0 ? i : j) * grid.voxel_size_mm[axis];
      const double distance_mm = std::abs(middle_mm - shape.centre_mm[axis] - phantom_origin_mm[axis]);
      touches = touches && distance_mm <= shape.half_size_mm[axis] + grid.voxel_size_mm[axis];
    }
    if (touches) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        shape.centre_mm[axis] += phantom_origin_mm[axis];
      }
      near.push_back(std::move(shape));
    }
  }
  return near;
}

Image average_over_voxels(const Phantom& phantom, const ImageGrid& grid, const Vec3& phantom_origin_mm, int samples,
                          double Shape::*quantity, const Image& beside, const char* unit, int num_threads) {
  Image image(grid, 0, unit);
  image.description = phantom.name;
  const auto mean_at = [&](std::span<const Shape> shapes, std::int64_t i, std::int64_t j, std::int64_t k) {
    double sum = 0;
    for (int a = 0; a < samples; ++a) {
      for (int b = 0; b < samples; ++b) {
        for (int c = 0; c < samples; ++c) {
          const Vec3 point_mm{sample_position_mm(grid, 0, i, a, samples), sample_position_mm(grid, 1, j, b, samples),
                              sample_position_mm(grid, 2, k, c, samples)};
          const Shape* shape = shape_at(shapes, point_mm);
          sum += shape != nullptr
                     ? shape->*quantity
                     : value_in_voxel(beside, {point_mm[0] - phantom_origin_mm[0], point_mm[1] - phantom_origin_mm[1],
                                               point_mm[2] - phantom_origin_mm[2]});
        }
      }
    }
    return static_cast<float>(sum / (samples * samples * samples));
  };
  const std::int64_t columns = grid.shape[1];
  parallel_for(grid.shape[0] * columns, num_threads, [&](std::int64_t row) {
    const std::int64_t i = row / columns;
    const std::int64_t j = row % columns;
    const std::vector<Shape> near = shapes_near_row(phantom, grid, i, j, phantom_origin_mm);
    const bool is_empty = near.empty() && beside.values.empty();
    for (std::int64_t k = 0; k < grid.shape[2] && !is_empty; ++k) {
      image.at(i, j, k) = mean_at(near, i, j, k);
    }
  });
  return image;
}

}  // namespace

bool Shape::contains(const Vec3& point_mm) const {
  std::array<double, 3> p;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    p[axis] = double{point_mm[axis]} - centre_mm[axis];
    if (std::abs(p[axis]) > half_size_mm[axis]) {
      return false;
    }
  }
  double sum = 0;
  const std::size_t round_axes = kind == ShapeKind::ellipsoid ? 3 : kind == ShapeKind::elliptic_cylinder ? 2 : 0;
  for (std::size_t axis = 0; axis < round_axes; ++axis) {
    const double relative = p[axis] / half_size_mm[axis];
    sum += relative * relative;
  }
  return sum <= 1;
}

double Shape::volume_ml() const {
  const double product_ml = double{half_size_mm[0]} * half_size_mm[1] * half_size_mm[2] / 1000;
  switch (kind) {
    case ShapeKind::ellipsoid:
      return 4.0 / 3 * std::numbers::pi * product_ml;
    case ShapeKind::elliptic_cylinder:
      return 2 * std::numbers::pi * product_ml;
    case ShapeKind::box:
      return 8 * product_ml;
  }
  return 0;
}

double Phantom::activity_at(const Vec3& point_mm) const {
  const Shape* shape = shape_at(shapes, point_mm);
  return shape != nullptr ? shape->activity_bq_per_ml : value_in_voxel(activity, point_mm);
}

double Phantom::mu_at(const Vec3& point_mm) const {
  const Shape* shape = shape_at(shapes, point_mm);
  return shape != nullptr ? shape->mu_per_cm : value_in_voxel(mu, point_mm);
}

double Phantom::attenuation_exponent(const Vec3& a_mm, const Vec3& b_mm) const {
  const double length_mm = std::hypot(double{b_mm[0]} - a_mm[0], double{b_mm[1]} - a_mm[1], double{b_mm[2]} - a_mm[2]);
  return integrate_mu(shapes, mu, a_mm, b_mm, {0, 1}) * length_mm / 10;
}

double Phantom::highest_mu_per_cm() const {
  double highest = mu.values.empty() ? 0 : std::ranges::max(mu.values);
  for (const Shape& shape : shapes) {
    highest = std::max(highest, shape.mu_per_cm);
  }
  return highest;
}

Box Phantom::box() const {
  constexpr float far = std::numeric_limits<float>::max();
  Box box{{far, far, far}, {-far, -far, -far}};
  for (const Shape& shape : shapes) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low_mm[axis] = std::min(box.low_mm[axis], shape.centre_mm[axis] - shape.half_size_mm[axis]);
      box.high_mm[axis] = std::max(box.high_mm[axis], shape.centre_mm[axis] + shape.half_size_mm[axis]);
    }
  }
  include(activity, box);
  include(mu, box);
  return box;
}

Image activity_image(const Phantom& phantom, const ImageGrid& grid, const Vec3& phantom_origin_mm, int samples,
                     int num_threads) {
  return average_over_voxels(phantom, grid, phantom_origin_mm, samples, &Shape::activity_bq_per_ml, phantom.activity,
                             "Bq/mL", num_threads);
}

Image attenuation_image(const Phantom& phantom, const ImageGrid& grid, const Vec3& phantom_origin_mm, int samples,
                        int num_threads) {
  return average_over_voxels(phantom, grid, phantom_origin_mm, samples, &Shape::mu_per_cm, phantom.mu, "1/cm",
                             num_threads);
}

}  // namespace coincide::recon
