#pragma once

#include <cstdint>
#include <vector>

namespace coincide::recon {

/// Chooses one of many with given weights, in a time that does not grow with their number.
class WeightedChoice {
 public:
  WeightedChoice() = default;
  /// Weights are not negative; at least one is positive if pick() is to be called.
  explicit WeightedChoice(const std::vector<double>& weights);

  /// The index that belongs to `part` of the sum of all weights, 0 <= part < 1.
  std::size_t pick(double part) const;
  double sum() const { return sums_.empty() ? 0 : sums_.back(); }

 private:
  std::vector<double> sums_;          ///< up to and with each weight
  std::vector<std::uint32_t> first_;  ///< by equal part of the sum: where to begin the search
};

}  // namespace coincide::recon
