#include "recon/scatter/multiple_scatter.h"

#include <Eigen/Core>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "recon/parallel.h"
#include "recon/photon_transport/compton.h"
#include "recon/photon_transport/decay_source.h"
#include "recon/photon_transport/photon_flight.h"
#include "recon/vectors.h"

namespace coincide::recon {
namespace {

using Eigen::Vector3d;

constexpr std::uint32_t decays_per_batch = 10'000;
constexpr std::uint32_t batches_at_once = 16;
constexpr std::uint32_t most_batches = 200;
constexpr double known_well = 0.004;
constexpr double never_within_kev = 120;  ///< so far below the window no photon is measured within it

struct Coincidences {
  double once = 0;
  double more = 0;
  double more_variance = 0;

  void operator+=(const Coincidences& other) {
    once += other.once;
    more += other.more;
    more_variance += other.more_variance;
  }
};

class Experiment {
 public:
  Experiment(const Phantom& phantom, const VirtualCylinder& cylinder, const EnergyWindow& window)
      : source_(phantom),
        flight_(phantom, Interactions::scatter, window.lowest_kev - never_within_kev),
        cylinder_(cylinder),
        window_(window) {}

  bool has_activity() const { return source_.activity_bq() > 0; }

  Coincidences batch(std::uint32_t number) const {
    Coincidences sum;
    for (std::uint32_t decay = 0; decay < decays_per_batch; ++decay) {
      RandomStream random(1, 0, number, decay);
      const Vec3 place = source_.draw(random).value();  // nothing hides an image
      Photon a{.point_mm = place, .direction = draw_direction(1, random)};
      Photon b{.point_mm = place, .direction = {-a.direction[0], -a.direction[1], -a.direction[2]}};
      const double of_a = flight_.follow(a, random) ? detected(a) : 0;
      if (of_a > 0 && flight_.follow(b, random)) {
        add(a.scatters + b.scatters, of_a * detected(b), sum);
      }
    }
    return sum;
  }

 private:
  static void add(int scatters, double probability, Coincidences& sum) {
    sum.once += scatters == 1 ? probability : 0;
    sum.more += scatters > 1 ? probability : 0;
    sum.more_variance += scatters > 1 ? probability * probability : 0;
  }

  /// Probability that a photon is measured which meets no more matter; 0 outside and beyond the ends of the cylinder.
  double detected(const Photon& photon) const {
    const Vector3d from = to_eigen(photon.point_mm) - cylinder_.middle_mm();
    const Vector3d way(photon.direction[0], photon.direction[1], photon.direction[2]);
    const double from_along = from.dot(cylinder_.axis());
    const double way_along = way.dot(cylinder_.axis());
    const double a = way.squaredNorm() - way_along * way_along;
    const double b = from.dot(way) - from_along * way_along;
    const double c = from.squaredNorm() - from_along * from_along - std::pow(cylinder_.size().radius_mm, 2);
    if (!(a > 0) || c >= 0) {
      return 0;
    }
    const double along = from_along + way_along * (std::sqrt(b * b - a * c) - b) / a;
    return std::abs(along) <= cylinder_.size().half_length_mm ? part_in_window(window_, photon.energy_kev) : 0;
  }

  DecaySource source_;
  PhotonFlight flight_;
  const VirtualCylinder& cylinder_;
  EnergyWindow window_;
};

}  // namespace

double multiple_scatter_factor(Image activity, Image attenuation, const VirtualCylinder& cylinder,
                               const EnergyWindow& window, int num_threads, const Reporter& reporter,
                               Communicator& ranks) {
  const Phantom phantom{.name = "", .shapes = {}, .activity = std::move(activity), .mu = std::move(attenuation)};
  const Experiment experiment(phantom, cylinder, window);
  if (!experiment.has_activity()) {
    return 1;
  }
  Coincidences sum;
  for (std::uint32_t first = 0; first < most_batches && !reporter.stop_requested(); first += batches_at_once) {
    std::vector<Coincidences> batches(batches_at_once);
    parallel_for(batches_at_once, num_threads, [&](std::int64_t i) {
      if (i % ranks.size() == ranks.rank()) {
        batches[static_cast<std::size_t>(i)] = experiment.batch(first + static_cast<std::uint32_t>(i));
      }
    });
    ranks.sum(std::span(&batches.front().once, batches.size() * sizeof(Coincidences) / sizeof(double)));
    for (const Coincidences& batch : batches) {
      sum += batch;
    }
    if (sum.more > 0 && std::sqrt(sum.more_variance) < known_well * (sum.once + sum.more)) {
      break;
    }
  }
  return sum.once > 0 ? 1 + sum.more / sum.once : 1;
}

}  // namespace coincide::recon
