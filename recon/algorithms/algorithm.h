#pragma once

#include "recon/algorithms/figures.h"
#include "recon/algorithms/state.h"

namespace coincide::recon {

/// How an image becomes the next one. What changes from update to update is in the State; an algorithm keeps its
/// settings, and what attach() derives from a state.
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// Called with a new engine, before anything else: of a new state x is there, of one that goes on all. Makes and
  /// derives what is missing.
  virtual void attach(Engine& engine, State& state) { (void)engine, (void)state; }
  /// Updates of the pass that begins. In a pass every count is projected forward and back once.
  virtual int updates_in_pass(const Engine& engine, const State& state) const = 0;
  /// One update of the state, the state.update-th of its pass. False, with the state as it was, if `go_on` said no.
  virtual bool step(Engine& engine, State& state, const GoOn& go_on) = 0;
  /// After the last update of a pass: adds what the algorithm knows of it.
  virtual void complete(const State& state, IterationFigures& figures) const { (void)state, (void)figures; }
  /// Whether it is near enough to where it goes.
  virtual bool finished(const State& state) const { return (void)state, false; }
  /// The image that a run hands over which ends by itself; the state can go on from where it is.
  virtual const EngineImage& result(Engine& engine, const State& state, const GoOn& go_on) const {
    return (void)engine, (void)go_on, state.x;
  }
};

}  // namespace coincide::recon
