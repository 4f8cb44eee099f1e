#pragma once

#include "projectors/cuda/runtime.h"
#include "projectors/cuda/tof_window.h"
#include "projectors/projector.h"

namespace coincide::projectors::cuda {

/// What all threads of a call share. It is made on the device, since what it is made of may lie there.
struct Setup {
  Grid grid;             ///< without voxels if the grid's numbers are of no use: all LORs then miss it
  EventWeights weights;  ///< of the one resolution of TofEvents
  TofWindow window;      ///< of the one resolution of TofBins
};

/// TOF parameters whose pointers can be used on the device.
struct NoFit {};
struct FitEvents {
  TofBins bins;
};
struct FitWindow {
  TofBins bins;
};

/// In the order of the stream. The setup of the projector's grid and, for parameters with one resolution for all LORs,
/// of the weights.
Buffer<Setup> make_setup(const Projector& projector, NoFit, cudaStream_t stream);
Buffer<Setup> make_setup(const Projector& projector, const FitEvents& fit, cudaStream_t stream);
Buffer<Setup> make_setup(const Projector& projector, const FitWindow& fit, cudaStream_t stream);

/// The weights of each bin of a table, which lies on the host (else none are made, and the kernels use the error
/// function).
Buffer<EventWeights> make_table_weights(const Projector& projector, const TofTable& tof, std::int64_t num_bins,
                                        cudaStream_t stream);

/// Where a setup on the device has its weights, for the kernels of events.
inline const EventWeights* weights_of(const Buffer<Setup>& setup) { return &setup.data()->weights; }

}  // namespace coincide::projectors::cuda
