#include "recon/corrections/attenuation_unit.h"

#include <algorithm>

#include "recon/data/quantile.h"

namespace coincide::recon {
namespace {

/// The corners of the box, where no body is.
bool has_corners_of_one(const Image& image) {
  const auto& [x, y, z] = image.grid.shape;
  for (const std::int64_t i : {std::int64_t{0}, x - 1}) {
    for (const std::int64_t j : {std::int64_t{0}, y - 1}) {
      if (image.at(i, j, z / 2) != 1) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

AttenuationUnit attenuation_unit(const Image& image) {
  constexpr float air_and_lung_hu = -200;
  const auto [least, most] = std::ranges::minmax_element(image.values);
  if (image.unit == "HU" || *least < air_and_lung_hu) {
    return AttenuationUnit::ct_numbers;
  }
  if (*least == 0 && *most == 1 && std::ranges::all_of(image.values, [](float v) { return v == 0 || v == 1; })) {
    return AttenuationUnit::mask;
  }
  if (has_corners_of_one(image)) {
    return AttenuationUnit::factors;
  }
  const float median = median_of_matter(image.values);
  const auto is_tissue = [median](float per_unit) { return median >= 0.07F * per_unit && median <= 0.13F * per_unit; };
  return is_tissue(1)      ? AttenuationUnit::per_cm
         : is_tissue(0.1F) ? AttenuationUnit::per_mm
         : is_tissue(100)  ? AttenuationUnit::per_m
                           : AttenuationUnit::unknown;
}

}  // namespace coincide::recon
