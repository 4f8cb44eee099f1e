#include "recon/normalization/pair_counts.h"

#include <algorithm>

namespace coincide::recon {

std::optional<std::size_t> PairCounts::find(std::uint32_t a, std::uint32_t b) const {
  const auto [low, high] = std::minmax(a, b);
  const auto begin = partner.begin() + static_cast<std::ptrdiff_t>(rows[low]);
  const auto end = partner.begin() + static_cast<std::ptrdiff_t>(rows[low + 1]);
  const auto found = std::lower_bound(begin, end, high);
  if (found == end || *found != high) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - partner.begin());
}

}  // namespace coincide::recon
