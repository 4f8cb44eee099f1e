#pragma once

#include <array>
#include <cstdint>

namespace coincide::recon {

/// Random numbers without a state: the four words of a place in the stream of a key, Philox4x32-10. Any two places may
/// be computed in any order, so that results depend neither on threads nor on the standard library.
/// Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> place, std::array<std::uint32_t, 2> key) {
  constexpr int rounds = 10;
  constexpr int half = 32;
  constexpr std::uint64_t factor_0 = 0xD2511F53;
  constexpr std::uint64_t factor_2 = 0xCD9E8D57;
  constexpr std::uint32_t golden_ratio = 0x9E3779B9;
  constexpr std::uint32_t root_of_3 = 0xBB67AE85;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t product_0 = factor_0 * place[0];
    const std::uint64_t product_2 = factor_2 * place[2];
    place = {static_cast<std::uint32_t>(product_2 >> half) ^ place[1] ^ key[0], static_cast<std::uint32_t>(product_2),
             static_cast<std::uint32_t>(product_0 >> half) ^ place[3] ^ key[1], static_cast<std::uint32_t>(product_0)};
    key = {key[0] + golden_ratio, key[1] + root_of_3};
  }
  return place;
}

}  // namespace coincide::recon
