#include "recon/field_of_view.h"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "recon/vectors.h"

namespace coincide::recon {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

/// Crystals look at the middle from at least so far. What looks away from it, as a probe within a ring, limits nothing.
constexpr double least_mm = 1e-3;

template <class A, class B>
double dot(const A& a, const B& b) {
  return a[0] * double{b[0]} + a[1] * double{b[1]} + a[2] * double{b[2]};
}

std::array<std::array<double, 3>, 3> to_array(const Matrix3d& matrix) {
  std::array<std::array<double, 3>, 3> result;
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      result[row][column] = matrix(row, column);
    }
  }
  return result;
}

/// A subspace.
struct Directions {
  Matrix3d projection;  ///< onto it
  int count;            ///< its dimensions
};

/// In which crystals stand in the way. A slant of their normals along the scanner's axis, as of conical rings, closes
/// nothing.
Directions closed_directions(const std::vector<FieldOfView::Front>& fronts) {
  constexpr double least_part = 0.1;  // of the mean square of the normals: slants up to 18 degrees are below
  Matrix3d mean = Matrix3d::Zero();
  for (const FieldOfView::Front& front : fronts) {
    const Vector3d normal = to_eigen(front.normal);
    mean += normal * normal.transpose() / static_cast<double>(fronts.size());
  }
  const Eigen::SelfAdjointEigenSolver<Matrix3d> solver(mean);
  Directions closed{Matrix3d::Zero(), 0};
  for (int i = 0; i < 3; ++i) {
    if (solver.eigenvalues()[i] > least_part) {
      const Vector3d direction = solver.eigenvectors().col(i);
      closed.projection += direction * direction.transpose();
      ++closed.count;
    }
  }
  return closed;
}

/// Shape matrix S of the largest ellipsoid u . S u <= 1 about the origin between the planes y . u = 1 and -1, up to a
/// factor, where y and u are closed directions; others are its eigenvectors. The ellipsoid of least volume about the
/// points y is its polar. Source: multiplicative algorithm for D-optimal designs, Silvey, Titterington and Torsney,
/// Commun. Stat. Theory Methods 7(14), 1978.
Matrix3d largest_ellipsoid(const std::vector<Vector3d>& planes, const Directions& closed) {
  constexpr int most_steps = 500;
  constexpr double close = 1e-6;
  std::vector<double> weights(planes.size(), 1.0 / static_cast<double>(planes.size()));
  Matrix3d shape;
  for (int step = 0; step < most_steps; ++step) {
    Matrix3d sum = Matrix3d::Zero();
    for (std::size_t i = 0; i < planes.size(); ++i) {
      sum += weights[i] * planes[i] * planes[i].transpose();
    }
    shape = sum + sum.trace() * (Matrix3d::Identity() - closed.projection);
    const Matrix3d inverse = shape.inverse();
    double most = 0;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const double excess = planes[i].dot(inverse * planes[i]) / closed.count;
      most = std::max(most, excess);
      weights[i] *= excess;
    }
    if (most < 1 + close) {
      break;
    }
  }
  return shape;
}

}  // namespace

FieldOfView::FieldOfView(const Scanner& scanner)
    : scanner_(scanner), middle_mm_(scanner.centre_mm()), half_extent_mm_(scanner.half_extent_mm()) {
  find_fronts();
  find_bore();
}

/// Of the middle from the plane of the crystal's face, in front of it.
double FieldOfView::distance_mm(std::uint32_t crystal) const {
  const Vec3& centre_mm = scanner_.crystal_centre_mm[crystal];
  double distance_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    distance_mm += scanner_.crystal_normal[crystal][axis] * (double{middle_mm_[axis]} - centre_mm[axis]);
  }
  return distance_mm;
}

void FieldOfView::find_fronts() {
  constexpr float digits = 1000;  // of normals: those of a flat module differ by rounding
  std::map<std::array<long, 3>, Front> nearest;
  for (std::uint32_t crystal = 0; crystal < scanner_.num_crystals(); ++crystal) {
    const Vec3& normal = scanner_.crystal_normal[crystal];
    const Front front{{normal[0], normal[1], normal[2]}, distance_mm(crystal)};
    if (front.distance_mm < least_mm) {
      continue;
    }
    const auto [place, is_new] = nearest.try_emplace(
        {std::lround(digits * normal[0]), std::lround(digits * normal[1]), std::lround(digits * normal[2])}, front);
    if (!is_new && front.distance_mm < place->second.distance_mm) {
      place->second = front;
    }
  }
  for (const auto& [direction, front] : nearest) {
    fronts_.push_back(front);
  }
}

void FieldOfView::find_bore() {
  const Directions closed = closed_directions(fronts_);
  // Rounding of the crystals' places must not show where axes are those of the image.
  constexpr double digits = 1e5;
  const Matrix3d ends = Matrix3d::Identity() - closed.projection;
  ends_ = to_array((ends.array() * digits).round() / digits);
  if (closed.count == 0) {
    return;
  }
  std::vector<Vector3d> planes;
  planes.reserve(fronts_.size());
  for (const Front& front : fronts_) {
    planes.emplace_back(closed.projection * to_eigen(front.normal) / front.distance_mm);
  }
  const Matrix3d shape = largest_ellipsoid(planes, closed);
  // As large as the crystals' centres leave room: those of a flat module lie behind its middle.
  double nearest = std::numeric_limits<double>::max();
  const Vector3d middle_mm = to_eigen(middle_mm_);
  for (std::uint32_t crystal = 0; crystal < scanner_.num_crystals(); ++crystal) {
    if (distance_mm(crystal) >= least_mm) {
      const Vector3d place = closed.projection * (to_eigen(scanner_.crystal_centre_mm[crystal]) - middle_mm);
      nearest = std::min(nearest, place.dot(shape * place));
    }
  }
  const Matrix3d inverse = shape.inverse();
  const Matrix3d bore_mm2 = nearest * closed.projection * inverse * closed.projection;
  double inscribed = 0;
  for (const Vector3d& plane : planes) {
    inscribed = std::max(inscribed, plane.dot(inverse * plane));
  }
  Matrix3d inside = inscribed * closed.projection * shape * closed.projection;
  for (const Front& front : fronts_) {
    if ((ends * to_eigen(front.normal)).norm() > 1 / digits) {
      constexpr double nowhere = 1e30;  // sure: what is in front also depends on the place along the ends
      inside = nowhere * Matrix3d::Identity();
    }
  }
  inside_ = to_array(inside);
  bore_mm2_ = to_array(bore_mm2);
  const Eigen::SelfAdjointEigenSolver<Matrix3d> axes(bore_mm2, Eigen::EigenvaluesOnly);
  bore_radius_mm_ = static_cast<float>(std::sqrt(axes.eigenvalues()[3 - closed.count]));  // they ascend, from 0
}

/// Half of what the crystals' centres cover along a vector, times its length.
float FieldOfView::half_extent_mm(const std::array<double, 3>& along) const {
  double low_mm = std::numeric_limits<double>::max();
  double high_mm = std::numeric_limits<double>::lowest();
  for (const Vec3& centre_mm : scanner_.crystal_centre_mm) {
    const double place_mm = dot(along, centre_mm);
    low_mm = std::min(low_mm, place_mm);
    high_mm = std::max(high_mm, place_mm);
  }
  return low_mm <= high_mm ? 0.5F * (static_cast<float>(high_mm) - static_cast<float>(low_mm)) : 0;
}

FieldOfView::Reach FieldOfView::reach_mm(const Vec3& unit_direction) const {
  std::array<double, 3> to_ends{};
  std::array<double, 3> to_crystals{};
  double bore_mm2 = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    to_ends[axis] = dot(ends_[axis], unit_direction);
    to_crystals[axis] = unit_direction[axis] - to_ends[axis];
    bore_mm2 += dot(bore_mm2_[axis], unit_direction) * unit_direction[axis];
  }
  // The room in a part of a ring may reach beyond its last crystals: no LORs are there.
  return {
      .to_crystals_mm = std::min(static_cast<float>(std::sqrt(std::max(0.0, bore_mm2))), half_extent_mm(to_crystals)),
      .to_ends_mm = half_extent_mm(to_ends),
      .ends = static_cast<float>(std::sqrt(dot(to_ends, to_ends)))};
}

Vec3 FieldOfView::axis() const {
  constexpr double clearly = 1e-3;
  Vector3d longest = Vector3d::Zero();
  for (const std::size_t direction : {2U, 1U, 0U}) {
    const Vector3d along = to_eigen(ends_[direction]);  // a row is a column: projections are symmetric
    longest = along.norm() > longest.norm() + clearly ? along : longest;
  }
  const Vector3d unit = longest.norm() > clearly ? longest.normalized() : Vector3d::UnitZ();
  return {static_cast<float>(unit.x()), static_cast<float>(unit.y()), static_cast<float>(unit.z())};
}

bool FieldOfView::is_behind_crystals(const Vec3& place_mm) const {
  std::array<double, 3> from_middle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    from_middle[axis] = double{place_mm[axis]} - middle_mm_[axis];
  }
  double part = 0;  // for most places enough, and much less work
  for (std::size_t axis = 0; axis < 3; ++axis) {
    part += dot(inside_[axis], from_middle) * from_middle[axis];
  }
  if (!fronts_.empty() && part < 1) {
    return false;
  }
  return std::ranges::any_of(
      fronts_, [&](const Front& front) { return front.distance_mm + dot(front.normal, from_middle) < 0; });
}

bool FieldOfView::contains(const Vec3& place_mm) const {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(place_mm[axis] - middle_mm_[axis]) > half_extent_mm_[axis]) {
      return false;
    }
  }
  return !is_behind_crystals(place_mm);
}

}  // namespace coincide::recon
