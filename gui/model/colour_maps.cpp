#include "gui/model/colour_maps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"

namespace coincide::gui {
namespace {

/// Colours at equal distances, as 0xRRGGBB.
ColourMap even_map(std::string name, const std::vector<int>& colours) {
  ColourMap map{std::move(name), {}};
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const int rgb = colours[i];
    map.points.push_back({static_cast<double>(i) / static_cast<double>(colours.size() - 1),
                          {(rgb >> 16) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0}});
  }
  return map;
}

}  // namespace

std::array<double, 3> ColourMap::colour(double at) const {
  const auto right = std::ranges::lower_bound(points, at, {}, &Point::at);
  if (right == points.begin()) {
    return points.front().rgb;
  }
  if (right == points.end()) {
    return points.back().rgb;
  }
  const Point& left = *(right - 1);
  const double part = (at - left.at) / (right->at - left.at);
  std::array<double, 3> rgb{};
  for (std::size_t i = 0; i < 3; ++i) {
    rgb[i] = std::lerp(left.rgb[i], right->rgb[i], part);
  }
  return rgb;
}

const std::vector<ColourMap>& colour_maps() {
  static const std::vector<ColourMap> maps = {
      even_map("grey, inverted", {0xffffff, 0x000000}),
      even_map("grey", {0x000000, 0xffffff}),
      // Red, then green, then blue rise, as in the palette HOT_IRON of DICOM PS3.6, annex B.
      even_map("hot metal", {0x000000, 0x800000, 0xff0000, 0xff8000, 0xffffff}),
      even_map("rainbow", {0x000000, 0x0000ff, 0x00ffff, 0x00ff00, 0xffff00, 0xff0000}),
      even_map("blue, white, red", {0x053580, 0x4a90d9, 0xffffff, 0xe0604c, 0x7f0a1c}),
      // S. van der Walt and N. Smith, 2015, released as CC0: every eighth part of their table.
      even_map("viridis", {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725}),
  };
  return maps;
}

const ColourMap& find_colour_map(std::string_view name) {
  const auto found = std::ranges::find(colour_maps(), name, &ColourMap::name);
  if (found == colour_maps().end()) {
    std::vector<std::string> names;
    for (const ColourMap& map : colour_maps()) {
      names.push_back(map.name);
    }
    throw InputError(fmt::format("There is no colour map \"{}\". There are: {}.", name, fmt::join(names, "; ")));
  }
  return *found;
}

}  // namespace coincide::gui
