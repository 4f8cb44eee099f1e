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

}  // namespace

PhantomPose find_spheres(const SpherePhantom& phantom, const Image& image) {
  constexpr double least_contrast = 0.15, circle_mm = 57;
  const Contrast contrast(phantom, image);
  std::vector<double> starts_mm = planes_mm(image.grid);
  std::ranges::for_each(starts_mm, [&](double& z_mm) { z_mm -= phantom.plane_mm; });
  const PhantomPose pose = best_pose(image, {phantom.body.centre_mm[0], phantom.body.centre_mm[1], 0}, starts_mm,
                                     circle_mm, [&](const PhantomPose& at) { return contrast.at(at); });
  if (contrast.at(pose) < least_contrast) {
    throw InputError("the spheres of the phantom do not stand out anywhere in the image: is it of this phantom?");
  }
  return pose;
}

}  // namespace coincide::recon
