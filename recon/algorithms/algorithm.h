#pragma once

#include "recon/algorithms/state.h"

namespace coincide::recon {

/// How an image becomes the next one. Holds settings only; what changes is in the State.
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// Updates of one pass: every count is then projected forward and back once.
  virtual int updates_per_pass(const Problem& problem) const = 0;
  /// Makes the images of its own, if any; x is there.
  virtual void begin(const Engine& engine, State& state) const { (void)engine, (void)state; }
  /// One update of x, the state.update-th of its pass. False, with the image as it was, if `go_on` said no.
  virtual bool step(Engine& engine, State& state, const GoOn& go_on) const = 0;
};

}  // namespace coincide::recon
