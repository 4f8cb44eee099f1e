#include "gui/model/round_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"

namespace coincide::gui {
namespace {

constexpr double rounding = 1e-9;  ///< of quotients of decimals

}  // namespace

double round_below(double value) {
  if (!(value > 0) || !std::isfinite(value)) {
    throw InputError(fmt::format("There is no round number below {}: it takes one above 0.", value));
  }
  const double power = std::pow(10, std::floor(std::log10(value) + rounding));
  const double first_digit = value / power * (1 + rounding);
  return power * (first_digit < 2 ? 1 : first_digit < 5 ? 2 : 5);
}

std::string text_beside(double value, double larger) {
  if (!(larger > 0) || !std::isfinite(larger) || !std::isfinite(value)) {
    return fmt::format("{:.4g}", value);
  }
  const double unit = std::pow(10, std::floor(std::log10(larger) + rounding) - 3);
  return fmt::format("{:.10g}", std::round(value / unit) * unit + 0.0);
}

RoundTicks round_ticks(double low, double high, int most) {
  if (!(low < high) || most < 2) {
    throw InputError(fmt::format("{} ticks from {} to {} cannot be: it takes 2 or more, upwards.", most, low, high));
  }
  RoundTicks ticks{.step = round_below((high - low) / most), .values = {}};
  const auto first = [&] { return std::ceil(low / ticks.step - rounding); };
  const auto last = [&] { return std::floor(high / ticks.step + rounding); };
  while (last() - first() + 1 > most) {
    ticks.step = round_below(2.5 * ticks.step);  // 1, 2, 5, 10 ...
  }
  const int ticks_after_first = static_cast<int>(last() - first());
  for (int i = 0; i <= ticks_after_first; ++i) {
    ticks.values.push_back((first() + i) * ticks.step + 0.0);  // without the sign of a zero
  }
  return ticks;
}

std::string RoundTicks::text(double value) const {
  const double largest = std::max(std::abs(values.front()), std::abs(values.back()));
  if (largest >= 1e6 || step < 1e-4) {
    return fmt::format("{:g}", value);
  }
  const int digits = static_cast<int>(std::max(0.0, -std::floor(std::log10(step) + rounding)));
  return fmt::format("{:.{}f}", value, digits);
}

}  // namespace coincide::gui
