#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "io/interfile/stir_sinogram_layout.h"
#include "recon/data/lor_share.h"

namespace coincide::io {

/// The LORs of a layout in order, a row of tangential positions after the other, and which of them a share takes; of
/// all views or of one in so many.
class StirRows {
 public:
  /// One view of a plane.
  struct Row {
    std::int64_t segment;
    std::int64_t view;
    std::int64_t plane;        ///< of the segment
    std::int64_t planes_done;  ///< before it, in this segment and those before
  };

  StirRows(const StirSinogramLayout& layout, const recon::LorShare& share, std::int64_t view_step = 1)
      : layout_(layout), share_(share), view_step_(view_step) {
    for (std::int64_t planes = 0; const StirSegment& segment : layout.segments) {
      planes_before_.push_back(planes);
      planes += segment.planes;
    }
  }

  Row row(std::int64_t segment, std::int64_t view, std::int64_t plane) const {
    return {segment, view, plane, planes_before_[static_cast<std::size_t>(segment)] + plane};
  }
  /// Calls visit(row) for each.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::int64_t segment = 0; segment < std::ssize(layout_.segments); ++segment) {
      for (std::int64_t view = view_step_ / 2; view < layout_.views; view += view_step_) {
        for (std::int64_t plane = 0; plane < layout_.segments[static_cast<std::size_t>(segment)].planes; ++plane) {
          visit(row(segment, view, plane));
        }
      }
    }
  }
  /// The same for one segment, as its rows follow each other in a file.
  template <class Visit>
  void for_each_in_file(std::int64_t segment, bool by_sinogram, const Visit& visit) const {
    const std::int64_t planes = layout_.segments[static_cast<std::size_t>(segment)].planes;
    const auto for_views = [&](const auto& visit_view) {
      for (std::int64_t view = view_step_ / 2; view < layout_.views; view += view_step_) {
        visit_view(view);
      }
    };
    const auto for_planes = [planes](const auto& visit_plane) {
      for (std::int64_t plane = 0; plane < planes; ++plane) {
        visit_plane(plane);
      }
    };
    if (by_sinogram) {
      for_planes([&](std::int64_t plane) { for_views([&](std::int64_t view) { visit(row(segment, view, plane)); }); });
    } else {
      for_views([&](std::int64_t view) { for_planes([&](std::int64_t plane) { visit(row(segment, view, plane)); }); });
    }
  }
  /// Rows of the segment before this one in a file.
  std::int64_t place_in_file(const Row& row, bool by_sinogram) const {
    const std::int64_t planes = layout_.segments[static_cast<std::size_t>(row.segment)].planes;
    return by_sinogram ? row.plane * layout_.views + row.view : row.view * planes + row.plane;
  }
  bool has_all_views() const { return view_step_ == 1; }
  /// Tangential positions taken are this one and each step() after it.
  std::int64_t first(const Row& row) const {
    return static_cast<std::int64_t>(share_.first(static_cast<std::uint64_t>(row.view),
                                                  static_cast<std::uint64_t>(row.planes_done * layout_.tangential)));
  }
  std::int64_t step() const { return static_cast<std::int64_t>(share_.step()); }
  std::int64_t num_taken(const Row& row) const {
    return std::max<std::int64_t>(0, (layout_.tangential - first(row) + step() - 1) / step());
  }

 private:
  const StirSinogramLayout& layout_;
  recon::LorShare share_;
  std::int64_t view_step_;
  std::vector<std::int64_t> planes_before_;  ///< by segment
};

}  // namespace coincide::io
