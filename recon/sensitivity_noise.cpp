#include "recon/sensitivity_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

bool attenuates(const Image& attenuation, const ImageGrid& grid, std::int64_t voxel) {
  constexpr double least_per_cm = 0.01;  // a tenth of water
  const std::array<std::int64_t, 3> index{voxel / (grid.shape[1] * grid.shape[2]),
                                          voxel / grid.shape[2] % grid.shape[1], voxel % grid.shape[2]};
  std::array<double, 3> place{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double at_mm = grid.origin_mm[i] + static_cast<double>(index[i]) * grid.voxel_size_mm[i];
    place[i] = (at_mm - attenuation.grid.origin_mm[i]) / attenuation.grid.voxel_size_mm[i];
  }
  return trilinear_value(attenuation, place) > least_per_cm;
}

}  // namespace

SensitivityNoise::SensitivityNoise(const ImageGrid& grid, const Image* attenuation, float tof_sigma_mm) {
  constexpr std::int64_t about = 1 << 17;
  std::int64_t step = std::max<std::int64_t>(1, grid.num_voxels() / about);
  while (std::gcd(step, grid.shape[2]) > 1) {  // some of every plane
    ++step;
  }
  std::vector<std::size_t> all;
  for (std::int64_t voxel = 0; voxel < grid.num_voxels(); voxel += step) {
    all.push_back(static_cast<std::size_t>(voxel));
    if (attenuation != nullptr && attenuates(*attenuation, grid, voxel)) {
      voxels_.push_back(all.back());
    }
  }
  if (voxels_.empty()) {
    voxels_ = std::move(all);
  }
  const auto& [x, y, z] = grid.voxel_size_mm;
  num_voxels_ = static_cast<double>(voxels_.size()) * static_cast<double>(step);
  voxel_mm_ = std::cbrt(double{x} * y * z);
  length_mm_ = std::cbrt(num_voxels_) * voxel_mm_;
  if (tof_sigma_mm > 0) {  // a Gaussian's squares add up to as much as those of a box of this length
    length_mm_ = std::min(length_mm_, 2 * std::sqrt(std::numbers::pi) * tof_sigma_mm);
  }
}

std::vector<double> SensitivityNoise::values_in(const std::vector<double>& image) const {
  std::vector<double> values;
  values.reserve(voxels_.size());
  for (const std::size_t voxel : voxels_) {
    values.push_back(image[voxel]);
  }
  return values;
}

double SensitivityNoise::of(const std::vector<double>& whole, const std::vector<double>& first, double first_part) {
  const double least = 0.1 * (whole.empty() ? 0 : std::ranges::max(whole));
  double squares = 0;
  std::size_t count = 0;
  // Parts of beams lie between each other: the whole was measured to have 0.33 to 0.67 of the noise of independent
  // ones.
  constexpr double complement = 0.75;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i] > least) {
      // With independent parts p and 1 - p the variance of first / (p whole) is that of the whole times (1 - p) / p.
      const double difference = first[i] / (first_part * whole[i]) - 1;
      squares += difference * difference * first_part / (1 - first_part);
      ++count;
    }
  }
  return count == 0 ? 0 : complement * std::sqrt(squares / static_cast<double>(count));
}

/// The prompts are taken to be spread evenly over the voxels that matter. Each adds, in each plane that it crosses, to
/// four voxels, by weights whose squares add up to 4/9 on average.
double SensitivityNoise::of_prompts(std::uint64_t num_prompts) const {
  constexpr double squares = 4.0 / 9;
  return std::sqrt(squares * num_voxels_ * voxel_mm_ / (static_cast<double>(num_prompts) * length_mm_));
}

double SensitivityNoise::allowed(std::uint64_t num_prompts) const {
  constexpr double share = 0.3;  // 4 % more noise in all
  constexpr double steps = 2;    // for a factor of 2
  if (num_prompts == 0) {
    return most;
  }
  const double too_much = most / (share * of_prompts(num_prompts));
  return most * std::exp2(-std::ceil(steps * std::max(0.0, std::log2(too_much))) / steps);
}

}  // namespace coincide::recon
