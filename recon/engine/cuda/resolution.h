#pragma once

// Resolution models and Gaussians on images of the device, one thread per voxel.

#include <optional>

#include "projectors/cuda/project.h"
#include "projectors/cuda/runtime.h"
#include "recon/psf.h"
#include "recon/radial_blur.h"

namespace coincide::recon {
namespace {

/// Where lines along an axis lie.
struct Axis {
  std::int64_t length;
  std::int64_t stride;
};

/// Convolution along one axis with `taps`, those of GaussianFilter; outside the image is its mirror image.
__global__ void blur_along(const float* in, Axis axis, const float* taps, std::int64_t num_taps,
                           std::int64_t num_voxels, float* out) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    // Division of 64-bit numbers takes the time of some taps.
    const std::int64_t place = num_voxels <= INT32_MAX
                                   ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(axis.stride) %
                                         static_cast<std::uint32_t>(axis.length)
                                   : i / axis.stride % axis.length;
    const float* line = in + (i - place * axis.stride);
    float sum = taps[0] * in[i];
    for (std::int64_t tap = 1; tap < num_taps; ++tap) {
      sum += taps[tap] * (line[mirrored_place(place - tap, axis.length) * axis.stride] +
                          line[mirrored_place(place + tap, axis.length) * axis.stride]);
    }
    out[i] = sum;
  }
}

/// A step with the columns' weights on the device.
__global__ void blur_columns(kernels::ColumnBlur blur, kernels::ColumnStep step, const float* in,
                             std::int64_t num_voxels, float* out) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    const std::int64_t column = i / blur.shape[2];
    float sum[1];
    blur.at(step, in, column / blur.shape[1], column % blur.shape[1], i % blur.shape[2], sum);
    out[i] = sum[0];
  }
}

/// Copies what is then on the device; `host` may change after the call.
inline projectors::cuda::Buffer<float> on_device(std::span<const float> host, cudaStream_t stream) {
  projectors::cuda::Buffer<float> buffer(std::ssize(host), stream);
  projectors::cuda::copy(host.data(), std::ssize(host), buffer.data(), stream);
  projectors::cuda::wait(stream);
  return buffer;
}

/// GaussianFilter.
class DeviceGaussian {
 public:
  DeviceGaussian(const ImageGrid& grid, double fwhm_mm, cudaStream_t stream) : grid_(grid), stream_(stream) {
    const GaussianFilter filter(grid, fwhm_mm);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      taps_[axis] = on_device(filter.taps(axis), stream);
    }
  }

  /// out <- in, convolved along the three axes. `work` may hold anything. They are three images.
  void apply(const float* in, float* work, float* out) const {
    const auto& shape = grid_.shape;
    const Axis axes[3] = {{shape[0], shape[1] * shape[2]}, {shape[1], shape[2]}, {shape[2], 1}};
    float* const outs[3] = {out, work, out};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      projectors::cuda::launch(blur_along, grid_.num_voxels(), projectors::cuda::default_threads_per_block, stream_, in,
                               axes[axis], taps_[axis].data(), taps_[axis].size(), grid_.num_voxels(), outs[axis]);
      in = outs[axis];
    }
  }

 private:
  ImageGrid grid_;
  cudaStream_t stream_;
  projectors::cuda::Buffer<float> taps_[3];
};

/// RadialBlur.
class DeviceRadialBlur {
 public:
  DeviceRadialBlur(const RadialBlur& blur, cudaStream_t stream)
      : stream_(stream),
        along_(on_device(blur.along(), stream)),
        across_(on_device(blur.across(), stream)),
        blur_(blur.view(along_.data(), across_.data())) {}

  void apply(kernels::ColumnStep step, const float* in, float* out) const {
    const std::int64_t num_voxels = blur_.shape[0] * blur_.shape[1] * blur_.shape[2];
    projectors::cuda::launch(blur_columns, num_voxels, projectors::cuda::default_threads_per_block, stream_, blur_,
                             step, in, num_voxels, out);
  }

 private:
  cudaStream_t stream_;
  projectors::cuda::Buffer<float> along_, across_;
  kernels::ColumnBlur blur_;
};

/// ResolutionModel.
class DeviceResolution {
 public:
  DeviceResolution(const ImageGrid& grid, const Psf& psf, int num_threads, cudaStream_t stream) {
    if (const std::optional<double> width_mm = psf.one_width_mm()) {
      gaussian_.emplace(grid, *width_mm, stream);
    } else {
      radial_.emplace(RadialBlur(grid, psf, num_threads), stream);
    }
  }

  /// out <- H in; `work` may hold anything. They are three images.
  void spread(const float* in, float* work, float* out) const {
    if (gaussian_) {
      gaussian_->apply(in, work, out);
      return;
    }
    radial_->apply(kernels::ColumnStep::along, in, work);
    radial_->apply(kernels::ColumnStep::spread_across, work, out);
  }
  /// out <- H^T in, likewise.
  void gather(const float* in, float* work, float* out) const {
    if (gaussian_) {
      gaussian_->apply(in, work, out);
      return;
    }
    radial_->apply(kernels::ColumnStep::gather_across, in, work);
    radial_->apply(kernels::ColumnStep::along, work, out);
  }

 private:
  std::optional<DeviceGaussian> gaussian_;
  std::optional<DeviceRadialBlur> radial_;
};

}  // namespace
}  // namespace coincide::recon
