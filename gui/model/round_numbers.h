#pragma once

#include <string>
#include <vector>

namespace coincide::gui {

/// The largest of 1, 2 and 5 times a power of ten that is not above the value. Throws InputError unless it is > 0.
double round_below(double value);

/// The value as it deserves to be told beside a larger one: to a thousandth of that, "0" if it is less.
std::string text_beside(double value, double larger);

/// Round numbers that are evenly spaced.
struct RoundTicks {
  double step = 1;
  std::vector<double> values;  ///< multiples of the step

  /// With as many digits as the step has; from a million on, and below a ten thousandth, with a power of ten.
  std::string text(double value) const;
};

/// From low to high, at most `most` of them. Throws InputError unless low < high and most > 1.
RoundTicks round_ticks(double low, double high, int most);

}  // namespace coincide::gui
