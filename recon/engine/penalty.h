#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "projectors/device.h"
#include "recon/engine/kernels/neighbours.h"
#include "recon/image.h"

namespace coincide::recon {

using PairPotential = std::variant<kernels::Quadratic, kernels::RelativeDifference, kernels::LogCosh, kernels::Huber,

                                   kernels::Majorised<kernels::LogCosh>, kernels::Majorised<kernels::Huber>>;

/// What makes a penalty on pairs of neighbours (kernels/neighbours.h).
struct PairPenalty {
  ImageGrid grid;
  PairPotential psi;
  std::array<float, kernels::num_neighbours> weight{};
  std::vector<float> kappa;           ///< by voxel
  std::vector<std::uint32_t> chosen;  ///< by voxel, a bit per neighbour; empty: all
};

/// What makes a penalty on gradients (kernels/edges.h).
struct EdgePenalty {
  ImageGrid grid;
  std::array<float, 3> voxels_per_mm{};  ///< what differences are multiplied by
  float smooth = 1;                      ///< in the unit of the image per mm, > 0
  float offset = 1;                      ///< in the same unit
  std::vector<float> weight;             ///< by voxel
  std::vector<float> directions;         ///< 3 per voxel, of length below 1; empty: none
};

/// A penalty R(x) that is computed where the images lie: on the host, or on a GPU.
class Penalty {
 public:
  virtual ~Penalty() = default;
  /// R(x), added up in double precision; the same bits for any number of threads.
  virtual double value(const float* x) const = 0;
  /// dR/dx and the diagonal of the Hessian, or a bound of it; both are overwritten, `curvature` may be null.
  virtual void gradient(const float* x, float* gradient, float* curvature) const = 0;
};

/// For images in the memory of `device`. Throws DeviceError where there is none, or not enough memory.
template <class Description>
std::unique_ptr<Penalty> make_penalty(Description penalty, projectors::Device device, int num_threads);

// What make_penalty() chooses from.
std::unique_ptr<Penalty> make_cpu_penalty(PairPenalty penalty, int num_threads);
std::unique_ptr<Penalty> make_cpu_penalty(EdgePenalty penalty, int num_threads);
std::unique_ptr<Penalty> make_cuda_penalty(const PairPenalty& penalty, int device);
std::unique_ptr<Penalty> make_cuda_penalty(const EdgePenalty& penalty, int device);

template <class Description>
std::unique_ptr<Penalty> make_penalty(Description penalty, projectors::Device device, int num_threads) {
  return device.kind == projectors::DeviceKind::cuda ? make_cuda_penalty(penalty, device.index)
                                                     : make_cpu_penalty(std::move(penalty), num_threads);
}

}  // namespace coincide::recon
