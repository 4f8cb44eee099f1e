#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "recon/photon_transport/philox.h"

namespace coincide::recon {

/// The random numbers of one decay, or of one other matter of a simulation. Streams that differ in any of the four
/// numbers are independent. Making one costs nothing.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t purpose, std::uint32_t batch, std::uint32_t number = 0)
      : place_{0, number, batch, purpose},
        key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> bits_of_word)} {}

  /// 0 < x < 1, in steps of 2^-32.
  double uniform() { return (word() + 0.5) * 0x1p-32; }
  /// The same in steps of 2^-52, for a choice among millions.
  double fine_uniform() {
    const double low = uniform();
    return (word() >> 12 << 12) * 0x1p-32 + low * 0x1p-20;
  }
  /// Of mean 1.
  double exponential() { return -std::log(uniform()); }
  /// Of mean 0 and variance 1.
  double normal() {
    const double radius = std::sqrt(2 * exponential());
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  static constexpr int bits_of_word = 32;

  std::uint32_t word() {
    if (used_ == words_.size()) {
      words_ = philox(place_, key_);
      ++place_[0];
      used_ = 0;
    }
    return words_[used_++];
  }

  std::array<std::uint32_t, 4> place_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

}  // namespace coincide::recon
