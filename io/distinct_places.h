#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace coincide::io {

/// Numbers, from 0 on, for places that are equal but for rounding.
template <std::size_t Size>
class DistinctPlaces {
 public:
  std::uint32_t number(const std::array<double, Size>& value_mm) {
    constexpr double resolution_mm = 1e-4;
    std::array<std::int64_t, Size> key;
    std::ranges::transform(value_mm, key.begin(), [](double mm) { return std::llround(mm / resolution_mm); });
    const auto [found, is_new] = numbers_.try_emplace(key, static_cast<std::uint32_t>(values_mm_.size()));
    if (is_new) {
      values_mm_.push_back(value_mm);
    }
    return found->second;
  }
  const std::vector<std::array<double, Size>>& values_mm() const { return values_mm_; }

 private:
  std::map<std::array<std::int64_t, Size>, std::uint32_t> numbers_;
  std::vector<std::array<double, Size>> values_mm_;
};

}  // namespace coincide::io
