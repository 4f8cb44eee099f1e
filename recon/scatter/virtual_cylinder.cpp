#include "recon/scatter/virtual_cylinder.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "recon/field_of_view.h"
#include "recon/scatter/scatter_sampling.h"
#include "recon/vectors.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;
using std::numbers::pi;

Vector3d perpendicular(const Vector3d& to, const Vector3d& wanted) {
  const Vector3d part = wanted - wanted.dot(to) * to;
  constexpr double clearly = 1e-6;
  return part.norm() > clearly ? part.normalized() : to.unitOrthogonal();
}

}  // namespace

VirtualCylinder::VirtualCylinder(const Vector3d& middle_mm, const Vector3d& axis, const Vector3d& zero,
                                 const Size& size)
    : middle_mm_(middle_mm), size_(size) {
  axes_[0] = perpendicular(axis, zero);
  axes_[1] = axis.cross(axes_[0]);
  axes_[2] = axis;
}

VirtualCylinder::Size VirtualCylinder::Size::of(double radius_mm, double half_length_mm) {
  const double most_apart_mm = ScatterSampling::in_bore(radius_mm).ring_mm;
  return {.radius_mm = radius_mm,
          .half_length_mm = half_length_mm,
          .rings = 1 + static_cast<std::int32_t>(std::ceil(2 * half_length_mm / most_apart_mm))};
}

VirtualCylinder VirtualCylinder::in_bore(const Scanner& scanner) {
  const FieldOfView field(scanner);
  const Vector3d axis = to_eigen(field.axis());
  double half_length_mm = 0;
  for (const Vec3& crystal_mm : scanner.crystal_centre_mm) {
    half_length_mm = std::max(half_length_mm, std::abs(axis.dot(to_eigen(crystal_mm) - to_eigen(field.middle_mm()))));
  }
  return {to_eigen(field.middle_mm()), axis, Vector3d::UnitX(), Size::of(field.bore_radius_mm(), half_length_mm)};
}

bool VirtualCylinder::is_like(const VirtualCylinder& other) const {
  constexpr double close_mm = 0.1;
  const bool same_count = size_.per_ring == other.size_.per_ring && size_.rings == other.size_.rings;
  const auto is_close = [&](std::uint32_t node) { return (node_mm(node) - other.node_mm(node)).norm() < close_mm; };
  const auto quarter = static_cast<std::uint32_t>(size_.per_ring) / 4;
  return same_count && is_close(0) && is_close(quarter) && is_close(num_nodes() - 1);
}

double VirtualCylinder::angle_of(std::uint32_t node) const {
  return 2 * pi * (node % static_cast<std::uint32_t>(size_.per_ring)) / size_.per_ring;
}

Vector3d VirtualCylinder::normal(std::uint32_t node) const {
  const double angle = angle_of(node);
  return -std::cos(angle) * axes_[0] - std::sin(angle) * axes_[1];
}

Vector3d VirtualCylinder::node_mm(std::uint32_t node) const {
  const auto ring = static_cast<std::int32_t>(node / static_cast<std::uint32_t>(size_.per_ring));
  const double along_mm = size_.rings > 1 ? size_.half_length_mm * (2.0 * ring / (size_.rings - 1) - 1) : 0;
  return middle_mm_ - size_.radius_mm * normal(node) + along_mm * axes_[2];
}

VirtualCylinder::Place VirtualCylinder::place(const Vector3d& at) const {
  double turn = std::atan2(at.dot(axes_[1]), at.dot(axes_[0])) / (2 * pi);
  turn = (turn < 0 ? turn + 1 : turn) * size_.per_ring;
  const auto k = static_cast<std::int32_t>(turn);
  const double between = turn - k;
  const double last = size_.rings - 1;
  const double ring_place =
      size_.rings > 1 ? std::clamp((at.dot(axes_[2]) / size_.half_length_mm + 1) * last / 2, 0.0, last) : 0;
  const auto ring = std::min(static_cast<std::int32_t>(ring_place), std::max(0, size_.rings - 2));
  const double up = ring_place - ring;
  const auto node = [&](std::int32_t of_ring, std::int32_t of_turn) {
    return static_cast<std::uint32_t>(std::min(of_ring, size_.rings - 1) * size_.per_ring + of_turn % size_.per_ring);
  };
  return {{node(ring, k), node(ring, k + 1), node(ring + 1, k), node(ring + 1, k + 1)},
          {static_cast<float>((1 - up) * (1 - between)), static_cast<float>((1 - up) * between),
           static_cast<float>(up * (1 - between)), static_cast<float>(up * between)}};
}

double VirtualCylinder::axial_middle_mm(const float* start_mm, const float* end_mm) const {
  const Vector3d start(start_mm[0], start_mm[1], start_mm[2]);
  const Vector3d end(end_mm[0], end_mm[1], end_mm[2]);
  return axes_[2].dot(0.5 * (start + end) - middle_mm_);
}

VirtualCylinder::Crossing VirtualCylinder::cross(const float* start_mm, const float* end_mm) const {
  const Vector3d start = Vector3d(start_mm[0], start_mm[1], start_mm[2]) - middle_mm_;
  const Vector3d way = Vector3d(end_mm[0], end_mm[1], end_mm[2]) - middle_mm_ - start;
  const auto across = [&](const Vector3d& v) { return Eigen::Vector2d(v.dot(axes_[0]), v.dot(axes_[1])); };
  const Eigen::Vector2d from = across(start);
  const Eigen::Vector2d along = across(way);
  const double a = along.squaredNorm();
  if (a == 0) {  // along the axis
    return {place(start), place(start + way), 0};
  }
  // |from + t along| = radius, t from 0 at the start to 1 at the end.
  const double middle = -from.dot(along) / a;
  const double inside = middle * middle - (from.squaredNorm() - size_.radius_mm * size_.radius_mm) / a;
  const double half = std::sqrt(std::max(0.0, inside));
  return {place(start + (middle - half) * way), place(start + (middle + half) * way), (middle - 0.5) * way.norm()};
}

}  // namespace coincide::recon
