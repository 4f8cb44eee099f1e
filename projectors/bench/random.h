#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace coincide::projectors::bench {

/// Random numbers that are the same with every standard library, which those of <random>'s distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [low, high).
  double uniform(double low, double high) {
    return low + (high - low) * 0x1p-53 * static_cast<double>(engine_() >> 11);
  }

  /// Gaussian with mean 0 (Box and Muller).
  double normal(double sigma) {
    const double radius = std::sqrt(-2 * std::log(uniform(0x1p-53, 1)));
    return sigma * radius * std::cos(uniform(0, 2 * std::numbers::pi));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace coincide::projectors::bench
