#include "recon/scatter/scatter_tails.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "projectors/projector.h"
#include "recon/parallel.h"
#include "recon/psf.h"
#include "recon/resample.h"

namespace coincide::recon {
namespace {

constexpr double close_mm = 10;
constexpr double far_mm = 50;

/// Of voxels of about 8 mm, with an empty rim as wide as the tails.
ImageGrid grid_around(const ImageGrid& attenuation) {
  constexpr double voxel_mm = 8;
  std::array<std::int64_t, 3> shape{};
  Vec3 centre_mm{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent_mm = static_cast<double>(attenuation.shape[axis]) * attenuation.voxel_size_mm[axis];
    shape[axis] = static_cast<std::int64_t>(std::ceil((extent_mm + 2 * (far_mm + voxel_mm)) / voxel_mm));
    centre_mm[axis] = attenuation.origin_mm[axis] +
                      0.5F * static_cast<float>(attenuation.shape[axis] - 1) * attenuation.voxel_size_mm[axis];
  }
  return centred_grid(shape, {voxel_mm, voxel_mm, voxel_mm}, centre_mm);
}

struct Offset {
  std::array<std::int64_t, 3> voxels;
};

std::vector<Offset> offsets_within(const ImageGrid& grid, double distance_mm) {
  std::array<std::int64_t, 3> reach{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    reach[axis] = static_cast<std::int64_t>(distance_mm / grid.voxel_size_mm[axis]);
  }
  std::vector<Offset> offsets;
  for (std::int64_t i = -reach[0]; i <= reach[0]; ++i) {
    for (std::int64_t j = -reach[1]; j <= reach[1]; ++j) {
      for (std::int64_t k = -reach[2]; k <= reach[2]; ++k) {
        const double mm =
            std::hypot(static_cast<double>(i) * grid.voxel_size_mm[0], static_cast<double>(j) * grid.voxel_size_mm[1],
                       static_cast<double>(k) * grid.voxel_size_mm[2]);
        if (mm <= distance_mm) {
          offsets.push_back({{i, j, k}});
        }
      }
    }
  }
  return offsets;
}

/// 1 within the distance of voxels above the limit.
Image grown(const Image& image, float limit, double distance_mm, int num_threads) {
  const ImageGrid& grid = image.grid;
  const std::vector<Offset> offsets = offsets_within(grid, distance_mm);
  const auto is_body = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
    return i >= 0 && i < grid.shape[0] && j >= 0 && j < grid.shape[1] && k >= 0 && k < grid.shape[2] &&
           image.at(i, j, k) > limit;
  };
  Image result(grid, 0);
  parallel_for(grid.shape[0], num_threads, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const bool found = std::ranges::any_of(offsets, [&](const Offset& offset) {
          return is_body(i + offset.voxels[0], j + offset.voxels[1], k + offset.voxels[2]);
        });
        result.at(i, j, k) = found ? 1.0F : 0.0F;
      }
    }
  });
  return result;
}

}  // namespace

ScatterTails::ScatterTails(const Image& attenuation, int num_threads) : num_threads_(num_threads) {
  constexpr float least_per_cm = 0.003F;
  constexpr double blur_mm = 20;
  Image body = resampled(attenuation, grid_around(attenuation.grid), num_threads);
  GaussianFilter(body.grid, blur_mm, num_threads, Outside::empty).apply(body.values);
  near_ = grown(body, least_per_cm, close_mm, num_threads);
  farther_ = grown(body, least_per_cm, far_mm, num_threads);
}

std::vector<char> ScatterTails::contain(const projectors::Lors& lors) const {
  const auto count = static_cast<std::size_t>(lors.count);
  std::vector<float> in_near(count);
  std::vector<float> in_farther(count);
  const projectors::Projector projector(near_.grid, {.num_threads = num_threads_});
  projector.forward(lors, projectors::NoTof{}, near_.values.data(), in_near.data());
  projector.forward(lors, projectors::NoTof{}, farther_.values.data(), in_farther.data());
  std::vector<char> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = static_cast<char>(in_near[i] <= 0 && in_farther[i] > 0);
  }
  return result;
}

}  // namespace coincide::recon
