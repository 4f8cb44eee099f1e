#include "projectors/event_weights.h"

#include <array>
#include <cmath>
#include <numbers>

#include "projectors/kernels/tof.h"

namespace coincide::projectors {
namespace {

constexpr int terms = EventWeights::terms;

EventWeightsFit make_fit() {
  double contribution[terms][terms];  // of the value in a node to a term of Chebyshev's series: [term][node]
  double chebyshev[terms][terms]{};   // T_k = sum over j of chebyshev[k][j] t^j
  EventWeightsFit fit{};
  for (int k = 0; k < terms; ++k) {
    for (int n = 0; n < terms; ++n) {
      const double angle = std::numbers::pi * (n + 0.5) / terms;
      fit.node[n] = std::sqrt(0.5 * (std::cos(angle) + 1));
      contribution[k][n] = (k == 0 ? 1.0 : 2.0) / terms * std::cos(k * angle);
    }
  }
  chebyshev[0][0] = chebyshev[1][1] = 1;
  for (int k = 2; k < terms; ++k) {  // T_k = 2 t T_(k-1) - T_(k-2)
    for (int j = 0; j < terms; ++j) {
      chebyshev[k][j] = (j > 0 ? 2 * chebyshev[k - 1][j - 1] : 0) - chebyshev[k - 2][j];
    }
  }
  for (int n = 0; n < terms; ++n) {
    for (int k = 0; k < terms; ++k) {
      for (int j = 0; j < terms; ++j) {
        fit.power[j][n] += contribution[k][n] * chebyshev[k][j];
      }
    }
    fit.last[0][n] = contribution[terms - 2][n];
    fit.last[1][n] = contribution[terms - 1][n];
  }
  return fit;
}

double sum_of(const double (&factor)[terms], const std::array<double, terms>& value) {
  double sum = 0;
  for (std::size_t n = 0; n < terms; ++n) {
    sum += factor[n] * value[n];
  }
  return sum;
}

}  // namespace

const EventWeightsFit& event_weights_fit() {
  static const EventWeightsFit fit = make_fit();
  return fit;
}

EventWeights fit_event_weights(const TofBin& bin, double farthest_mm) {
  const EventWeightsFit& fit = event_weights_fit();
  std::array<double, terms> value{};
  for (std::size_t n = 0; n < terms; ++n) {
    value[n] = COINCIDE_BACKEND::gaussian_over_bin(farthest_mm * fit.node[n], bin.width_mm, bin.sigma_mm);
  }
  EventWeights weights;
  const double cut_off = std::abs(sum_of(fit.last[0], value)) + std::abs(sum_of(fit.last[1], value));
  if (cut_off < EventWeightsFit::small && value[0] > EventWeightsFit::least) {
    weights.scale = static_cast<float>(2 / (farthest_mm * farthest_mm));
    for (std::size_t j = 0; j < terms; ++j) {
      weights.coefficient[j] = static_cast<float>(sum_of(fit.power[j], value));
    }
  }
  return weights;
}

}  // namespace coincide::projectors
