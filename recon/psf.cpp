#include "recon/psf.h"

#include <omp.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/parallel.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// Where the lines along an axis lie: groups of `width` neighbouring lines of `length` voxels.
struct Lines {
  std::int64_t groups;
  std::int64_t group_stride;
  std::int64_t length;
  std::int64_t stride;
  std::int64_t width;
};

/// Neighbouring lines with as much of what is outside the image before and after them as the filter reaches.
void copy_extended(const Lines& lines, std::int64_t reach, Outside outside, const float* first,
                   std::vector<float>& extended) {
  for (std::int64_t i = -reach; i < lines.length + reach; ++i) {
    const auto to = extended.begin() + (i + reach) * lines.width;
    if (outside == Outside::empty && (i < 0 || i >= lines.length)) {
      std::fill_n(to, lines.width, 0.0F);
    } else {
      std::copy_n(first + mirrored_place(i, lines.length) * lines.stride, lines.width, to);
    }
  }
}

/// output[i] += weight * (in[i - shift] + in[i + shift])
void add_neighbours(const float* in, float weight, std::int64_t shift, std::vector<float>& output) {
  float* out = output.data();
  const std::int64_t count = std::ssize(output);
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] += weight * (in[i - shift] + in[i + shift]);
  }
}

void blur(const Lines& lines, const std::vector<float>& taps, Outside outside, int num_threads, float* image) {
  const auto threads = static_cast<std::size_t>(thread_count(num_threads));
  const std::int64_t reach = std::ssize(taps) - 1;
  // Made here and not by the threads: an exception must not leave the loop.
  std::vector<std::vector<float>> inputs(
      threads, std::vector<float>(static_cast<std::size_t>((lines.length + 2 * reach) * lines.width)));
  std::vector<std::vector<float>> outputs(threads,
                                          std::vector<float>(static_cast<std::size_t>(lines.length * lines.width)));
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::int64_t group = 0; group < lines.groups; ++group) {
    std::vector<float>& extended = inputs[static_cast<std::size_t>(omp_get_thread_num())];
    std::vector<float>& output = outputs[static_cast<std::size_t>(omp_get_thread_num())];
    float* first = image + group * lines.group_stride;
    copy_extended(lines, reach, outside, first, extended);
    const float* input = extended.data() + reach * lines.width;
    for (std::size_t i = 0; i < output.size(); ++i) {
      output[i] = taps[0] * input[i];
    }
    for (std::int64_t tap = 1; tap <= reach; ++tap) {
      add_neighbours(input, taps[static_cast<std::size_t>(tap)], tap * lines.width, output);
    }
    for (std::int64_t i = 0; i < lines.length; ++i) {
      std::copy_n(output.begin() + i * lines.width, lines.width, first + i * lines.stride);
    }
  }
}

}  // namespace

/// Bessel functions by Miller's backward recurrence.
std::vector<double> discrete_gaussian(double sigma) {
  constexpr double negligible = 1e-3;  // of a voxel
  if (sigma < negligible) {
    return {1};
  }
  const double t = sigma * sigma;
  const int radius = 1 + static_cast<int>(std::ceil(4 * sigma));  // narrow ones fall off slower than a Gaussian
  std::vector<double> bessel(static_cast<std::size_t>(2 * radius + 20));
  bessel[bessel.size() - 2] = 1e-30;  // any small number: what remains of it decays on the way down
  for (std::size_t n = bessel.size() - 2; n > 0; --n) {
    bessel[n - 1] = bessel[n + 1] + 2 * static_cast<double>(n) / t * bessel[n];
    if (bessel[n - 1] > 1e200) {
      for (double& value : bessel) {
        value *= 1e-200;
      }
    }
  }
  bessel.resize(static_cast<std::size_t>(radius + 1));
  double sum = bessel[0];
  for (int n = 1; n <= radius; ++n) {
    sum += 2 * bessel[static_cast<std::size_t>(n)];
  }
  for (double& value : bessel) {
    value /= sum;
  }
  return bessel;
}

GaussianFilter::GaussianFilter(const ImageGrid& grid, double fwhm_mm, int num_threads, Outside outside)
    : grid_(grid), num_threads_(num_threads), outside_(outside) {
  if (!(fwhm_mm >= 0) || !std::isfinite(fwhm_mm)) {
    throw InputError(fmt::format("the width of the resolution model is {} mm: it must be 0 or more", fwhm_mm));
  }
  const double sigma_mm = fwhm_mm / fwhm_per_sigma;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::vector<double> taps = discrete_gaussian(sigma_mm / grid.voxel_size_mm[axis]);
    taps_[axis].assign(taps.begin(), taps.end());  // rounded
  }
}

void GaussianFilter::apply(std::span<float> values) const {
  const auto [n0, n1, n2] = grid_.shape;
  const Lines lines[3] = {
      {.groups = n1, .group_stride = n2, .length = n0, .stride = n1 * n2, .width = n2},
      {.groups = n0, .group_stride = n1 * n2, .length = n1, .stride = n2, .width = n2},
      {.groups = n0 * n1, .group_stride = n2, .length = n2, .stride = 1, .width = 1},
  };
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (taps_[axis].size() > 1) {
      blur(lines[axis], taps_[axis], outside_, num_threads_, values.data());
    }
  }
}

}  // namespace coincide::recon
