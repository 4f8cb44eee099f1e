#include "recon/motion/moved_crystals.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "projectors/error.h"

namespace coincide::recon {

MovedCrystals::MovedCrystals(std::vector<Vec3> points_mm, std::span<const double> weights, std::vector<double> randoms)
    : points_mm_(std::move(points_mm)), shares_(weights.size()), randoms_(std::move(randoms)) {
  std::partial_sum(weights.begin(), weights.end(), shares_.begin());
  if (weights.empty() || !(shares_.back() > 0) || points_mm_.empty() || points_mm_.size() % weights.size() != 0 ||
      (!randoms_.empty() && randoms_.size() != weights.size())) {
    throw InputError(fmt::format(
        "{} weights, and {} of randoms, are given for the poses of {} points: each pose needs one, with all crystals, "
        "and a sum above 0",
        weights.size(), randoms_.size(), points_mm_.size()));
  }
  const double sum = shares_.back();
  std::ranges::transform(shares_, shares_.begin(), [sum](double share) { return share / sum; });
}

std::uint32_t MovedCrystals::pose_at(double place) const {
  const auto beyond = std::ranges::upper_bound(shares_, place);
  return static_cast<std::uint32_t>(std::min(beyond - shares_.begin(), std::ssize(shares_) - 1));
}

}  // namespace coincide::recon
