#include "recon/figures/repeated_runs.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "projectors/error.h"
#include "recon/data/time_activity.h"

namespace coincide::recon {
namespace {

using Voxels = std::vector<std::size_t>;

std::map<int, Voxels> voxels_of_regions(const Image& regions) {
  std::map<int, Voxels> result;
  for (std::size_t voxel = 0; voxel < regions.values.size(); ++voxel) {
    if (const auto region = static_cast<int>(label_of(regions.values[voxel])); region > 0) {
      result[region].push_back(voxel);
    }
  }
  if (result.empty()) {
    throw InputError(
        "the regions hold no number above 0: mark the voxels of each region with a whole number of its own");
  }
  return result;
}

void check(std::span<const Image> images, const Image& regions, const Image* truth) {
  if (images.size() < 2) {
    throw InputError("noise over repeated runs needs at least two images of independent counts");
  }
  for (const Image& image : images) {
    if (image.grid.shape != regions.grid.shape || (truth != nullptr && truth->grid.shape != image.grid.shape)) {
      throw InputError("the images, their regions and their truth must have the same voxels");
    }
  }
}

struct Moments {
  double mean = 0;
  double variance = 0;  ///< divided by their number less 1
};

template <class Value>
Moments moments(std::size_t count, const Value& value) {
  const auto number = static_cast<double>(count);
  Moments result;
  for (std::size_t i = 0; i < count; ++i) {
    result.mean += value(i) / number;
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.variance += (value(i) - result.mean) * (value(i) - result.mean) / std::max(1.0, number - 1);
  }
  return result;
}

void add_region(const Voxels& voxels, const std::string& name, std::span<const Image> images, const Image* truth,
                FigureReport& report) {
  const auto count = static_cast<double>(voxels.size());
  double mean = 0, variance = 0, true_mean = 0, roughness = 0;
  for (const std::size_t voxel : voxels) {
    const Moments over_runs = moments(images.size(), [&](std::size_t run) { return images[run].values[voxel]; });
    mean += over_runs.mean / count;
    variance += over_runs.variance / count;
    true_mean += truth != nullptr ? truth->values[voxel] / count : 0;
  }
  for (const Image& image : images) {
    const Moments over_voxels = moments(voxels.size(), [&](std::size_t i) { return image.values[voxels[i]]; });
    roughness += std::sqrt(over_voxels.variance) / over_voxels.mean / static_cast<double>(images.size());
  }
  report.figures.push_back({"mean", name, mean, images.front().unit});
  if (truth != nullptr) {
    report.figures.push_back({"bias", name, 100 * (mean / true_mean - 1), "%"});
  }
  report.figures.push_back({"noise over runs", name, 100 * std::sqrt(variance) / mean, "%"});
  report.figures.push_back({"roughness within a run", name, 100 * roughness, "%"});
}

}  // namespace

FigureReport repeated_runs(std::span<const Image> images, const Image& regions, const Image* truth) {
  check(images, regions, truth);
  FigureReport report;
  for (const auto& [region, voxels] : voxels_of_regions(regions)) {
    add_region(voxels, fmt::format("region {}", region), images, truth, report);
  }
  report.notes.push_back(fmt::format("From {} runs a voxel's noise is known to {:.2g} %.", images.size(),
                                     100 / std::sqrt(2.0 * static_cast<double>(images.size() - 1))));
  return report;
}

}  // namespace coincide::recon
