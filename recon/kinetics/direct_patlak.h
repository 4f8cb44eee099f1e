#pragma once

#include <vector>

#include "recon/engine/engine.h"
#include "recon/kinetics/patlak.h"

namespace coincide::recon {

/// A frame of a study: its data, and what K and V are multiplied by in it: x_f = (K a_f + V b_f) w_f, in the unit of
/// its engine's images. For x in annihilations per mm^3 and C_f in Bq/mL, w_f = T_f beta / (1000 D_f).
struct DynamicFrame {
  Engine* engine = nullptr;
  PatlakTerms terms;  ///< a_f w_f and b_f w_f
};

/// The images of K [1/s] and V [1], where the engines compute.
struct PatlakState {
  EngineImage slope;
  EngineImage intercept;
};

/// Direct reconstruction of K and V from the data of all frames. An update is EM's next image of each frame, from what
/// K and V say of it, and then a fit of K and V to these images by EM, too: that fit costs no projection, so its many
/// steps pay for the slow way in which K and V, which resemble each other, part. With one subset the likelihood of all
/// frames never falls.
/// Source: G. Wang and J. Qi, Phys. Med. Biol. 55, 2010 (nested EM); Patlak's model as in patlak.h.
class DirectPatlak {
 public:
  /// Engines of one device and one grid, which stay. Throws InputError for fewer than two frames, engines that differ
  /// in grid or subsets, terms that are negative or 0 in all frames, or no fits.
  DirectPatlak(std::vector<DynamicFrame> frames, int fits_per_update);

  /// K and V that give each frame about the counts it has: the same everywhere, half of them from each.
  PatlakState start() const;
  /// With the frames' cells of one subset; adds their sums of y ln(m A x + b) to `log_sum`. False if `go_on` said no:
  /// K and V are then as they were.
  bool update(int subset, PatlakState& state, double& log_sum, const GoOn& go_on);
  /// Only the fit, to images of the frames.
  void fit(const std::vector<EngineImage>& images, PatlakState& state) const;
  /// x_f of a frame.
  void frame_image(std::size_t frame, const PatlakState& state, EngineImage& out) const;

 private:
  Engine& first() const { return *frames_.front().engine; }

  std::vector<DynamicFrame> frames_;
  int fits_per_update_;
  EngineImage norm_slope_;      ///< sum a_f w_f s_f
  EngineImage norm_intercept_;  ///< sum b_f w_f s_f
  std::vector<EngineImage> images_;
};

}  // namespace coincide::recon
