#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"
#include "recon/data/quantile.h"
#include "recon/figures/image_quality.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

using Point = std::array<double, 3>;

/// Points on a sphere of radius 1, all equally far from their neighbours: a spiral whose turns go on by the golden
/// angle.
std::vector<Point> spread_points(int count) {
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) {
    const double z = 1 - (2 * i + 1.0) / count, radius = std::sqrt(1 - z * z);
    const double angle = std::numbers::pi * (3 - std::sqrt(5.0)) * i;
    points.push_back({radius * std::cos(angle), radius * std::sin(angle), z});
  }
  return points;
}

/// How far the spheres stand out from shells around them, in units of what the phantom's activities make of it.
class Contrast {
 public:
  Contrast(const SpherePhantom& phantom, const Image& image)
      : phantom_(phantom), image_(image), body_(median_of_matter(image.values)), points_(spread_points(32)) {}

  double body() const { return body_; }
  double at(const PhantomPose& pose) const;

 private:
  double shell_mean(const Point& centre_mm, double radius_mm) const;

  const SpherePhantom& phantom_;
  const Image& image_;
  double body_;
  std::vector<Point> points_;
};

double Contrast::shell_mean(const Point& centre_mm, double radius_mm) const {
  double sum = 0;
  for (const Point& point : points_) {
    Point voxel{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      voxel[axis] =
          (centre_mm[axis] + radius_mm * point[axis] - image_.grid.origin_mm[axis]) / image_.grid.voxel_size_mm[axis];
    }
    sum += trilinear_value(image_, voxel);
  }
  return sum / static_cast<double>(points_.size());
}

double Contrast::at(const PhantomPose& pose) const {
  double sum = 0, weights = 0;
  for (const SpherePhantom::Sphere& sphere : phantom_.spheres) {
    const double radius_mm = 0.5 * sphere.diameter_mm, expected = body_ * (sphere.ratio - 1);
    const Point centre_mm = pose.place(sphere.centre_mm[0], sphere.centre_mm[1], phantom_.plane_mm);
    const double inside = 0.5 * (shell_mean(centre_mm, 0.4 * radius_mm) + shell_mean(centre_mm, 0.8 * radius_mm));
    const double weight = radius_mm * std::abs(expected);
    sum += weight * (inside - shell_mean(centre_mm, 1.5 * radius_mm)) / expected;
    weights += weight;
  }
  return sum / weights;
}

/// Middle of all voxels above half of the body's value.
Point centroid_mm(const Image& image, double body) {
  Point sum{};
  double count = 0;
  const auto& [nx, ny, nz] = image.grid.shape;
  for (std::int64_t i = 0; i < nx; ++i) {
    for (std::int64_t j = 0; j < ny; ++j) {
      for (std::int64_t k = 0; k < nz; ++k) {
        if (image.at(i, j, k) > 0.5 * body) {
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

/// Each plane, each angle, as it is and mirrored, about the body's axis.
PhantomPose best_start(const SpherePhantom& phantom, const Contrast& contrast, const Image& image) {
  constexpr int angles = 72;
  const Point middle_mm = centroid_mm(image, contrast.body());
  PhantomPose best;
  double most = -1e300;
  for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
    const double z_mm = image.grid.origin_mm[2] + static_cast<double>(k) * image.grid.voxel_size_mm[2];
    for (int turn = 0; turn < 2 * angles; ++turn) {
      PhantomPose pose{{}, 2 * std::numbers::pi * (turn % angles) / angles, turn >= angles};
      const Point axis_mm = pose.place(phantom.body.centre_mm[0], phantom.body.centre_mm[1], phantom.plane_mm);
      pose.shift_mm = {middle_mm[0] - axis_mm[0], middle_mm[1] - axis_mm[1], z_mm - axis_mm[2]};
      if (const double here = contrast.at(pose); here > most) {
        most = here;
        best = pose;
      }
    }
  }
  return best;
}

/// One step of `size_mm` along each axis and about z (on the circle of the spheres), each way, where it is better.
bool step(const Contrast& contrast, double size_mm, PhantomPose& pose) {
  constexpr double circle_mm = 57;
  double most = contrast.at(pose);
  bool moved = false;
  for (int axis = 0; axis < 4; ++axis) {
    for (const double way : {size_mm, -size_mm}) {
      PhantomPose other = pose;
      (axis < 3 ? other.shift_mm[static_cast<std::size_t>(axis)] : other.angle) += axis < 3 ? way : way / circle_mm;
      if (const double there = contrast.at(other); there > most) {
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

PhantomPose find_spheres(const SpherePhantom& phantom, const Image& image) {
  constexpr double least_contrast = 0.15, first_step_mm = 4, last_step_mm = 0.05;
  const Contrast contrast(phantom, image);
  if (!(contrast.body() > 0)) {
    throw InputError("the image holds no activity, so there is no phantom in it");
  }
  PhantomPose pose = best_start(phantom, contrast, image);
  for (double size_mm = first_step_mm; size_mm > last_step_mm; size_mm /= 2) {
    while (step(contrast, size_mm, pose)) {
    }
  }
  if (contrast.at(pose) < least_contrast) {
    throw InputError("the spheres of the phantom do not stand out anywhere in the image: is it of this phantom?");
  }
  pose.angle = std::remainder(pose.angle, 2 * std::numbers::pi);
  return pose;
}

}  // namespace coincide::recon
