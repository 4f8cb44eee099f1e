#include "support/detecting_cylinder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "recon/parallel.h"
#include "recon/photon_transport/compton.h"
#include "recon/photon_transport/decay_source.h"
#include "recon/scatter/scatter_sampling.h"
#include "recon/scatter/single_scatter.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::Photon;
using recon::Vec3;

double distance_from_axis_mm(const Place& a, const Place& b) {
  return std::abs(a[0] * b[1] - a[1] * b[0]) / std::hypot(b[0] - a[0], b[1] - a[1]);
}

void add_at_distance(ScatterProfile& profile, double distance_mm, double weight) {
  const auto step = static_cast<std::size_t>(distance_mm / ScatterProfile::distance_step_mm);
  profile.total += weight;
  if (step < ScatterProfile::num_distances) {
    profile.by_distance[step] += weight;
  }
}

/// Part of a Gaussian around `position_mm` in a TOF bin.
double part_in_bin(double position_mm, std::size_t bin) {
  const double from = ScatterProfile::bin_centre_mm(bin) - position_mm;
  const double half = ScatterProfile::bin_width_mm / 2;
  const double unit = std::numbers::sqrt2 * ScatterProfile::sigma_mm;
  return (std::erf((from + half) / unit) - std::erf((from - half) / unit)) / 2;
}

void add_pair(ScatterProfile& profile, const DetectedPair& pair) {
  const bool ascends = pair.a.place_mm[0] < pair.b.place_mm[0];
  const double position_mm = (ascends ? 1 : -1) * (pair.a.way_mm - pair.b.way_mm) / 2;
  const double weight = pair.a.probability * pair.b.probability;
  add_at_distance(profile, distance_from_axis_mm(pair.a.place_mm, pair.b.place_mm), weight);
  for (std::size_t bin = 0; bin < ScatterProfile::num_bins; ++bin) {
    profile.by_bin[bin] += weight * part_in_bin(position_mm, bin);
  }
}

void scale(ScatterProfile& profile, double factor) {
  const auto times = [factor](double value) { return value * factor; };
  std::ranges::transform(profile.by_distance, profile.by_distance.begin(), times);
  std::ranges::transform(profile.by_bin, profile.by_bin.begin(), times);
  profile.total *= factor;
}

/// A decay in all, and the attenuation.
std::pair<Image, Image> images_of(const recon::Phantom& phantom, double voxel_mm) {
  const recon::Box box = phantom.box();
  recon::ImageGrid grid{.shape = {}, .origin_mm = {}, .voxel_size_mm = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length_mm = box.high_mm[axis] - box.low_mm[axis];
    const auto voxels = static_cast<std::int64_t>(std::ceil(length_mm / voxel_mm)) + 2;
    grid.shape[axis] = voxels;
    grid.voxel_size_mm[axis] = static_cast<float>(voxel_mm);
    grid.origin_mm[axis] =
        static_cast<float>(box.low_mm[axis] + (length_mm - static_cast<double>(voxels - 1) * voxel_mm) / 2);
  }
  Image activity = recon::activity_image(phantom, grid, {});
  double sum = 0;
  for (const float value : activity.values) {
    sum += value;
  }
  const auto per_decay = static_cast<float>(1 / (sum * voxel_mm * voxel_mm * voxel_mm));
  std::ranges::transform(activity.values, activity.values.begin(), [per_decay](float x) { return x * per_decay; });
  return {std::move(activity), recon::attenuation_image(phantom, grid, {})};
}

/// Two places on the cylinder, and the coincidences for a line integral of 1 if all pairs of places were like these.
struct Line {
  Place a_mm;
  Place b_mm;
  double weight;
};

/// Numbers from 1 on of an additive recurrence in four dimensions (Kronecker sequence of the generalised golden ratio).
Line line_number(const DetectingCylinder& detector, std::int64_t number) {
  constexpr double golden = 1.1673039782614187;  // its fifth power is 1 more than it
  std::array<double, 4> at{};
  double step = 1;
  for (double& coordinate : at) {
    step /= golden;
    coordinate = std::fmod(0.5 + step * static_cast<double>(number), 1.0);
  }
  const auto place = [&](double turn, double along) -> Place {
    const double phi = 2 * std::numbers::pi * turn;
    return {detector.radius_mm * std::cos(phi), detector.radius_mm * std::sin(phi),
            detector.half_length_mm * (2 * along - 1)};
  };
  const Place a = place(at[0], at[1]);
  const Place b = place(at[2], at[3]);
  const std::array<double, 3> way{b[0] - a[0], b[1] - a[1], b[2] - a[2]};
  const double length2 = way[0] * way[0] + way[1] * way[1] + way[2] * way[2];
  const double inwards_a = -(way[0] * a[0] + way[1] * a[1]) / detector.radius_mm;  // length times cosine, both ends
  const double area = 4 * std::numbers::pi * detector.radius_mm * detector.half_length_mm;
  const double alive = recon::part_in_window(detector.window, recon::annihilation_kev);
  const double both_areas = area * area / 2 * alive * alive;
  return {a, b, both_areas * inwards_a * inwards_a / (2 * std::numbers::pi * length2 * length2)};
}

std::array<float, 3> point(const Place& place_mm) {
  return {static_cast<float>(place_mm[0]), static_cast<float>(place_mm[1]), static_cast<float>(place_mm[2])};
}

void add_line(ScatterProfile& profile, const recon::ScatterEstimate& estimate, const Line& line) {
  const bool ascends = line.a_mm[0] < line.b_mm[0];
  const std::array<float, 3> start = point(ascends ? line.a_mm : line.b_mm);
  const std::array<float, 3> end = point(ascends ? line.b_mm : line.a_mm);
  double sum = 0;
  for (std::size_t bin = 0; bin < ScatterProfile::num_bins; ++bin) {
    const projectors::TofBin tof{.centre_mm = ScatterProfile::bin_centre_mm(bin),
                                 .width_mm = ScatterProfile::bin_width_mm,
                                 .sigma_mm = ScatterProfile::sigma_mm};
    const double counts = line.weight * estimate.of_bin(start.data(), end.data(), tof);
    profile.by_bin[bin] += counts;
    sum += counts;
  }
  add_at_distance(profile, distance_from_axis_mm(line.a_mm, line.b_mm), sum);
}

}  // namespace

std::optional<DetectingCylinder::Hit> DetectingCylinder::hit(const Photon& photon) const {
  const Vec3& p = photon.point_mm;
  const Vec3& d = photon.direction;
  const double a = double{d[0]} * d[0] + double{d[1]} * d[1];
  const double b = double{p[0]} * d[0] + double{p[1]} * d[1];
  const double c = double{p[0]} * p[0] + double{p[1]} * p[1] - radius_mm * radius_mm;
  const double way_mm = (std::sqrt(b * b - a * c) - b) / a;
  const Place place{p[0] + d[0] * way_mm, p[1] + d[1] * way_mm, p[2] + d[2] * way_mm};
  if (!(std::abs(place[2]) <= half_length_mm)) {
    return std::nullopt;
  }
  return Hit{place, recon::part_in_window(window, photon.energy_kev), photon.way_mm + way_mm};
}

void detect_pairs(const recon::Phantom& phantom, const DetectingCylinder& detector, std::uint32_t batches,
                  const std::function<void(std::uint32_t, const DetectedPair&)>& visit) {
  constexpr double never_within_kev = 120;  // below the window
  const recon::DecaySource source(phantom);
  const recon::PhotonFlight flight(phantom, recon::Interactions::scatter,
                                   detector.window.lowest_kev - never_within_kev);
  recon::parallel_for(batches, 0, [&](std::int64_t batch) {
    const auto number = static_cast<std::uint32_t>(batch);
    for (std::uint32_t decay = 0; decay < decays_per_batch; ++decay) {
      recon::RandomStream random(1, 0, number, decay);
      std::optional<Vec3> place = source.draw(random);
      while (!place) {  // a later shape has other activity there
        place = source.draw(random);
      }
      Photon a{.point_mm = *place, .direction = recon::draw_direction(1, random)};
      Photon b{.point_mm = *place, .direction = {-a.direction[0], -a.direction[1], -a.direction[2]}};
      const auto hit_a = flight.follow(a, random) ? detector.hit(a) : std::nullopt;
      const auto hit_b = hit_a && flight.follow(b, random) ? detector.hit(b) : std::nullopt;
      if (hit_b) {
        visit(number, {*hit_a, *hit_b, a.scatters + b.scatters});
      }
    }
  });
}

void ScatterProfile::operator+=(const ScatterProfile& other) {
  std::ranges::transform(by_distance, other.by_distance, by_distance.begin(), std::plus());
  std::ranges::transform(by_bin, other.by_bin, by_bin.begin(), std::plus());
  total += other.total;
}

MonteCarloScatter monte_carlo_scatter(const recon::Phantom& phantom, const DetectingCylinder& detector,
                                      std::uint32_t batches) {
  std::vector<MonteCarloScatter> parts(batches);
  detect_pairs(phantom, detector, batches, [&](std::uint32_t batch, const DetectedPair& pair) {
    if (pair.scatters == 1) {
      add_pair(parts[batch].once, pair);
    }
    if (pair.scatters > 0) {
      add_pair(parts[batch].all, pair);
    }
  });
  MonteCarloScatter sum;
  for (const MonteCarloScatter& part : parts) {
    sum.once += part.once;
    sum.all += part.all;
  }
  const double per_decay = 1 / (double{decays_per_batch} * batches);
  scale(sum.once, per_decay);
  scale(sum.all, per_decay);
  return sum;
}

ScatterProfile simulated_single_scatter(const recon::Phantom& phantom, const DetectingCylinder& detector) {
  const recon::ScatterSampling sampling = recon::ScatterSampling::in_bore(detector.radius_mm);
  const auto [activity, attenuation] = images_of(phantom, sampling.voxel_mm);
  const recon::VirtualCylinder nodes(Eigen::Vector3d::Zero(), Eigen::Vector3d::UnitZ(), Eigen::Vector3d::UnitX(),
                                     recon::VirtualCylinder::Size::of(detector.radius_mm, detector.half_length_mm));
  recon::Reporter silent;
  const recon::ScatterEstimate estimate =
      recon::single_scatter(activity, attenuation, recon::scatter_points(attenuation, sampling.cell_mm), nodes,
                            {.window = detector.window, .sigmas_mm = {ScatterProfile::sigma_mm}}, silent);
  constexpr std::int64_t parts = 64;
  constexpr std::int64_t lines_per_part = 4096;
  std::vector<ScatterProfile> profiles(parts);
  recon::parallel_for(parts, 0, [&](std::int64_t part) {
    for (std::int64_t i = 0; i < lines_per_part; ++i) {
      add_line(profiles[static_cast<std::size_t>(part)], estimate,
               line_number(detector, 1 + part * lines_per_part + i));
    }
  });
  ScatterProfile sum;
  for (const ScatterProfile& profile : profiles) {
    sum += profile;
  }
  scale(sum, 1.0 / (parts * lines_per_part));
  return sum;
}

}  // namespace coincide::tests
