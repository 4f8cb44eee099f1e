#include "recon/field_of_view.h"

#include <QtTest>
#include <cmath>
#include <type_traits>

#include "support/layouts.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {

using recon::FieldOfView;
using recon::Scanner;
using recon::Vec3;

// A scanner that is gone would be looked at; so it is with all that keeps a reference.
static_assert(std::is_constructible_v<FieldOfView, const Scanner&> && !std::is_constructible_v<FieldOfView, Scanner> &&
              !std::is_constructible_v<FieldOfView, const Scanner>);

class FieldOfViewTest : public QObject {
  Q_OBJECT

  static Vec3 axis_of(const Scanner& scanner) { return FieldOfView(scanner).axis(); }

  /// Reach to crystals and to ends, in mm along x, y and z.
  static void compare(const Scanner& scanner, const std::array<double, 3>& to_crystals,
                      const std::array<double, 3>& to_ends) {
    const FieldOfView field(scanner);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      Vec3 direction{};
      direction[axis] = 1;
      const FieldOfView::Reach reach = field.reach_mm(direction);
      QVERIFY2(
          std::abs(reach.to_crystals_mm - to_crystals[axis]) < 0.3 && std::abs(reach.to_ends_mm - to_ends[axis]) < 0.01,
          qPrintable(QString("axis %1: %2 and %3 mm").arg(axis).arg(reach.to_crystals_mm).arg(reach.to_ends_mm)));
    }
  }

 private slots:
  void a_ring_is_a_cylinder() {
    const Scanner ring = small_scanner({.modules = 8, .transaxial = 3, .axial = 2, .radius_mm = 60, .pitch_mm = 8});
    const FieldOfView field(ring);
    QCOMPARE(field.bore_radius_mm(), 60.0F);
    QCOMPARE(field.fronts().size(), std::size_t{8});
    QCOMPARE(field.reach_mm({1, 0, 0}).to_crystals_mm, 60.0F);
    QCOMPARE(field.reach_mm({1, 0, 0}).to_ends_mm, 0.0F);
    QCOMPARE(field.reach_mm({0, 0, 1}).to_crystals_mm, 0.0F);
    QCOMPARE(field.reach_mm({0, 0, 1}).to_ends_mm, 4.0F);
    QCOMPARE(field.reach_mm({0, 0, 1}).ends, 1.0F);
    QVERIFY(!field.is_behind_crystals({59, 0, 0}) && !field.is_behind_crystals({0, -59, 500}));
    QVERIFY(field.is_behind_crystals({61, 0, 0}) && field.is_behind_crystals({50, 50, 0}));
    QVERIFY(field.contains({0, 0, 3.9F}) && !field.contains({0, 0, 4.1F}));
  }

  /// Turned in space a scanner is the same scanner.
  void rings_about_any_axis() {
    const double r = std::hypot(65, 4);  // to the crystals' centres beside the middle of a module
    compare(full_ring(), {r, r, 0}, {0, 0, 20});
    compare(turned(full_ring(), z_to_x), {0, r, r}, {20, 0, 0});
    const double x = std::sqrt(1 - 4.0 / 9), y = std::sqrt(1 - 1.0 / 9);
    compare(turned(full_ring(), oblique), {r * x, r * y, r * x}, {20 * 2.0 / 3, 20 / 3.0, 20 * 2.0 / 3});
    const Scanner field_scanner = turned(full_ring(), oblique);
    const FieldOfView field(field_scanner);
    QVERIFY(std::abs(field.bore_radius_mm() - r) < 0.01);
    for (const auto& rotation : {z_to_x, oblique}) {
      const Vec3 axis = axis_of(turned(full_ring(), rotation));
      const Vec3 right = turned(Vec3{0, 0, 1}, rotation);
      QVERIFY(std::abs(std::abs(axis[0] * right[0] + axis[1] * right[1] + axis[2] * right[2]) - 1) < 1e-4);
    }
    QCOMPARE(axis_of(full_ring()), (Vec3{0, 0, 1}));
    QCOMPARE(axis_of(turned(two_panels(), {{{1, 0, 0}, {0, 0, -1}, {0, 1, 0}}})), (Vec3{0, 1, 0}));
    for (const float part : {0.95F, 1.05F}) {  // towards a module, and along the axis
      const Vec3 towards = turned(Vec3{part * 65, 0, 0}, oblique);
      QCOMPARE(field.is_behind_crystals(towards), part > 1);
      QVERIFY(!field.is_behind_crystals(turned(Vec3{0, 0, part * 200}, oblique)));
    }
  }

  void panels_and_parts_of_rings() {
    compare(two_panels(), {0, 50, 0}, {44, 0, 36});
    compare(turned(two_panels(), z_to_x), {0, 0, 50}, {36, 44, 0});
    compare(four_panels(), {std::hypot(80, 0), 50.25, 0}, {0, 0, 28});
    // Crystals whose depth lies along z.
    compare(turned(two_panels(), {{{1, 0, 0}, {0, 0, -1}, {0, 1, 0}}}), {0, 0, 50}, {44, 36, 0});
    const Scanner panels_scanner = two_panels();
    const FieldOfView panels(panels_scanner);
    QVERIFY(panels.contains({43, 49, 35}) && panels.is_behind_crystals({0, 51, 0}));
    QVERIFY(!panels.is_behind_crystals({100, 0, 0}) && !panels.contains({100, 0, 0}));
    const Scanner partial_scanner = partial_ring();
    const FieldOfView partial(partial_scanner);
    QVERIFY(std::abs(partial.reach_mm({1, 0, 0}).to_crystals_mm - 65) < 1);
    QVERIFY(partial.is_behind_crystals({66, 0, 0}));
    QVERIFY(partial.reach_mm({0, 1, 0}).to_crystals_mm < 66);
  }

  /// A probe that looks away from the middle, and crystals of slanted rings.
  void odd_crystals() {
    std::vector<FlatModule> modules = arc(65, 12, 0, 30);
    modules.push_back({{30, 0, 0}, {1, 0, 0}, {0, 0, 1}});
    const Scanner probe_scanner = flat_modules(modules);
    QVERIFY(std::abs(FieldOfView(probe_scanner).bore_radius_mm() - std::hypot(65, 4)) < 0.1);
    modules = arc(65, 12, 0, 30);
    for (FlatModule& module : modules) {
      const float c = std::cos(0.2F), s = std::sin(0.2F);
      module.up = {-s * module.normal[0], -s * module.normal[1], c};
      module.normal = {c * module.normal[0], c * module.normal[1], s};
    }
    const Scanner cone_scanner = flat_modules(modules);
    const FieldOfView cone(cone_scanner);
    QVERIFY(cone.reach_mm({0, 0, 1}).to_crystals_mm < 1 && cone.reach_mm({0, 0, 1}).to_ends_mm > 19);
    QVERIFY(cone.is_behind_crystals({0, 0, -400}) && !cone.is_behind_crystals({0, 0, 400}));
    const Scanner none;
    QVERIFY(FieldOfView(none).bore_radius_mm() == 0 && !FieldOfView(none).is_behind_crystals({1, 2, 3}));
  }
};

COINCIDE_TEST_CLASS(FieldOfViewTest)

}  // namespace coincide::tests

#include "field_of_view_test.moc"
