#include "recon/post_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "projectors/error.h"
#include "recon/parallel.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

/// Of the part of the cube around a voxel that lies in the image. `cube` is work space.
float median_around(const Image& image, const std::array<std::int64_t, 3>& voxel, std::int64_t reach,
                    std::vector<float>& cube) {
  const auto first = [&](std::size_t a) { return std::max<std::int64_t>(voxel[a] - reach, 0); };
  const auto last = [&](std::size_t a) { return std::min(voxel[a] + reach, image.grid.shape[a] - 1); };
  cube.clear();
  for (std::int64_t i = first(0); i <= last(0); ++i) {
    for (std::int64_t j = first(1); j <= last(1); ++j) {
      for (std::int64_t k = first(2); k <= last(2); ++k) {
        cube.push_back(image.at(i, j, k));
      }
    }
  }
  const auto middle = cube.begin() + static_cast<std::ptrdiff_t>(cube.size() / 2);
  std::ranges::nth_element(cube, middle);
  return *middle;
}

Image median(const Image& image, std::int64_t edge, int num_threads) {
  if (edge % 2 == 0) {
    throw InputError(
        fmt::format("output.median_voxels = {} is even: a cube with a voxel in its middle has an odd edge", edge));
  }
  Image result = image;
  const auto& shape = image.grid.shape;
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    std::vector<float> cube;
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        result.at(i, j, k) = median_around(image, {i, j, k}, edge / 2, cube);
      }
    }
  }
  return result;
}

void smooth(double fwhm_mm, int num_threads, Image& image) {
  const GaussianFilter gaussian(image.grid, fwhm_mm, num_threads, Outside::empty);
  std::vector<float> weights(image.values.size(), 1);
  gaussian.apply(weights);
  gaussian.apply(image.values);
  std::ranges::transform(image.values, weights, image.values.begin(), std::divides<>());
}

}  // namespace

Image filtered(const Image& image, const PostFilterOptions& options, int num_threads) {
  Image result = options.median_voxels > 1 ? median(image, options.median_voxels, num_threads) : image;
  if (options.filter_fwhm_mm > 0) {
    smooth(options.filter_fwhm_mm, num_threads, result);
  }
  return result;
}

std::string filter_text(const PostFilterOptions& options) {
  std::string text;
  if (options.median_voxels > 1) {
    text = fmt::format("median {0}x{0}x{0}", options.median_voxels);
  }
  if (options.filter_fwhm_mm > 0) {
    text += fmt::format("{}Gaussian {:g} mm", text.empty() ? "" : ", ", options.filter_fwhm_mm);
  }
  return text;
}

}  // namespace coincide::recon
