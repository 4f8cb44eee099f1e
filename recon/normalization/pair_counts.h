#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace coincide::recon {

/// What a scan of a known source gave each pair of crystals a < b, row by row: y ~ Poisson(e_a e_b g M + b).
struct PairCounts {
  std::vector<std::uint64_t> rows;     ///< the pairs of crystal a are rows[a] ... rows[a + 1]; one more than crystals
  std::vector<std::uint32_t> partner;  ///< by pair: b, ascending in a row
  std::vector<float> counts;           ///< y
  std::vector<float> expected;         ///< M: what crystals of efficiency 1 would measure
  std::vector<double> randoms;         ///< by crystal: b = s_a s_b [counts]; empty: none
  std::vector<std::uint32_t> symmetry{};  ///< class of the pair, which shares a factor g; empty: g = 1

  std::size_t num_crystals() const { return rows.size() - 1; }
  std::size_t num_pairs() const { return partner.size(); }
  double background(std::size_t a, std::size_t b) const { return randoms.empty() ? 0 : randoms[a] * randoms[b]; }
  /// Index of a pair, in any order of its crystals.
  std::optional<std::size_t> find(std::uint32_t a, std::uint32_t b) const;
};

}  // namespace coincide::recon
