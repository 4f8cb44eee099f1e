// Simulations with what photons and detectors do: scatter, origins of events, decay, dead time, phantoms of voxels.

#include <QtTest>
#include <algorithm>

#include "recon/photon_physics.h"
#include "recon/simulation/detector_lookup.h"
#include "recon/simulation/pair_sampler.h"
#include "ring.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

Vec3 scaled(const Vec3& a, double factor) {
  const auto f = static_cast<float>(factor);
  return {a[0] * f, a[1] * f, a[2] * f};
}

/// Place `index` of `count` on a spiral that covers the sphere evenly, turned around z by a part of a turn.
Vec3 on_sphere(int index, int count, double turn) {
  const double z = (index + 0.5) * 2 / count - 1;
  const double azimuth = index * pi * (3 - std::sqrt(5.0)) + 2 * pi * turn;
  const double rho = std::sqrt(1 - z * z);
  return {static_cast<float>(rho * std::cos(azimuth)), static_cast<float>(rho * std::sin(azimuth)),
          static_cast<float>(z)};
}

/// What a source in the middle of a ball gives of pairs with one scatter, per decay, and their mean squared TOF
/// position: an integral over the directions before and after the scatter and its distance.
struct SingleScatter {
  double pairs = 0;
  double tof_mm2 = 0;
};

SingleScatter single_scatter(double ball_mm, double mu_per_mm) {
  constexpr int ways = 3000;
  constexpr int steps = 9;
  constexpr int outs = 150;
  const Scanner scanner = ring_with_window();
  const DetectorLookup lookup(scanner);
  const auto first_hit = [&](const Vec3& point, const Vec3& direction) {
    return lookup.first_hit(minus(point, scaled(scanner_centre_mm, -1)), direction);
  };
  const EnergyWindow window = energy_window(scanner.module_types[0]);
  const double scattered = 2 * std::exp(-mu_per_mm * ball_mm) * mu_per_mm * compton_part_of_mu * ball_mm / steps / ways;
  SingleScatter sum;
  for (int i = 0; i < ways; ++i) {
    const Vec3 way = on_sphere(i, ways, 0.1);
    const auto partner = first_hit({0, 0, 0}, scaled(way, -1));
    for (int j = 0; partner && j < steps * outs; ++j) {
      const double r = (j % steps + 0.5) * ball_mm / steps;
      const Vec3 at = scaled(way, r);
      const Vec3 out = on_sphere(j / steps, outs, i * 0.618034 + j % steps * 0.414214);
      const double energy_kev = scattered_kev(511, dot(way, out));
      const double taken = part_in_window(window, energy_kev);
      const auto hit = taken > 1e-6 ? first_hit(at, out) : std::nullopt;
      if (hit) {
        const double along = dot(at, out);
        const double left_mm = std::sqrt(along * along - r * r + ball_mm * ball_mm) - along;
        const double pairs = scattered * std::exp(-mu_per_mm * (r + scatter_ratio(energy_kev) * left_mm)) *
                             scatter_density_per_sr(dot(way, out)) * taken * 4 * pi / outs;
        const double tof_mm = (r + hit->distance_mm - partner->distance_mm) / 2;
        sum.pairs += pairs;
        sum.tof_mm2 += pairs * tof_mm * tof_mm;
      }
    }
  }
  sum.tof_mm2 /= sum.pairs;
  return sum;
}

}  // namespace

class SimulatedPhotonsTest : public QObject {
  Q_OBJECT

 private slots:
  void scatter_in_a_ring_is_the_integral_over_single_scatters() {
    constexpr double mu_per_cm = 0.096;
    Phantom phantom = ball({0, 0, 0}, 45, 0, mu_per_cm);
    phantom.shapes.push_back(ball({0, 0, 0}, 0.01F, 4e6, mu_per_cm).shapes[0]);
    const Run found = run(phantom, {.duration_s = 0.35, .scatter = true, .seed = 24}, {}, ring_with_window());
    const SingleScatter expected = single_scatter(45, mu_per_cm / 10);
    const Scanner scanner = ring_scanner();
    double once = 0;
    double tof_mm2 = 0;
    for (std::size_t i = 0; i < found.events.size(); ++i) {
      if (found.events.origin[i] == EventOrigin::scattered) {
        const double tof_mm = scanner.tof_bins[found.events.tof_bin[i]].centre_mm;
        tof_mm2 += tof_mm * tof_mm - 10.0 * 10.0 - 8.0 * 8.0 / 12;
        ++once;
      }
    }
    QVERIFY(once > 20000);
    QVERIFY2(std::abs(once / (1.4e6 * expected.pairs) - 1) < 0.02,
             qPrintable(QString("%1 instead of %2").arg(once).arg(1.4e6 * expected.pairs)));
    QVERIFY2(std::abs(tof_mm2 / once - expected.tof_mm2) < 5,  // sigma 10 mm: 1 mm^2
             qPrintable(QString("%1 instead of %2").arg(tof_mm2 / once).arg(expected.tof_mm2)));
    const auto unscattered = static_cast<double>(std::ranges::count(found.events.origin, EventOrigin::unscattered));
    const Run absorbed = run(phantom, {.duration_s = 0.35, .seed = 25});
    QVERIFY(std::abs(unscattered / static_cast<double>(absorbed.counts.prompts) - 1) < 0.02);
    QVERIFY(once + unscattered < static_cast<double>(found.counts.prompts));  // some scatter more than once
  }

  void origins_tell_randoms() {
    const SimulationOptions options{.duration_s = 0.2, .randoms_fraction = 0.3, .scatter = true, .seed = 26};
    const Run found = run(ball({0, 0, 0}, 30, 2e6, 0.1), options, {}, ring_with_window());
    std::uint64_t prompt_randoms = 0;
    for (std::size_t i = 0; i < found.events.size(); ++i) {
      const bool random = found.events.origin[i] == EventOrigin::random;
      QVERIFY(random || found.events.delayed[i] == 0);
      prompt_randoms += random && found.events.delayed[i] == 0 ? 1 : 0;
    }
    QVERIFY(is_poisson(static_cast<double>(prompt_randoms), 0.3 * static_cast<double>(found.counts.prompts)));
  }

  void activity_decays() {
    const Phantom phantom = ball({0, 0, 0}, 20, 2e6);
    const Run steady = run(phantom, {.duration_s = 0.5, .seed = 27});
    const SimulationOptions options{.duration_s = 0.5, .half_life_s = 0.1, .seed = 28};
    const Run decaying = run(phantom, options);
    const double part = (1 - std::exp2(-5)) / (5 * std::numbers::ln2);
    QVERIFY(std::abs(options.duration_before_decay_s() / (0.5 * part) - 1) < 1e-12);
    QVERIFY(
        is_poisson(static_cast<double>(decaying.counts.prompts), part * static_cast<double>(steady.counts.prompts)));
  }

  /// A source in the middle sends the same singles to all modules: those of the covered part of the sphere.
  void dead_modules_record_nothing() {
    const Phantom phantom = ball({0, 0, 0}, 0.01F, 4e6);
    SimulationOptions options{.duration_s = 0.4, .seed = 30};
    const Run all = run(phantom, options);
    options.dead_time_us = 5;
    const Run part = run(phantom, options);
    const double singles_per_s = 2 * 4e6 * covered_part(ring_scanner()) / num_sides;
    const double alive = 1 / (1 + singles_per_s * 5e-6);
    QVERIFY(alive < 0.9);
    QCOMPARE(part.events.alive.size(), std::size_t{1});
    for (const float bin : part.events.alive[0].bin.at(0)) {
      QVERIFY2(std::abs(bin / alive - 1) < 0.01, qPrintable(QString("%1 instead of %2").arg(bin).arg(alive)));
    }
    QVERIFY(
        is_poisson(static_cast<double>(part.counts.prompts), static_cast<double>(all.counts.prompts) * alive * alive));
    options.half_life_s = 0.5;
    options.duration_s = 2.5;
    const Run decaying = run(ball({0, 0, 0}, 0.01F, 4e5), options);
    QCOMPARE(decaying.events.alive.size(), std::size_t{3});
    QCOMPARE(decaying.events.alive[2].time.start_ms, 2000U);
    QVERIFY(decaying.events.alive[2].bin[0][0] > decaying.events.alive[1].bin[0][0]);
  }

  void voxels_give_what_their_shape_gives() {
    const Phantom shape = ball({5, -3, 4}, 30, 2e6, 0.1);
    const ImageGrid grid = centred_grid({40, 40, 40}, {2, 2, 2}, {0, 0, 0});
    const Phantom voxels{"voxels", {}, activity_image(shape, grid, {}), attenuation_image(shape, grid, {})};
    const SimulationOptions options{.duration_s = 0.2, .randoms_fraction = 0.2, .scatter = true, .seed = 29};
    const Run one = run(shape, options, {}, ring_with_window());
    const Run other = run(voxels, options, {}, ring_with_window());
    QVERIFY(one.counts.prompts > 15000);
    QVERIFY2(std::abs(static_cast<double>(other.counts.prompts) / static_cast<double>(one.counts.prompts) - 1) < 0.03,
             qPrintable(QString("%1 instead of %2").arg(other.counts.prompts).arg(one.counts.prompts)));
  }
};

COINCIDE_TEST_CLASS(SimulatedPhotonsTest)

}  // namespace coincide::tests

#include "photons_test.moc"
