#pragma once

#include "recon/algorithms/algorithm.h"
#include "recon/algorithms/prior_term.h"

namespace coincide::recon {

/// What algorithms for log likelihood - strength R(x) begin with. Their first pass takes preconditioned steps, one per
/// subset: x <- P[x + D(x) (n B_k - s - strength grad R(x))]. The scale of the start image, and the typical value that
/// the prior counts in, are taken from the data beforehand (reference_values.h): all starts and numbers of subsets
/// maximise the same objective.
class Penalised : public Algorithm {
 public:
  Penalised(PriorTerm prior, int num_threads) : prior_(std::move(prior)), num_threads_(num_threads) {}

  void attach(Engine& engine, State& state) override;
  int updates_in_pass(const Engine& engine, const State& state) const override;
  bool step(Engine& engine, State& state, const GoOn& go_on) final;
  /// Adds the penalty.
  void complete(const State& state, IterationFigures& figures) const override;

 protected:
  /// An update after the first pass.
  virtual bool later_step(Engine& engine, State& state, const GoOn& go_on) = 0;

  double strength() const { return prior_.strength(); }
  const PriorTerm& prior() const { return prior_; }
  /// strength R(x) at the image before this pass.
  static double penalty(const State& state);
  /// A typical value of the image in the object.
  static double typical_value(const State& state);
  /// 1 in the object, where the image after the first pass, smoothed by 10 mm, is above a quarter of the typical value;
  /// 0 elsewhere.
  static const EngineImage& object(const State& state) { return state.images.at("object"); }
  /// D(x): the harmonic mean of the curvatures of EM and prior at the smoothed image, 0 where nothing is reconstructed.
  /// Less where a subset of the counts tells little of a voxel, as at the ends of the axial field: one count there
  /// would move it far. Works in the engine's scratch images 1 to 3.
  void precondition(Engine& engine, const State& state, EngineImage& d) const;
  /// One step of the state's subset: x <- x + relaxation D (n (B_k - s_k) - strength grad R(x)), within 0 and a
  /// thousand times the typical value, which bounds steps that overshoot. Works in the engine's scratch images 0 and 1.
  bool ascend(Engine& engine, State& state, double relaxation, EngineImage& d, const GoOn& go_on) const;
  /// Of pass e = 0, 1 ...: 1 / (1 + 0.1 e), for steps that converge although a subset's gradient is not that of all.
  static double relaxation(int e) { return 1 / (1 + 0.1 * e); }

 private:
  bool first_step(Engine& engine, State& state, const GoOn& go_on);
  void mark_object(Engine& engine, State& state);
  void note_seen(Engine& engine, State& state, const EngineImage& x);

  PriorTerm prior_;
  int num_threads_;
};

/// Of the state, made if it is not there yet.
EngineImage& image_of(const Engine& engine, State& state, const char* name);

}  // namespace coincide::recon
