#include "recon/data/quantile.h"

#include <algorithm>

namespace coincide::recon {

float quantile(std::span<float> values, double part) {
  if (values.empty()) {
    return 0;
  }
  const auto rank = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + rank);
  return values[static_cast<std::size_t>(rank)];
}

float median_of_matter(std::vector<float> values) {
  const float least = quantile(values, 0.99) / 4;
  std::erase_if(values, [least](float value) { return value <= least; });
  return quantile(values, 0.5);
}

}  // namespace coincide::recon
