// Compton scattering against printed values and integrals over all directions; the energy window.

#include "recon/photon_physics.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <numbers>

#include "support/test_main.h"

namespace coincide::tests {
namespace {

constexpr double degree = std::numbers::pi / 180;

struct Angle {
  double degrees;
  double density_per_sr;
  double energy_kev;
};
constexpr std::array<Angle, 7> angles{{{0, 0.27713, 511.0},
                                       {15, 0.25063, 494.2},
                                       {30, 0.19028, 450.6},
                                       {45, 0.12984, 395.2},
                                       {60, 0.08724, 340.7},
                                       {90, 0.05196, 255.5},
                                       {180, 0.05132, 170.3}}};

bool near(double value, double expected, double tolerance) {
  if (std::abs(value - expected) <= tolerance) {
    return true;
  }
  qWarning("%.7g instead of %.7g", value, expected);
  return false;
}

/// Integral over all directions.
template <class Function>
double over_sphere(const Function& function) {
  constexpr int steps = 20000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    sum += function((i + 0.5) * 2 / steps - 1);
  }
  return sum * 4 * std::numbers::pi / steps;
}

}  // namespace

class PhotonPhysicsTest : public QObject {
  Q_OBJECT

 private slots:
  void photons_of_511_kev_scatter_as_printed() {
    for (const Angle& angle : angles) {
      const double cosine = std::cos(angle.degrees * degree);
      QVERIFY(near(recon::scatter_density_per_sr(cosine), angle.density_per_sr, 6e-6));
      QVERIFY(near(recon::scattered_kev(511, cosine), angle.energy_kev, 0.06));
    }
  }

  void total_cross_section_is_as_printed() {
    QVERIFY(near(recon::klein_nishina_cm2(511), 2.8654e-25, 1e-4 * 2.8654e-25));
    constexpr std::array<std::array<double, 2>, 5> ratios{
        {{480, 1.0265}, {450, 1.0541}, {425, 1.0788}, {400, 1.1052}, {350, 1.1642}}};
    for (const auto& [energy_kev, ratio] : ratios) {
      QVERIFY(near(recon::scatter_ratio(energy_kev), ratio, 6e-5));
    }
  }

  void total_cross_section_is_the_integral_of_the_differential_one() {
    for (const double energy_kev : {150.0, 300.0, 511.0, 900.0}) {
      const double integral_cm2 =
          over_sphere([&](double cosine) { return recon::klein_nishina_cm2_per_sr(energy_kev, cosine); });
      QVERIFY(near(integral_cm2 / recon::klein_nishina_cm2(energy_kev), 1, 1e-6));
    }
  }

  void window_takes_the_parts_printed() {
    const recon::EnergyWindow window{425, 650, 0.094};
    QVERIFY(near(recon::part_in_window(window, 450), 0.904, 5e-4));
    QVERIFY(near(recon::part_in_window(window, 425), 0.500, 5e-4));
    QVERIFY(near(recon::part_in_window(window, 400), 0.083, 5e-4));
    QVERIFY(near(recon::energy_sigma_kev(window, 511) * 2.35482, 0.094 * 511, 1e-3));
  }

  void quarter_of_once_scattered_photons_pass_the_window() {
    const recon::EnergyWindow window{425, 650, 0.094};
    const auto passing = [&](double cosine) {
      return recon::scatter_density_per_sr(cosine) * recon::part_in_window(window, recon::scattered_kev(511, cosine));
    };
    QVERIFY(near(over_sphere(passing), 0.266, 5e-4));
    QVERIFY(recon::part_in_window(window, recon::scattered_kev(511, std::cos(52 * degree))) < 1e-3);
  }
};

COINCIDE_TEST_CLASS(PhotonPhysicsTest)

}  // namespace coincide::tests

#include "photon_physics_test.moc"
