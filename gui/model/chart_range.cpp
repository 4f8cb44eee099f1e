#include "gui/model/chart_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "gui/model/round_numbers.h"

namespace coincide::gui {
namespace {

constexpr double least_count = 0.5;  ///< what stands for 0 on a logarithmic axis

/// As long as it has no length.
void widen(double& low, double& high) {
  if (!(low < high)) {
    const double half = low == 0 || !std::isfinite(low) ? 1 : 0.1 * std::abs(low);
    low = (std::isfinite(low) ? low : 0) - half;
    high = low + 2 * half;
  }
}

std::string power_text(int exponent) {
  constexpr int most_written_out = 4;
  return exponent >= 0 && exponent <= most_written_out ? fmt::format("{:.0f}", std::pow(10, exponent))
                                                       : fmt::format("1e{}", exponent);
}

ChartTicks texts_of(const RoundTicks& ticks) {
  ChartTicks result{.at = ticks.values, .text = {}};
  for (const double value : ticks.values) {
    result.text.push_back(ticks.text(value));
  }
  return result;
}

/// How much of lines, in parts of the shown plane, lies in boxes in its corners.
class HiddenLine {
 public:
  HiddenLine(double width, double height) : width_(width), height_(height) {}

  void add(double x, double y) {
    constexpr int pieces = 16;
    for (int piece = 1; has_last_ && piece <= pieces; ++piece) {
      const double part = static_cast<double>(piece) / pieces;
      const double at_x = last_x_ + part * (x - last_x_), at_y = last_y_ + part * (y - last_y_);
      const double length = (std::abs(x - last_x_) + std::abs(y - last_y_)) / pieces;
      const bool top = at_y > 1 - height_ && at_y <= 1, bottom = at_y < height_ && at_y >= 0;
      const bool right = at_x > 1 - width_ && at_x <= 1, left = at_x < width_ && at_x >= 0;
      const bool inside[] = {top && right, top && left, bottom && right, bottom && left};
      for (std::size_t corner = 0; corner < hidden.size(); ++corner) {
        hidden[corner] += inside[corner] ? length : 0;
      }
    }
    last_x_ = x;
    last_y_ = y;
    has_last_ = true;
  }
  void begin() { has_last_ = false; }

  std::array<double, 4> hidden{};  ///< by ChartCorner

 private:
  double width_, height_;
  double last_x_ = 0, last_y_ = 0;
  bool has_last_ = false;
};

}  // namespace

double shown_y(const Chart& chart, double y) { return chart.log_y ? std::log10(std::max(y, least_count)) : y; }

ChartRange ChartRange::zoomed(double factor, double about_x, double about_y) const {
  const auto scaled = [factor](double low, double high, double about) {
    const double fixed = low + about * (high - low);
    return std::pair{fixed + (low - fixed) / factor, fixed + (high - fixed) / factor};
  };
  const auto [left, right] = scaled(x_low, x_high, about_x);
  const auto [bottom, top] = scaled(y_low, y_high, about_y);
  return {left, right, bottom, top};
}

ChartRange ChartRange::moved(double x, double y) const {
  const double along = x * (x_high - x_low);
  const double up = y * (y_high - y_low);
  return {x_low + along, x_high + along, y_low + up, y_high + up};
}

ChartRange whole_range(const Chart& chart) {
  constexpr double most = std::numeric_limits<double>::infinity();
  ChartRange range{most, -most, most, -most};
  for (const Chart::Series& series : chart.series) {
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (std::isfinite(series.x[i]) && std::isfinite(series.y[i])) {
        range.x_low = std::min(range.x_low, series.x[i]);
        range.x_high = std::max(range.x_high, series.x[i]);
        range.y_low = std::min(range.y_low, shown_y(chart, series.y[i]));
        range.y_high = std::max(range.y_high, shown_y(chart, series.y[i]));
      }
    }
  }
  if (chart.style == Chart::Style::steps) {
    range.y_low = std::min(range.y_low, shown_y(chart, 0));
  } else if (range.y_low > 0 && range.y_low < 0.5 * range.y_high) {
    range.y_low = 0;  // from nought, where that costs little
  }
  widen(range.x_low, range.x_high);
  widen(range.y_low, range.y_high);
  range.y_high += 0.05 * (range.y_high - range.y_low);
  return range;
}

ChartCorner emptiest_corner(const Chart& chart, const ChartRange& range, double width, double height) {
  HiddenLine line(width, height);
  for (const Chart::Series& series : chart.series) {
    line.begin();
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (std::isfinite(series.x[i]) && std::isfinite(series.y[i])) {
        line.add((series.x[i] - range.x_low) / (range.x_high - range.x_low),
                 (shown_y(chart, series.y[i]) - range.y_low) / (range.y_high - range.y_low));
      }
    }
  }
  return static_cast<ChartCorner>(std::ranges::min_element(line.hidden) - line.hidden.begin());
}

ChartTicks x_ticks(const Chart& chart, const ChartRange& range, int most) {
  RoundTicks ticks = round_ticks(range.x_low, range.x_high, most);
  if (chart.whole_x && ticks.step < 1) {
    ticks = {.step = 1, .values = {}};
    const auto last = static_cast<std::int64_t>(std::floor(range.x_high));
    for (auto whole = static_cast<std::int64_t>(std::ceil(range.x_low)); whole <= last; ++whole) {
      ticks.values.push_back(static_cast<double>(whole));
    }
  }
  return texts_of(ticks);
}

ChartTicks y_ticks(const Chart& chart, const ChartRange& range, int most) {
  if (!chart.log_y) {
    return texts_of(round_ticks(range.y_low, range.y_high, most));
  }
  ChartTicks ticks;
  const int last = static_cast<int>(std::floor(range.y_high));
  const int first = static_cast<int>(std::ceil(range.y_low));
  const int step = std::max(1, (last - first + most) / most);
  for (int power = first; power <= last; power += step) {
    ticks.at.push_back(power);
    ticks.text.push_back(power_text(power));
  }
  return ticks;
}

}  // namespace coincide::gui
