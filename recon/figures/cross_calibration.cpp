#include "recon/figures/cross_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "projectors/error.h"
#include "recon/data/quantile.h"

namespace coincide::recon {
namespace {

constexpr double off_edges_mm = 20;

const Shape& cylinder_of(const Phantom& phantom) {
  if (phantom.shapes.size() != 1 || phantom.shapes.front().kind != ShapeKind::elliptic_cylinder ||
      !(phantom.shapes.front().activity_bq_per_ml > 0)) {
    throw InputError("a phantom for the calibration is one elliptic cylinder with activity, and nothing else");
  }
  return phantom.shapes.front();
}

/// Of the voxels above half of what most of the object has, across z.
std::array<double, 2> middle_of(const Image& image) {
  const double least = 0.5 * median_of_matter(image.values);
  double n = 0, x = 0, y = 0;
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
        if (image.at(i, j, k) > least) {
          n += 1;
          x += static_cast<double>(i);
          y += static_cast<double>(j);
        }
      }
    }
  }
  if (!(least > 0) || n == 0) {
    throw InputError("the image is empty");
  }
  return {image.grid.origin_mm[0] + x / n * image.grid.voxel_size_mm[0],
          image.grid.origin_mm[1] + y / n * image.grid.voxel_size_mm[1]};
}

/// A plane of the image in the cylinder, and its mean there.
struct Plane {
  Disc disc;
  double mean;
};

/// Those between its ends, as far as the image shows them.
std::vector<Plane> planes_of(const Shape& cylinder, const Image& image) {
  const double radius_mm = std::min(cylinder.half_size_mm[0], cylinder.half_size_mm[1]) - off_edges_mm;
  if (!(radius_mm > 0)) {
    throw InputError(fmt::format("the cylinder must be wider than {:g} mm", 2 * off_edges_mm));
  }
  const auto [x, y] = middle_of(image);
  std::vector<Plane> planes;
  std::vector<double> means;
  for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
    const double z = image.grid.origin_mm[2] + static_cast<double>(k) * image.grid.voxel_size_mm[2];
    const Disc disc{{x, y, z}, 2 * radius_mm};
    planes.push_back({disc, mean_in(disc, image)});
    means.push_back(planes.back().mean);
  }
  const double highest = *std::ranges::max_element(means);
  std::erase_if(planes, [&](const Plane& plane) { return plane.mean < highest / 2; });
  const double half_plane_mm = 0.5 * image.grid.voxel_size_mm[2];
  const double low = planes.front().disc.centre_mm[2] - half_plane_mm + off_edges_mm;
  const double high = planes.back().disc.centre_mm[2] + half_plane_mm - off_edges_mm;
  std::erase_if(planes,
                [&](const Plane& plane) { return plane.disc.centre_mm[2] < low || plane.disc.centre_mm[2] > high; });
  if (planes.empty()) {
    throw InputError(fmt::format("the cylinder is seen for less than {:g} mm along z", 2 * off_edges_mm));
  }
  return planes;
}

/// Of what is above half of the mean, over that of the cylinder: 1, less what noise leaves out.
double section_ratio(const std::vector<Plane>& planes, double mean, const Shape& cylinder, const Image& image) {
  const auto& [nx, ny, nz] = image.grid.shape;
  const auto& size = image.grid.voxel_size_mm;
  double voxels = 0;
  for (const Plane& plane : planes) {
    const auto k = static_cast<std::int64_t>(
        std::llround((plane.disc.centre_mm[2] - double{image.grid.origin_mm[2]}) / double{size[2]}));
    for (std::int64_t i = 0; i < nx; ++i) {
      for (std::int64_t j = 0; j < ny; ++j) {
        voxels += image.at(i, j, k) > 0.5 * mean ? 1 : 0;
      }
    }
  }
  const double section_mm2 = voxels * size[0] * size[1] / static_cast<double>(planes.size());
  return section_mm2 / (std::numbers::pi * cylinder.half_size_mm[0] * cylinder.half_size_mm[1]);
}

/// A phantom of another size would be measured where it happens to lie.
void check_section(double ratio) {
  constexpr double least = 0.6, most = 1.3;
  if (!(ratio >= least && ratio <= most)) {
    throw InputError(
        fmt::format("what is active in the image has {:.3g} times the section of the cylinder: is it an image of this "
                    "phantom, whose half_size_mm are half its widths, and of all of it?",
                    ratio));
  }
}

}  // namespace

FigureReport cross_calibration(const Phantom& phantom, const Image& image) {
  constexpr double most_variation = 0.05;
  if (!image.unit.empty() && image.unit != "Bq/mL") {
    throw InputError(
        fmt::format("the image has the unit '{}' instead of Bq/mL; reconstruct it with quantification.calibration = 1",
                    image.unit));
  }
  const Shape& cylinder = cylinder_of(phantom);
  const std::vector<Plane> planes = planes_of(cylinder, image);
  const double mean =
      std::accumulate(planes.begin(), planes.end(), 0.0, [](double sum, const Plane& p) { return sum + p.mean; }) /
      static_cast<double>(planes.size());
  check_section(section_ratio(planes, mean, cylinder, image));
  double variation = 0;
  for (const Plane& plane : planes) {
    variation = std::max(variation, std::abs(plane.mean / mean - 1));
  }
  if (variation > most_variation) {
    throw InputError(fmt::format(
        "planes of the cylinder differ by {:.2g} % from their mean, more than {:g} %: efficiencies, attenuation or "
        "scatter are not right, or counts are too few, and a scale does not mend that",
        100 * variation, 100 * most_variation));
  }
  FigureReport report;
  const double factor = mean / cylinder.activity_bq_per_ml;
  report.figures = {{"calibration", "cylinder", factor, ""},
                    {"mean activity", "image", mean, "Bq/mL"},
                    {"mean activity", "phantom", cylinder.activity_bq_per_ml, "Bq/mL"},
                    {"axial variation", "cylinder", 100 * variation, "%"}};
  report.regions = {planes[planes.size() / 2].disc};
  report.notes = {fmt::format("{} planes, {:g} mm off wall and ends, all corrections on.", planes.size(), off_edges_mm),
                  fmt::format("quantification.calibration = {:.5g}, times that of the job of this image.", factor)};
  return report;
}

}  // namespace coincide::recon
