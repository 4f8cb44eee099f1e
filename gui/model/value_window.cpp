#include "gui/model/value_window.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "gui/model/sampling.h"

namespace coincide::gui {
namespace {

constexpr double shown_part = 0.999;           ///< of the positive values, so that single hot voxels do not darken all
constexpr std::int64_t most_samples = 300000;  ///< enough for that percentile, and done in some milliseconds

/// The positive values; of a large image, evenly spaced ones.
std::vector<float> positive_sample(const std::vector<float>& values) {
  const auto step = static_cast<std::size_t>(sampling_step(std::ssize(values), most_samples, std::ssize(values)));
  std::vector<float> sample;
  for (std::size_t i = 0; i < values.size(); i += step) {
    if (values[i] > 0 && std::isfinite(values[i])) {
      sample.push_back(values[i]);
    }
  }
  return sample;
}

/// The value that `shown_part` of the positive ones do not exceed; 0 if there is none.
double high_value(const std::vector<float>& values) {
  std::vector<float> sample = positive_sample(values);
  if (sample.empty()) {
    // A point source may fall between the samples.
    const auto most = std::ranges::max_element(
        values, {}, [](float value) { return std::isfinite(value) ? value : std::numeric_limits<float>::lowest(); });
    return most != values.end() && *most > 0 && std::isfinite(*most) ? *most : 0;
  }
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(shown_part * static_cast<double>(sample.size()))) - 1;
  std::ranges::nth_element(sample, sample.begin() + rank);
  return sample[static_cast<std::size_t>(rank)];
}

}  // namespace

ValueWindow automatic_window(const std::vector<float>& values) {
  const double high = high_value(values);
  return {.low = 0, .high = high > 0 ? high : 1};
}

}  // namespace coincide::gui
