#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/algorithms/priors/priors.h"

namespace coincide::recon {
namespace {

constexpr double usual_delta_per_mm = 0.01;  // of x_ref

EdgePenalty edge_penalty(const PriorOptions& options, const PriorContext& context, double smooth) {
  const bool raw = options.scale == PriorScale::raw;
  EdgePenalty penalty;
  penalty.grid = context.grid;
  penalty.smooth = static_cast<float>(raw ? smooth : smooth * context.x_ref);
  penalty.offset = raw ? 0 : penalty.smooth;
  for (std::size_t a = 0; a < 3; ++a) {
    penalty.voxels_per_mm[a] = raw ? 1 : 1 / context.grid.voxel_size_mm[a];
  }
  penalty.weight.assign(context.kappa.begin(), context.kappa.end());
  if (!raw) {
    std::ranges::transform(penalty.weight, penalty.weight.begin(), [](float kappa) { return kappa * kappa; });
  }
  return penalty;
}

/// Forward differences times `per_step`, 3 per voxel; 0 beyond the last voxel.
std::vector<float> differences(const ImageGrid& grid, const std::vector<float>& values,
                               const std::array<float, 3>& per_step) {
  const auto [n0, n1, n2] = grid.shape;
  const std::array<std::int64_t, 3> stride{n1 * n2, n2, 1};
  std::vector<float> result(3 * values.size());
  std::size_t voxel = 0;
  for (std::int64_t i = 0; i < n0; ++i) {
    for (std::int64_t j = 0; j < n1; ++j) {
      for (std::int64_t k = 0; k < n2; ++k, ++voxel) {
        const std::array<bool, 3> inside{i + 1 < n0, j + 1 < n1, k + 1 < n2};
        for (std::size_t a = 0; a < 3; ++a) {
          if (inside[a]) {
            const float next = values[voxel + static_cast<std::size_t>(stride[a])];
            result[3 * voxel + a] = (next - values[voxel]) * per_step[a];
          }
        }
      }
    }
  }
  return result;
}

float length(const float* vector) { return std::hypot(vector[0], vector[1], vector[2]); }

/// The length that 99 % of the vectors do not exceed.
double high_percentile(const std::vector<float>& vectors) {
  std::vector<float> lengths;
  for (std::size_t i = 0; i < vectors.size(); i += 3) {
    lengths.push_back(length(&vectors[i]));
  }
  const auto place = lengths.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(lengths.size() - 1));
  std::ranges::nth_element(lengths, place);
  return *place;
}

}  // namespace

std::unique_ptr<Penalty> make_total_variation(const PriorOptions& options, const PriorContext& context) {
  const double delta = options.delta > 0 ? options.delta : usual_delta_per_mm;
  return make_penalty(edge_penalty(options, context, delta), context.device, context.num_threads);
}

std::unique_ptr<Penalty> make_parallel_level_sets(const PriorOptions& options, const PriorContext& context) {
  EdgePenalty penalty = edge_penalty(options, context, options.alpha);
  std::vector<float> xi = differences(context.grid, context.anatomical->values, penalty.voxels_per_mm);
  const double eta = options.scale == PriorScale::raw ? options.eta : options.eta * high_percentile(xi);
  if (!(eta > 0)) {
    throw InputError("the anatomical image of the prior is the same everywhere, so it has no edges to follow");
  }
  for (std::size_t i = 0; i < xi.size(); i += 3) {
    const double root = std::hypot(double{length(&xi[i])}, eta);
    for (std::size_t a = 0; a < 3; ++a) {
      xi[i + a] = static_cast<float>(xi[i + a] / root);
    }
  }
  penalty.directions = std::move(xi);
  return make_penalty(std::move(penalty), context.device, context.num_threads);
}

}  // namespace coincide::recon
