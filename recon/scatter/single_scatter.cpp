#include "recon/scatter/single_scatter.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>

#include "recon/instruction_clones.h"
#include "recon/parallel.h"
#include "recon/scatter/scatter_sights.h"

namespace coincide::recon {
namespace {

/// What a photon needs that scatters with the cosine c, in a table: detected / all of them [1/sr], and how much better
/// it is absorbed than before.
class ScatterAngles {
 public:
  explicit ScatterAngles(const EnergyWindow& window) {
    const double of_511 = part_in_window(window, annihilation_kev);
    for (std::size_t i = 0; i <= steps; ++i) {
      const double cosine = 2.0 * static_cast<double>(i) / steps - 1;
      const double energy_kev = scattered_kev(annihilation_kev, cosine);
      const double detected = part_in_window(window, energy_kev) / of_511;
      weight_[i] = static_cast<float>(scatter_density_per_sr(cosine) * detected);
      absorption_[i] = static_cast<float>(scatter_ratio(energy_kev));
    }
    std::size_t first = 0;
    while (first < steps && weight_[first] < least) {
      ++first;
    }
    least_cosine_ = static_cast<float>(2.0 * static_cast<double>(first) / steps - 1);
  }

  float least_cosine() const { return least_cosine_; }
  float weight(float cosine) const { return at(weight_, cosine); }
  float absorption(float cosine) const { return at(absorption_, cosine); }

 private:
  static constexpr std::size_t steps = 4096;
  static constexpr float least = 1e-5F;  // per sr; forward it is 0.28
  using Table = std::array<float, steps + 1>;

  static float at(const Table& table, float cosine) {
    const float place = std::clamp((cosine + 1) * (0.5F * steps), 0.0F, static_cast<float>(steps));
    const auto low = std::min(static_cast<std::size_t>(place), steps - 1);
    const float part = place - static_cast<float>(low);
    return (1 - part) * table[low] + part * table[low + 1];
  }

  Table weight_{};
  Table absorption_{};
  float least_cosine_ = -1;
};

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

class Simulation {
 public:
  Simulation(const Image& activity, const Image& attenuation, const VirtualCylinder& cylinder,
             const SingleScatterOptions& options)
      : angles_(options.window),
        num_threads_(options.num_threads),
        nodes_(cylinder.num_nodes()),
        has_tof_(!options.sigmas_mm.empty()),
        step_mm_(step_mm(options.sigmas_mm)),
        lookout_(activity, attenuation, cylinder, step_mm_, options.num_threads) {
    if (has_tof_) {
      const double reach_mm = std::hypot(cylinder.size().radius_mm, cylinder.size().half_length_mm);
      positions_ = {.step_mm = step_mm_, .each_side = static_cast<std::int32_t>(std::ceil(reach_mm / step_mm_))};
    }
    of_pairs_.resize(ScatterEstimate::num_pairs(nodes_) * static_cast<std::size_t>(positions_.count()));
  }

  void add(std::span<const ScatterPoint> points) {
    lookout_.look_from(points, sights_);
    // Blocks of pairs, so that what all points add to them stays near the core.
    const std::uint32_t blocks = (nodes_ + rows_at_once - 1) / rows_at_once;
    parallel_for(blocks, num_threads_, [&](std::int64_t i) {
      Backward backward(static_cast<std::size_t>(sights_.most_steps));
      const std::uint32_t first_a = static_cast<std::uint32_t>(i) * rows_at_once;
      for (std::uint32_t first_b = first_a; first_b < nodes_; first_b += pairs_at_once) {
        for (std::uint32_t a = first_a; a < std::min(first_a + rows_at_once, nodes_); ++a) {
          for (std::size_t point = 0; point < points.size(); ++point) {
            add_pairs(a, std::max(first_b, a + 1), std::min(first_b + pairs_at_once, nodes_), point,
                      static_cast<float>(points[point].weight_mm2), backward);
          }
        }
      }
    });
  }

  /// q of the pairs, [pair][position], with what the other processes have added.
  std::vector<float> finish(Communicator& ranks) {
    ranks.sum(of_pairs_);
    parallel_for(nodes_ - 1, num_threads_, [&](std::int64_t a) {
      for (std::uint32_t b = static_cast<std::uint32_t>(a) + 1; b < nodes_; ++b) {
        const float geometry = pair_geometry(static_cast<std::uint32_t>(a), b);
        std::span<float> row = pair(static_cast<std::uint32_t>(a), b);
        std::ranges::transform(row, row.begin(), [geometry](float value) { return geometry * value; });
      }
    });
    return std::move(of_pairs_);
  }

  const TofPositions& positions() const { return positions_; }

 private:
  static constexpr std::uint32_t rows_at_once = 8;
  static constexpr std::uint32_t pairs_at_once = 64;
  using Backward = std::vector<float>;  ///< a profile, last step first

  /// Of the places along a LOR, for TOF bins of these resolutions: their kernels are sums over the steps, which blur by
  /// less than the least of them.
  static double step_mm(const std::vector<float>& sigmas_mm) {
    constexpr double coarsest_mm = 12.5;
    constexpr double finest_mm = 2;
    return sigmas_mm.empty() ? coarsest_mm
                             : std::clamp(*std::ranges::min_element(sigmas_mm) / 2.0, finest_mm, coarsest_mm);
  }

  std::span<float> pair(std::uint32_t a, std::uint32_t b) {
    const auto count = static_cast<std::size_t>(positions_.count());
    return {of_pairs_.data() + (ScatterEstimate::first_pair(a, nodes_) + b - a - 1) * count, count};
  }

  /// What is alike for all scatter points: the length of the LOR and its own incidence, which m holds.
  float pair_geometry(std::uint32_t a, std::uint32_t b) const {
    const Eigen::Vector3d way = lookout_.node_mm()[b] - lookout_.node_mm()[a];
    const double length2 = way.squaredNorm();
    const double cosines = way.dot(lookout_.normal()[a]) * -way.dot(lookout_.normal()[b]) / length2;
    constexpr double least = 1e-3;  // nodes above each other on one side see nothing between them
    return cosines > least ? static_cast<float>(length2 / cosines) : 0;
  }

  /// Pairs of `a` with the nodes from `first` to before `last`.
  void add_pairs(std::uint32_t a, std::uint32_t first, std::uint32_t last, std::size_t point, float weight_mm2,
                 Backward& backward) {
    if (first >= last) {
      return;
    }
    const std::size_t node_0 = point * nodes_;
    const std::size_t to_a = node_0 + a;
    const std::size_t to_first = node_0 + first;
    std::array<float, pairs_at_once> cosines;
    find_cosines(-sights_.x[to_a], -sights_.y[to_a], -sights_.z[to_a], &sights_.x[to_first], &sights_.y[to_first],
                 &sights_.z[to_first], last - first, cosines.data());
    const float* profile = sights_.profile_of(to_a);
    std::reverse_copy(profile, profile + sights_.steps[to_a], backward.begin());
    for (std::uint32_t b = first; b < last; ++b) {
      const float cosine = cosines[b - first];
      if (cosine > angles_.least_cosine()) {
        add_pair(pair(a, b), to_a, node_0 + b, cosine, weight_mm2, backward);
      }
    }
  }

  void add_pair(std::span<float> row, std::size_t to_a, std::size_t to_b, float cosine, float weight_mm2,
                const Backward& backward) const {
    const float absorption = angles_.absorption(cosine);
    const float detected = weight_mm2 * angles_.weight(cosine) * sights_.weight[to_a] * sights_.weight[to_b];
    const float mu_a = sights_.attenuation[to_a];
    const float mu_b = sights_.attenuation[to_b];
    const float from_a = detected * std::exp(-mu_a - absorption * mu_b);
    const float from_b = detected * std::exp(-absorption * mu_a - mu_b);
    if (has_tof_) {
      const double middle = (double{sights_.distance_mm[to_a]} - sights_.distance_mm[to_b]) / (2 * step_mm_);
      // The middle of a step is half of it on the way; what comes from a's side lies at less than the middle.
      add_profile(row, middle - sights_.steps[to_a] + 0.5, from_a, backward.data(), sights_.steps[to_a]);
      add_profile(row, middle + 0.5, from_b, sights_.profile_of(to_b), sights_.steps[to_b]);
    } else {
      row[0] += from_a * sights_.activity[to_a] + from_b * sights_.activity[to_b];
    }
  }

  /// Shares each step of a profile, whose first lies at `place`, in steps from the middle of the row, between the two
  /// positions next to it; what lies beyond the ends counts there.
  void add_profile(std::span<float> row, double place, float factor, const float* profile, std::int32_t steps) const {
    auto first = static_cast<std::int32_t>(std::floor(place));
    const auto to_next = factor * static_cast<float>(place - first);
    const float to_first = factor - to_next;
    first += positions_.each_side;
    for (; steps > 0 && first < 0; --steps, ++first, ++profile) {
      row.front() += factor * profile[0];
    }
    for (; steps > 0 && first + steps >= std::ssize(row); --steps) {
      row.back() += factor * profile[steps - 1];
    }
    if (steps > 0) {
      deposit(row.data() + first, profile, steps, to_first, to_next);
    }
  }

  ScatterAngles angles_;
  int num_threads_;
  std::uint32_t nodes_;
  bool has_tof_;
  double step_mm_;
  Lookout lookout_;
  TofPositions positions_;
  Sights sights_;
  std::vector<float> of_pairs_;
};

}  // namespace

ScatterEstimate single_scatter(const Image& activity, const Image& attenuation, const std::vector<ScatterPoint>& points,
                               const VirtualCylinder& cylinder, const SingleScatterOptions& options,
                               Reporter& reporter) {
  constexpr std::size_t at_once = 64;
  Communicator& ranks = *options.ranks;
  Simulation simulation(activity, attenuation, cylinder, options);
  std::vector<ScatterPoint> own;
  for (auto i = static_cast<std::size_t>(ranks.rank()); i < points.size();
       i += static_cast<std::size_t>(ranks.size())) {
    own.push_back(points[i]);
  }
  const std::span<const ScatterPoint> all(own);
  for (std::size_t first = 0; first < all.size() && !reporter.stop_requested(); first += at_once) {
    simulation.add(all.subspan(first, std::min(at_once, all.size() - first)));
    reporter.progress("scatter", static_cast<double>(first) / static_cast<double>(all.size()));
  }
  return {cylinder, simulation.positions(), simulation.finish(ranks), options.sigmas_mm, options.num_threads};
}

}  // namespace coincide::recon
