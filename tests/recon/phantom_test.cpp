#include "recon/phantom.h"

#include <QtTest>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "support/test_main.h"

using namespace coincide::recon;

namespace {

Shape shape(ShapeKind kind, Vec3 centre_mm, Vec3 half_size_mm, double activity_bq_per_ml, double mu_per_cm) {
  return {kind, "", centre_mm, half_size_mm, activity_bq_per_ml, mu_per_cm};
}

/// Overlapping shapes of all kinds, each of which replaces part of the ones before.
Phantom mixed_phantom() {
  return {"mixed",
          {shape(ShapeKind::elliptic_cylinder, {3, -2, 5}, {50, 35, 40}, 1000, 0.1),
           shape(ShapeKind::box, {10, 8, 0}, {12, 20, 9}, 0, 0.3),
           shape(ShapeKind::ellipsoid, {5, 2, 10}, {15, 10, 25}, 5000, 0.02),
           shape(ShapeKind::ellipsoid, {-30, 0, 0}, {25, 25, 25}, 300, 0.2)}};
}

double numeric_exponent(const Phantom& phantom, const Vec3& a, const Vec3& b) {
  constexpr int steps = 20000;
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    const float t = (static_cast<float>(step) + 0.5F) / steps;
    sum += phantom.mu_at({a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])});
  }
  return sum / steps * std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]) / 10;
}

}  // namespace

class PhantomTest : public QObject {
  Q_OBJECT

 private slots:
  void chords_of_single_shapes_are_exact() {
    const Phantom ball{"", {shape(ShapeKind::ellipsoid, {10, 0, 0}, {30, 20, 10}, 0, 0.1)}};
    QCOMPARE(ball.attenuation_exponent({-100, 0, 0}, {100, 0, 0}), 0.6);
    QCOMPARE(ball.attenuation_exponent({10, 0, 50}, {10, 0, -50}), 0.2);
    QCOMPARE(ball.attenuation_exponent({10, 0, 0}, {10, 100, 0}), 0.2);     // starts inside
    QCOMPARE(ball.attenuation_exponent({-100, 21, 0}, {100, 21, 0}), 0.0);  // passes by
    QCOMPARE(ball.attenuation_exponent({100, 0, 0}, {41, 0, 0}), 0.0);      // ends before

    const Phantom cylinder{"", {shape(ShapeKind::elliptic_cylinder, {0, 0, 0}, {30, 20, 40}, 0, 0.1)}};
    QCOMPARE(cylinder.attenuation_exponent({0, 0, -100}, {0, 0, 100}), 0.8);
    QCOMPARE(cylinder.attenuation_exponent({31, 0, -100}, {31, 0, 100}), 0.0);
    QCOMPARE(cylinder.attenuation_exponent({0, -100, 5}, {0, 100, 5}), 0.4);
    QCOMPARE(cylinder.attenuation_exponent({0, -100, 41}, {0, 100, 41}), 0.0);
    // Rises by 3 where it crosses 4, and leaves through the curved side.
    QCOMPARE(cylinder.attenuation_exponent({0, -80, -60}, {0, 80, 60}), 0.1 * 4 * 1.25);

    const Phantom box{"", {shape(ShapeKind::box, {0, 0, 0}, {10, 10, 10}, 0, 0.1)}};
    QVERIFY(std::abs(box.attenuation_exponent({-50, -50, -50}, {50, 50, 50}) - 0.2 * std::sqrt(3.0)) < 1e-6);
  }

  void chords_of_overlapping_shapes_equal_the_sum_over_points() {
    const Phantom phantom = mixed_phantom();
    std::mt19937 engine(7);
    std::uniform_real_distribution<float> place(-80, 80);
    int crossing = 0;
    for (int i = 0; i < 200; ++i) {
      const Vec3 a{place(engine), place(engine), place(engine)};
      const Vec3 b{place(engine), place(engine), place(engine)};
      const double exact = phantom.attenuation_exponent(a, b);
      QVERIFY(std::abs(exact - numeric_exponent(phantom, a, b)) < 1e-3);
      QVERIFY(std::abs(exact - phantom.attenuation_exponent(b, a)) < 1e-6);
      crossing += exact > 0 ? 1 : 0;
    }
    QVERIFY(crossing > 100);
  }

  void volumes_equal_the_part_of_a_cube() {
    std::mt19937 engine(8);
    std::uniform_real_distribution<float> place(-20, 20);
    for (const ShapeKind kind : {ShapeKind::ellipsoid, ShapeKind::elliptic_cylinder, ShapeKind::box}) {
      const Shape solid = shape(kind, {1, 2, -3}, {15, 10, 16}, 0, 0);
      constexpr int points = 400000;
      int inside = 0;
      for (int i = 0; i < points; ++i) {
        inside += solid.contains({place(engine), place(engine), place(engine)}) ? 1 : 0;
      }
      const double volume_ml = 64.0 * inside / points;
      QVERIFY(std::abs(volume_ml / solid.volume_ml() - 1) < 0.01);
    }
  }

  void later_shapes_replace_earlier_ones() {
    const Phantom phantom = mixed_phantom();
    QCOMPARE(phantom.activity_at({40, 0, 0}), 1000.0);
    QCOMPARE(phantom.activity_at({20, 20, 0}), 0.0);
    QCOMPARE(phantom.activity_at({5, 2, 0}), 5000.0);
    QCOMPARE(phantom.mu_at({-30, 0, 0}), 0.2);
    QCOMPARE(phantom.activity_at({0, 0, 100}), 0.0);
  }

  void images_hold_the_activity() {
    const Phantom phantom{"two",
                          {shape(ShapeKind::elliptic_cylinder, {0, 0, 0}, {30, 20, 25}, 1000, 0.1),
                           shape(ShapeKind::ellipsoid, {10, -5, 4}, {9, 9, 9}, 8000, 0.2)}};
    const Vec3 origin{5, -3, 7};
    const ImageGrid grid = centred_grid({40, 30, 33}, {2, 2, 2}, origin);
    const Image activity = activity_image(phantom, grid, origin);
    QCOMPARE(activity.unit, std::string("Bq/mL"));
    const double sum_bq = std::accumulate(activity.values.begin(), activity.values.end(), 0.0) * 0.008;
    const double expected_bq = 1000 * phantom.shapes[0].volume_ml() + 7000 * phantom.shapes[1].volume_ml();
    QVERIFY(std::abs(sum_bq / expected_bq - 1) < 0.01);

    // The voxel around the ball's middle, and one in the other direction of each axis.
    const auto index = [&](int axis, double offset_mm) {
      const auto a = static_cast<std::size_t>(axis);
      return std::llround((origin[a] + offset_mm - grid.origin_mm[a]) / 2);
    };
    QCOMPARE(activity.at(index(0, 10), index(1, -5), index(2, 4)), 8000.0F);
    QCOMPARE(activity.at(index(0, -10), index(1, 5), index(2, -4)), 1000.0F);
    const Image mu = attenuation_image(phantom, grid, origin);
    QCOMPARE(mu.unit, std::string("1/cm"));
    QVERIFY(std::abs(mu.at(index(0, 10), index(1, -5), index(2, 4)) - 0.2F) < 1e-6F);
  }
};

COINCIDE_TEST_CLASS(PhantomTest)
#include "phantom_test.moc"
