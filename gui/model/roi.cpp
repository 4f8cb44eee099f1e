#include "gui/model/roi.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "gui/model/csv.h"
#include "recon/slice.h"

namespace coincide::gui {
namespace {

double half_size(const Roi& roi, std::size_t axis) {
  return roi.half_size_mm[roi.shape == RoiShape::sphere ? 0 : axis];
}

/// Voxel indices from `first` up to, not including, `last`.
struct Range {
  std::int64_t first, last;
};

double middle_mm(const recon::ImageGrid& grid, std::size_t axis, std::int64_t i) {
  return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
}

/// The voxels along one axis whose middles are not further than `half` from the region's; one more on either side,
/// because contains() decides.
Range range_along(const Roi& roi, const recon::ImageGrid& grid, std::size_t axis, double half) {
  const double origin = grid.origin_mm[axis];
  const double step = grid.voxel_size_mm[axis];
  const auto count = static_cast<double>(grid.shape[axis]);
  const double low = (roi.centre_mm[axis] - half - origin) / step;
  const double high = (roi.centre_mm[axis] + half - origin) / step;
  return {static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0, count)),
          static_cast<std::int64_t>(std::clamp(std::ceil(high) + 1, 0.0, count))};
}

Range range_along(const Roi& roi, const recon::ImageGrid& grid, std::size_t axis) {
  return range_along(roi, grid, axis, half_size(roi, axis));
}

/// Mean and squares about it of values that were added; joined so that nearly uniform values keep their digits (T. F.
/// Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37(3), 1983).
struct Moments {
  std::int64_t voxels = 0;
  double mean = 0, squares = 0;
  float least = std::numeric_limits<float>::infinity();
  float most = -std::numeric_limits<float>::infinity();

  void add(std::span<const float> values);
};

void Moments::add(std::span<const float> values) {
  if (values.empty()) {
    return;
  }
  const Eigen::Map<const Eigen::ArrayXf> here(values.data(), static_cast<Eigen::Index>(values.size()));
  const auto count = static_cast<double>(values.size());
  const double mean_here = here.cast<double>().sum() / count;
  const double squares_here = (here.cast<double>() - mean_here).square().sum();
  const auto before = static_cast<double>(voxels);
  const double apart = mean_here - mean;
  mean += apart * count / (before + count);
  squares += squares_here + apart * apart * before * count / (before + count);
  least = std::min(least, here.minCoeff());
  most = std::max(most, here.maxCoeff());
  voxels += static_cast<std::int64_t>(values.size());
}

/// Copies the values to `place` and returns those that were. Without a branch: in an image full of noise no processor
/// could foresee which way it goes.
std::span<const float> at_or_above(double threshold, std::span<const float> values, std::vector<float>& place) {
  place.resize(std::max(place.size(), values.size()));
  std::size_t count = 0;
  for (const float value : values) {
    place[count] = value;
    count += value >= threshold ? 1 : 0;
  }
  return std::span(place).first(count);
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
  Range columns_, rows_;
  std::vector<char> inside_;
};

Mask::Mask(const Roi& roi, const recon::Image& image, int axis, std::int64_t index)
    : grid_(image.grid),
      across_(static_cast<std::size_t>(recon::slice_axes(axis).right)),
      vertical_(static_cast<std::size_t>(recon::slice_axes(axis).vertical)),
      columns_(range_along(roi, grid_, across_)),
      rows_(range_along(roi, grid_, vertical_)),
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

bool contains(const Roi& roi, const std::array<double, 3>& voxel_mm, float value) {
  double square = 0;
  bool in_box = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double distance = voxel_mm[axis] - roi.centre_mm[axis];
    square += distance * distance;
    in_box = in_box && std::abs(distance) <= half_size(roi, axis);
  }
  switch (roi.shape) {
    case RoiShape::sphere:
      return in_box && square <= roi.half_size_mm[0] * roi.half_size_mm[0];
    case RoiShape::box:
      return in_box;
    case RoiShape::threshold:
      return in_box && value >= roi.threshold;
  }
  return false;
}

std::vector<VoxelRun> runs_in_plane(const Roi& roi, const recon::ImageGrid& grid, std::int64_t i) {
  Roi body = roi;
  if (roi.shape == RoiShape::threshold) {
    body.shape = RoiShape::box;
  }
  const double x = middle_mm(grid, 0, i);
  const Range rows = range_along(body, grid, 1);
  std::vector<VoxelRun> runs;
  for (std::int64_t j = rows.first; j < rows.last; ++j) {
    const double y = middle_mm(grid, 1, j);
    double half = half_size(body, 2);
    if (body.shape == RoiShape::sphere) {
      const double beside = std::hypot(x - body.centre_mm[0], y - body.centre_mm[1]);
      half = std::sqrt(std::max(0.0, half * half - beside * beside));
    }
    Range row = range_along(body, grid, 2, half);
    const auto is_inside = [&](std::int64_t k) { return contains(body, {x, y, middle_mm(grid, 2, k)}, 0); };
    while (row.first < row.last && !is_inside(row.first)) {
      ++row.first;
    }
    while (row.first < row.last && !is_inside(row.last - 1)) {
      --row.last;
    }
    if (row.first < row.last) {
      runs.push_back({(i * grid.shape[1] + j) * grid.shape[2] + row.first, row.last - row.first});
    }
  }
  return runs;
}

RoiFigures measure(const Roi& roi, const recon::Image& image, const std::function<bool()>& stop) {
  RoiFigures figures;
  if (image.values.empty()) {
    return figures;
  }
  Moments moments;
  std::vector<float> chosen;
  const Range planes = range_along(roi, image.grid, 0);
  for (std::int64_t i = planes.first; i < planes.last; ++i) {
    if (stop && stop()) {
      return figures;
    }
    for (const VoxelRun& run : runs_in_plane(roi, image.grid, i)) {
      const std::span values(image.values.data() + run.first, static_cast<std::size_t>(run.count));
      moments.add(roi.shape == RoiShape::threshold ? at_or_above(roi.threshold, values, chosen) : values);
    }
  }
  if (moments.voxels == 0) {
    return figures;
  }
  const auto voxels = static_cast<double>(moments.voxels);
  const auto& [width, depth, height] = image.grid.voxel_size_mm;
  figures.voxels = moments.voxels;
  figures.volume_ml = voxels * width * depth * height / 1000;  // mm^3 per mL
  figures.mean = moments.mean;
  figures.standard_deviation = moments.voxels > 1 ? std::sqrt(moments.squares / (voxels - 1)) : 0;
  figures.least = moments.least;
  figures.most = moments.most;
  return figures;
}

std::vector<OutlineSegment> roi_outline(const Roi& roi, const recon::Image& image, int axis, std::int64_t index) {
  const Range slices = range_along(roi, image.grid, static_cast<std::size_t>(axis));
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

std::string roi_shape_name(RoiShape shape) {
  switch (shape) {
    case RoiShape::sphere:
      return "sphere";
    case RoiShape::box:
      return "box";
    case RoiShape::threshold:
      return "threshold";
  }
  return {};
}

std::array<double, 3> roi_size_mm(const Roi& roi) {
  return {2 * half_size(roi, 0), 2 * half_size(roi, 1), 2 * half_size(roi, 2)};
}

std::string roi_csv(const std::vector<Roi>& rois, const recon::Image& image, const std::string& subject) {
  std::string text = csv_remark(subject);
  text +=
      "name,shape,centre_x_mm,centre_y_mm,centre_z_mm,size_x_mm,size_y_mm,size_z_mm,threshold,voxels,volume_ml,mean,sd,"
      "min,max,unit\n";
  for (const Roi& roi : rois) {
    const RoiFigures found = measure(roi, image);
    const std::string threshold = roi.shape == RoiShape::threshold ? fmt::format("{:.10g}", roi.threshold) : "";
    text += fmt::format("{},{},{:.10g},{:.10g},{},{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{}\n", csv_cell(roi.name),
                        roi_shape_name(roi.shape), fmt::join(roi.centre_mm, ","), fmt::join(roi_size_mm(roi), ","),
                        threshold, found.voxels, found.volume_ml, found.mean, found.standard_deviation, found.least,
                        found.most, image.unit);
  }
  return text;
}

}  // namespace coincide::gui
