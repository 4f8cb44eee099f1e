// How activity and attenuation lie to each other: a phantom with its own attenuation, and with that of another place.

#include "recon/corrections/map_agreement.h"

#include <QtTest>
#include <cmath>
#include <random>

#include "recon/psf.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::MapAgreement;

const recon::ImageGrid grid = recon::centred_grid({90, 90, 30}, {4, 4, 6}, {0, 0, 0});

/// A body that is wider than high and lies to the right and below, with activity that is not even, seen with 6 mm and
/// noise; `haze` around it.
Image activity(double haze = 0) {
  Image image(grid, 0);
  std::mt19937 random(3);
  std::normal_distribution<float> noise(0, 0.3F);
  for (std::int64_t i = 0; i < 90; ++i) {
    for (std::int64_t j = 0; j < 90; ++j) {
      for (std::int64_t k = 0; k < 30; ++k) {
        const double x = (static_cast<double>(i) - 44.5) * 4 - 30, y = (static_cast<double>(j) - 44.5) * 4 + 15;
        const bool inside = std::pow(x / 100, 2) + std::pow(y / 70, 2) < 1;
        const double value = inside ? (x * x + y * y < 900 ? 3 : 1) : haze;
        image.at(i, j, k) = std::max(0.0F, static_cast<float>(value) * (1 + noise(random)));
      }
    }
  }
  recon::GaussianFilter(grid, 6).apply(image.values);
  return image;
}

/// Its attenuation, moved and perhaps cut off at x.
Image attenuation(const std::array<double, 3>& by_mm, double cut_mm = 1e3) {
  Image image(recon::centred_grid({180, 180, 50}, {2, 2, 5}, {0, 0, 0}), 0);
  for (std::int64_t i = 0; i < 180; ++i) {
    for (std::int64_t j = 0; j < 180; ++j) {
      for (std::int64_t k = 0; k < 50; ++k) {
        const double x = (static_cast<double>(i) - 89.5) * 2 - by_mm[0] - 30;
        const double y = (static_cast<double>(j) - 89.5) * 2 - by_mm[1] + 15;
        image.at(i, j, k) = std::pow(x / 100, 2) + std::pow(y / 70, 2) < 1 && x < cut_mm ? 0.096F : 0;
      }
    }
  }
  return image;
}

MapAgreement compared(const Image& image, const Image& mu) { return *recon::compare_with_map(image, mu, {}, 0); }

}  // namespace

class MapAgreementTest : public QObject {
  Q_OBJECT

 private slots:
  void a_map_that_fits_is_found_to_fit() {
    const MapAgreement found = compared(activity(), attenuation({0, 0, 0}));
    QVERIFY2(found.haze < 0.001 && found.beside < 0.001, qPrintable(QString::number(found.haze)));
    QVERIFY2(found.shift_gain < 1.02 && found.correlation > 0.5,
             qPrintable(QString("%1 %2").arg(found.shift_gain).arg(found.correlation)));
    for (const double mm : found.shift_mm) {
      QVERIFY2(std::abs(mm) < 4, qPrintable(QString::number(mm)));
    }
    QCOMPARE(found.mirror_gain, 1.0);
    QVERIFY(!recon::compare_with_map(activity(), Image(grid, 0), {}));
  }

  /// The way back is named in mm.
  void a_shift_is_measured_data() {
    QTest::addColumn<double>("x_mm");
    QTest::addColumn<double>("y_mm");
    QTest::newRow("in y") << 0.0 << 20.0;
    QTest::newRow("the other way") << 0.0 << -20.0;
    QTest::newRow("less") << 0.0 << 12.0;
    QTest::newRow("in x and y") << -24.0 << 10.0;
  }

  void a_shift_is_measured() {
    QFETCH(double, x_mm);
    QFETCH(double, y_mm);
    const MapAgreement found = compared(activity(), attenuation({x_mm, y_mm, 0}));
    QVERIFY2(std::abs(found.shift_mm[0] + x_mm) < 3 && std::abs(found.shift_mm[1] + y_mm) < 3,
             qPrintable(QString("%1 %2").arg(found.shift_mm[0]).arg(found.shift_mm[1])));
    QVERIFY(std::abs(found.shift_mm[2]) < 4);
    QVERIFY2(found.shift_gain > 1.1, qPrintable(QString::number(found.shift_gain)));
  }

  void a_mirrored_map_covers_less() {
    Image mu = attenuation({0, 0, 0}), mirrored = mu;
    for (std::int64_t i = 0; i < 180; ++i) {
      for (std::int64_t j = 0; j < 180; ++j) {
        for (std::int64_t k = 0; k < 50; ++k) {
          mirrored.at(i, j, k) = mu.at(179 - i, j, k);
        }
      }
    }
    const MapAgreement found = compared(activity(), mirrored);
    QVERIFY(found.mirror == 0 && found.mirror_gain > 1.1);
  }

  /// 30 mm of an arm are missing in the map.
  void activity_beside_a_cut_map_is_counted() {
    QVERIFY(compared(activity(), attenuation({0, 0, 0}, 95)).beside < 0.03);
    QVERIFY(compared(activity(), attenuation({0, 0, 0}, 50)).beside > 0.03);
  }

  void haze_is_measured() {
    const double inside = compared(activity(0.02), attenuation({0, 0, 0})).haze;
    QVERIFY2(std::abs(inside / (0.02 / 1.25) - 1) < 0.1, qPrintable(QString::number(inside)));
  }
};

COINCIDE_TEST_CLASS(MapAgreementTest)

}  // namespace coincide::tests

#include "map_agreement_test.moc"
