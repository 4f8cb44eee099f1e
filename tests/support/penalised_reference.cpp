#include "support/penalised_reference.h"

#include <map>
#include <utility>

#include "recon/algorithms/priors/neighbourhood.h"
#include "recon/resolution_model.h"
#include "support/joseph_reference.h"

namespace coincide::tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Its columns are the resolution model's images of single voxels.
MatrixXd resolution_model(const recon::ImageGrid& grid, const recon::Psf& psf) {
  const recon::ResolutionModel model(grid, psf, 1);
  MatrixXd matrix(grid.num_voxels(), grid.num_voxels());
  for (Index j = 0; j < matrix.cols(); ++j) {
    std::vector<float> voxel(static_cast<std::size_t>(matrix.rows())), work = voxel, image = voxel;
    voxel[static_cast<std::size_t>(j)] = 1;
    model.spread(voxel.data(), work.data(), image.data());
    matrix.col(j) = vector_of(image);
  }
  return matrix;
}

/// psi of the relative difference prior with gamma 2, its slope by x and what makes its Hessian: (u, v) (u, v)^T f.
struct RelativeDifference {
  double value, slope_x, slope_y, u, v, factor;

  RelativeDifference(double x, double y, double epsilon) {
    const double d = x - y, q = x + y + 2 * std::abs(d) + epsilon;
    value = d * d / q;
    slope_x = d * (2 * std::abs(d) + x + 3 * y + 2 * epsilon) / (q * q);
    slope_y = -d * (2 * std::abs(d) + y + 3 * x + 2 * epsilon) / (q * q);
    u = 2 * y + epsilon;
    v = -(2 * x + epsilon);
    factor = 2 / (q * q * q);
  }
};

Eigen::VectorXd row_of_line(const JosephReference::Line& line, Index voxels) {
  Eigen::VectorXd row = Eigen::VectorXd::Zero(voxels);
  for (const auto& plane : line.planes) {
    for (std::size_t c = 0; c < 4; ++c) {
      if (plane.voxel[c] >= 0) {
        row[plane.voxel[c]] += line.step_mm * plane.weight[c];
      }
    }
  }
  return row;
}

}  // namespace

Eigen::VectorXd vector_of(const std::vector<float>& values) {
  return Eigen::Map<const Eigen::VectorXf>(values.data(), static_cast<Index>(values.size())).cast<double>();
}

PenalisedReference::PenalisedReference(const PenalisedCase& problem, double strength, double x_ref)
    : s_(vector_of(problem.problem->sensitivity)), epsilon_(1e-3 * x_ref) {
  add_events(problem);
  add_pairs(problem, strength);
}

void PenalisedReference::add_events(const PenalisedCase& problem) {
  const recon::Measurements& data = *problem.measurements;
  const JosephReference joseph(problem.grid, projectors::ProjectorOptions{}.boundary);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> row_of;
  std::vector<Vector> rows;
  std::vector<float> counts, additive;
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    const recon::DataBlock block = data.subset(subset);
    for (std::int64_t i = 0; i < block.size(); ++i) {
      const std::uint32_t start = block.lors.start_index[i], end = block.lors.end_index[i];
      const auto [place, is_new] = row_of.emplace(std::pair(start, end), rows.size());
      if (is_new) {
        const auto line = joseph.line(block.lors.start_mm + 3 * start, block.lors.end_mm + 3 * end);
        rows.push_back(double{block.factor[i]} * row_of_line(line, s_.size()));
        counts.push_back(0);
        additive.push_back(block.additive[i]);
      }
      counts[place->second] += 1;
    }
  }
  rows_.resize(static_cast<Index>(rows.size()), s_.size());
  for (Index row = 0; row < rows_.rows(); ++row) {
    rows_.row(row) = rows[static_cast<std::size_t>(row)];
  }
  y_ = vector_of(counts);
  b_ = vector_of(additive);
  if (!problem.problem->psf.is_none()) {
    rows_ *= resolution_model(problem.grid, problem.problem->psf);
  }
}

void PenalisedReference::add_pairs(const PenalisedCase& problem, double strength) {
  using recon::kernels::neighbour_offset;
  const auto weights = recon::isotropic_weights(problem.grid);
  const auto& shape = problem.grid.shape;
  for (Index voxel = 0; voxel < s_.size(); ++voxel) {
    const std::int64_t place[3] = {voxel / (shape[1] * shape[2]), voxel / shape[2] % shape[1], voxel % shape[2]};
    for (int e = recon::kernels::num_neighbours / 2; e < recon::kernels::num_neighbours; ++e) {
      std::int64_t next[3];
      bool inside = true;
      for (int a = 0; a < 3; ++a) {
        next[a] = place[a] + neighbour_offset(e, a);
        inside = inside && next[a] >= 0 && next[a] < shape[static_cast<std::size_t>(a)];
      }
      if (inside) {
        const Index other = (next[0] * shape[1] + next[1]) * shape[2] + next[2];
        const double kappas = std::sqrt(s_[voxel] * s_[other]);
        pairs_.push_back({voxel, other, strength * double{weights[static_cast<std::size_t>(e)]} * kappas});
      }
    }
  }
}

double PenalisedReference::log_likelihood(const Vector& x) const {
  return y_.dot((rows_ * x + b_).array().log().matrix()) - s_.dot(x);
}

PenalisedReference::Vector PenalisedReference::gradient_of_likelihood(const Vector& x) const {
  return rows_.transpose() * y_.cwiseQuotient(rows_ * x + b_) - s_;
}

PenalisedReference::Vector PenalisedReference::curvature_of_ones(const Vector& x) const {
  const Vector seen = rows_ * (s_.array() > 0).cast<double>().matrix();
  return rows_.transpose() * seen.cwiseProduct(y_).cwiseQuotient((rows_ * x + b_).cwiseAbs2());
}

double PenalisedReference::penalty(const Vector& x) const {
  double sum = 0;
  for (const Pair& pair : pairs_) {
    sum += pair.weight * RelativeDifference(x[pair.j], x[pair.k], epsilon_).value;
  }
  return sum;
}

void PenalisedReference::add_penalty(const Vector& x, Vector& gradient, MatrixXd& minus_hessian) const {
  for (const auto& [j, k, weight] : pairs_) {
    const RelativeDifference psi(x[j], x[k], epsilon_);
    gradient[j] -= weight * psi.slope_x;
    gradient[k] -= weight * psi.slope_y;
    minus_hessian(j, j) += weight * psi.factor * psi.u * psi.u;
    minus_hessian(k, k) += weight * psi.factor * psi.v * psi.v;
    minus_hessian(j, k) += weight * psi.factor * psi.u * psi.v;
    minus_hessian(k, j) += weight * psi.factor * psi.u * psi.v;
  }
}

/// 0 in voxels at 0 that would become negative. `gradient` is overwritten.
PenalisedReference::Vector PenalisedReference::newton_step(const Vector& x, Vector& gradient) const {
  gradient = gradient_of_likelihood(x);
  const Vector curvatures = y_.cwiseQuotient((rows_ * x + b_).cwiseAbs2());
  MatrixXd minus_hessian = rows_.transpose() * curvatures.asDiagonal() * rows_;
  add_penalty(x, gradient, minus_hessian);
  for (Index j = 0; j < x.size(); ++j) {
    if (s_[j] == 0 || (x[j] == 0 && gradient[j] <= 0)) {
      gradient[j] = 0;
      minus_hessian.row(j).setZero();
      minus_hessian.col(j).setZero();
      minus_hessian(j, j) = 1;
    }
  }
  return minus_hessian.ldlt().solve(gradient);
}

PenalisedReference::Vector PenalisedReference::maximise(Vector x) const {
  constexpr double enough = 1e-12;
  Vector gradient;
  for (int iteration = 0; iteration < 100; ++iteration) {
    const Vector step = newton_step(x, gradient);
    const double before = objective(x);
    Vector next = (x + step).cwiseMax(0);
    for (double part = 0.5; part > 1e-6 && !(objective(next) >= before); part /= 2) {
      next = (x + part * step).cwiseMax(0);
    }
    const double gain = objective(next) - before;
    x = next;
    if (gain <= enough * std::abs(before)) {
      break;
    }
  }
  return x;
}

}  // namespace coincide::tests
