#include "projectors/event_weights.h"

#include <array>
#include <cmath>
#include <numbers>

namespace coincide::projectors {
namespace {

constexpr int terms = EventWeights::terms;

/// Node n, 0 to terms - 1, and what the values in all nodes contribute to each Chebyshev coefficient.
struct Chebyshev {
  std::array<double, terms> node{};
  std::array<std::array<double, terms>, terms> contribution{};  ///< [coefficient][node]
  std::array<std::array<double, terms>, terms> power{};         ///< T_k = sum over j of power[k][j] t^j

  Chebyshev() {
    for (std::size_t k = 0; k < terms; ++k) {
      for (std::size_t n = 0; n < terms; ++n) {
        const double angle = std::numbers::pi * (static_cast<double>(n) + 0.5) / terms;
        node[n] = std::cos(angle);
        contribution[k][n] = (k == 0 ? 1.0 : 2.0) / terms * std::cos(static_cast<double>(k) * angle);
      }
    }
    power[0][0] = power[1][1] = 1;
    for (std::size_t k = 2; k < terms; ++k) {  // T_k = 2 t T_(k-1) - T_(k-2)
      for (std::size_t j = 0; j < terms; ++j) {
        power[k][j] = (j > 0 ? 2 * power[k - 1][j - 1] : 0) - power[k - 2][j];
      }
    }
  }
};

}  // namespace

EventWeights fit_event_weights(const TofBin& bin, double farthest_mm) {
  static const Chebyshev chebyshev;
  const double per_mm = 1 / (std::numbers::sqrt2 * bin.sigma_mm);
  std::array<double, terms> value{};
  for (std::size_t n = 0; n < terms; ++n) {
    const double d = farthest_mm * std::sqrt(0.5 * (chebyshev.node[n] + 1));
    value[n] = 0.5 * (std::erf((d + 0.5 * bin.width_mm) * per_mm) - std::erf((d - 0.5 * bin.width_mm) * per_mm));
  }
  std::array<double, terms> series{};
  std::array<double, terms> powers{};
  for (std::size_t k = 0; k < terms; ++k) {
    for (std::size_t n = 0; n < terms; ++n) {
      series[k] += chebyshev.contribution[k][n] * value[n];
    }
    for (std::size_t j = 0; j < terms; ++j) {
      powers[j] += series[k] * chebyshev.power[k][j];
    }
  }
  // The series falls by more than a factor of 5 per term: what is cut off is below 5e-8 where its last terms are small.
  constexpr double small = 1e-6;
  EventWeights weights;
  if (std::abs(series[terms - 1]) + std::abs(series[terms - 2]) < small) {
    weights.scale = static_cast<float>(2 / (farthest_mm * farthest_mm));
    for (std::size_t j = 0; j < terms; ++j) {
      weights.coefficient[j] = static_cast<float>(powers[j]);
    }
  }
  return weights;
}

}  // namespace coincide::projectors
