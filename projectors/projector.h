#pragma once

#include <cstddef>

#include "projectors/device.h"
#include "projectors/geometry.h"

namespace coincide::projectors {

/// Of a CUDA device only.
struct CudaOptions {
  int threads_per_block = 0;  ///< 0: ours; else brought to a multiple of 32 from 32 (TOF sinograms 128) to 512
  void* stream = nullptr;     ///< cudaStream_t in whose order arrays of the device are used; null: the default stream
  /// Where origin and voxel size of the image are three floats in memory of the device, which the host cannot read:
  /// they replace those of the grid. Null: those of the grid. Numbers of no use give 0 as LORs do that miss the image.
  const float* origin_mm = nullptr;
  const float* voxel_size_mm = nullptr;
};

struct ProjectorOptions {
  BoundaryRule boundary = BoundaryRule::clamped;
  Device device{};
  int num_threads = 0;  ///< on the CPU; 0: all cores. Images are the same bits for any number
  InstructionSet instruction_set = best_instruction_set();  ///< of the CPU kernels; any that the machine has
  CudaOptions cuda{};
};

/// Turns projections into what is projected back, in place.
class ValueStep {
 public:
  virtual ~ValueStep() = default;
  /// For the values of LORs first ... first + count - 1, all bins of each with TofBins. Called from several threads at
  /// once, once for each run of 256 LORs, whose `first` is a multiple of 256. Must neither throw nor project back into
  /// the same image.
  virtual void operator()(std::int64_t first, std::int64_t count, float* values) const = 0;
};

/// Line integrals A x [image unit * mm] and their adjoint A^T y by Joseph's method, with or without time of flight.
/// `forward` overwrites its result, `back` adds to the image.
/// On a CUDA device each array may lie in host, device or managed memory. What lies on the host is copied in parts
/// while others are computed. If all arrays are in memory of the device, a call only queues its work on the stream and
/// returns; else it returns when the result is there. Device memory for host arrays: the image, and about 200 MB.
/// Sizes: image grid.num_voxels(); values one per LOR, or (LOR, bin) in C order for TofBins (a TOF sinogram).
/// Several threads may call them at once, also to project back into one image or images that overlap in memory: on the
/// CPU such calls then come one after the other, each with all its threads.
/// A LOR that misses the image, or has a coordinate that is not finite or a TOF parameter that is not positive, gives 0
/// and adds nothing.
/// The functions throw DeviceError if the device is lost or out of memory, InputError for num_bins < 1.
/// Definition: P. M. Joseph, IEEE Trans. Med. Imaging 1(3), 1982; TOF weights are the Gaussian integrated over the bin.
/// Tests: tests/projectors.
class Projector {
 public:
  /// Throws InputError if the grid has a size < 0, a voxel size that is not > 0 or an origin that is not finite, or if
  /// the machine lacks the instruction set.
  explicit Projector(const ImageGrid& grid, const ProjectorOptions& options = {});

  const ImageGrid& grid() const { return grid_; }
  const ProjectorOptions& options() const { return options_; }

  void forward(const Lors& lors, NoTof tof, const float* image, float* values) const;
  void forward(const Lors& lors, const TofBins& tof, const float* image, float* values) const;
  void forward(const Lors& lors, const TofEvents& tof, const float* image, float* values) const;
  void forward(const Lors& lors, const TofTable& tof, const float* image, float* values) const;

  void back(const Lors& lors, NoTof tof, const float* values, float* image) const;
  void back(const Lors& lors, const TofBins& tof, const float* values, float* image) const;
  void back(const Lors& lors, const TofEvents& tof, const float* values, float* image) const;
  void back(const Lors& lors, const TofTable& tof, const float* values, float* image) const;

  /// Adds A^T step(A image) to back_image, with less work than forward() and back(): what iterative reconstruction does
  /// with its data. Takes the LORs in the order given: sort them first, once (LorOrder). With BoundaryRule::upstream,
  /// on the CPU, it is forward(), step and back() one after the other, and keeps the values of all LORs meanwhile.
  void forward_back(const Lors& lors, NoTof tof, const float* image, const ValueStep& step, float* back_image) const;
  void forward_back(const Lors& lors, const TofBins& tof, const float* image, const ValueStep& step,
                    float* back_image) const;
  void forward_back(const Lors& lors, const TofEvents& tof, const float* image, const ValueStep& step,
                    float* back_image) const;
  void forward_back(const Lors& lors, const TofTable& tof, const float* image, const ValueStep& step,
                    float* back_image) const;

 private:
  ImageGrid grid_;
  ProjectorOptions options_;
};

}  // namespace coincide::projectors
