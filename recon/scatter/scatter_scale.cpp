#include "recon/scatter/scatter_scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace coincide::recon {
namespace {

/// Root of sum y s / (r + scale s) = expected, whose left side falls with the scale. 0 where nothing is measured.
double most_likely(std::span<const TailCell> measured, double expected) {
  const auto excess = [&](double scale) {
    double sum = 0;
    for (const TailCell& cell : measured) {
      const double model = cell.others + scale * cell.scatter;
      sum += model > 0 ? cell.counts * cell.scatter / model : 0;
    }
    return sum - expected;
  };
  double low = 0;
  double high = 1;
  constexpr double beyond_reason = 1e6;
  while (excess(high) > 0 && high < beyond_reason) {
    low = high;
    high *= 2;
  }
  constexpr int halvings = 40;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (excess(middle) > 0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

std::vector<TailCell> along_axis(std::span<const TailCell> cells) {
  std::vector<TailCell> sorted(cells.begin(), cells.end());
  std::ranges::stable_sort(sorted, {}, &TailCell::axial_mm);
  return sorted;
}

std::span<const TailCell> between(const std::vector<TailCell>& sorted, double first_mm, double end_mm) {
  const auto first = std::ranges::lower_bound(sorted, first_mm, {}, &TailCell::axial_mm);
  const auto end = std::ranges::lower_bound(sorted, end_mm, {}, &TailCell::axial_mm);
  return {first, end};
}

/// Borders of groups with as much expected scatter in each.
std::vector<double> borders(const std::vector<TailCell>& sorted, std::size_t groups) {
  const double total = sum_of_scatter(sorted);
  std::vector<double> result{sorted.front().axial_mm};
  double sum = 0;
  for (const TailCell& cell : sorted) {
    sum += cell.scatter;
    const double next = total * static_cast<double>(result.size()) / static_cast<double>(groups);
    if (result.size() < groups && sum >= next && cell.axial_mm > result.back()) {
      result.push_back(cell.axial_mm);
    }
  }
  result.push_back(std::nextafter(sorted.back().axial_mm, 1e9));
  return result;
}

std::vector<double> smoothed(const std::vector<double>& values) {
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double before = values[i > 0 ? i - 1 : i];
    const double after = values[std::min(i + 1, values.size() - 1)];
    result[i] = 0.25 * before + 0.5 * values[i] + 0.25 * after;
  }
  return result;
}

}  // namespace

double ScatterScale::at(double axial_mm) const {
  const auto above = std::ranges::upper_bound(axial_mm_, axial_mm);
  if (above == axial_mm_.begin()) {
    return factor_.front();
  }
  if (above == axial_mm_.end()) {
    return factor_.back();
  }
  const auto i = static_cast<std::size_t>(above - axial_mm_.begin());
  const double part = (axial_mm - axial_mm_[i - 1]) / (axial_mm_[i] - axial_mm_[i - 1]);
  return (1 - part) * factor_[i - 1] + part * factor_[i];
}

double sum_of_scatter(std::span<const TailCell> cells) {
  return std::accumulate(cells.begin(), cells.end(), 0.0,
                         [](double sum, const TailCell& cell) { return sum + cell.scatter; });
}

ScatterScale ScatterScale::times(double factor) const {
  ScatterScale result = *this;
  std::ranges::for_each(result.factor_, [factor](double& value) { value *= factor; });
  return result;
}

double ScatterScale::lowest() const { return *std::ranges::min_element(factor_); }

double ScatterScale::highest() const { return *std::ranges::max_element(factor_); }

std::optional<ScatterScale> scale_from_tails(std::span<const TailCell> measured, std::span<const TailCell> expected) {
  const double counts = sum_of_scatter(expected);
  constexpr double least_counts = 300;
  if (counts < least_counts) {
    return std::nullopt;
  }
  constexpr double most_groups = 16;
  const auto groups = static_cast<std::size_t>(std::clamp(counts / enough_tail_counts, 1.0, most_groups));
  const std::vector<TailCell> all = along_axis(expected);
  const std::vector<TailCell> seen = along_axis(measured);
  const std::vector<double> border_mm = borders(all, groups);
  std::vector<double> axial_mm;
  std::vector<double> factors;
  for (std::size_t i = 0; i + 1 < border_mm.size(); ++i) {
    const double far_mm = 1e9;  // LORs beyond those of the sample belong to the outer groups
    const double first_mm = i == 0 ? -far_mm : border_mm[i];
    const double end_mm = i + 2 == border_mm.size() ? far_mm : border_mm[i + 1];
    axial_mm.push_back(0.5 * (border_mm[i] + border_mm[i + 1]));
    factors.push_back(most_likely(between(seen, first_mm, end_mm), sum_of_scatter(between(all, first_mm, end_mm))));
  }
  return ScatterScale(std::move(axial_mm), smoothed(factors));
}

}  // namespace coincide::recon
