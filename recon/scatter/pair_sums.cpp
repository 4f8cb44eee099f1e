#include "recon/scatter/pair_sums.h"

#include <algorithm>
#include <array>

#include "recon/instruction_clones.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Adds what two sums next to each other get of a profile: its first step goes to `row[0]` and `row[1]`.
COINCIDE_CLONES void deposit(float* __restrict row, const float* __restrict profile, std::int32_t steps, float to_first,
                             float to_next) {
  row[0] += to_first * profile[0];
  for (std::int32_t step = 1; step < steps; ++step) {
    row[step] += to_first * profile[step] + to_next * profile[step - 1];
  }
  row[steps] += to_next * profile[steps - 1];
}

/// Cosines of the angles between a direction and others.
COINCIDE_CLONES void find_cosines(float x, float y, float z, const float* xs, const float* ys, const float* zs,
                                  std::uint32_t count, float* cosines) {
  for (std::uint32_t i = 0; i < count; ++i) {
    cosines[i] = x * xs[i] + y * ys[i] + z * zs[i];
  }
}

/// Each profile at once into the row of its pair, by vectors: where kernels::Spread::gathered() goes through positions.
void deposit_all(std::span<float> row, const kernels::Spread& spread, const float* profile, std::int32_t steps) {
  std::int32_t first = spread.first;
  const float all = spread.to_first + spread.to_next;
  for (; steps > 0 && first < 0; --steps, ++first, ++profile) {
    row.front() += all * profile[0];
  }
  for (; steps > 0 && first + steps >= std::ssize(row); --steps) {
    row.back() += all * profile[steps - 1];
  }
  if (steps > 0) {
    deposit(row.data() + first, profile, steps, spread.to_first, spread.to_next);
  }
}

class CpuPairSums final : public PairSums {
 public:
  CpuPairSums(const PairSumsInput& input, int num_threads)
      : input_(input),
        num_threads_(num_threads),
        nodes_(input.nodes.count()),
        sights_(most_points * nodes_, input.most_steps),
        look_{.matter = input.matter.view(input.matter.values().data()),
              .node_mm = input.nodes.place_mm.data(),
              .normal = input.nodes.normal.data(),
              .step_mm = input.step_mm,
              .samples = samples_per_step(input.step_mm)},
        meet_{.angles = input.angles.view(input.angles.weight().data(), input.angles.absorption().data()),
              .sights = sights_.columns(),
              .half_steps_per_mm = static_cast<float>(0.5 / input.step_mm)},
        sums_(static_cast<std::size_t>(input.num_sums())) {}

  void add(const PointColumns& points) override {
    parallel_for(points.count() * nodes_, num_threads_, [&](std::int64_t sight) {
      look_(points.place_mm.data() + 3 * (sight / nodes_), sight % nodes_, sight, sights_.columns());
    });
    // Blocks of pairs, so that what all points add to them stays near the core.
    const std::uint32_t blocks = (nodes_ + rows_at_once - 1) / rows_at_once;
    parallel_for(blocks, num_threads_, [&](std::int64_t i) {
      Backward backward(static_cast<std::size_t>(input_.most_steps));
      const std::uint32_t first_a = static_cast<std::uint32_t>(i) * rows_at_once;
      for (std::uint32_t first_b = first_a; first_b < nodes_; first_b += pairs_at_once) {
        for (std::uint32_t a = first_a; a < std::min(first_a + rows_at_once, nodes_); ++a) {
          for (std::size_t point = 0; point < points.weight_mm2.size(); ++point) {
            add_pairs(a, std::max(first_b, a + 1), std::min(first_b + pairs_at_once, nodes_), point,
                      points.weight_mm2[point], backward);
          }
        }
      }
    });
  }

  std::vector<float> take() override { return std::move(sums_); }

 private:
  static constexpr std::uint32_t rows_at_once = 8;
  static constexpr std::uint32_t pairs_at_once = 64;
  using Backward = std::vector<float>;  ///< a profile, last step first

  std::span<float> row(std::uint32_t a, std::uint32_t b) {
    const std::int64_t pair = kernels::first_pair(a, nodes_) + b - a - 1;
    return {sums_.data() + pair * input_.positions.count(), static_cast<std::size_t>(input_.positions.count())};
  }

  /// Pairs of `a` with the nodes from `first` to before `last`.
  void add_pairs(std::uint32_t a, std::uint32_t first, std::uint32_t last, std::size_t point, float weight_mm2,
                 Backward& backward) {
    if (first >= last) {
      return;
    }
    const kernels::SightColumns& sights = sights_.columns();
    const std::size_t node_0 = point * nodes_;
    const std::size_t to_a = node_0 + a;
    const std::size_t to_first = node_0 + first;
    std::array<float, pairs_at_once> cosines;
    find_cosines(-sights.x[to_a], -sights.y[to_a], -sights.z[to_a], sights.x + to_first, sights.y + to_first,
                 sights.z + to_first, last - first, cosines.data());
    const float* profile = sights.profile_of(static_cast<std::int64_t>(to_a));
    std::reverse_copy(profile, profile + sights.steps[to_a], backward.begin());
    for (std::uint32_t b = first; b < last; ++b) {
      const float cosine = cosines[b - first];
      if (cosine > meet_.angles.least_cosine) {
        add_pair(row(a, b), static_cast<std::int64_t>(to_a), static_cast<std::int64_t>(node_0 + b), cosine, weight_mm2,
                 backward);
      }
    }
  }

  void add_pair(std::span<float> row, std::int64_t to_a, std::int64_t to_b, float cosine, float weight_mm2,
                const Backward& backward) const {
    const kernels::SightColumns& sights = sights_.columns();
    const kernels::Meeting meeting = meet_(to_a, to_b, cosine, weight_mm2);
    if (input_.has_tof) {
      const std::int32_t each_side = input_.positions.each_side;
      deposit_all(row, kernels::Spread::backward(meeting, sights.steps[to_a], each_side), backward.data(),
                  sights.steps[to_a]);
      deposit_all(row, kernels::Spread::forward(meeting, each_side), sights.profile_of(to_b), sights.steps[to_b]);
    } else {
      row[0] += meeting.from_a * sights.activity[to_a] + meeting.from_b * sights.activity[to_b];
    }
  }

  const PairSumsInput& input_;
  int num_threads_;
  std::uint32_t nodes_;
  Sights sights_;
  kernels::Look look_;
  kernels::Meet meet_;
  std::vector<float> sums_;
};

}  // namespace

std::unique_ptr<PairSums> make_cpu_pair_sums(const PairSumsInput& input, int num_threads) {
  return std::make_unique<CpuPairSums>(input, num_threads);
}

std::uint64_t cuda_pair_sums_bytes(std::int64_t num_voxels, std::uint32_t num_nodes, std::int32_t most_steps,
                                   const TofPositions& positions) {
  const std::int64_t pairs = kernels::num_pairs(num_nodes);
  const std::size_t sights = PairSums::most_points * num_nodes;
  const auto bytes = [](auto count, std::size_t of_each) { return static_cast<std::uint64_t>(count) * of_each; };
  return bytes(num_voxels, sizeof(kernels::MatterValues)) + bytes(6 * num_nodes, sizeof(double)) +
         bytes(floats_of_sights(sights, most_steps), sizeof(float)) + bytes(sights, sizeof(std::int32_t)) +
         bytes(PairSums::most_points, sizeof(kernels::Meeting)) *
             static_cast<std::uint64_t>(std::min(pairs, most_pairs_on_gpu)) +
         bytes(pairs * positions.count(), sizeof(float));
}

}  // namespace coincide::recon
