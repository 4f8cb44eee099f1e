#include "recon/scatter/scatter_scale.h"

#include <QtTest>
#include <cmath>
#include <random>

#include "recon/phantom.h"
#include "recon/scatter/multiple_scatter.h"
#include "recon/scatter/scatter_tails.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::TailCell;

recon::Reporter silent;

/// Cells along the axis whose counts are Poisson numbers of others + scale(z) times scatter; those with counts, and
/// all.
struct Tails {
  std::vector<TailCell> measured;
  std::vector<TailCell> expected;
};

template <class Scale>
Tails tails(int cells, const Scale& scale) {
  std::mt19937_64 random(1);
  Tails result;
  for (int i = 0; i < cells; ++i) {
    TailCell cell{.axial_mm = -100 + 200.0 * i / cells, .scatter = 0.1 + 0.05 * std::sin(i), .others = 0.2};
    result.expected.push_back(cell);
    cell.counts =
        static_cast<double>(std::poisson_distribution<int>(0.2 + scale(cell.axial_mm) * cell.scatter)(random));
    if (cell.counts > 0) {
      result.measured.push_back(cell);
    }
  }
  return result;
}

/// A cylinder along z.
Image body(double radius_mm) {
  Image image(recon::centred_grid({60, 60, 20}, {5, 5, 10}, {0, 0, 0}), 0);
  for (std::int64_t i = 0; i < 60; ++i) {
    for (std::int64_t j = 0; j < 60; ++j) {
      for (std::int64_t k = 0; k < 20; ++k) {
        const double rho_mm = std::hypot(5.0 * static_cast<double>(i) - 147.5, 5.0 * static_cast<double>(j) - 147.5);
        image.at(i, j, k) = rho_mm < radius_mm ? 0.096F : 0;
      }
    }
  }
  return image;
}

}  // namespace

class ScatterScaleTest : public QObject {
  Q_OBJECT

 private slots:
  void known_scale_is_found() {
    const Tails counted = tails(400'000, [](double) { return 1.3; });
    const auto scale = recon::scale_from_tails(counted.measured, counted.expected);
    QVERIFY(scale.has_value());
    QVERIFY(scale->factors().size() == 16);
    for (const double factor : scale->factors()) {
      QVERIFY2(std::abs(factor / 1.3 - 1) < 0.1, qPrintable(QString::number(factor)));
    }
    QVERIFY(std::abs(scale->at(0) / 1.3 - 1) < 0.1);
  }

  void scale_may_change_along_the_axis() {
    const Tails counted = tails(400'000, [](double z_mm) { return 1.2 + z_mm / 500; });
    const auto scale = recon::scale_from_tails(counted.measured, counted.expected);
    QVERIFY(scale.has_value());
    QVERIFY(std::abs(scale->at(-75) - 1.05) < 0.1);
    QVERIFY(std::abs(scale->at(75) - 1.35) < 0.1);
    QCOMPARE(scale->at(1000), scale->factors().back());
  }

  void no_scatter_in_the_data_is_seen() {
    const Tails counted = tails(400'000, [](double) { return 0.0; });
    const auto scale = recon::scale_from_tails(counted.measured, counted.expected);
    QVERIFY(scale.has_value());
    QVERIFY2(scale->highest() < 0.1, qPrintable(QString::number(scale->highest())));
  }

  void few_counts_give_one_scale_or_none() {
    const Tails some = tails(15'000, [](double) { return 1.0; });
    const auto scale = recon::scale_from_tails(some.measured, some.expected);
    QVERIFY(scale.has_value() && scale->factors().size() == 1);
    QVERIFY(std::abs(scale->at(0) - 1) < 0.1);
    const Tails counted = tails(2'000, [](double) { return 1.0; });
    QVERIFY(!recon::scale_from_tails(counted.measured, counted.expected).has_value());
    QVERIFY(!recon::scale_from_tails({}, {}).has_value());
  }

  /// Values of corrections by Monte Carlo in a cylinder of 372 mm and 200 mm of length.
  void multiple_scatter_grows_with_the_body() {
    const recon::VirtualCylinder detectors(Eigen::Vector3d::Zero(), Eigen::Vector3d::UnitZ(), Eigen::Vector3d::UnitX(),
                                           {.radius_mm = 372.05, .half_length_mm = 100, .rings = 5});
    const auto factor = [&](double radius_mm, double half_length_mm, int threads = 0) {
      const recon::Phantom phantom{
          "water",
          {{recon::ShapeKind::elliptic_cylinder,
            "water",
            {},
            {static_cast<float>(radius_mm), static_cast<float>(radius_mm), static_cast<float>(half_length_mm)},
            1000,
            0.096}}};
      const recon::ImageGrid grid = recon::centred_grid({46, 46, 90}, {8, 8, 8}, {0, 0, 0});
      return recon::multiple_scatter_factor(recon::activity_image(phantom, grid, {}),
                                            recon::attenuation_image(phantom, grid, {}), detectors, {425, 650, 0.094},
                                            threads, silent);
    };
    const double short_one = factor(100, 100);
    QVERIFY2(std::abs(short_one - 1.16) < 0.016, qPrintable(QString::number(short_one)));
    QVERIFY(std::abs(factor(175, 350) - 1.29) < 0.02);
    QCOMPARE(factor(100, 100, 1), short_one);
    const Image nothing(body(1).grid, 0);
    QCOMPARE(recon::multiple_scatter_factor(body(100), nothing, detectors, {425, 650, 0.094}, 0, silent), 1.0);
    QCOMPARE(recon::multiple_scatter_factor(nothing, body(100), detectors, {425, 650, 0.094}, 0, silent), 1.0);
  }

  void tails_lie_beside_the_body() {
    const recon::ScatterTails beside(body(80), 0);
    std::vector<float> ends;
    const auto add = [&](float x_mm, float z_mm) { ends.insert(ends.end(), {x_mm, -300, z_mm, x_mm, 300, z_mm}); };
    for (const float x_mm : {0.0F, 85.0F, 115.0F, -115.0F, 170.0F}) {
      add(x_mm, 0);
    }
    add(0, 140);  // beyond the end of the body, at 100
    std::vector<std::uint32_t> starts;
    std::vector<std::uint32_t> stops;
    for (std::uint32_t i = 0; i < ends.size() / 3; i += 2) {
      starts.push_back(i);
      stops.push_back(i + 1);
    }
    const projectors::Lors lors{.start_mm = ends.data(),
                                .end_mm = ends.data(),
                                .count = std::ssize(starts),
                                .start_index = starts.data(),
                                .end_index = stops.data(),
                                .num_points = std::ssize(ends) / 3};
    const std::vector<char> expected{0, 0, 1, 1, 0, 1};
    QCOMPARE(beside.contain(lors), expected);
  }
};

COINCIDE_TEST_CLASS(ScatterScaleTest)

}  // namespace coincide::tests

#include "scatter_scale_test.moc"
