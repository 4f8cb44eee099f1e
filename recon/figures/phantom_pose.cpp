#include "recon/figures/phantom_pose.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "projectors/error.h"
#include "recon/data/quantile.h"

namespace coincide::recon {
namespace {

using Score = std::function<double(const PhantomPose&)>;

/// One step of `size_mm` along each axis and about z, each way, where it is better.
bool step(const Score& score, double size_mm, double radius_mm, double& most, PhantomPose& pose) {
  bool moved = false;
  for (int axis = 0; axis < 4; ++axis) {
    for (const double way : {size_mm, -size_mm}) {
      PhantomPose other = pose;
      (axis < 3 ? other.shift_mm[static_cast<std::size_t>(axis)] : other.angle) += axis < 3 ? way : way / radius_mm;
      if (const double there = score(other); there > most) {
        most = there;
        pose = other;
        moved = true;
      }
    }
  }
  return moved;
}

}  // namespace

std::array<double, 3> PhantomPose::place(double x_mm, double y_mm, double z_mm) const {
  const double x = mirrored ? -x_mm : x_mm;
  return {shift_mm[0] + std::cos(angle) * x - std::sin(angle) * y_mm,
          shift_mm[1] + std::sin(angle) * x + std::cos(angle) * y_mm, shift_mm[2] + z_mm};
}

std::array<double, 3> PhantomPose::voxel(const ImageGrid& grid, const std::array<double, 3>& place_mm) const {
  std::array<double, 3> index = place(place_mm[0], place_mm[1], place_mm[2]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    index[axis] = (index[axis] - grid.origin_mm[axis]) / grid.voxel_size_mm[axis];
  }
  return index;
}

std::string PhantomPose::sentence() const {
  return fmt::format("The phantom lies {:.1f}, {:.1f}, {:.1f} mm from its place, turned by {:.1f} degrees{}.",
                     shift_mm[0], shift_mm[1], shift_mm[2], angle * 180 / std::numbers::pi,
                     mirrored ? " and mirrored" : "");
}

PhantomPose best_pose(const Image& image, const std::array<double, 3>& axis_mm, std::span<const double> start_z_mm,
                      double radius_mm, const Score& score) {
  constexpr int angles = 72;
  const std::array<double, 3> middle_mm = centroid_mm(image);
  PhantomPose best;
  double most = -1e300;
  for (const double z_mm : start_z_mm) {
    for (int turn = 0; turn < 2 * angles; ++turn) {
      PhantomPose pose{{}, 2 * std::numbers::pi * (turn % angles) / angles, turn >= angles};
      const std::array<double, 3> at_mm = pose.place(axis_mm[0], axis_mm[1], axis_mm[2]);
      pose.shift_mm = {middle_mm[0] - at_mm[0], middle_mm[1] - at_mm[1], z_mm};
      if (const double here = score(pose); here > most) {
        most = here;
        best = pose;
      }
    }
  }
  constexpr double last_step_mm = 0.05;
  for (double size_mm = radius_mm / 14; size_mm > last_step_mm; size_mm /= 2) {
    while (step(score, size_mm, radius_mm, most, best)) {
    }
  }
  best.angle = std::remainder(best.angle, 2 * std::numbers::pi);
  return best;
}

std::array<double, 3> centroid_mm(const Image& image) {
  const float body = median_of_matter(image.values);
  if (!(body > 0)) {
    throw InputError("the image holds no activity, so there is no phantom in it");
  }
  std::array<double, 3> sum{};
  double count = 0;
  const auto& [nx, ny, nz] = image.grid.shape;
  for (std::int64_t i = 0; i < nx; ++i) {
    for (std::int64_t j = 0; j < ny; ++j) {
      for (std::int64_t k = 0; k < nz; ++k) {
        if (image.at(i, j, k) > 0.5F * body) {
          const std::array<std::int64_t, 3> voxel{i, j, k};
          for (std::size_t axis = 0; axis < 3; ++axis) {
            sum[axis] += static_cast<double>(voxel[axis]);
          }
          ++count;
        }
      }
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    sum[axis] = image.grid.origin_mm[axis] + sum[axis] / count * image.grid.voxel_size_mm[axis];
  }
  return sum;
}

std::vector<double> planes_mm(const ImageGrid& grid) {
  std::vector<double> planes;
  for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
    planes.push_back(grid.origin_mm[2] + static_cast<double>(k) * grid.voxel_size_mm[2]);
  }
  return planes;
}

}  // namespace coincide::recon
