#include "projectors/cuda/project.h"

#include "projectors/error.h"

namespace coincide::projectors::cuda {
namespace {

__global__ void add_shadow(float* shadow, float* image, std::int64_t num_voxels) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    add(image + i, shadow[i + 1]);  // atomically: calls on other streams may add to the image, too
    shadow[i + 1] = 0;
  }
}

bool adds_pairs() {
  int device = 0, major = 0;
  check(cudaGetDevice(&device), "Asking for the GPU in use");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "Asking for the GPU's abilities");
  return major >= 9;
}

}  // namespace

__global__ void forward_sinogram(const Setup* setup, Lors lors, Taken taken, TofSinogramKernel kernel, bool one_sigma,
                                 const float* image, float* values) {
  const std::int64_t lor = lor_of_thread(lors, taken);
  const auto out = [&] { return values + lor * kernel.values_per_lor(); };
  if (one_sigma && setup->window.usable) {
    const TofWindow& window = shared_window(setup->window);
    if (lor >= 0) {
      forward_window(setup->grid, kernel, window, prepare(setup->grid, lors, kernel, lor), image, out());
    }
  } else if (lor >= 0) {
    forward_lor(setup->grid, kernel, prepare(setup->grid, lors, kernel, lor), image, out());
  }
}

__global__ void back_sinogram(const Setup* setup, Lors lors, Taken taken, TofSinogramKernel kernel, bool one_sigma,
                              const float* values, Target target) {
  const std::int64_t lor = lor_of_thread(lors, taken);
  const auto in = [&] { return values + lor * kernel.values_per_lor(); };
  if (one_sigma && setup->window.usable) {
    const TofWindow& window = shared_window(setup->window);
    if (lor >= 0) {
      back_window(setup->grid, kernel, window, prepare(setup->grid, lors, kernel, lor), in(), target);
    }
  } else if (lor >= 0) {
    back_lor(setup->grid, kernel, prepare(setup->grid, lors, kernel, lor), in(),
             [&](std::int64_t at, float value) { add(target.image + at, value); });
  }
}

ShadowedImage::ShadowedImage(const Projector& projector, float* image, std::int64_t num_lors, cudaStream_t stream)
    : image_(image), num_voxels_(projector.grid().num_voxels()) {
  // To clear and merge a voxel moves 20 bytes; a LOR saves two additions on each of its planes, a few ns in all. By
  // these counts the two are even at some 20 voxels per LOR.
  constexpr std::int64_t most_voxels_per_lor = 16;
  const bool pays = num_voxels_ / most_voxels_per_lor <= num_lors;
  if (!pays || !adds_pairs() || reinterpret_cast<std::uintptr_t>(image) % sizeof(float2) != 0) {
    return;
  }
  try {
    shadow_ = Buffer<float>(num_voxels_ + 2, stream);
  } catch (const DeviceError&) {
    return;  // no memory: without it, then. If the device is lost, the next call says so.
  }
  clear(shadow_.data(), num_voxels_ + 2, stream);
}

Target ShadowedImage::target() const {
  const auto address = [](const float* p) { return reinterpret_cast<std::intptr_t>(p); };
  return {image_, shadow_.data() != nullptr ? address(shadow_.data() + 1) - address(image_) : 0};
}

void ShadowedImage::merge(cudaStream_t stream) const {
  if (shadow_.data() != nullptr) {
    launch(add_shadow, num_voxels_, default_threads_per_block, stream, shadow_.data(), image_, num_voxels_);
  }
}

}  // namespace coincide::projectors::cuda
