#include "support/scatter_reference.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "recon/trilinear.h"

namespace coincide::tests {
namespace {

using Eigen::Vector3d;

double value_at(const recon::Image& image, const Vector3d& mm) {
  std::array<double, 3> place{};
  for (std::size_t k = 0; k < 3; ++k) {
    place[k] = (mm[static_cast<Eigen::Index>(k)] - image.grid.origin_mm[k]) / image.grid.voxel_size_mm[k];
  }
  return recon::trilinear_value(image, place);
}

/// From a point to a node: what emits in each step, what absorbs, and how the node is met.
struct Way {
  Vector3d direction;
  double distance_mm;
  double face;  ///< cosine over the distance squared
  double mu = 0;
  std::vector<double> emits;

  Way(const recon::Image& activity, const recon::Image& attenuation, const Vector3d& from_mm, const Vector3d& to_mm,
      const Vector3d& normal, double step_mm)
      : direction((to_mm - from_mm).normalized()),
        distance_mm((to_mm - from_mm).norm()),
        face(std::max(0.0, -direction.dot(normal)) / (distance_mm * distance_mm)) {
    const int samples = static_cast<int>(std::ceil(step_mm / 5));
    const double sample_mm = step_mm / samples;
    const int steps = static_cast<int>(std::ceil(distance_mm / step_mm));
    emits.assign(static_cast<std::size_t>(steps), 0);
    for (int sample = 0; sample < steps * samples; ++sample) {
      const double at_mm = (sample + 0.5) * sample_mm;
      if (at_mm < distance_mm) {
        const Vector3d place_mm = from_mm + at_mm * direction;
        emits[static_cast<std::size_t>(sample / samples)] += sample_mm * value_at(activity, place_mm);
        mu += sample_mm / 10 * value_at(attenuation, place_mm);
      }
    }
  }
};

/// `value` at a place in steps from the middle: shared between two positions, or whole at an end.
void deposit(double value, double place, double* row, const recon::TofPositions& positions) {
  const double low = std::floor(place);
  const int at = static_cast<int>(low) + positions.each_side;
  if (at < 0 || at + 1 >= positions.count()) {
    row[at < 0 ? 0 : positions.count() - 1] += value;
  } else {
    row[at] += value * (1 - place + low);
    row[at + 1] += value * (place - low);
  }
}

/// Adds what emits on the way to `on` while the other photon goes along `other`; `towards` is -1 where `on` is that of
/// node a, and 1 where it is that of b.
void add(const Way& on, const Way& other, double towards, double weight, double absorption,
         const recon::TofPositions& positions, double* row) {
  const double detected = weight * std::exp(-on.mu - absorption * other.mu);
  const double middle_mm = -towards * (on.distance_mm - other.distance_mm) / 2;
  for (std::size_t step = 0; step < on.emits.size(); ++step) {
    const double place = middle_mm / positions.step_mm + towards * (static_cast<double>(step) + 0.5);
    deposit(detected * on.emits[step], place, row, positions);
  }
}

}  // namespace

std::vector<float> scatter_reference(const recon::Image& activity, const recon::Image& attenuation,
                                     const std::vector<recon::ScatterPoint>& points,
                                     const recon::VirtualCylinder& cylinder, const recon::EnergyWindow& window,
                                     const recon::TofPositions& positions) {
  constexpr double step_without_tof_mm = 12.5;
  const double step_mm = positions.each_side > 0 ? positions.step_mm : step_without_tof_mm;
  const double of_511 = recon::part_in_window(window, recon::annihilation_kev);
  const std::uint32_t nodes = cylinder.num_nodes();
  const auto count = static_cast<std::size_t>(positions.count());
  std::vector<double> sums(std::size_t{nodes} * (nodes - 1) / 2 * count);
  for (const recon::ScatterPoint& point : points) {
    std::vector<Way> ways;
    for (std::uint32_t node = 0; node < nodes; ++node) {
      ways.emplace_back(activity, attenuation, point.place_mm, cylinder.node_mm(node), cylinder.normal(node), step_mm);
    }
    double* row = sums.data();
    for (std::uint32_t a = 0; a < nodes; ++a) {
      for (std::uint32_t b = a + 1; b < nodes; ++b, row += count) {
        const double cosine = -ways[a].direction.dot(ways[b].direction);
        const double energy_kev = recon::scattered_kev(recon::annihilation_kev, cosine);
        const double weight = point.weight_mm2 * recon::scatter_density_per_sr(cosine) *
                              recon::part_in_window(window, energy_kev) / of_511 * ways[a].face * ways[b].face;
        const double absorption = recon::scatter_ratio(energy_kev);
        add(ways[a], ways[b], -1, weight, absorption, positions, row);
        add(ways[b], ways[a], 1, weight, absorption, positions, row);
      }
    }
  }
  std::vector<float> result;
  auto sum = sums.begin();
  for (std::uint32_t a = 0; a < nodes; ++a) {
    for (std::uint32_t b = a + 1; b < nodes; ++b) {
      const Vector3d way = cylinder.node_mm(b) - cylinder.node_mm(a);
      const double cosines = way.dot(cylinder.normal(a)) * -way.dot(cylinder.normal(b)) / way.squaredNorm();
      const double geometry = cosines > 1e-3 ? way.squaredNorm() / cosines : 0;
      for (std::size_t position = 0; position < count; ++position) {
        result.push_back(static_cast<float>(geometry * *sum++));
      }
    }
  }
  return result;
}

}  // namespace coincide::tests
