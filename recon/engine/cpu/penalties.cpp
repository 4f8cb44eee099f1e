#include <algorithm>
#include <utility>

#include "recon/engine/kernels/edges.h"
#include "recon/engine/penalty.h"
#include "recon/instruction_clones.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

using namespace kernels;

/// Rows of voxels along the last axis.
struct Rows {
  std::int64_t shape[3];

  explicit Rows(const ImageGrid& grid) : shape{grid.shape[0], grid.shape[1], grid.shape[2]} {}
  std::int64_t count() const { return shape[0] * shape[1]; }
};

template <class Terms>
void set_shape(const ImageGrid& grid, Terms& terms) {
  for (int a = 0; a < 3; ++a) {
    terms.shape[a] = grid.shape[static_cast<std::size_t>(a)];
  }
  terms.stride[2] = 1;
  terms.stride[1] = terms.shape[2];
  terms.stride[0] = terms.shape[1] * terms.shape[2];
}

/// R(x) as the sum of what each voxel adds.
template <class Terms>
double sum_of_voxels(const Terms& terms, const float* x, int num_threads) {
  return ordered_sum(terms.shape[0] * terms.stride[0], num_threads, [&](std::int64_t voxel) {
    const std::int64_t place[3] = {voxel / terms.stride[0], voxel / terms.stride[1] % terms.shape[1],
                                   voxel % terms.shape[2]};
    return terms.value_at(x, place, voxel);
  });
}

/// Gradient and, unless null, curvature of the voxels of a row, which begin at `gradient` and `curvature`.
template <class Terms>
void set_row(const Terms& terms, const float* x, std::int64_t row, float* gradient, float* curvature) {
  for (std::int64_t k = 0; k < terms.shape[2]; ++k) {
    const std::int64_t place[3] = {row / terms.shape[1], row % terms.shape[1], k};
    float of_curvature = 0;
    terms.at(x, place, row * terms.shape[2] + k, gradient[k], of_curvature);
    if (curvature != nullptr) {
      curvature[k] = of_curvature;
    }
  }
}

/// Some pairs of a row with one row of neighbours, all `length` long.
struct RowOfPairs {
  const float* x;
  const float* y;
  const float* kappa_y;
  std::int64_t length;
  float weight;
};

template <class Potential>
COINCIDE_HD void add_slopes(const Potential& psi, const RowOfPairs& row, float* __restrict gradient,
                            float* __restrict curvature) {
  for (std::int64_t i = 0; i < row.length; ++i) {
    const float w = row.weight * row.kappa_y[i];
    gradient[i] += w * psi.slope(row.x[i], row.y[i]);
    curvature[i] += w * psi.curvature(row.x[i], row.y[i]);
  }
}

template <class Potential>
COINCIDE_HD void add_slopes(const Potential& psi, const RowOfPairs& row, float* __restrict gradient) {
  for (std::int64_t i = 0; i < row.length; ++i) {
    gradient[i] += row.weight * row.kappa_y[i] * psi.slope(row.x[i], row.y[i]);
  }
}

// Functions that are no templates, since only those can be compiled several times.
#define COINCIDE_SLOPES(Potential)                                                                              \
  COINCIDE_CLONES void slopes(const Potential& psi, const RowOfPairs& row, float* gradient, float* curvature) { \
    if (curvature != nullptr) {                                                                                 \
      add_slopes(psi, row, gradient, curvature);                                                                \
    } else {                                                                                                    \
      add_slopes(psi, row, gradient);                                                                           \
    }                                                                                                           \
  }
COINCIDE_SLOPES(Quadratic)
COINCIDE_SLOPES(RelativeDifference)
COINCIDE_SLOPES(LogCosh)
COINCIDE_SLOPES(Huber)
COINCIDE_SLOPES(Majorised<LogCosh>)
COINCIDE_SLOPES(Majorised<Huber>)
#undef COINCIDE_SLOPES

template <class Potential>
class CpuPairPenalty final : public Penalty {
 public:
  CpuPairPenalty(PairPenalty penalty, const Potential& psi, int num_threads)
      : penalty_(std::move(penalty)), rows_(penalty_.grid), num_threads_(num_threads) {
    set_shape(penalty_.grid, terms_);
    terms_.psi = psi;
    std::ranges::copy(penalty_.weight, terms_.weight);
    terms_.kappa = penalty_.kappa.data();
    terms_.chosen = penalty_.chosen.empty() ? nullptr : penalty_.chosen.data();
  }

  double value(const float* x) const override { return sum_of_voxels(terms_, x, num_threads_); }

  void gradient(const float* x, float* gradient, float* curvature) const override {
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
    for (std::int64_t row = 0; row < rows_.count(); ++row) {
      const std::int64_t first = row * terms_.shape[2];
      float* row_curvature = curvature != nullptr ? curvature + first : nullptr;
      if (terms_.chosen != nullptr) {
        set_row(terms_, x, row, gradient + first, row_curvature);
      } else {
        row_by_row(x, row, gradient + first, row_curvature);
      }
    }
  }

 private:
  /// As PairTerms::at() for all voxels of a row, one neighbour after the other.
  void row_by_row(const float* x, std::int64_t row, float* gradient, float* curvature) const {
    const std::int64_t length = terms_.shape[2];
    const std::int64_t first = row * length;
    std::fill_n(gradient, length, 0.0F);
    if (curvature != nullptr) {
      std::fill_n(curvature, length, 0.0F);
    }
    for (int e = 0; e < num_neighbours; ++e) {
      const int shift = neighbour_offset(e, 2);
      const std::int64_t begin = shift < 0 ? 1 : 0;
      const std::int64_t end = shift > 0 ? length - 1 : length;
      const std::int64_t place[3] = {row / terms_.shape[1], row % terms_.shape[1], begin};
      if (begin < end && terms_.inside(place, e)) {
        const std::int64_t voxel = first + begin, neighbour = voxel + terms_.step(e);
        slopes(terms_.psi, {x + voxel, x + neighbour, terms_.kappa + neighbour, end - begin, terms_.weight[e]},
               gradient + begin, curvature != nullptr ? curvature + begin : nullptr);
      }
    }
    for (std::int64_t k = 0; k < length; ++k) {
      gradient[k] *= terms_.kappa[first + k];
    }
    for (std::int64_t k = 0; curvature != nullptr && k < length; ++k) {
      curvature[k] *= terms_.kappa[first + k];
    }
  }

  PairPenalty penalty_;
  Rows rows_;
  int num_threads_;
  PairTerms<Potential> terms_{};
};

class CpuEdgePenalty final : public Penalty {
 public:
  CpuEdgePenalty(EdgePenalty penalty, int num_threads)
      : penalty_(std::move(penalty)), rows_(penalty_.grid), num_threads_(num_threads) {
    set_shape(penalty_.grid, terms_);
    std::ranges::copy(penalty_.voxels_per_mm, terms_.voxels_per_mm);
    terms_.smooth = penalty_.smooth;
    terms_.offset = penalty_.offset;
    terms_.weight = penalty_.weight.data();
    terms_.directions = penalty_.directions.empty() ? nullptr : penalty_.directions.data();
  }

  double value(const float* x) const override { return sum_of_voxels(terms_, x, num_threads_); }

  void gradient(const float* x, float* gradient, float* curvature) const override {
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
    for (std::int64_t row = 0; row < rows_.count(); ++row) {
      const std::int64_t first = row * terms_.shape[2];
      set_row(terms_, x, row, gradient + first, curvature != nullptr ? curvature + first : nullptr);
    }
  }

 private:
  EdgePenalty penalty_;
  Rows rows_;
  int num_threads_;
  EdgeTerms terms_{};
};

}  // namespace

std::unique_ptr<Penalty> make_cpu_penalty(PairPenalty penalty, int num_threads) {
  return std::visit(
      [&](auto psi) -> std::unique_ptr<Penalty> {
        return std::make_unique<CpuPairPenalty<decltype(psi)>>(std::move(penalty), psi, num_threads);
      },
      PairPotential(penalty.psi));
}

std::unique_ptr<Penalty> make_cpu_penalty(EdgePenalty penalty, int num_threads) {
  return std::make_unique<CpuEdgePenalty>(std::move(penalty), num_threads);
}

}  // namespace coincide::recon
