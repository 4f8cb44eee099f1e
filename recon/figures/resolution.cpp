#include "recon/figures/resolution.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Samples from the highest one to where the profile falls below `level`, going by `step`; -1: it does not.
double distance_to(std::span<const double> profile, std::ptrdiff_t highest, std::ptrdiff_t step, double level) {
  const auto end = std::ssize(profile);
  for (std::ptrdiff_t i = highest + step; i >= 0 && i < end; i += step) {
    const double here = profile[static_cast<std::size_t>(i)], before = profile[static_cast<std::size_t>(i - step)];
    if (here < level) {
      return static_cast<double>((i - step - highest) * step) + (before - level) / (before - here);
    }
  }
  return -1;
}

double width_at(std::span<const double> profile, std::ptrdiff_t highest, double level) {
  const double left = distance_to(profile, highest, -1, level), right = distance_to(profile, highest, 1, level);
  return left < 0 || right < 0 ? 0 : left + right;
}

}  // namespace

PeakWidths peak_widths(std::span<const double> profile) {
  const std::ptrdiff_t highest = std::ranges::max_element(profile) - profile.begin();
  if (highest == 0 || highest >= std::ssize(profile) - 1 || !(profile[static_cast<std::size_t>(highest)] > 0)) {
    throw InputError(
        "the highest voxel lies at the edge of the image, or nothing is above 0: there is no point source");
  }
  const auto at = static_cast<std::size_t>(highest);
  const double a = profile[at - 1], b = profile[at], c = profile[at + 1];
  const double bend = a - 2 * b + c;
  const double peak = bend < 0 ? b - (a - c) * (a - c) / (8 * bend) : b;
  return {peak, width_at(profile, highest, 0.5 * peak), width_at(profile, highest, 0.1 * peak)};
}

FigureReport point_resolution(const Image& image) {
  const auto& shape = image.grid.shape;
  const std::int64_t place = std::ranges::max_element(image.values) - image.values.begin();
  const std::array<std::int64_t, 3> voxel{place / (shape[1] * shape[2]), place / shape[2] % shape[1], place % shape[2]};
  FigureReport report;
  Disc marked;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double size_mm = image.grid.voxel_size_mm[axis];
    std::vector<double> profile;
    std::array<std::int64_t, 3> at = voxel;
    for (at[axis] = 0; at[axis] < shape[axis]; ++at[axis]) {
      profile.push_back(image.at(at[0], at[1], at[2]));
    }
    const PeakWidths widths = peak_widths(profile);
    const std::string along{"xyz"[axis]};
    marked.centre_mm[axis] = image.grid.origin_mm[axis] + static_cast<double>(voxel[axis]) * size_mm;
    report.figures.push_back({"place", along, marked.centre_mm[axis], "mm"});
    for (const auto& [name, width] : {std::pair{"FWHM", widths.half_width}, {"FWTM", widths.tenth_width}}) {
      if (width > 0) {
        report.figures.push_back({name, along, width * size_mm, "mm"});
      }
    }
    marked.diameter_mm = std::max(marked.diameter_mm, 2 * widths.half_width * size_mm);
    if (widths.half_width < 3) {
      report.notes.push_back(
          fmt::format("Along {} the width is {:.2g} voxels, and below 3 it reads too high.", along, widths.half_width));
    }
  }
  report.regions.push_back(marked);
  report.notes.emplace_back("The profiles are single rows of voxels through the highest.");
  return report;
}

}  // namespace coincide::recon
