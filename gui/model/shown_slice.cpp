#include "gui/model/shown_slice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace coincide::gui {
namespace {

using MakeSlice = std::function<recon::Slice()>;

recon::Slice of_content(const ViewState& state, SliceContent content, const MakeSlice& of_image,
                        const std::function<recon::Slice(const Comparison&)>& of_other) {
  if (content == SliceContent::image || !state.comparison()) {
    return of_image();
  }
  const Comparison& comparison = *state.comparison();
  recon::Slice other = of_other(comparison);
  return content == SliceContent::other ? std::move(other) : combined_slice(comparison, of_image(), other);
}

double step_mm(const ViewState& state, int axis) {
  return state.image()->grid.voxel_size_mm[static_cast<std::size_t>(axis)];
}

Raster moved(Raster raster, const Eigen::Vector3d& by_mm) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    raster.first_mm[axis] += by_mm[static_cast<Eigen::Index>(axis)];
  }
  return raster;
}

/// Voxels without a finite value as no_number.
recon::Slice voxels_of(const recon::Image& image, int axis, std::int64_t index) {
  recon::Slice slice = recon::slice_of(image, axis, index);
  std::ranges::replace_if(
      slice.values, [](float value) { return !std::isfinite(value); }, no_number);
  return slice;
}

}  // namespace

recon::Slice shown_slice(const ViewState& state, int axis, SliceContent content, std::int64_t index) {
  const recon::Image& image = *state.image();
  const SlabSpan span = slab_span(image.grid, axis, index, state.slab());
  return of_content(
      state, content,
      [&] { return slab_of(span, state.slab().kind, [&](std::int64_t i) { return voxels_of(image, axis, i); }); },
      [&](const Comparison& comparison) {
        return slab_of(span, state.slab().kind,
                       [&](std::int64_t i) { return other_slice(comparison, image.grid, axis, i); });
      });
}

recon::Slice shown_plane(const ViewState& state, int axis, SliceContent content, const Raster& raster) {
  const std::int64_t reach = slab_reach(state.image()->grid, axis, state.slab());
  const Eigen::Vector3d step = step_mm(state, axis) * slice_plane(axis, state.turn(axis)).normal;
  const auto slab = [&](const Layer& layer) {
    return slab_of({-reach, reach}, state.slab().kind, [&](std::int64_t i) {
      return recon::Slice{.columns = raster.columns,
                          .rows = raster.rows,
                          .values = layer_values(layer, moved(raster, static_cast<double>(i) * step))};
    });
  };
  return of_content(
      state, content,
      [&] {
        return slab({.name = {}, .image = state.image(), .mm_to_index = index_to_mm(state.image()->grid).inverse()});
      },
      [&](const Comparison& comparison) { return slab(comparison.other); });
}

float shown_value(const ViewState& state, int axis, SliceContent content, const std::array<double, 3>& place_mm) {
  if (!state.turn(axis).is_none()) {
    return shown_plane(state, axis, content, {.first_mm = place_mm, .columns = 1, .rows = 1}).values[0];
  }
  std::array<std::int64_t, 3> voxel = state.voxel_at(place_mm);
  std::int64_t& index = voxel[static_cast<std::size_t>(axis)];
  const SlabSpan span = slab_span(state.image()->grid, axis, index, state.slab());
  const auto column = [&](const std::function<double()>& value) {
    return slab_of(span, state.slab().kind, [&](std::int64_t i) {
      index = i;
      return recon::Slice{.columns = 1, .rows = 1, .values = {static_cast<float>(value())}};
    });
  };
  return of_content(
             state, content,
             [&] {
               return column([&] {
                 const float value = state.image()->at(voxel[0], voxel[1], voxel[2]);
                 return std::isfinite(value) ? value : no_number;
               });
             },
             [&](const Comparison& comparison) {
               return column([&] { return layer_value(comparison.other, state.middle_mm(voxel)); });
             })
      .values[0];
}

std::string shown_slab(const ViewState& state, int axis, std::int64_t index) {
  const recon::ImageGrid& grid = state.image()->grid;
  return state.turn(axis).is_none()
             ? slab_text(grid, axis, index, state.slab())
             : slab_text(state.slab(), 2 * slab_reach(grid, axis, state.slab()) + 1, step_mm(state, axis));
}

}  // namespace coincide::gui
