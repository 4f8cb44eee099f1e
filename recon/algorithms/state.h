#pragma once

#include <map>
#include <string>
#include <vector>

#include "recon/algorithms/subset_order.h"
#include "recon/engine/engine.h"

namespace coincide::recon {

/// All that an algorithm needs to go on at any update: what is not here may not outlive one, unless attach() makes the
/// same bits again of what is. Images live where the engine computes.
struct State {
  int pass = 0;                               ///< whole passes done
  int update = 0;                             ///< updates done of the pass that has begun
  EngineImage x;                              ///< the image [annihilations per mm^3 if m is absolute]
  std::map<std::string, EngineImage> images;  ///< others of the algorithm, by name
  std::map<std::string, double> numbers;      ///< of the algorithm, by name
  double log_sum = 0;                         ///< of y ln(m A x + b) in this pass
  double counts_before = 0;                   ///< sum(s x) at the image before this pass

  /// The subset whose turn it is, where there is one per update.
  int subset(const Engine& engine) const { return subset_at(update, pass, engine.problem().data.num_subsets()); }
};

/// The same in memory of the host.
struct SavedState {
  int pass = 0;
  int update = 0;
  std::vector<float> x;
  std::map<std::string, std::vector<float>> images;
  std::map<std::string, double> numbers;
  double log_sum = 0;
  double counts_before = 0;
};

SavedState saved(const State& state);
State restored(const SavedState& saved, const Engine& engine);

}  // namespace coincide::recon
