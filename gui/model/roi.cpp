#include "gui/model/roi.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "gui/model/roi_json.h"
#include "io/csv_text.h"
#include "io/json_sentence.h"
#include "projectors/error.h"
#include "recon/slice.h"

namespace coincide::gui {
namespace {

using recon::VoxelRange;

double middle_mm(const recon::ImageGrid& grid, std::size_t axis, std::int64_t i) {
  return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
}

/// The part of a slice where a region can be, and which of its pixels belong to it. One pixel more on every side does
/// not.
class Mask {
 public:
  Mask(const Roi& roi, const recon::Image& image, int axis, std::int64_t index);

  std::int64_t width() const { return columns_.last - columns_.first; }
  std::int64_t height() const { return rows_.last - rows_.first; }
  bool at(std::int64_t column, std::int64_t row) const { return inside_[place(column, row)] != 0; }
  /// Where the line between the pixels i - 1 and i stands.
  double across_mm(std::int64_t i) const { return line_mm(across_, columns_.first + i); }
  double up_mm(std::int64_t i) const { return line_mm(vertical_, rows_.first + i); }

 private:
  double line_mm(std::size_t axis, std::int64_t i) const {
    return middle_mm(grid_, axis, i) - 0.5 * grid_.voxel_size_mm[axis];
  }
  std::size_t place(std::int64_t column, std::int64_t row) const {
    return static_cast<std::size_t>((row + 1) * (width() + 2) + column + 1);
  }

  recon::ImageGrid grid_;
  std::size_t across_, vertical_;
  VoxelRange columns_, rows_;
  std::vector<char> inside_;
};

Mask::Mask(const Roi& roi, const recon::Image& image, int axis, std::int64_t index)
    : grid_(image.grid),
      across_(static_cast<std::size_t>(recon::slice_axes(axis).right)),
      vertical_(static_cast<std::size_t>(recon::slice_axes(axis).vertical)),
      columns_(recon::range_along(roi, grid_, across_)),
      rows_(recon::range_along(roi, grid_, vertical_)),
      inside_(static_cast<std::size_t>((width() + 2) * (height() + 2))) {
  std::array<std::int64_t, 3> voxel{};
  std::array<double, 3> middle{};
  const auto move_to = [&](std::size_t along, std::int64_t i) {
    voxel[along] = i;
    middle[along] = middle_mm(grid_, along, i);
  };
  move_to(static_cast<std::size_t>(axis), index);
  for (std::int64_t column = 0; column < width(); ++column) {
    move_to(across_, columns_.first + column);
    for (std::int64_t row = 0; row < height(); ++row) {
      move_to(vertical_, rows_.first + row);
      inside_[place(column, row)] = contains(roi, middle, image.at(voxel[0], voxel[1], voxel[2]));
    }
  }
}

/// Calls use(first, last) with the first and past the last of the numbers from 0 to count - 1 in each row of them that
/// are chosen.
template <class Chosen, class Use>
void for_each_stretch(std::int64_t count, Chosen&& is_chosen, Use&& use) {
  for (std::int64_t first = 0; first < count; ++first) {
    if (is_chosen(first)) {
      std::int64_t last = first;
      while (last < count && is_chosen(last)) {
        ++last;
      }
      use(first, last);
      first = last;
    }
  }
}

}  // namespace

std::vector<OutlineSegment> roi_outline(const Roi& roi, const recon::Image& image, int axis, std::int64_t index) {
  const VoxelRange slices = recon::range_along(roi, image.grid, static_cast<std::size_t>(axis));
  if (image.values.empty() || index < slices.first || index >= slices.last) {
    return {};
  }
  const Mask mask(roi, image, axis, index);
  std::vector<OutlineSegment> segments;
  for (std::int64_t row = 0; row <= mask.height(); ++row) {
    for_each_stretch(
        mask.width(), [&](std::int64_t column) { return mask.at(column, row - 1) != mask.at(column, row); },
        [&](std::int64_t first, std::int64_t last) {
          segments.push_back({{{mask.across_mm(first), mask.up_mm(row)}, {mask.across_mm(last), mask.up_mm(row)}}});
        });
  }
  for (std::int64_t column = 0; column <= mask.width(); ++column) {
    for_each_stretch(
        mask.height(), [&](std::int64_t row) { return mask.at(column - 1, row) != mask.at(column, row); },
        [&](std::int64_t first, std::int64_t last) {
          segments.push_back(
              {{{mask.across_mm(column), mask.up_mm(first)}, {mask.across_mm(column), mask.up_mm(last)}}});
        });
  }
  return segments;
}

std::vector<float> roi_mask(const Roi& roi, const recon::Image& image, const Raster& raster) {
  const recon::ImageGrid& grid = image.grid;
  std::vector<float> mask;
  mask.reserve(static_cast<std::size_t>(raster.columns) * static_cast<std::size_t>(raster.rows));
  for (int row = 0; row < raster.rows; ++row) {
    for (int column = 0; column < raster.columns; ++column) {
      std::array<std::int64_t, 3> voxel{};
      std::array<double, 3> middle{};
      bool is_inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double mm = raster.first_mm[axis] + column * raster.column_step_mm[axis] + row * raster.row_step_mm[axis];
        voxel[axis] = std::llround((mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis]);
        middle[axis] = middle_mm(grid, axis, voxel[axis]);
        is_inside = is_inside && voxel[axis] >= 0 && voxel[axis] < grid.shape[axis];
      }
      mask.push_back(is_inside && contains(roi, middle, image.at(voxel[0], voxel[1], voxel[2])) ? 1.F : 0.F);
    }
  }
  return mask;
}

std::string rois_text(const std::vector<Roi>& rois) { return rois_json(rois).dump(2) + "\n"; }

std::vector<Roi> rois_of_text(const std::string& text, const std::string& source) {
  try {
    return rois_of_json(nlohmann::ordered_json::parse(text));
  } catch (const Error& error) {
    throw FileError(fmt::format("{} cannot be opened: {}", source, error.what()));
  } catch (const nlohmann::ordered_json::exception& error) {
    throw FileError(fmt::format("{} holds no regions that this program has saved: {}. Open another one.", source,
                                io::json_sentence(error)));
  }
}

std::string roi_csv(const std::vector<Roi>& rois, const recon::Image& image, const std::string& subject) {
  std::string text = io::csv_remark(subject);
  text +=
      "name,shape,centre_x_mm,centre_y_mm,centre_z_mm,size_x_mm,size_y_mm,size_z_mm,threshold,voxels,volume_ml,mean,sd,"
      "min,max,unit,no_numbers\n";
  for (const Roi& roi : rois) {
    const RoiFigures found = measure(roi, image);
    const Roi there = found_in(roi, image.grid, image.values);
    const std::string threshold = roi.shape == RoiShape::threshold ? fmt::format("{:.10g}", there.threshold) : "";
    text += fmt::format("{},{},{:.10g},{:.10g},{},{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{},{}\n",
                        io::csv_cell(roi.name), roi_shape_name(roi.shape), fmt::join(there.centre_mm, ","),
                        fmt::join(roi_size_mm(there), ","), threshold, found.voxels, found.volume_ml, found.mean,
                        found.standard_deviation, found.least, found.most, image.unit, found.no_numbers);
  }
  return text;
}

}  // namespace coincide::gui
