#include "gui/model/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

using Point = std::array<double, 3>;

double length_mm(const ProfileLine& line) {
  return std::hypot(line.end_mm[0] - line.start_mm[0], line.end_mm[1] - line.start_mm[1],
                    line.end_mm[2] - line.start_mm[2]);
}

/// Unit vector from start to end; 0 for a line without length.
Point direction(const ProfileLine& line) {
  const double length = length_mm(line);
  Point along{};
  for (std::size_t axis = 0; axis < 3 && length > 0; ++axis) {
    along[axis] = (line.end_mm[axis] - line.start_mm[axis]) / length;
  }
  return along;
}

/// Distances from the start in mm.
struct Interval {
  double first, last;
};

/// The part of the line that is inside the image; first > last: none.
Interval inside(const recon::ImageGrid& grid, const ProfileLine& line) {
  const Point along = direction(line);
  Interval part{0, length_mm(line)};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double size = grid.voxel_size_mm[axis];
    const double low = grid.origin_mm[axis] - 0.5 * size - line.start_mm[axis];
    const double high = low + static_cast<double>(grid.shape[axis]) * size;
    if (along[axis] == 0) {
      if (low > 0 || high < 0) {
        return {1, 0};
      }
      continue;
    }
    const auto [near, far] = std::minmax({low / along[axis], high / along[axis]});
    part = {std::max(part.first, near), std::min(part.last, far)};
  }
  return part;
}

/// The two voxels beside a place along one axis and how much the upper one counts. In the outer half of the outermost
/// voxel that voxel alone counts.
struct Neighbours {
  std::int64_t lower, upper;
  double weight;
};

Neighbours neighbours(const recon::ImageGrid& grid, std::size_t axis, double place_mm) {
  const auto last = static_cast<double>(grid.shape[axis] - 1);
  const double index = std::clamp((place_mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis], 0.0, last);
  const double lower = std::floor(index);
  return {static_cast<std::int64_t>(lower), static_cast<std::int64_t>(std::min(lower + 1, last)), index - lower};
}

double interpolate(const recon::Image& image, const Point& place_mm) {
  const Neighbours x = neighbours(image.grid, 0, place_mm[0]);
  const Neighbours y = neighbours(image.grid, 1, place_mm[1]);
  const Neighbours z = neighbours(image.grid, 2, place_mm[2]);
  const auto row = [&](std::int64_t i, std::int64_t j) {
    return std::lerp(double{image.at(i, j, z.lower)}, double{image.at(i, j, z.upper)}, z.weight);
  };
  const auto plane = [&](std::int64_t i) { return std::lerp(row(i, y.lower), row(i, y.upper), y.weight); };
  return std::lerp(plane(x.lower), plane(x.upper), x.weight);
}

/// To tenths; without the sign of a zero.
double rounded(double mm) { return std::round(10 * mm) / 10 + 0.0; }

/// "Profile along x at y = 3.0, z = -5.0 mm", or from where to where.
std::string title_of(const ProfileLine& line) {
  constexpr std::string_view letters = "xyz";
  const Point along = direction(line);
  std::string place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (along[axis] == 0) {
      place += fmt::format("{}{} = {:.1f}", place.empty() ? "" : ", ", letters[axis], rounded(line.start_mm[axis]));
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(along[axis]) == 1) {
      return translated_with("Profile along {} at {} mm", letters[axis], place);
    }
  }
  const auto text = [](const Point& point) {
    return fmt::format("{:.1f}, {:.1f}, {:.1f}", rounded(point[0]), rounded(point[1]), rounded(point[2]));
  };
  return translated_with("Profile from {} to {} mm", text(line.start_mm), text(line.end_mm));
}

/// Distance of the samples from each other on a line that has a length.
double step_mm(const recon::ImageGrid& grid, const ProfileLine& line) {
  const double voxel = voxel_mm_along(grid, line);
  constexpr double rounding = 1e-6;  // of the grid's float sizes
  return voxel / (2 * std::ceil(voxel / *std::ranges::min_element(grid.voxel_size_mm) - rounding));
}

/// Where the profile crosses `level` between two samples that lie on either side of it.
double crossing(const std::vector<double>& x, const std::vector<double>& y, std::size_t above, std::size_t below,
                double level) {
  return std::lerp(x[above], x[below], (y[above] - level) / (y[above] - y[below]));
}

/// What all but a twentieth of the finite values exceed; 0 without any.
double least_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) {
    return 0;
  }
  const auto twentieth = values.begin() + std::ssize(values) / 20;
  std::ranges::nth_element(values, twentieth);
  return *twentieth;
}

/// Of the parabola through three values at equal distances.
double parabola_top(double before, double middle, double after) {
  const double slope = after - before;
  const double bend = after + before - 2 * middle;
  return bend < 0 ? middle - slope * slope / (8 * bend) : middle;
}

constexpr double most_elsewhere = 0.75;  ///< of a peak's height

/// Of a line along an axis: that one, and whether it runs upwards.
struct AlongAxis {
  std::size_t axis;
  bool upwards;
};

std::optional<AlongAxis> axis_of(const ProfileLine& line) {
  const Point along = direction(line);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(along[axis]) == 1) {
      return AlongAxis{axis, along[axis] > 0};
    }
  }
  return {};
}

}  // namespace

ProfileLine default_profile(const recon::ImageGrid& grid, const Point& through_mm, int axis) {
  ProfileLine line{.start_mm = through_mm, .end_mm = through_mm};
  const auto k = static_cast<std::size_t>(axis);
  const double size = grid.voxel_size_mm.at(k);
  line.start_mm[k] = grid.origin_mm[k] - 0.5 * size;
  line.end_mm[k] = line.start_mm[k] + static_cast<double>(grid.shape[k]) * size;
  return line;
}

double voxel_mm_along(const recon::ImageGrid& grid, const ProfileLine& line) {
  const Point along = direction(line);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (along[axis] != 0) {
      least = std::min(least, grid.voxel_size_mm[axis] / std::abs(along[axis]));
    }
  }
  return std::isfinite(least) ? least : 0;
}

Chart profile_chart(const recon::Image& image, const ProfileLine& line) {
  Chart chart{.title = title_of(line),
              .x_label = translated("distance (mm)"),
              .y_label = value_label(image.unit),
              .style = Chart::Style::line,
              .series = {{.name = translated("profile"), .x = {}, .y = {}}}};
  const double length = length_mm(line);
  if (image.values.empty() || length == 0 || !std::isfinite(length)) {
    return chart;
  }
  const Point along = direction(line);
  const double step = step_mm(image.grid, line);
  const Interval part = inside(image.grid, line);
  const std::optional<AlongAxis> axis_along = axis_of(line);
  if (axis_along) {
    chart.x_label = fmt::format("{} (mm)", "xyz"[axis_along->axis]);
  }
  constexpr double rounding = 1e-6;  // else the sample on the very border could be lost
  const auto first = static_cast<std::int64_t>(std::ceil(part.first / step - rounding));
  const auto last = static_cast<std::int64_t>(std::floor(part.last / step + rounding));
  for (std::int64_t number = first; number <= last; ++number) {
    const double distance = static_cast<double>(number) * step;
    Point place = line.start_mm;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      place[axis] += distance * along[axis];
    }
    chart.series[0].x.push_back(axis_along ? place[axis_along->axis] : distance);
    const double value = interpolate(image, place);
    chart.series[0].y.push_back(std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
  }
  if (axis_along && !axis_along->upwards) {
    std::ranges::reverse(chart.series[0].x);
    std::ranges::reverse(chart.series[0].y);
  }
  return chart;
}

Chart::Series profile_of_other(const Layer& layer, const Chart& profile, const ProfileLine& line,
                               const std::string& unit) {
  const bool is_alike = layer.image->unit == unit;
  Chart::Series other{.name = is_alike ? "B" : "B, " + value_label(layer.image->unit), .x = {}, .y = {}};
  const std::optional<AlongAxis> axis_along = axis_of(line);
  const Point along = direction(line);
  for (const double x : profile.series.at(0).x) {
    Point place = line.start_mm;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axis_along) {
        place[axis] = axis == axis_along->axis ? x : place[axis];
      } else {
        place[axis] += x * along[axis];
      }
    }
    if (const double value = layer_value(layer, place); std::isfinite(value)) {
      other.x.push_back(x);
      other.y.push_back(value);
    }
  }
  return other;
}

std::optional<PeakWidth> peak_width(const Chart& profile, double voxel_mm) {
  if (profile.series.empty() || profile.series.front().x.size() < 3) {
    return {};
  }
  const Chart::Series& series = profile.series.front();
  const double baseline = least_of(series.y);
  std::vector<double> y = series.y;
  std::ranges::for_each(y, [&](double& value) { value -= baseline; });
  const auto peak = static_cast<std::size_t>(std::ranges::max_element(y) - y.begin());
  const auto beside = static_cast<std::size_t>(std::max(1.0, std::round(voxel_mm / (series.x[1] - series.x[0]))));
  if (peak < beside || peak + beside >= y.size() || !(y[peak] > 0)) {
    return {};
  }
  const double half = 0.5 * parabola_top(y[peak - beside], y[peak], y[peak + beside]);
  std::size_t left = peak;
  while (left > 0 && y[left] >= half) {
    --left;
  }
  std::size_t right = peak;
  while (right + 1 < y.size() && y[right] >= half) {
    ++right;
  }
  const auto is_low = [&](double value) { return value < most_elsewhere * y[peak]; };
  const auto at = [&](std::size_t i) { return y.begin() + static_cast<std::ptrdiff_t>(i); };
  if (!(y[left] < half) || !(y[right] < half) || !std::all_of(y.begin(), at(left), is_low) ||
      !std::all_of(at(right), y.end(), is_low)) {
    return {};
  }
  return PeakWidth{
      .fwhm_mm = crossing(series.x, y, right - 1, right, half) - crossing(series.x, y, left + 1, left, half),
      .baseline = baseline};
}

}  // namespace coincide::gui
