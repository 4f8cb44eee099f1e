#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::gui {

/// A colour map as control points, linear between them.
struct ColourMap {
  struct Point {
    double at;  ///< 0 ... 1
    std::array<double, 3> rgb;
  };
  std::string name;
  std::vector<Point> points;

  /// The colour at 0 ... 1; beyond, the nearest.
  std::array<double, 3> colour(double at) const;
};

/// Of voxels that hold no finite value: magenta, which none of the maps has.
inline constexpr std::array<double, 3> no_number_rgb{1, 0, 1};

/// Those usual in nuclear medicine, the first is the default: grey, inverted; grey; hot metal; fire; PET; rainbow;
/// blue, white, red, for differences; viridis; inferno.
const std::vector<ColourMap>& colour_maps();
/// Throws InputError for a name there is not.
const ColourMap& find_colour_map(std::string_view name);

}  // namespace coincide::gui
