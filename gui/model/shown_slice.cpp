#include "gui/model/shown_slice.h"

#include <utility>

namespace coincide::gui {

recon::Slice shown_slice(const ViewState& state, int axis, SliceContent content, std::int64_t index) {
  const recon::Image& image = *state.image();
  const SlabSpan span = slab_span(image.grid, axis, index, state.slab());
  const auto of_image = [&] {
    return slab_of(span, state.slab().kind, [&](std::int64_t i) { return recon::slice_of(image, axis, i); });
  };
  if (content == SliceContent::image || !state.comparison()) {
    return of_image();
  }
  const Comparison& comparison = *state.comparison();
  recon::Slice other =
      slab_of(span, state.slab().kind, [&](std::int64_t i) { return other_slice(comparison, image.grid, axis, i); });
  return content == SliceContent::other ? std::move(other) : combined_slice(comparison, of_image(), other);
}

}  // namespace coincide::gui
