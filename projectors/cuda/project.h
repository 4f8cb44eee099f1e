#pragma once

#include "projectors/cuda/order.h"

// The kernels: one thread per LOR. Registers, stack and spills are in the compiler's report (-Xptxas -v).

namespace coincide::projectors::cuda {

constexpr int default_threads_per_block = 128;
constexpr int most_threads_per_block = 512;  ///< which all kernels have registers for

/// The LOR of a thread, or -1.
__device__ inline std::int64_t lor_of_thread(const Lors& lors, const Taken& taken) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  return i < lors.count ? taken[i] : -1;
}

template <class Kernel>
__global__ void forward_lors(const Setup* setup, Lors lors, Taken taken, Kernel kernel, const float* image,
                             float* values) {
  const std::int64_t lor = lor_of_thread(lors, taken);
  if (lor >= 0) {
    auto prepared = prepare_forward(setup->grid, lors, kernel, lor);
    values[lor] = forward_one(setup->grid, kernel, prepared, image);
  }
}

template <class Kernel>
__global__ void back_lors(const Setup* setup, Lors lors, Taken taken, Kernel kernel, const float* values,
                          Target target) {
  const std::int64_t lor = lor_of_thread(lors, taken);
  if (lor >= 0 && values[lor] != 0) {
    back_one(setup->grid, kernel, prepare(setup->grid, lors, kernel, lor), values[lor], target);
  }
}

/// Copies the window's table to memory that the block shares. By all threads of the block.
__device__ inline const TofWindow& shared_window(const TofWindow& window) {
  __shared__ TofWindow copy;
  const float4* from = &window.rows[0][0];
  float4* to = &copy.rows[0][0];
  for (unsigned i = threadIdx.x; i < 2 * TofWindow::cells * TofWindow::row_words; i += blockDim.x) {
    to[i] = from[i];
  }
  if (threadIdx.x == 0) {
    copy.usable = window.usable;
    for (int part = 0; part < 2; ++part) {
      copy.start[part] = window.start[part];
      copy.cells_per_place[part] = window.cells_per_place[part];
    }
  }
  __syncthreads();
  return copy;
}

/// `one_sigma`: the setup's window is that of all LORs.
__global__ void forward_sinogram(const Setup* setup, Lors lors, Taken taken, TofSinogramKernel kernel, bool one_sigma,
                                 const float* image, float* values);
__global__ void back_sinogram(const Setup* setup, Lors lors, Taken taken, TofSinogramKernel kernel, bool one_sigma,
                              const float* values, Target target);

/// An image that kernels add to, with its shadow where the device can use one, the image begins at an even address and
/// there is memory for it.
class ShadowedImage {
 public:
  /// `num_lors` will be projected before each merge(): for few the shadow costs more than it saves. In the order of the
  /// stream, as all else here.
  ShadowedImage(const Projector& projector, float* image, std::int64_t num_lors, cudaStream_t stream);
  Target target() const;
  /// Adds the shadow to the image and clears it.
  void merge(cudaStream_t stream) const;

 private:
  float* image_;
  std::int64_t num_voxels_;
  Buffer<float> shadow_;  ///< shadow_[i + 1] is that of voxel i
};

}  // namespace coincide::projectors::cuda
