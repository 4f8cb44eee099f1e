#include "recon/motion/registration.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "recon/resample.h"

namespace coincide::recon {
namespace {

Pose turn_about(int axis, double degrees) {
  const double half = 0.5 * degrees * std::numbers::pi / 180;
  Pose pose{.q = {std::cos(half), 0, 0, 0}};
  pose.q[static_cast<std::size_t>(axis) + 1] = std::sin(half);
  return pose;
}

Point minus(const Point& point) { return {-point[0], -point[1], -point[2]}; }

}  // namespace

Pose pose_of(const Registration& registration, const Point& middle_mm) {
  const auto& [shift_mm, turn_degrees] = registration;
  const Pose shift{.t_mm = shift_mm};
  if (turn_degrees == Point{}) {
    return shift;
  }
  Pose turn;
  for (int axis = 0; axis < 3; ++axis) {
    turn = then(turn, turn_about(axis, turn_degrees[static_cast<std::size_t>(axis)]));
  }
  return then(then(then(Pose{.t_mm = minus(middle_mm)}, turn), Pose{.t_mm = middle_mm}), shift);
}

Eigen::Affine3d affine_of(const Pose& pose) {
  const auto& [w, x, y, z] = pose.q;
  const auto& t = pose.t_mm;
  return Eigen::Translation3d(t[0], t[1], t[2]) * Eigen::Quaterniond(w, x, y, z);
}

Point middle_of(const ImageGrid& grid) {
  Point middle{};
  for (std::size_t a = 0; a < 3; ++a) {
    middle[a] = grid.origin_mm[a] + 0.5 * static_cast<double>(grid.shape[a] - 1) * grid.voxel_size_mm[a];
  }
  return middle;
}

Image registered(const Image& image, const Registration& registration, float outside, int num_threads) {
  Image result = image;
  if (registration.turn_degrees == Point{}) {
    for (std::size_t a = 0; a < 3; ++a) {
      result.grid.origin_mm[a] += static_cast<float>(registration.shift_mm[a]);
    }
    return result;
  }
  const Eigen::Affine3d moved = affine_of(pose_of(registration, middle_of(image.grid))) * index_to_mm(image.grid);
  result.grid = covering_grid(image.grid.shape, moved);
  result.values = resampled(image, moved, result.grid, outside, Interpolation::trilinear, num_threads);
  return result;
}

std::string sentence_of(const Registration& registration) {
  const auto numbers = [](const Point& p) { return fmt::format("({:g}, {:g}, {:g})", p[0], p[1], p[2]); };
  const auto& [shift_mm, turn_degrees] = registration;
  const std::string turned =
      turn_degrees == Point{} ? "" : fmt::format("turned by {} degrees about x, y and z", numbers(turn_degrees));
  const std::string moved = shift_mm == Point{} ? "" : fmt::format("moved by {} mm", numbers(shift_mm));
  return turned + (turned.empty() || moved.empty() ? "" : ", then ") + moved;
}

}  // namespace coincide::recon
