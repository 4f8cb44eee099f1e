// Photons through matter: the generator behind them, Compton scattering, and what reaches a detecting cylinder.

#include "recon/photon_transport/photon_flight.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "recon/parallel.h"
#include "recon/photon_transport/compton.h"
#include "recon/photon_transport/decay_source.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Interactions;
using recon::Phantom;
using recon::Photon;
using recon::PhotonFlight;
using recon::RandomStream;
using recon::Shape;
using recon::ShapeKind;
using recon::Vec3;

bool near(double value, double expected, double tolerance) {
  if (std::abs(value - expected) <= tolerance) {
    return true;
  }
  qWarning("%.6g instead of %.6g", value, expected);
  return false;
}

Shape cylinder(Vec3 centre_mm, Vec3 half_size_mm, double activity_bq_per_ml, double compton_mu_per_cm) {
  return {ShapeKind::elliptic_cylinder,
          "cylinder",
          centre_mm,
          half_size_mm,
          activity_bq_per_ml,
          compton_mu_per_cm / recon::compton_part_of_mu};
}

/// A cylinder around the z axis that stops every photon, and what it has counted.
class DetectingCylinder {
 public:
  static constexpr double radius_mm = 372.05;
  static constexpr double half_length_mm = 100;
  static constexpr recon::EnergyWindow window{425, 650, 0.094};

  /// Probability that the photon is detected, which comes from within.
  static double detects(const Photon& photon) {
    const Vec3& p = photon.point_mm;
    const Vec3& d = photon.direction;
    const double a = double{d[0]} * d[0] + double{d[1]} * d[1];
    const double b = double{p[0]} * d[0] + double{p[1]} * d[1];
    const double c = double{p[0]} * p[0] + double{p[1]} * p[1] - radius_mm * radius_mm;
    const double z_mm = p[2] + d[2] * (std::sqrt(b * b - a * c) - b) / a;
    return std::abs(z_mm) <= half_length_mm ? recon::part_in_window(window, photon.energy_kev) : 0;
  }
};

/// Detected pairs by the number of scatters of both photons: 0, 1, 2, 3 and more.
struct Tally {
  std::array<double, 4> by_scatters{};
  double sum() const { return by_scatters[0] + by_scatters[1] + by_scatters[2] + by_scatters[3]; }
  double part(std::size_t scatters) const { return by_scatters[scatters] / sum(); }
};

Tally tally(const Phantom& phantom, std::uint32_t batches) {
  constexpr std::uint32_t decays_per_batch = 10000;
  const recon::DecaySource source(phantom);
  const PhotonFlight flight(phantom, Interactions::scatter, 425 - 120);
  std::vector<Tally> tallies(batches);
  recon::parallel_for(batches, 0, [&](std::int64_t batch) {
    for (std::uint32_t decay = 0; decay < decays_per_batch; ++decay) {
      RandomStream random(1, 0, static_cast<std::uint32_t>(batch), decay);
      Photon a{.point_mm = source.draw(random).value(), .direction = recon::draw_direction(1, random)};
      Photon b{.point_mm = a.point_mm, .direction = {-a.direction[0], -a.direction[1], -a.direction[2]}};
      const double detected_a = flight.follow(a, random) ? DetectingCylinder::detects(a) : 0;
      if (detected_a > 0 && flight.follow(b, random)) {
        const auto scatters = static_cast<std::size_t>(std::min(a.scatters + b.scatters, 3));
        tallies[static_cast<std::size_t>(batch)].by_scatters[scatters] += detected_a * DetectingCylinder::detects(b);
      }
    }
  });
  Tally all;
  for (const Tally& one : tallies) {
    for (std::size_t scatters = 0; scatters < 4; ++scatters) {
      all.by_scatters[scatters] += one.by_scatters[scatters] / (double{decays_per_batch} * batches);
    }
  }
  return all;
}

}  // namespace

class PhotonTransportTest : public QObject {
  Q_OBJECT

 private slots:
  /// The known answers of the generator's authors.
  void philox_gives_its_known_answers() {
    using Words = std::array<std::uint32_t, 4>;
    constexpr std::uint32_t ones = 0xffffffff;
    QCOMPARE(recon::philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    QCOMPARE(recon::philox({ones, ones, ones, ones}, {ones, ones}),
             (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    QCOMPARE(recon::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
             (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  }

  void streams_have_the_moments_of_their_distributions() {
    constexpr int count = 200000;
    std::array<double, 5> sums{};
    RandomStream random(7, 1, 2, 3);
    for (int i = 0; i < count; ++i) {
      const double normal = random.normal();
      const std::array<double, 5> terms{random.uniform(), random.fine_uniform(), random.exponential(), normal,
                                        normal * normal};
      std::ranges::transform(sums, terms, sums.begin(), std::plus<>());
    }
    constexpr std::array<double, 5> means{0.5, 0.5, 1, 0, 1};
    constexpr std::array<double, 5> variances{1.0 / 12, 1.0 / 12, 1, 1, 2};
    for (std::size_t i = 0; i < sums.size(); ++i) {
      QVERIFY(near(sums[i] / count, means[i], 4 * std::sqrt(variances[i] / count)));
    }
  }

  void weighted_choice_follows_its_weights() {
    const std::vector<double> weights{0, 3, 0, 1, 0.5, 0, 5.5, 0};
    const recon::WeightedChoice choice(weights);
    constexpr int parts = 1000;
    std::vector<double> chosen(weights.size(), 0);
    for (int i = 0; i < parts; ++i) {
      chosen[choice.pick((i + 0.5) / parts)] += 10.0 / parts;
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      QVERIFY(near(chosen[i], weights[i], 0.011));
    }
    QCOMPARE(choice.pick(std::nextafter(1.0, 0.0)), std::size_t{6});
  }

  void compton_scattering_has_its_moments() {
    constexpr int count = 400000;
    double cosines = 0;
    double parts = 0;
    RandomStream random(3, 0, 0);
    for (int i = 0; i < count; ++i) {
      const recon::ComptonScatter scatter = recon::draw_compton(511, random);
      QVERIFY(std::abs(511 * scatter.part - recon::scattered_kev(511, scatter.cosine)) < 1e-9);
      cosines += scatter.cosine;
      parts += scatter.part;
    }
    QVERIFY(near(cosines / count, 0.2914, 0.003));
    QVERIFY(near(parts / count, 0.6555, 0.001));
  }

  void photons_turn_by_the_angle_around_any_direction() {
    RandomStream random(4, 0, 0);
    for (const Vec3& direction : {Vec3{0, 0, 1}, Vec3{0, 0, -1}, Vec3{0.6F, 0, 0.8F}, Vec3{0, -1, 0}}) {
      Vec3 sum{};
      for (int i = 0; i < 20000; ++i) {
        const Vec3 turned = recon::turned(direction, 0.4, random);
        const double cosine = turned[0] * direction[0] + turned[1] * direction[1] + turned[2] * direction[2];
        const double length = turned[0] * turned[0] + turned[1] * turned[1] + turned[2] * turned[2];
        QVERIFY(std::abs(cosine - 0.4) < 1e-6 && std::abs(length - 1) < 1e-6);
        std::ranges::transform(sum, turned, sum.begin(), std::plus<>());
      }
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(near(sum[axis] / 20000, 0.4 * direction[axis], 0.02));
      }
    }
  }

  void what_is_not_absorbed_is_the_exponential_of_the_chord() {
    Phantom phantom{"two", {cylinder({0, 0, 0}, {100, 80, 200}, 1, 0.09), cylinder({20, 0, 0}, {30, 30, 50}, 1, 0.02)}};
    const Vec3 from{-10, 5, 3};
    const Vec3 direction{0.8F, -0.36F, 0.48F};
    const PhotonFlight flight(phantom, Interactions::absorb);
    constexpr std::uint32_t count = 100000;
    int through = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      RandomStream random(5, 0, 0, i);
      Photon photon{.point_mm = from, .direction = direction};
      through += flight.follow(photon, random) ? 1 : 0;
    }
    const double expected = std::exp(-phantom.attenuation_exponent(from, {790, -355, 483}));
    QVERIFY(near(through / double{count}, expected, 4 * std::sqrt(expected / count)));
  }

  void voxels_scatter_and_decay_as_the_shape_that_they_are_of() {
    const Phantom shapes{"shapes", {cylinder({0, 0, 0}, {100, 100, 100}, 1000, 0.0958)}};
    const recon::ImageGrid grid = recon::centred_grid({54, 54, 54}, {4, 4, 4}, {0, 0, 0});
    const Phantom voxels{
        "voxels", {}, recon::activity_image(shapes, grid, {}), recon::attenuation_image(shapes, grid, {})};
    QVERIFY(near(recon::DecaySource(voxels).activity_bq() / recon::DecaySource(shapes).activity_bq(), 1, 0.005));
    const Tally one = tally(shapes, 60);
    const Tally other = tally(voxels, 60);
    QVERIFY(near(other.sum() / one.sum(), 1, 0.03));
    for (std::size_t scatters = 0; scatters < 3; ++scatters) {
      QVERIFY(near(other.part(scatters), one.part(scatters), 0.015));
    }
  }

  void scattered_parts_are_right_data() {
    QTest::addColumn<double>("radius_mm");
    QTest::addColumn<double>("half_length_mm");
    QTest::addColumn<double>("compton_mu_per_cm");
    QTest::addColumn<bool>("line_source");
    QTest::addColumn<double>("detected");
    QTest::addColumn<double>("scattered_0");
    QTest::addColumn<double>("scattered_1");
    QTest::addColumn<double>("scattered_2");
    QTest::addColumn<double>("scattered_3");
    QTest::newRow("20 x 70 cm") << 100.0 << 350.0 << 0.0958 << false << 0.01149 << 0.691 << 0.263 << 0.042 << 0.004;
    QTest::newRow("20 x 20 cm") << 100.0 << 100.0 << 0.0958 << false << 0.03798 << 0.731 << 0.233 << 0.034 << 0.003;
    QTest::newRow("35 x 70 cm") << 175.0 << 350.0 << 0.0958 << false << 0.00498 << 0.569 << 0.334 << 0.084 << 0.013;
    QTest::newRow("NEMA, line") << 100.0 << 350.0 << 0.0945 << true << 0.00973 << 0.645 << 0.295 << 0.055 << 0.006;
  }
  void scattered_parts_are_right() {
    QFETCH(double, radius_mm);
    QFETCH(double, half_length_mm);
    QFETCH(double, compton_mu_per_cm);
    QFETCH(bool, line_source);
    const auto radius = static_cast<float>(radius_mm);
    const auto half = static_cast<float>(half_length_mm);
    Phantom phantom{"", {cylinder({0, 0, 0}, {radius, radius, half}, line_source ? 0 : 1000, compton_mu_per_cm)}};
    if (line_source) {
      phantom.shapes.push_back(cylinder({0, -45, 0}, {1.6F, 1.6F, half}, 1000, compton_mu_per_cm));
    }
    const Tally found = tally(phantom, 200);
    QFETCH(double, detected);
    QVERIFY(near(found.sum() / detected, 1, 0.02));
    QFETCH(double, scattered_0);
    QFETCH(double, scattered_1);
    QFETCH(double, scattered_2);
    QFETCH(double, scattered_3);
    QVERIFY(near(found.part(0), scattered_0, 0.005));
    QVERIFY(near(found.part(1), scattered_1, 0.005));
    QVERIFY(near(found.part(2), scattered_2, 0.005));
    QVERIFY(near(found.part(3), scattered_3, 0.005));
  }
};

COINCIDE_TEST_CLASS(PhotonTransportTest)

}  // namespace coincide::tests

#include "photon_transport_test.moc"
