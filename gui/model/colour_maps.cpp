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
      // W. Rasband's "Fire" of ImageJ, in the public domain: its 32 colours.
      even_map("fire", {0x000000, 0x00003d, 0x010060, 0x190082, 0x3100a5, 0x4900c0, 0x6200dc, 0x7a00e3,
                        0x9200d2, 0xa200b5, 0xad0097, 0xb8007a, 0xc3005d, 0xcf0e40, 0xd92323, 0xe53905,
                        0xf04f00, 0xfc6500, 0xff7500, 0xff8500, 0xff9300, 0xffa100, 0xffaf00, 0xffbe00,
                        0xffcd00, 0xffdb00, 0xffea00, 0xfff823, 0xffff62, 0xffffa0, 0xffffdf, 0xffffff}),
      // The palette PET of DICOM PS3.6, annex B: its corners.
      even_map("PET", {0x000000, 0x00807f, 0x8000ff, 0xff8000, 0xffffff}),
      even_map("rainbow", {0x000000, 0x0000ff, 0x00ffff, 0x00ff00, 0xffff00, 0xff0000}),
      even_map("blue, white, red", {0x053580, 0x4a90d9, 0xffffff, 0xe0604c, 0x7f0a1c}),
      // S. van der Walt and N. Smith, 2015, released as CC0: every eighth and every ninth part of their tables.
      even_map("viridis", {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725}),
      even_map("inferno",
               {0x000004, 0x1b0c41, 0x4a0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9b06, 0xf7d13d, 0xfcffa4}),
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
