#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "gui/model/view_state.h"
#include "recon/slice.h"

namespace coincide::gui {

/// The values that a view of slices has colours for: of the slab around slice `index` along `axis`, of the image, or in
/// a comparison of B or of what is made of both slabs; no_number where a voxel holds none. There is an image.
recon::Slice shown_slice(const ViewState& state, int axis, SliceContent content, std::int64_t index);

/// The same of the slice as it is turned, at the points of a raster in its plane: between voxels as layer_value() finds
/// them; not a number beside the image. The planes of its slab are a voxel of that axis apart.
recon::Slice shown_plane(const ViewState& state, int axis, SliceContent content, const Raster& raster);

/// What the view of slices along `axis` shows at a place in the image: of a slice that is not turned the value of the
/// voxel there, or of the slab around it.
float shown_value(const ViewState& state, int axis, SliceContent content, const std::array<double, 3>& place_mm);

/// "mean of 7 slices, 21 mm" of the slice `index`, as it is turned; empty where there is no slab.
std::string shown_slab(const ViewState& state, int axis, std::int64_t index);

}  // namespace coincide::gui
