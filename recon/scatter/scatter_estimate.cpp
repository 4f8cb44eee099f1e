#include "recon/scatter/scatter_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Part of a Gaussian below x standard deviations.
double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// Part of what comes from a position that is measured below another, so many steps farther on.
class Blur {
 public:
  Blur(double sigma_mm, double step_mm) {
    // Steps of the profile, sharing out between two positions and sums that are linear between them blur, too.
    const double rest_mm = std::sqrt(std::max(sigma_mm * sigma_mm - step_mm * step_mm / 3, 0.01 * sigma_mm * sigma_mm));
    constexpr double sigmas = 4;
    reach_ = static_cast<std::int32_t>(std::ceil(sigmas * rest_mm / step_mm));
    for (std::int32_t i = -reach_; i <= reach_; ++i) {
      below_.push_back(normal_below(i * step_mm / rest_mm));
    }
  }
  /// Running sums of `row`, blurred: the sums' steps are those of its positions.
  void sum(std::span<const float> row, std::span<float> sums) const {
    const auto count = static_cast<std::int32_t>(row.size());
    double all = 0;  // of positions that are wholly below
    for (std::int32_t at = 0; at < count; ++at) {
      all += at - reach_ - 1 >= 0 ? row[static_cast<std::size_t>(at - reach_ - 1)] : 0;
      double sum = all;
      for (std::int32_t from = std::max(0, at - reach_); from <= std::min(count - 1, at + reach_); ++from) {
        const std::int32_t place = at - from + reach_;
        sum += below_[static_cast<std::size_t>(place)] * row[static_cast<std::size_t>(from)];
      }
      sums[static_cast<std::size_t>(at)] = static_cast<float>(sum);
    }
  }

 private:
  std::int32_t reach_ = 0;
  std::vector<double> below_;
};

/// Between two running sums, linear.
struct SumPlace {
  std::size_t low;
  float part;

  /// At `place`, which counts positions; the first or last of `count` sums beyond them.
  static SumPlace at(double place, std::int32_t count) {
    if (count < 2) {
      return {0, 0};
    }
    const double inside = std::clamp(place, 0.0, count - 1.0);
    const auto low = std::min(static_cast<std::int32_t>(inside), count - 2);
    return {static_cast<std::size_t>(low), static_cast<float>(inside - low)};
  }
  float of(const float* sums) const { return sums[low] + part * (sums[low + 1] - sums[low]); }
};

/// What lies between two places.
struct SumRange {
  SumPlace low;
  SumPlace high;

  float of(const float* sums) const { return high.of(sums) - low.of(sums); }
};

constexpr double everywhere = std::numeric_limits<double>::infinity();

}  // namespace

ScatterEstimate::ScatterEstimate(VirtualCylinder cylinder) : cylinder_(std::move(cylinder)) {}

ScatterEstimate::ScatterEstimate(VirtualCylinder cylinder, const TofPositions& positions,
                                 std::span<const float> of_pairs, std::vector<float> sigmas_mm, int num_threads)
    : cylinder_(std::move(cylinder)),
      positions_(positions),
      sigmas_mm_(std::move(sigmas_mm)),
      num_pairs_(num_pairs(cylinder_.num_nodes())) {
  if (sigmas_mm_.empty()) {
    sums_.assign(of_pairs.begin(), of_pairs.end());
    return;
  }
  const auto count = static_cast<std::size_t>(positions_.count());
  sums_.resize(sigmas_mm_.size() * of_pairs.size());
  for (std::size_t i = 0; i < sigmas_mm_.size(); ++i) {
    const Blur blur(sigmas_mm_[i], positions_.step_mm);
    float* sums = sums_.data() + i * of_pairs.size();
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
    for (std::size_t pair = 0; pair < num_pairs_; ++pair) {
      blur.sum(of_pairs.subspan(pair * count, count), {sums + pair * count, count});
    }
  }
}

ScatterEstimate::ScatterEstimate(VirtualCylinder cylinder, const TofPositions& positions, std::vector<float> sigmas_mm,
                                 std::vector<float> sums)
    : cylinder_(std::move(cylinder)),
      positions_(positions),
      sigmas_mm_(std::move(sigmas_mm)),
      num_pairs_(num_pairs(cylinder_.num_nodes())),
      sums_(std::move(sums)) {}

std::span<const float> ScatterEstimate::table(float sigma_mm) const {
  const auto nearest = std::ranges::min_element(
      sigmas_mm_, {}, [sigma_mm](float of_table_mm) { return std::abs(of_table_mm - sigma_mm); });
  const std::size_t size = num_pairs_ * static_cast<std::size_t>(positions_.count());
  const auto index = sigmas_mm_.empty() ? 0 : static_cast<std::size_t>(nearest - sigmas_mm_.begin());
  return {sums_.data() + index * size, size};
}

double ScatterEstimate::between(const VirtualCylinder::Crossing& crossing, std::span<const float> table, double low_mm,
                                double high_mm) const {
  const std::int32_t count = positions_.count();
  const double middle = positions_.each_side;
  const double low = (low_mm - crossing.shift_mm) / positions_.step_mm;
  const double high = (high_mm - crossing.shift_mm) / positions_.step_mm;
  const SumRange forward{SumPlace::at(middle + low, count), SumPlace::at(middle + high, count)};
  const SumRange backward{SumPlace::at(middle - high, count), SumPlace::at(middle - low, count)};
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint32_t a = crossing.start.node[i];
      const std::uint32_t b = crossing.end.node[j];
      const float weight = crossing.start.weight[i] * crossing.end.weight[j];
      if (a == b || weight == 0) {
        continue;
      }
      const std::size_t pair = first_pair(std::min(a, b), cylinder_.num_nodes()) + std::max(a, b) - std::min(a, b) - 1;
      const float* sums = table.data() + pair * static_cast<std::size_t>(count);
      sum += weight * (count == 1 ? sums[0] : (a < b ? forward : backward).of(sums));
    }
  }
  return sum;
}

double ScatterEstimate::of_lor(const float* start_mm, const float* end_mm) const {
  return is_zero() ? 0 : between(cylinder_.cross(start_mm, end_mm), table(0), -everywhere, everywhere);
}

double ScatterEstimate::of_bin(const float* start_mm, const float* end_mm, const projectors::TofBin& bin) const {
  if (is_zero()) {
    return 0;
  }
  return between(cylinder_.cross(start_mm, end_mm), table(bin.sigma_mm), bin.centre_mm - bin.width_mm / 2.0,
                 bin.centre_mm + bin.width_mm / 2.0);
}

}  // namespace coincide::recon
