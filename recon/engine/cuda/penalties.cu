// Penalties on images in the memory of a GPU, one thread per voxel.

#include <algorithm>
#include <vector>

#include "projectors/cuda/block_sum.h"
#include "projectors/cuda/runtime.h"
#include "recon/engine/kernels/edges.h"
#include "recon/engine/penalty.h"

namespace coincide::recon {
namespace {

namespace gpu = projectors::cuda;
using gpu::Buffer;

constexpr int threads = 128;

template <class Terms>
__device__ void find_place(const Terms& terms, std::int64_t voxel, std::int64_t (&place)[3]) {
  place[0] = voxel / terms.stride[0];
  place[1] = voxel / terms.stride[1] % terms.shape[1];
  place[2] = voxel % terms.shape[2];
}

template <class Terms>
__global__ void penalty_gradient(Terms terms, const float* x, std::int64_t num_voxels, float* gradient,
                                 float* curvature) {
  const std::int64_t voxel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (voxel < num_voxels) {
    std::int64_t place[3];
    find_place(terms, voxel, place);
    float of_gradient = 0, of_curvature = 0;
    terms.at(x, place, voxel, of_gradient, of_curvature);
    gradient[voxel] = of_gradient;
    if (curvature != nullptr) {
      curvature[voxel] = of_curvature;
    }
  }
}

/// One sum per block, so that the host can add them up in order.
template <class Terms>
__global__ void penalty_value(Terms terms, const float* x, std::int64_t num_voxels, double* sums) {
  const std::int64_t all_threads = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  double value = 0;
  for (std::int64_t voxel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; voxel < num_voxels;
       voxel += all_threads) {
    std::int64_t place[3];
    find_place(terms, voxel, place);
    value += terms.value_at(x, place, voxel);
  }
  gpu::add_block_sum(value, &sums[blockIdx.x]);
}

template <class Terms>
class CudaPenalty final : public Penalty {
 public:
  CudaPenalty(const ImageGrid& grid, Terms terms, int device)
      : current_(device), num_voxels_(grid.num_voxels()), sums_(num_blocks, stream_), terms_(terms) {
    for (std::size_t a = 0; a < 3; ++a) {
      terms_.shape[a] = grid.shape[a];
    }
    terms_.stride[2] = 1;
    terms_.stride[1] = terms_.shape[2];
    terms_.stride[0] = terms_.shape[1] * terms_.shape[2];
  }

  /// A copy on the device that lives as long as the penalty; null for nothing.
  template <class T>
  const T* keep(const std::vector<T>& host, Buffer<T>& buffer) {
    if (host.empty()) {
      return nullptr;
    }
    buffer = Buffer<T>(std::ssize(host), stream_);
    gpu::copy(host.data(), std::ssize(host), buffer.data(), stream_);
    gpu::wait(stream_);
    return buffer.data();
  }
  Terms& terms() { return terms_; }
  Buffer<float> by_voxel, directions;
  Buffer<std::uint32_t> chosen;

  double value(const float* x) const override {
    gpu::clear(sums_.data(), num_blocks, stream_);
    gpu::launch(penalty_value<Terms>, std::int64_t{num_blocks} * threads, threads, stream_, terms_, x, num_voxels_,
                sums_.data());
    std::vector<double> sums(num_blocks);
    gpu::copy(sums_.data(), num_blocks, sums.data(), stream_);
    gpu::wait(stream_);
    double total = 0;
    for (const double sum : sums) {
      total += sum;
    }
    return total;
  }

  void gradient(const float* x, float* gradient, float* curvature) const override {
    gpu::launch(penalty_gradient<Terms>, num_voxels_, threads, stream_, terms_, x, num_voxels_, gradient, curvature);
    gpu::wait(stream_);
  }

 private:
  static constexpr int num_blocks = 512;

  gpu::CurrentDevice current_;
  gpu::Stream stream_;
  std::int64_t num_voxels_;
  Buffer<double> sums_;
  Terms terms_;
};

}  // namespace

std::unique_ptr<Penalty> make_cuda_penalty(const PairPenalty& penalty, int device) {
  return std::visit(
      [&](auto psi) -> std::unique_ptr<Penalty> {
        kernels::PairTerms<decltype(psi)> terms{};
        terms.psi = psi;
        std::copy(penalty.weight.begin(), penalty.weight.end(), terms.weight);
        auto result = std::make_unique<CudaPenalty<kernels::PairTerms<decltype(psi)>>>(penalty.grid, terms, device);
        result->terms().kappa = result->keep(penalty.kappa, result->by_voxel);
        result->terms().chosen = result->keep(penalty.chosen, result->chosen);
        return result;
      },
      penalty.psi);
}

std::unique_ptr<Penalty> make_cuda_penalty(const EdgePenalty& penalty, int device) {
  kernels::EdgeTerms terms{};
  std::copy(penalty.voxels_per_mm.begin(), penalty.voxels_per_mm.end(), terms.voxels_per_mm);
  terms.smooth = penalty.smooth;
  terms.offset = penalty.offset;
  auto result = std::make_unique<CudaPenalty<kernels::EdgeTerms>>(penalty.grid, terms, device);
  result->terms().weight = result->keep(penalty.weight, result->by_voxel);
  result->terms().directions = result->keep(penalty.directions, result->directions);
  return result;
}

}  // namespace coincide::recon
