#include "recon/photon_transport/weighted_choice.h"

#include <algorithm>
#include <numeric>

namespace coincide::recon {

WeightedChoice::WeightedChoice(const std::vector<double>& weights) : sums_(weights.size()), first_(weights.size()) {
  std::partial_sum(weights.begin(), weights.end(), sums_.begin());
  std::uint32_t index = 0;
  for (std::size_t part = 0; part < first_.size(); ++part) {
    while (sums_[index] * static_cast<double>(first_.size()) <= sum() * static_cast<double>(part) &&
           index + 1 < sums_.size()) {
      ++index;
    }
    first_[part] = index;
  }
}

std::size_t WeightedChoice::pick(double part) const {
  const double value = part * sum();
  std::size_t index = first_[static_cast<std::size_t>(part * static_cast<double>(first_.size()))];
  while (sums_[index] <= value && index + 1 < sums_.size()) {
    ++index;
  }
  // Rounding must not lead to one of weight 0 at the end.
  while (index > 0 && sums_[index] == sums_[index - 1]) {
    --index;
  }
  return index;
}

}  // namespace coincide::recon
