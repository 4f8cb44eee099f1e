#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projectors/device_floats.h"
#include "recon/communicator.h"
#include "recon/engine/kernels/ratios.h"
#include "recon/engine/kernels/voxel_steps.h"
#include "recon/measurement/problem.h"

namespace coincide::recon {

/// An image where its engine computes.
using EngineImage = projectors::DeviceFloats;

/// Is asked at the start of long work and now and then, with the part that is done; when it says no, the work ends.
using GoOn = std::function<bool(double)>;

/// One device's share of the work: projections of the problem's data, and algebra on images that live there. Images
/// that are handed over are the engine's own kind (make_image()). All functions throw DeviceError if the device is lost
/// or out of memory.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual const Problem& problem() const = 0;
  /// Those that share the problem's cells.
  virtual Communicator& ranks() const { return no_others(); }
  virtual projectors::Device device() const = 0;
  EngineImage make_image() const { return {device(), problem().grid.num_voxels()}; }
  /// An image to work in within one update, of any contents; made when it is first asked for.
  EngineImage& scratch(std::size_t index) {
    while (scratch_.size() <= index) {
      scratch_.push_back(make_image());
    }
    return scratch_[index];
  }
  /// s of the problem.
  virtual const EngineImage& sensitivity() const = 0;
  /// s as a subset sees it: the subset's share of this image is its own sensitivity. Holds until the next call.
  const EngineImage& sensitivity(int subset);

  /// Overwrites `out` by A^T(m y / (m A x + b)) with the cells of a subset, or by what `ratios` says of it, and adds
  /// the cells' sum of y ln(m A x + b) to `log_sum`. False if `go_on` said no: `out` then holds nothing of use, and
  /// `log_sum` is as it was.
  virtual bool back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                            Ratios ratios = Ratios::plain) = 0;

  /// One of the steps in kernels/voxel_steps.h, on as many images as it names.
  template <class Step, class... Images>
  void apply(const Step& step, EngineImage& changed, Images&... others) const {
    static_assert(1 + sizeof...(others) == Step::num_images);
    apply_to(step, {{changed.data(), others.data()...}});
  }

  // Sums are in double precision; on the CPU the same bits for any number of threads.
  virtual double sum(const EngineImage& x) const = 0;
  virtual double dot(const EngineImage& x, const EngineImage& y) const = 0;

  /// out <- x smoothed by a Gaussian. They may be the same image.
  virtual void smooth(const EngineImage& x, double fwhm_mm, EngineImage& out) const = 0;

  /// What apply() comes to.
  virtual void apply_to(const kernels::VoxelStep& step, const kernels::StepImages& images) const = 0;

 private:
  std::deque<EngineImage> scratch_;       ///< whose elements stay where they are
  std::optional<EngineImage> of_subset_;  ///< sensitivity
};

/// Of several processes, each with its share of the problem's cells: back projections are added up over all of them, so
/// that each has the whole image. The engine itself where there is one process only.
std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Communicator& ranks);

/// The problem outlives its engine.
std::unique_ptr<Engine> make_cpu_engine(const Problem& problem, int num_threads);

/// All that the iterations need lives on the device from the start to the end, data too if they fit; else they come in
/// parts while others are computed. Throws DeviceError, with what is needed and what there is, if the images do not
/// fit. `note` gets a sentence about where the data are.
std::unique_ptr<Engine> make_cuda_engine(const Problem& problem, int num_threads, int device,
                                         const std::function<void(const std::string&)>& note);

/// Memory that the data of a LOR take on the device; `counts`: they have a column of their own.
std::size_t cuda_bytes_per_lor(std::int64_t cells_per_lor, bool counts);

/// Memory that make_cuda_engine() and EM take on the device if all fits, with events as data.
std::uint64_t cuda_engine_bytes(const ImageGrid& grid, const Psf& psf, std::uint64_t num_events);

}  // namespace coincide::recon
