#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/scanner.h"

namespace coincide::gui {

/// The detector unrolled: columns by azimuth about the scanner's axis, z for most (from +x towards +y), rows along it.
/// Columns and rows are the places where crystals are: gaps between modules have no room of their own.
struct DetectorMap {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<float>
      values;  ///< counts per crystal, row after row, the lowest place along the axis first; NaN: no crystal
  std::vector<std::int32_t> crystal;  ///< by pixel: id of the (first) crystal there, -1: none
  std::vector<std::int32_t> pixel;    ///< by crystal id: index of the pixel that holds its counts
  double z_low_mm = 0;                ///< of the crystal centres
  double z_high_mm = 0;
  double around_mm = 0;  ///< once around the bore
  double along_mm = 0;   ///< from the outer edge of the first row to that of the last
  std::string note;      ///< a sentence if a pixel holds several crystals; empty: one each
};

/// `counts` by crystal id. Crystals behind one another are added. Where crystals lie so irregularly that columns and
/// rows would leave most pixels empty, the map is a raster of cells with the mean of the crystals in each.
DetectorMap detector_map(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts);

/// What 99 % of the counts do not exceed, at least 1: colours end there, so that a hot crystal does not darken all the
/// others. NaN is left out.
float usual_most(std::vector<float> counts);

}  // namespace coincide::gui
