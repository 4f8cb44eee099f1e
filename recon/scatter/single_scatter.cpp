#include "recon/scatter/single_scatter.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "recon/parallel.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;
using Eigen::Vector3f;

constexpr double mm_per_cm = 10;

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

/// A node as a scatter point sees it.
struct Sight {
  Vector3f direction;
  float distance_mm = 0;
  float weight = 0;        ///< cosine of the incidence over the distance squared
  float attenuation = 0;   ///< integral of mu at 511 keV on the way
  float activity = 0;      ///< integral of the activity
  std::int32_t steps = 0;  ///< of the profile, up to the last that is not 0
};

/// How the activity lies on the ways to the nodes from some points.
struct Sights {
  std::vector<Sight> sight;    ///< [point][node]
  std::vector<float> profile;  ///< [point][node][step]: integral of the activity in each step
  std::int32_t most_steps = 0;
};

/// Around all voxels that are not 0, as far as values between voxels reach.
Eigen::AlignedBox3d box_of_values(const Image& image) {
  const ImageGrid& grid = image.grid;
  Eigen::AlignedBox3d box;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        if (image.at(i, j, k) != 0) {
          box.extend(Vector3d(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)));
        }
      }
    }
  }
  const auto to_mm = [&grid](const Vector3d& voxel) {
    const Vector3f origin_mm(grid.origin_mm[0], grid.origin_mm[1], grid.origin_mm[2]);
    const Vector3f voxel_mm(grid.voxel_size_mm[0], grid.voxel_size_mm[1], grid.voxel_size_mm[2]);
    return Vector3d(origin_mm.cast<double>() + voxel.cwiseProduct(voxel_mm.cast<double>()));
  };
  return box.isEmpty() ? box
                       : Eigen::AlignedBox3d(to_mm(box.min() - Vector3d::Ones()), to_mm(box.max() + Vector3d::Ones()));
}

class Simulation {
 public:
  Simulation(const Image& activity, const Image& attenuation, const VirtualCylinder& cylinder,
             const SingleScatterOptions& options)
      : activity_(activity),
        attenuation_(attenuation),
        angles_(options.window),
        num_threads_(options.num_threads),
        nodes_(cylinder.num_nodes()),
        has_tof_(!options.sigmas_mm.empty()) {
    for (std::uint32_t node = 0; node < nodes_; ++node) {
      place_mm_.push_back(cylinder.node_mm(node));
      normal_.push_back(cylinder.normal(node));
    }
    filled_.extend(box_of_values(activity));
    filled_.extend(box_of_values(attenuation));
    choose_positions(cylinder, options.sigmas_mm);
    of_pairs_.resize(ScatterEstimate::num_pairs(nodes_) * static_cast<std::size_t>(positions_.count()));
  }

  void add(std::span<const ScatterPoint> points) {
    look_from(points);
    parallel_for(nodes_ - 1, num_threads_, [&](std::int64_t a) {
      for (std::size_t point = 0; point < points.size(); ++point) {
        add_pairs(static_cast<std::uint32_t>(a), point, static_cast<float>(points[point].weight_mm2));
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
  void choose_positions(const VirtualCylinder& cylinder, const std::vector<float>& sigmas_mm) {
    constexpr double coarsest_mm = 12.5;
    constexpr double finest_mm = 2;
    step_mm_ = coarsest_mm;
    if (has_tof_) {
      const double sigma_mm = *std::ranges::min_element(sigmas_mm);
      step_mm_ = std::clamp(sigma_mm / 2, finest_mm, coarsest_mm);
      const double reach_mm = std::hypot(cylinder.size().radius_mm, cylinder.size().half_length_mm);
      positions_ = {.step_mm = step_mm_, .each_side = static_cast<std::int32_t>(std::ceil(reach_mm / step_mm_))};
    }
  }

  std::span<float> pair(std::uint32_t a, std::uint32_t b) {
    const auto count = static_cast<std::size_t>(positions_.count());
    return {of_pairs_.data() + (ScatterEstimate::first_pair(a, nodes_) + b - a - 1) * count, count};
  }

  /// What is alike for all scatter points: the length of the LOR and its own incidence, which m holds.
  float pair_geometry(std::uint32_t a, std::uint32_t b) const {
    const Vector3d way = place_mm_[b] - place_mm_[a];
    const double length2 = way.squaredNorm();
    const double cosines = way.dot(normal_[a]) * -way.dot(normal_[b]) / length2;
    constexpr double least = 1e-3;  // nodes above each other on one side see nothing between them
    return cosines > least ? static_cast<float>(length2 / cosines) : 0;
  }

  void look_from(std::span<const ScatterPoint> points) {
    double farthest_mm = 0;
    for (const ScatterPoint& point : points) {
      for (const Vector3d& node_mm : place_mm_) {
        farthest_mm = std::max(farthest_mm, (node_mm - point.place_mm).norm());
      }
    }
    sights_.most_steps = static_cast<std::int32_t>(std::ceil(farthest_mm / step_mm_));
    sights_.sight.resize(points.size() * nodes_);
    sights_.profile.resize(sights_.sight.size() * static_cast<std::size_t>(sights_.most_steps));
    parallel_for(std::ssize(sights_.sight), num_threads_, [&](std::int64_t i) {
      const auto index = static_cast<std::size_t>(i);
      look(points[index / nodes_].place_mm, index % nodes_, index);
    });
  }

  void look(const Vector3d& from_mm, std::size_t node, std::size_t index) {
    const Vector3d way = place_mm_[node] - from_mm;
    const double distance_mm = way.norm();
    const Vector3d direction = way / distance_mm;
    const double cosine = -direction.dot(normal_[node]);
    Sight sight{.direction = direction.cast<float>(),
                .distance_mm = static_cast<float>(distance_mm),
                .weight = static_cast<float>(std::max(0.0, cosine) / (distance_mm * distance_mm))};
    constexpr double sample_mm = 5;
    const int samples = static_cast<int>(std::ceil(step_mm_ / sample_mm));
    float* profile = sights_.profile.data() + index * static_cast<std::size_t>(sights_.most_steps);
    const double filled_mm = std::min(distance_mm, way_out_mm(from_mm, direction));
    const auto steps = std::min(sights_.most_steps, static_cast<std::int32_t>(std::ceil(filled_mm / step_mm_)));
    std::fill(profile, profile + sights_.most_steps, 0.0F);
    for (std::int32_t step = 0; step < steps; ++step) {
      double activity = 0;
      double mu = 0;
      for (int sample = 0; sample < samples; ++sample) {
        const double at_mm = (step + (sample + 0.5) / samples) * step_mm_;
        if (at_mm < distance_mm) {
          const Vector3d place_mm = from_mm + at_mm * direction;
          activity += value_at(activity_, place_mm);
          mu += value_at(attenuation_, place_mm);
        }
      }
      const double sample_length_mm = step_mm_ / samples;
      profile[step] = static_cast<float>(activity * sample_length_mm);
      sight.activity += profile[step];
      sight.attenuation += static_cast<float>(mu / mm_per_cm * sample_length_mm);
      if (profile[step] != 0) {
        sight.steps = step + 1;
      }
    }
    sights_.sight[index] = sight;
  }

  /// To where nothing more is on the way; scatter points lie in what is filled.
  double way_out_mm(const Vector3d& from_mm, const Vector3d& direction) const {
    double way_mm = std::numeric_limits<double>::infinity();
    for (Eigen::Index axis = 0; axis < 3; ++axis) {
      const double wall_mm = direction[axis] > 0 ? filled_.max()[axis] : filled_.min()[axis];
      if (direction[axis] != 0) {
        way_mm = std::min(way_mm, (wall_mm - from_mm[axis]) / direction[axis]);
      }
    }
    return way_mm;
  }

  static double value_at(const Image& image, const Vector3d& place_mm) {
    std::array<double, 3> place{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      place[axis] =
          (place_mm[static_cast<Eigen::Index>(axis)] - image.grid.origin_mm[axis]) / image.grid.voxel_size_mm[axis];
    }
    return trilinear_value(image, place);
  }

  void add_pairs(std::uint32_t a, std::size_t point, float weight_mm2) {
    const Sight* sights = sights_.sight.data() + point * nodes_;
    const Sight& to_a = sights[a];
    for (std::uint32_t b = a + 1; b < nodes_; ++b) {
      const Sight& to_b = sights[b];
      const float cosine = -to_a.direction.dot(to_b.direction);
      if (cosine <= angles_.least_cosine()) {
        continue;
      }
      const float absorption = angles_.absorption(cosine);
      const float detected = weight_mm2 * angles_.weight(cosine) * to_a.weight * to_b.weight;
      const float from_a = detected * std::exp(-to_a.attenuation - absorption * to_b.attenuation);
      const float from_b = detected * std::exp(-absorption * to_a.attenuation - to_b.attenuation);
      if (has_tof_) {
        const double middle_mm = 0.5 * (double{to_a.distance_mm} - to_b.distance_mm);
        const std::span<float> row = pair(a, b);
        deposit(row, middle_mm, -1, from_a, to_a.steps, profile(point, a));
        deposit(row, middle_mm, 1, from_b, to_b.steps, profile(point, b));
      } else {
        pair(a, b)[0] += from_a * to_a.activity + from_b * to_b.activity;
      }
    }
  }

  const float* profile(std::size_t point, std::uint32_t node) const {
    return sights_.profile.data() + (point * nodes_ + node) * static_cast<std::size_t>(sights_.most_steps);
  }

  /// Shares each step of the profile, whose middles lie at `from_mm` and on in the sense of `sign`, between the two
  /// positions next to it.
  void deposit(std::span<float> row, double from_mm, int sign, float factor, std::int32_t steps,
               const float* profile) const {
    const double place = from_mm / step_mm_ + 0.5 * sign + positions_.each_side;
    const auto first = static_cast<std::int32_t>(std::floor(place));
    const float to_next = factor * static_cast<float>(place - first);
    const float to_first = factor - to_next;
    const auto last = static_cast<std::int32_t>(row.size()) - 1;
    for (std::int32_t step = 0; step < steps; ++step) {
      const std::int32_t at = first + sign * step;
      row[static_cast<std::size_t>(std::clamp(at, 0, last))] += to_first * profile[step];
      row[static_cast<std::size_t>(std::clamp(at + 1, 0, last))] += to_next * profile[step];
    }
  }

  const Image& activity_;
  const Image& attenuation_;
  ScatterAngles angles_;
  int num_threads_;
  std::uint32_t nodes_;
  bool has_tof_;
  Eigen::AlignedBox3d filled_;  ///< beyond it neither image has anything
  std::vector<Vector3d> place_mm_;
  std::vector<Vector3d> normal_;
  double step_mm_ = 0;
  TofPositions positions_;
  Sights sights_;
  std::vector<float> of_pairs_;
};

}  // namespace

ScatterEstimate single_scatter(const Image& activity, const Image& attenuation, const std::vector<ScatterPoint>& points,
                               const VirtualCylinder& cylinder, const SingleScatterOptions& options,
                               Reporter& reporter) {
  constexpr std::size_t at_once = 32;
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
