#pragma once

#include <functional>
#include <vector>

#include "recon/algorithms/algorithm.h"
#include "recon/algorithms/figures.h"
#include "recon/algorithms/state.h"
#include "recon/compute_device.h"
#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::recon {

/// Where a run has got to: all that it needs to go on to the same bits.
struct Checkpoint {
  SavedState state;
  std::vector<IterationFigures> figures;
};

struct RunOptions {
  int passes = 4;
  int num_threads = 0;              ///< on the CPU; 0: all cores
  ComputeDevice* device = nullptr;  ///< null: the CPU
  /// Hand the image to the reporter after every update, too; else after whole passes only.
  bool report_every_update = false;
  const Checkpoint* resume = nullptr;  ///< goes on from there instead of from the start image
  // A checkpoint after every so many passes, after the update that ends so long after the last one, and where the run
  // ends; both 0: none.
  int checkpoint_passes = 0;
  double checkpoint_s = 0;
  std::function<void(const Checkpoint&)> keep{};  ///< is given the checkpoints

  bool keeps_checkpoints() const { return checkpoint_passes > 0 || checkpoint_s > 0; }
};

struct RunResult {
  Image image;                 ///< annihilations per mm^3 if m is absolute, else arbitrary
  double iterations_done = 0;  ///< passes
  bool stopped = false;        ///< the reporter asked to; the image is what had been reached
  std::vector<IterationFigures> figures;
};

/// What algorithms start from, by voxel: 0 where s is 0, since nothing would ever change it there, and elsewhere at
/// least a thousandth of the start's mean, so that no algorithm finds a voxel locked. Throws InputError for a start
/// that is 0 everywhere, or not finite, or on another grid than the problem.
std::vector<float> start_values(const Problem& problem, const Image& start);

/// The only loop: runs an algorithm from the image `start` (start_values()). Where a GPU that the program chose by
/// itself fails, the CPU goes on from the last whole pass.
RunResult run(Algorithm& algorithm, const Problem& problem, const Image& start, const RunOptions& options,
              Reporter& reporter);

}  // namespace coincide::recon
