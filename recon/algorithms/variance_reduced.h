#pragma once

#include <optional>

#include "recon/algorithms/penalised.h"

namespace coincide::recon {

/// Preconditioned stochastic ascent with variance reduction (SVRG) and momentum: the quick way to the maximum of
/// log likelihood - strength R.
///
/// After the first pass there are two kinds, of which two stochastic ones follow on a snapshot. A snapshot computes the
/// whole gradient G at x and keeps each count's ratio. A stochastic pass corrects G by what the ratios of some counts
/// have changed by, so that a subset's noise vanishes as x settles: v <- 0.7 v + 0.6 D (change + G - strength grad R),
/// x <- max(0, x + v), v what x really moved. D is the harmonic mean of EM's and the prior's curvatures at a smoothed
/// x. The second stochastic pass takes steps longer by a third and ends in the mean of most of its images, which
/// subsets make less noisy. Where the objective has fallen since the best snapshot, or successive gradients point
/// against each other, subsets are merged in pairs, which ends in accelerated projected gradient ascent. Sources:
/// Johnson and Zhang, NIPS 2013 (SVRG); Kereta et al., J. Imaging 7, 2021, and Twyman et al., IEEE Trans. Med. Imaging
/// 42(1), 2023 (for PET); the kept ratios are our own, instead of a second back projection.
class VarianceReduced final : public Penalised {
 public:
  /// Ends where the estimated distance to the optimum falls below `stop_percent` of the object's mean; 0: by passes
  /// only.
  VarianceReduced(PriorTerm prior, int num_threads, double stop_percent)
      : Penalised(std::move(prior), num_threads), stop_percent_(stop_percent) {}

  void attach(Engine& engine, State& state) override;
  int updates_in_pass(const Engine& engine, const State& state) const override;
  void complete(const State& state, IterationFigures& figures) const override;
  bool finished(const State& state) const override;
  /// What followed on the last snapshot, nobody has looked at: x or the best snapshot, whose objective is higher. Takes
  /// a pass more.
  const EngineImage& result(Engine& engine, const State& state, const GoOn& go_on) const override;

 private:
  bool later_step(Engine& engine, State& state, const GoOn& go_on) override;
  bool gather(Engine& engine, int subset, const EngineImage& x, double& log_sum, const GoOn& go_on);
  bool snapshot_step(Engine& engine, State& state, const GoOn& go_on);
  bool stochastic_step(Engine& engine, State& state, const GoOn& go_on);
  void take_snapshot(Engine& engine, State& state);
  void compare_gradients(Engine& engine, State& state);
  void estimate_distance(Engine& engine, State& state);
  void average(Engine& engine, State& state);
  void move(Engine& engine, State& state, double share, EngineImage& change);

  double stop_percent_;
  /// G of the subsets that were gathered; with the last one s is taken off. As the ratios, attach() computes it again.
  std::optional<EngineImage> whole_gradient_;
};

}  // namespace coincide::recon
