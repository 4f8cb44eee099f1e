#include "recon/figures/small_animal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

struct Values {
  double mean = 0, deviation = 0;
  double least = 0, most = 0;

  double relative() const { return mean > 0 ? deviation / mean : 0; }
};

Values values_of(const std::vector<double>& list, const std::string& what) {
  if (list.size() < 2) {
    throw InputError(fmt::format("fewer than two voxels of the image lie in the {}", what));
  }
  const auto count = static_cast<double>(list.size());
  Values values;
  values.mean = std::accumulate(list.begin(), list.end(), 0.0) / count;
  for (const double value : list) {
    values.deviation += (value - values.mean) * (value - values.mean) / (count - 1);
  }
  values.deviation = std::sqrt(values.deviation);
  values.least = *std::ranges::min_element(list);
  values.most = *std::ranges::max_element(list);
  return values;
}

double middle_mm(const ImageGrid& grid, std::size_t axis, std::int64_t voxel) {
  return grid.origin_mm[axis] + static_cast<double>(voxel) * grid.voxel_size_mm[axis];
}

/// Planes whose middles lie within half of a length of a place.
std::vector<std::int64_t> planes_around(const ImageGrid& grid, double place_mm, double length_mm) {
  std::vector<std::int64_t> planes;
  for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
    if (std::abs(middle_mm(grid, 2, k) - place_mm) <= 0.5 * length_mm) {
      planes.push_back(k);
    }
  }
  return planes;
}

/// Calls `visit(i, j)` for the pixels whose middles lie in a circle.
template <class Visit>
void for_pixels(const ImageGrid& grid, const std::array<double, 3>& centre_mm, double diameter_mm, const Visit& visit) {
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      if (std::hypot(middle_mm(grid, 0, i) - centre_mm[0], middle_mm(grid, 1, j) - centre_mm[1]) <= 0.5 * diameter_mm) {
        visit(i, j);
      }
    }
  }
}

Values in_cylinder(const Image& image, const std::array<double, 3>& centre_mm, double diameter_mm, double length_mm,
                   const std::string& what) {
  std::vector<double> list;
  for (const std::int64_t k : planes_around(image.grid, centre_mm[2], length_mm)) {
    for_pixels(image.grid, centre_mm, diameter_mm,
               [&](std::int64_t i, std::int64_t j) { list.push_back(image.at(i, j, k)); });
  }
  return values_of(list, what);
}

/// Along the line of voxels that is the highest in the mean of the rod's middle.
Values along_rod(const Image& image, const Shape& rod, const std::array<double, 3>& centre_mm) {
  constexpr double length_mm = 10;
  const std::vector<std::int64_t> planes = planes_around(image.grid, centre_mm[2], length_mm);
  std::vector<double> highest;
  double most = -1e300;
  for_pixels(image.grid, centre_mm, 4.0 * rod.half_size_mm[0], [&](std::int64_t i, std::int64_t j) {
    std::vector<double> line;
    std::ranges::transform(planes, std::back_inserter(line), [&](std::int64_t k) { return image.at(i, j, k); });
    if (const double sum = std::accumulate(line.begin(), line.end(), 0.0); sum > most) {
      most = sum;
      highest = std::move(line);
    }
  });
  return values_of(highest, rod.name);
}

std::array<double, 3> centre_of(const Shape& shape, const PhantomPose& pose) {
  return pose.place(shape.centre_mm[0], shape.centre_mm[1], shape.centre_mm[2]);
}

}  // namespace

RodPhantom rod_phantom(const Phantom& phantom) {
  RodPhantom result;
  std::optional<Shape> cold_part;
  for (const Shape& shape : std::span(phantom.shapes).subspan(std::min<std::size_t>(1, phantom.shapes.size()))) {
    const bool on_axis = shape.centre_mm[0] == 0 && shape.centre_mm[1] == 0;
    if (shape.kind != ShapeKind::elliptic_cylinder) {
      continue;
    }
    if (shape.activity_bq_per_ml > 0) {
      result.rods.push_back(shape);
    } else if (on_axis) {
      cold_part = shape;
    } else {
      result.chambers.push_back(shape);
    }
  }
  if (result.rods.empty() || result.chambers.empty() || !cold_part) {
    throw InputError(
        fmt::format("the phantom \"{}\" is none of rods and chambers: it needs cylinders with activity, others without "
                    "beside the axis, and one without on it, around the rods",
                    phantom.name));
  }
  const Shape& chamber = result.chambers.front();
  const double way = chamber.centre_mm[2] > cold_part->centre_mm[2] ? 1 : -1;
  result.uniform_mm = 0.5 * (cold_part->centre_mm[2] + way * cold_part->half_size_mm[2] + chamber.centre_mm[2] -
                             way * chamber.half_size_mm[2]);
  return result;
}

FigureReport small_animal_quality(const RodPhantom& phantom, const PhantomPose& pose, const Image& image) {
  constexpr double uniform_wide_mm = 22.5, uniform_long_mm = 10, chamber_wide_mm = 4, chamber_long_mm = 7.5;
  const std::array<double, 3> middle_mm = pose.place(0, 0, phantom.uniform_mm);
  const Values uniform = in_cylinder(image, middle_mm, uniform_wide_mm, uniform_long_mm, "uniform part");
  FigureReport report;
  report.figures = {{"mean", "uniform part", uniform.mean, image.unit},
                    {"highest", "uniform part", uniform.most, image.unit},
                    {"lowest", "uniform part", uniform.least, image.unit},
                    {"deviation", "uniform part", 100 * uniform.relative(), "%"}};
  for (const Shape& rod : phantom.rods) {
    const Values values = along_rod(image, rod, centre_of(rod, pose));
    report.regions.push_back({centre_of(rod, pose), 4.0 * rod.half_size_mm[0]});
    report.figures.push_back({"recovery coefficient", rod.name, values.mean / uniform.mean, ""});
    report.figures.push_back({"deviation", rod.name, 100 * std::hypot(values.relative(), uniform.relative()), "%"});
  }
  for (const Shape& chamber : phantom.chambers) {
    const Values values = in_cylinder(image, centre_of(chamber, pose), chamber_wide_mm, chamber_long_mm, chamber.name);
    report.figures.push_back({"spill-over ratio", chamber.name, values.mean / uniform.mean, ""});
    report.figures.push_back({"deviation", chamber.name, 100 * std::hypot(values.relative(), uniform.relative()), "%"});
  }
  report.notes.push_back(pose.sentence());
  return report;
}

}  // namespace coincide::recon
