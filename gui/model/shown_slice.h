#pragma once

#include <cstdint>

#include "gui/model/view_state.h"
#include "recon/slice.h"

namespace coincide::gui {

/// The values that a view of slices has colours for: of the slab around slice `index` along `axis`, of the image, or in
/// a comparison of B or of what is made of both slabs. There is an image.
recon::Slice shown_slice(const ViewState& state, int axis, SliceContent content, std::int64_t index);

}  // namespace coincide::gui
