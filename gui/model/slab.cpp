#include "gui/model/slab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gui/model/layer.h"
#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

/// The values of slices that lie on each other, put together one slice after the other.
class Pile {
 public:
  Pile(SlabKind kind, std::size_t size) : kind_(kind), sum_or_most_(size), counts_(size), has_no_number_(size) {}

  void add(const std::vector<float>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      has_no_number_[i] = has_no_number_[i] != 0 || std::isinf(value) ? 1 : 0;
      if (std::isfinite(value)) {
        const bool rises = counts_[i] == 0 || value > sum_or_most_[i];
        sum_or_most_[i] = kind_ == SlabKind::mean ? sum_or_most_[i] + value : rises ? value : sum_or_most_[i];
        ++counts_[i];
      }
    }
  }
  void put_into(std::vector<float>& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double divisor = kind_ == SlabKind::mean ? counts_[i] : 1;
      const float none = has_no_number_[i] != 0 ? no_number : std::numeric_limits<float>::quiet_NaN();
      values[i] = counts_[i] == 0 ? none : static_cast<float>(sum_or_most_[i] / divisor);
    }
  }

 private:
  SlabKind kind_;
  std::vector<double> sum_or_most_;
  std::vector<std::int32_t> counts_;
  std::vector<char> has_no_number_;
};

}  // namespace

std::int64_t slab_reach(const recon::ImageGrid& grid, int axis, const Slab& slab) {
  const auto a = static_cast<std::size_t>(axis);
  constexpr double rounding = 1e-6;  // 20 mm are five slices of 5 mm, whatever the float is
  const double each_side =
      slab.kind == SlabKind::none ? 0 : std::floor(0.5 * slab.thickness_mm / grid.voxel_size_mm[a] + rounding);
  return static_cast<std::int64_t>(std::clamp(each_side, 0.0, static_cast<double>(grid.shape[a])));
}

SlabSpan slab_span(const recon::ImageGrid& grid, int axis, std::int64_t index, const Slab& slab) {
  const std::int64_t reach = slab_reach(grid, axis, slab);
  const std::int64_t last = grid.shape[static_cast<std::size_t>(axis)] - 1;
  return {.first = std::max<std::int64_t>(0, index - reach), .last = std::min(last, index + reach)};
}

recon::Slice slab_of(const SlabSpan& span, SlabKind kind, const std::function<recon::Slice(std::int64_t)>& slice_at) {
  recon::Slice slab = slice_at(span.first);
  if (kind == SlabKind::none || span.count() == 1) {
    return slab;
  }
  Pile pile(kind, slab.values.size());
  pile.add(slab.values);
  for (std::int64_t index = span.first + 1; index <= span.last; ++index) {
    pile.add(slice_at(index).values);
  }
  pile.put_into(slab.values);
  return slab;
}

std::string slab_text(const recon::ImageGrid& grid, int axis, std::int64_t index, const Slab& slab) {
  return slab_text(slab, slab_span(grid, axis, index, slab).count(),
                   grid.voxel_size_mm[static_cast<std::size_t>(axis)]);
}

std::string slab_text(const Slab& slab, std::int64_t count, double step_mm) {
  if (slab.kind == SlabKind::none || count == 1) {
    return {};
  }
  return translated_with(slab.kind == SlabKind::mean ? to_translate("mean of {} slices, {:.3g} mm")
                                                     : to_translate("maximum of {} slices, {:.3g} mm"),
                         count, static_cast<double>(count) * step_mm);
}

}  // namespace coincide::gui
