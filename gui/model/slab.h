#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "recon/slice.h"

namespace coincide::gui {

enum class SlabKind { none, mean, maximum };

/// How thick the slices are that are shown, and what becomes of the values in them. `none`: one slice of voxels.
struct Slab {
  SlabKind kind = SlabKind::none;
  double thickness_mm = 20;
  bool operator==(const Slab&) const = default;
};

/// Slices of voxels, the last one included.
struct SlabSpan {
  std::int64_t first = 0, last = 0;
  std::int64_t count() const { return last - first + 1; }
};

/// How many slices on each side of one have their middles within half the thickness of its middle.
std::int64_t slab_reach(const recon::ImageGrid& grid, int axis, const Slab& slab);

/// Those of the image whose middles are within half the thickness of the middle of slice `index` along `axis`: at least
/// that one.
SlabSpan slab_span(const recon::ImageGrid& grid, int axis, std::int64_t index, const Slab& slab);

/// Their mean or maximum at each place; what is not finite does not count: where nothing else is, it is no_number, or
/// not a number where all of them are that. `kind` none: the first one.
recon::Slice slab_of(const SlabSpan& span, SlabKind kind, const std::function<recon::Slice(std::int64_t)>& slice_at);

/// "mean of 7 slices, 21 mm"; empty where one slice is shown as it is.
std::string slab_text(const recon::ImageGrid& grid, int axis, std::int64_t index, const Slab& slab);
/// The same of so many slices, so far apart.
std::string slab_text(const Slab& slab, std::int64_t count, double step_mm);

}  // namespace coincide::gui
