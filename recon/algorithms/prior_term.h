#pragma once

#include <memory>

#include "recon/algorithms/priors/priors.h"
#include "recon/engine/engine.h"

namespace coincide::recon {

/// strength R(x) in an algorithm. Without a prior all is 0.
class PriorTerm {
 public:
  /// `anatomical`: for priors that need one, on the problem's grid; may be null.
  explicit PriorTerm(const PriorOptions& options, std::shared_ptr<const Image> anatomical = nullptr)
      : options_(options), anatomical_(std::move(anatomical)) {}

  /// Makes the penalty for an engine's images, whose typical value is x_ref. Throws InputError as make_prior().
  void attach(const Engine& engine, double x_ref, int num_threads);

  bool is_none() const { return penalty_ == nullptr; }
  /// Whether attach() will make one.
  bool is_wanted() const { return options_.name != PriorName::none; }
  double strength() const { return penalty_ ? options_.strength : 0; }
  double value(const EngineImage& x) const {
    return penalty_ ? options_.strength * ranks_->of_first(penalty_->value(x.data())) : 0;
  }
  /// dR/dx, without the strength, and the diagonal of the Hessian; both are overwritten.
  void gradient(const EngineImage& x, EngineImage& slope) const;
  void gradient(const EngineImage& x, EngineImage& slope, EngineImage& curvature) const;

 private:
  PriorOptions options_;
  std::shared_ptr<const Image> anatomical_;
  std::unique_ptr<Penalty> penalty_;
  Communicator* ranks_ = &no_others();
};

}  // namespace coincide::recon
