#pragma once

#include <array>
#include <cstdint>

namespace coincide::projectors {

/// A box of voxels. Image arrays are float32 in C order: voxel [i, j, k] is element (i * n1 + j) * n2 + k.
struct ImageGrid {
  std::array<std::int64_t, 3> shape{};
  std::array<float, 3> origin_mm{};      ///< centre of voxel [0, 0, 0]
  std::array<float, 3> voxel_size_mm{};  ///< > 0

  std::int64_t num_voxels() const { return shape[0] * shape[1] * shape[2]; }
  bool operator==(const ImageGrid&) const = default;
};

/// `count` lines of response, each the segment from a start to an end point. Without index arrays LOR i runs from
/// start_mm[3i..] to end_mm[3i..]; with them from start_mm[3 start_index[i]..] to end_mm[3 end_index[i]..], so that
/// both may be one table of crystal centres and a LOR costs 8 bytes instead of 24.
struct Lors {
  const float* start_mm = nullptr;
  const float* end_mm = nullptr;
  std::int64_t count = 0;
  const std::uint32_t* start_index = nullptr;
  const std::uint32_t* end_index = nullptr;
  std::int64_t num_points =
      0;  ///< size of the tables that the indices refer to; a GPU needs it if these lie on the host
};

/// What a positive TOF centre offset does (see TofBins).
enum class OffsetSign {
  towards_end,                      ///< from start to end, as documented
  towards_positive_principal_axis,  ///< what parallelproj 2.0 computes; for the drop-in module and C interface
};

/// Equal TOF bins along every LOR. Bin it is centred at (it - (num_bins - 1) / 2) * bin_width_mm + offset from the
/// LOR's midpoint, counted from start to end.
struct TofBins {
  std::int32_t num_bins = 0;
  float bin_width_mm = 0;
  const float* sigma_mm = nullptr;  ///< one value, or one per LOR
  bool sigma_per_lor = false;
  const float* center_offset_mm = nullptr;  ///< one value, or one per LOR; null: 0
  bool center_offset_per_lor = false;
  float num_sigmas = 3;  ///< the Gaussian is cut at this many sigma
  OffsetSign offset_sign = OffsetSign::towards_end;
};

/// One TOF bin per LOR (an event), out of equal bins. `bin_index` may lie outside 0 ... num_bins - 1.
struct TofEvents {
  TofBins bins;
  const std::int16_t* bin_index = nullptr;  ///< one per LOR
};

/// One TOF bin: where its centre lies from the LOR's midpoint (positive: towards the LOR's end), how wide it is, and
/// the resolution before binning.
struct TofBin {
  float centre_mm = 0;
  float width_mm = 0;
  float sigma_mm = 0;
};

/// One TOF bin per LOR out of a table of any bins, e.g. those of all pairs of module types of a scanner.
struct TofTable {
  const TofBin* bins = nullptr;
  const std::uint16_t* bin_index = nullptr;  ///< one per LOR, index into `bins`, below their number
  float num_sigmas = 3;
  std::int64_t num_bins = 0;  ///< size of `bins`; 0 if it is not known, which costs a little time
};

/// No time of flight: one value per LOR.
struct NoTof {};

/// What the outer half voxel of the image holds, between the centres of the outer voxels and the faces of the box.
enum class BoundaryRule {
  upstream,  ///< as parallelproj: interpolated towards 0 outside; reads low there
  clamped,   ///< the edge voxel's value; chords through a uniform image are exact
};

}  // namespace coincide::projectors
