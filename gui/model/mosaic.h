#pragma once

#include <cstdint>
#include <vector>

#include "recon/image.h"

namespace coincide::gui {

/// Slices side by side, in rows from the upper left, upwards along their axis.
struct Mosaic {
  int axis = 2;  ///< that they are perpendicular to
  int columns = 4, rows = 3;
  double spacing_mm = 0;  ///< from one to the next; 0: so that they span the whole image
  bool operator==(const Mosaic&) const = default;

  std::int64_t size() const { return std::int64_t{columns} * rows; }
};

/// Slices of voxels from one to the next: as near to the spacing as they come, at least 1.
std::int64_t mosaic_step(const recon::ImageGrid& grid, const Mosaic& mosaic);

/// The slices that are shown, by their voxel indices. All slices a step apart, as far from one end of the image as from
/// the other, in pages of rows x columns: that one which has the slice nearest to `cursor`. The last page may be short.
std::vector<std::int64_t> mosaic_slices(const recon::ImageGrid& grid, const Mosaic& mosaic, std::int64_t cursor);

/// The place in the page of the slice nearest to `cursor`.
std::size_t mosaic_place(const std::vector<std::int64_t>& slices, std::int64_t cursor);

}  // namespace coincide::gui
