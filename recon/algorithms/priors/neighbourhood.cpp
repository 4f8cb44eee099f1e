#include "recon/algorithms/priors/neighbourhood.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

using kernels::neighbour_offset;
using kernels::num_neighbours;

Eigen::Vector3d offset_mm(const ImageGrid& grid, int e) {
  Eigen::Vector3d offset;
  for (int a = 0; a < 3; ++a) {
    offset[a] = neighbour_offset(e, a) * double{grid.voxel_size_mm[static_cast<std::size_t>(a)]};
  }
  return offset;
}

bool is_in_grid(const ImageGrid& grid, int e) {
  bool in = true;
  for (int a = 0; a < 3; ++a) {
    in = in && (neighbour_offset(e, a) == 0 || grid.shape[static_cast<std::size_t>(a)] > 1);
  }
  return in;
}

}  // namespace

NeighbourWeights isotropic_weights(const ImageGrid& grid) {
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  const auto squared_direction = [&](int e) -> Eigen::Vector3d {
    const Eigen::Vector3d offset = offset_mm(grid, e);
    return offset.cwiseAbs2() / offset.squaredNorm();
  };
  for (int e = num_neighbours / 2; e < num_neighbours; ++e) {
    if (is_in_grid(grid, e)) {
      const Eigen::Vector3d q = squared_direction(e);
      sum += q * q.transpose();
    }
  }
  Eigen::Vector3d ones;
  for (int a = 0; a < 3; ++a) {
    ones[a] = grid.shape[static_cast<std::size_t>(a)] > 1 ? 1 : 0;
  }
  // The system is singular for an axis of one voxel, whose part of the solution is then 0.
  const Eigen::Vector3d solution = sum.completeOrthogonalDecomposition().solve(ones);
  NeighbourWeights weights{};
  for (int e = 0; e < num_neighbours; ++e) {
    if (is_in_grid(grid, e)) {
      weights[static_cast<std::size_t>(e)] =
          static_cast<float>(squared_direction(e).dot(solution) / offset_mm(grid, e).squaredNorm());
    }
  }
  return weights;
}

NeighbourWeights distance_weights(const ImageGrid& grid) {
  NeighbourWeights weights{};
  for (int e = 0; e < num_neighbours; ++e) {
    weights[static_cast<std::size_t>(e)] = static_cast<float>(grid.voxel_size_mm[0] / offset_mm(grid, e).norm());
  }
  return weights;
}

std::vector<std::uint32_t> nearest_in_value(const ImageGrid& grid, std::span<const float> values, int count) {
  const std::int64_t n0 = grid.shape[0], n1 = grid.shape[1], n2 = grid.shape[2];
  std::array<double, num_neighbours> distance_mm{};
  for (int e = 0; e < num_neighbours; ++e) {
    distance_mm[static_cast<std::size_t>(e)] = offset_mm(grid, e).norm();
  }
  std::vector<std::uint32_t> chosen(values.size());
  parallel_for(n0 * n1, 0, [&](std::int64_t row) {
    const std::int64_t i = row / n1, j = row % n1;
    for (std::int64_t k = 0; k < n2; ++k) {
      struct Candidate {
        float difference;
        double distance_mm;
        int e;
        auto operator<=>(const Candidate&) const = default;
      };
      std::vector<Candidate> candidates;
      const auto voxel = static_cast<std::size_t>(row * n2 + k);
      for (int e = 0; e < num_neighbours; ++e) {
        const std::int64_t a = i + neighbour_offset(e, 0), b = j + neighbour_offset(e, 1),
                           c = k + neighbour_offset(e, 2);
        if (a >= 0 && a < n0 && b >= 0 && b < n1 && c >= 0 && c < n2) {
          const auto neighbour = static_cast<std::size_t>((a * n1 + b) * n2 + c);
          candidates.push_back(
              {std::abs(values[neighbour] - values[voxel]), distance_mm[static_cast<std::size_t>(e)], e});
        }
      }
      const auto wanted = std::min<std::ptrdiff_t>(count, std::ssize(candidates));
      std::ranges::partial_sort(candidates, candidates.begin() + wanted);
      for (std::ptrdiff_t n = 0; n < wanted; ++n) {
        chosen[voxel] |= std::uint32_t{1} << candidates[static_cast<std::size_t>(n)].e;
      }
    }
  });
  return chosen;
}

}  // namespace coincide::recon
