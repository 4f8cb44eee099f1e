// What scale bars, colour bars and overlays are made with: round numbers, cameras, contrasts.

#include <QtTest>
#include <array>
#include <cmath>

#include "gui/model/camera.h"
#include "gui/model/contrast.h"
#include "gui/model/round_numbers.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

class RoundNumbersTest : public QObject {
  Q_OBJECT

 private slots:
  void round_numbers_are_below() {
    for (const auto& [value, below] : {std::pair{1.0, 1.0},
                                       {1.99, 1.0},
                                       {2.0, 2.0},
                                       {4.9, 2.0},
                                       {5.0, 5.0},
                                       {9.99, 5.0},
                                       {0.3, 0.2},
                                       {1000.0, 1000.0},
                                       {0.001, 0.001}}) {
      QVERIFY2(std::abs(round_below(value) / below - 1) < 1e-12, qPrintable(QString::number(value)));
    }
    QVERIFY_THROWS_EXCEPTION(InputError, round_below(0));
  }

  void ticks_are_round_and_inside() {
    const RoundTicks ticks = round_ticks(0, 6285.4, 5);
    QCOMPARE(ticks.values, (std::vector<double>{0, 2000, 4000, 6000}));
    QCOMPARE(ticks.text(4000), std::string("4000"));
    const RoundTicks small = round_ticks(-0.1, 0.25, 5);
    QCOMPARE(small.step, 0.1);
    QCOMPARE(small.values.size(), std::size_t{4});
    QCOMPARE(small.text(small.values[0]), std::string("-0.1"));
    QCOMPARE(small.text(small.values[1]), std::string("0.0"));
    QCOMPARE(round_ticks(0, 3e7, 4).text(2e7), std::string("2e+07"));
    for (int i = 0; i < 72; ++i) {
      const double high = 0.013 * std::pow(1.37, i);
      const RoundTicks some = round_ticks(0, high, 6);
      QVERIFY(some.values.size() >= 2 && some.values.size() <= 6);
      QVERIFY(some.values.front() >= 0 && some.values.back() <= high * (1 + 1e-9));
    }
    QVERIFY_THROWS_EXCEPTION(InputError, round_ticks(1, 1, 5));
  }

  /// A baseline of next to nothing under a peak is none.
  void a_value_beside_a_larger_one() {
    QCOMPARE(text_beside(3.322e-6, 43'000), std::string("0"));
    QCOMPARE(text_beside(-3.3e-6, 43'000), std::string("0"));
    QCOMPARE(text_beside(1234.5678, 43'000), std::string("1230"));
    QCOMPARE(text_beside(0.0263, 0.096), std::string("0.0263"));
    QCOMPARE(text_beside(12.3456, 0), std::string("12.35"));
  }

  /// A point at one place of the screen before and after.
  void zoom_keeps_its_point() {
    Camera camera{.zoom = 2, .centre_mm = {10, -20, 30}};
    const std::array<double, 3> point{15, -20, 10};
    camera.zoom_about(1.5, point);
    QCOMPARE(camera.zoom, 3.0);
    QCOMPARE((point[0] - camera.centre_mm[0]) * 3, (15.0 - 10) * 2);
    QCOMPARE(camera.centre_mm[1], -20.0);
    QCOMPARE((point[2] - camera.centre_mm[2]) * 3, (10.0 - 30) * 2);
    camera.zoom_about(1e6, point);
    QCOMPARE(camera.zoom, 50.0);
  }

  /// 200 x 100 x 300 mm: what a slice of z needs in height decides.
  void all_slices_fit() {
    const recon::ImageGrid grid = recon::centred_grid({100, 25, 150}, {2, 4, 2}, {0, 0, 0});
    const std::array<SliceArea, 3> areas{{{0, 400, 600}, {1, 400, 300}, {2, 400, 300}}};
    QVERIFY(std::abs(fitting_scale(grid, areas) - 0.95) < 1e-6);
    QCOMPARE(fitting_scale(grid, {}), 1.0);
  }

  void contrasts_are_those_of_the_guideline() {
    QVERIFY(std::abs(contrast({0, 0, 0}, {1, 1, 1}) - 21) < 1e-9);
    const double grey = 0x77 / 255.0;  // #777777 on white, the well-known near miss
    QVERIFY(std::abs(contrast({grey, grey, grey}, {1, 1, 1}) - 4.48) < 0.01);
    QVERIFY(is_light({1, 1, 1}) && !is_light({0, 0, 0}));
  }
};

COINCIDE_TEST_CLASS(RoundNumbersTest)
#include "round_numbers_test.moc"
