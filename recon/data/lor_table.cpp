#include "recon/data/lor_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "projectors/error.h"

namespace coincide::recon {

LorTable::LorTable(std::size_t num_crystals, bool with_attenuation, const std::function<void(const Add&)>& visit)
    : with_attenuation_(with_attenuation), rows_(num_crystals + 1) {
  visit([&](std::uint32_t a, std::uint32_t b, float factor) {
    if (a >= num_crystals || b >= num_crystals || a == b) {
      throw InputError(fmt::format("a LOR is between the crystals {} and {} of a scanner with {}", a, b, num_crystals));
    }
    if (!(factor >= 0) || !std::isfinite(factor)) {
      throw InputError(
          fmt::format("the LOR between the crystals {} and {} has the factor {}: it must be finite and not negative", a,
                      b, factor));
    }
    ++rows_[std::min(a, b) + 1];
  });
  std::partial_sum(rows_.begin(), rows_.end(), rows_.begin());
  partners_.resize(rows_.back());
  factors_.resize(rows_.back());
  fill(visit);
  sort_rows();
}

void LorTable::fill(const std::function<void(const Add&)>& visit) {
  std::vector<std::uint64_t> next(rows_.begin(), rows_.end() - 1);
  visit([&](std::uint32_t a, std::uint32_t b, float factor) {
    const std::uint64_t place = next[std::min(a, b)]++;
    partners_[place] = std::max(a, b);
    factors_[place] = factor;
  });
}

/// By partner, equal ones in one.
void LorTable::sort_rows() {
  std::vector<std::pair<std::uint32_t, float>> row;
  std::uint64_t end = 0;
  std::uint64_t first = 0;
  for (std::size_t a = 0; a < num_crystals(); ++a) {
    const std::uint64_t stop = rows_[a + 1];
    row.clear();
    for (std::uint64_t i = first; i < stop; ++i) {
      row.emplace_back(partners_[i], factors_[i]);
    }
    first = stop;
    std::ranges::stable_sort(row, {}, &std::pair<std::uint32_t, float>::first);
    for (const auto& [partner, factor] : row) {
      if (end > rows_[a] && partners_[end - 1] == partner) {
        factors_[end - 1] += factor;
      } else {
        partners_[end] = partner;
        factors_[end++] = factor;
      }
    }
    rows_[a + 1] = end;
  }
  partners_.resize(end);
  factors_.resize(end);
}

float LorTable::factor(std::uint32_t crystal_a, std::uint32_t crystal_b) const {
  const std::uint32_t low = std::min(crystal_a, crystal_b);
  const auto first = partners_.begin() + static_cast<std::ptrdiff_t>(rows_[low]);
  const auto last = partners_.begin() + static_cast<std::ptrdiff_t>(rows_[low + 1]);
  const auto found = std::lower_bound(first, last, std::max(crystal_a, crystal_b));
  return found == last || *found != std::max(crystal_a, crystal_b)
             ? 0
             : factors_[static_cast<std::size_t>(found - partners_.begin())];
}

}  // namespace coincide::recon
