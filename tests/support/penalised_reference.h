#pragma once

#include <Eigen/Dense>
#include <vector>

#include "support/penalised_case.h"

namespace coincide::tests {

/// The objective of a small case without TOF in double precision, written from its definition: the system matrix
/// by JosephReference, the relative difference prior with gamma 2 over pairs of voxels.
class PenalisedReference {
 public:
  using Vector = Eigen::VectorXd;

  PenalisedReference(const PenalisedCase& problem, double strength, double x_ref);

  double log_likelihood(const Vector& x) const;
  Vector gradient_of_likelihood(const Vector& x) const;
  double penalty(const Vector& x) const;
  double objective(const Vector& x) const { return log_likelihood(x) - penalty(x); }
  /// A^T(m (m A 1) y / (m A x + b)^2).
  Vector curvature_of_ones(const Vector& x) const;
  /// By Newton's method on the voxels that are not held at 0. Source: Bertsekas, SIAM J. Control Optim. 20(2), 1982.
  Vector maximise(Vector x) const;

 private:
  struct Pair {
    Eigen::Index j, k;
    double weight;  ///< with the strength
  };

  void add_events(const PenalisedCase& problem);
  void add_pairs(const PenalisedCase& problem, double strength);
  void add_penalty(const Vector& x, Vector& gradient, Eigen::MatrixXd& minus_hessian) const;
  Vector newton_step(const Vector& x, Vector& gradient) const;

  Eigen::MatrixXd rows_;  ///< m A, a row per LOR that has y counts
  Vector y_, b_, s_;
  std::vector<Pair> pairs_;
  double epsilon_;
};

/// To double precision and back.
Eigen::VectorXd vector_of(const std::vector<float>& values);

}  // namespace coincide::tests
