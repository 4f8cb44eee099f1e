#include "recon/figures/image_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr double largest_mm = 37;  ///< sphere, whose circles also stand for the background of the lung
/// Middles of the background circles in the standard body (300 x 230 mm), from its axis: at least 15 mm within its
/// edge, clear of spheres, insert and each other.
constexpr std::array<std::array<double, 2>, 12> background_mm{{{112, 22},
                                                               {112, -22},
                                                               {-112, 22},
                                                               {-112, -22},
                                                               {89, 52},
                                                               {-89, -52},
                                                               {45, 75},
                                                               {-12, 81},
                                                               {-59, 70},
                                                               {-51, -73},
                                                               {12, -81},
                                                               {59, -70}}};
constexpr std::array<double, 5> background_planes_mm{-20, -10, 0, 10, 20};

struct Background {
  double mean = 0;
  double deviation = 0;  ///< of the circles' means
};

bool is_within_body(const SpherePhantom& phantom, const std::array<double, 2>& middle_mm, double radius_mm) {
  for (int i = 0; i < 64; ++i) {
    const double angle = i * std::numbers::pi / 32;
    const auto& [a, b, half_length] = phantom.body.half_size_mm;
    if (std::hypot((middle_mm[0] + radius_mm * std::cos(angle)) / a, (middle_mm[1] + radius_mm * std::sin(angle)) / b) >
        1) {
      return false;
    }
  }
  return true;
}

/// For another body than the standard's.
void check_places(const SpherePhantom& phantom) {
  constexpr double within_mm = 14.5;  // 15 with the rounding of the places
  for (const auto& middle_mm : background_mm) {
    const auto clear_of = [&](double x_mm, double y_mm, double radius_mm) {
      return std::hypot(middle_mm[0] - x_mm, middle_mm[1] - y_mm) >= radius_mm + 0.5 * largest_mm;
    };
    const bool clear = std::ranges::all_of(phantom.spheres, [&](const SpherePhantom::Sphere& sphere) {
      return clear_of(sphere.centre_mm[0], sphere.centre_mm[1], 0.5 * sphere.diameter_mm);
    });
    if (!clear || !is_within_body(phantom, middle_mm, 0.5 * largest_mm + within_mm)) {
      throw InputError(fmt::format(
          "the background circle at ({:g}, {:g}) mm touches a sphere or the edge of the phantom: the circles are those "
          "of NEMA's body of 300 x 230 mm with its spheres on a circle of 114.4 mm",
          middle_mm[0], middle_mm[1]));
    }
  }
}

std::vector<Disc> background_discs(const SpherePhantom& phantom, const PhantomPose& pose, double diameter_mm) {
  std::vector<Disc> discs;
  for (const double plane_mm : background_planes_mm) {
    for (const auto& [x_mm, y_mm] : background_mm) {
      discs.push_back({pose.place(x_mm, y_mm, phantom.plane_mm + plane_mm), diameter_mm});
    }
  }
  return discs;
}

Background background(const std::vector<Disc>& discs, const Image& image) {
  std::vector<double> means;
  std::ranges::transform(discs, std::back_inserter(means), [&](const Disc& disc) { return mean_in(disc, image); });
  const auto count = static_cast<double>(means.size());
  Background result;
  for (const double mean : means) {
    result.mean += mean / count;
  }
  if (!(result.mean > 0)) {
    throw InputError(fmt::format(
        "the phantom's background has a mean of {:.3g}, where there is activity: is it an image of this phantom?",
        result.mean));
  }
  double squares = 0;
  for (const double mean : means) {
    squares += (mean - result.mean) * (mean - result.mean);
  }
  result.deviation = std::sqrt(squares / (count - 1));
  return result;
}

void add_sphere(const SpherePhantom& phantom, const SpherePhantom::Sphere& sphere, const PhantomPose& pose,
                const Image& image, FigureReport& report) {
  const Disc disc{pose.place(sphere.centre_mm[0], sphere.centre_mm[1], phantom.plane_mm), sphere.diameter_mm};
  const double found = mean_in(disc, image);
  const Background around = background(background_discs(phantom, pose, sphere.diameter_mm), image);
  const std::string of = fmt::format("sphere {:g} mm", sphere.diameter_mm);
  report.regions.push_back(disc);
  // The same for hot and cold ones: (C / B - 1) / (a / b - 1).
  report.figures.push_back({"contrast recovery", of, 100 * (found / around.mean - 1) / (sphere.ratio - 1), "%"});
  report.figures.push_back({"background variability", of, 100 * around.deviation / around.mean, "%"});
  if (constexpr double rounding = 1e-6; around.deviation > rounding * around.mean) {
    report.figures.push_back({"contrast to noise ratio", of, std::abs(found - around.mean) / around.deviation, ""});
  }
}

/// In each plane of the insert that is at least 30 mm from the ends of the body.
void add_lung(const SpherePhantom& phantom, const PhantomPose& pose, const Image& image, FigureReport& report) {
  constexpr double diameter_mm = 30, from_ends_mm = 30;
  const Shape& insert = *phantom.insert;
  const double middle_mm = pose.place(0, 0, phantom.body.centre_mm[2])[2];
  const double half_mm = phantom.body.half_size_mm[2] - from_ends_mm;
  double sum = 0;
  int planes = 0;
  for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
    const double z_mm = image.grid.origin_mm[2] + static_cast<double>(k) * image.grid.voxel_size_mm[2];
    if (std::abs(z_mm - middle_mm) <= half_mm) {
      auto centre_mm = pose.place(insert.centre_mm[0], insert.centre_mm[1], 0);
      centre_mm[2] = z_mm;
      sum += mean_in({centre_mm, diameter_mm}, image);
      ++planes;
    }
  }
  if (planes > 0) {
    const double warm = background(background_discs(phantom, pose, largest_mm), image).mean;
    report.figures.push_back({"residual error", "lung insert", 100 * sum / planes / warm, "%"});
    report.notes.push_back(fmt::format("The residual error is the mean of {} planes.", planes));
  }
}

}  // namespace

SpherePhantom sphere_phantom(const Phantom& phantom) {
  const auto refuse = [&](const char* why) -> InputError {
    return InputError(fmt::format("the phantom \"{}\" is none of spheres in a body: {}", phantom.name, why));
  };
  if (phantom.shapes.empty() || phantom.shapes.front().kind != ShapeKind::elliptic_cylinder ||
      !(phantom.shapes.front().activity_bq_per_ml > 0)) {
    throw refuse("its first shape must be a cylinder that holds activity");
  }
  SpherePhantom result;
  result.body = phantom.shapes.front();
  for (const Shape& shape : std::span(phantom.shapes).subspan(1)) {
    if (shape.kind == ShapeKind::elliptic_cylinder && !result.insert) {
      result.insert = shape;
    } else if (shape.kind == ShapeKind::ellipsoid &&
               (result.spheres.empty() || shape.centre_mm[2] == result.plane_mm)) {
      result.plane_mm = shape.centre_mm[2];
      result.spheres.push_back({{shape.centre_mm[0], shape.centre_mm[1]},
                                2.0 * shape.half_size_mm[0],
                                shape.activity_bq_per_ml / result.body.activity_bq_per_ml});
    } else {
      throw refuse("beside it there may be one cylinder, and spheres whose middles lie in one plane");
    }
  }
  if (result.spheres.empty() || std::ranges::count(result.spheres, 1.0, &SpherePhantom::Sphere::ratio) > 0) {
    throw refuse("it needs spheres that are hotter or colder than the body");
  }
  std::ranges::sort(result.spheres, {}, &SpherePhantom::Sphere::diameter_mm);
  return result;
}

FigureReport image_quality(const SpherePhantom& phantom, const PhantomPose& pose, const Image& image) {
  check_places(phantom);
  FigureReport report;
  for (const SpherePhantom::Sphere& sphere : phantom.spheres) {
    add_sphere(phantom, sphere, pose, image, report);
  }
  if (phantom.insert) {
    add_lung(phantom, pose, image, report);
  }
  std::ranges::reverse(report.regions);  // the largest sphere is the one to look at
  std::ranges::copy(background_discs(phantom, pose, largest_mm), std::back_inserter(report.regions));
  report.notes.push_back(pose.sentence());
  return report;
}

}  // namespace coincide::recon
