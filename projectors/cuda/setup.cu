#include "projectors/cuda/setup.h"

#include <vector>

namespace coincide::projectors::cuda {
namespace {

constexpr int threads = 2 * TofWindow::cells;
static_assert(threads >= EventWeights::terms);

/// An image grid whose origin and voxel size may lie on the device.
struct GridInput {
  std::int32_t n[3];
  float origin[3];
  float voxel[3];
  const float* device_origin;  ///< null: the values above
  const float* device_voxel;
  BoundaryRule boundary;
};

GridInput grid_input(const Projector& projector) {
  const ImageGrid& grid = projector.grid();
  const ProjectorOptions& options = projector.options();
  GridInput input{};
  for (int k = 0; k < 3; ++k) {
    input.n[k] = static_cast<std::int32_t>(grid.shape[k]);
    input.origin[k] = grid.origin_mm[k];
    input.voxel[k] = grid.voxel_size_mm[k];
  }
  input.device_origin = options.cuda.origin_mm;
  input.device_voxel = options.cuda.voxel_size_mm;
  input.boundary = options.boundary;
  return input;
}

__device__ void set_grid(const GridInput& input, Grid& grid) {
  grid = make_grid(input.n, input.device_origin != nullptr ? input.device_origin : input.origin,
                   input.device_voxel != nullptr ? input.device_voxel : input.voxel, input.boundary);
  for (int k = 0; k < 3; ++k) {
    if (!(grid.voxel[k] > 0 && is_finite(grid.voxel[k]) && is_finite(grid.origin[k]))) {
      grid.n[0] = 0;
    }
  }
}

__global__ void set_up_grid(GridInput input, Setup* setup) {
  if (threadIdx.x == 0) {
    set_grid(input, setup->grid);
  }
}

/// fit_event_weights() by a block.
__global__ void set_up_events(GridInput input, FitEvents events, EventWeightsFit fit, Setup* setup) {
  __shared__ double farthest;
  __shared__ double value[EventWeights::terms];
  const float sigma = events.bins.sigma_mm[0];
  if (threadIdx.x == 0) {
    set_grid(input, setup->grid);
    farthest = static_cast<double>(events.bins.num_sigmas) * sigma + longest_step_mm(setup->grid);
  }
  __syncthreads();
  const unsigned thread = threadIdx.x;
  if (thread < EventWeights::terms) {
    value[thread] = gaussian_over_bin(farthest * fit.node[thread], events.bins.bin_width_mm, sigma);
  }
  __syncthreads();
  double last[2]{}, power = 0;
  for (int n = 0; n < EventWeights::terms; ++n) {
    last[0] += fit.last[0][n] * value[n];
    last[1] += fit.last[1][n] * value[n];
    power += thread < EventWeights::terms ? fit.power[thread][n] * value[n] : 0;
  }
  const bool accurate =  // false for NaN
      fabs(last[0]) + fabs(last[1]) < EventWeightsFit::small && value[0] > EventWeightsFit::least;
  if (thread < EventWeights::terms) {
    setup->weights.coefficient[thread] = static_cast<float>(power);
  }
  if (thread == 0) {
    setup->weights.scale = accurate ? static_cast<float>(2 / (farthest * farthest)) : 0;
  }
}

__global__ void set_up_window(GridInput input, TofSinogramKernel kernel, Setup* setup) {
  TofSinogramKernel::State state;
  const bool shape_usable = kernel.set_shape(kernel.bins.sigma_mm[0], state);
  if (threadIdx.x == 0) {
    set_grid(input, setup->grid);
    set_window(state, shape_usable, setup->window);
  }
  __syncthreads();
  if (setup->window.usable) {
    set_row(state, static_cast<int>(threadIdx.x) / TofWindow::cells, static_cast<int>(threadIdx.x) % TofWindow::cells,
            setup->window);
  }
}

}  // namespace

Buffer<Setup> make_setup(const Projector& projector, NoFit, cudaStream_t stream) {
  Buffer<Setup> setup(1, stream);
  launch(set_up_grid, 1, 1, stream, grid_input(projector), setup.data());
  return setup;
}

Buffer<Setup> make_setup(const Projector& projector, const FitEvents& fit, cudaStream_t stream) {
  Buffer<Setup> setup(1, stream);
  launch(set_up_events, threads, threads, stream, grid_input(projector), fit, event_weights_fit(), setup.data());
  return setup;
}

Buffer<Setup> make_setup(const Projector& projector, const FitWindow& fit, cudaStream_t stream) {
  Buffer<Setup> setup(1, stream);
  launch(set_up_window, threads, threads, stream, grid_input(projector), TofSinogramKernel(fit.bins), setup.data());
  return setup;
}

Buffer<EventWeights> make_table_weights(const Projector& projector, const TofTable& tof, std::int64_t num_bins,
                                        cudaStream_t stream) {
  if (num_bins < 1 || place_of(tof.bins).memory != Memory::host) {
    return {};
  }
  const double longest = longest_step_mm(make_grid(projector.grid(), projector.options().boundary));
  std::vector<EventWeights> weights;
  for (std::int64_t i = 0; i < num_bins; ++i) {
    weights.push_back(fit_event_weights(tof.bins[i], table_reach_mm(tof.bins[i], tof.num_sigmas) + longest));
  }
  Buffer<EventWeights> on_device(num_bins, stream);
  copy(weights.data(), num_bins, on_device.data(), stream);
  wait(stream);  // for `weights`
  return on_device;
}

}  // namespace coincide::projectors::cuda
