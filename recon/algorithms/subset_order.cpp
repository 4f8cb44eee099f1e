#include "recon/algorithms/subset_order.h"

#include <cmath>
#include <cstdint>
#include <numeric>

namespace coincide::recon {
namespace {

/// Of two that are equally near the larger one.
int step_of(int n) {
  int best = 1;
  for (int g = 2; g < n; ++g) {
    const bool nearer = std::abs(10 * g - 3 * n) <= std::abs(10 * best - 3 * n);
    best = std::gcd(g, n) == 1 && nearer ? g : best;
  }
  return best;
}

}  // namespace

int subset_at(int place, int pass, int n) {
  const int g = step_of(n);
  return static_cast<int>(std::int64_t{place} * (pass % 2 == 0 ? g : n - g) % n);
}

}  // namespace coincide::recon
