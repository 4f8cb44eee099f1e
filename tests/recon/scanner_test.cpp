#include "recon/scanner.h"

#include <QtTest>
#include <cmath>

#include "projectors/error.h"
#include "recon/image.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {

class ScannerTest : public QObject {
  Q_OBJECT

 private slots:
  void extent() {
    recon::Scanner scanner = small_scanner({.modules = 4, .transaxial = 3, .axial = 2, .radius_mm = 60, .pitch_mm = 8});
    for (recon::Vec3& centre : scanner.crystal_centre_mm) {
      centre[2] += 100;
    }
    QVERIFY(std::abs(scanner.centre_mm()[0]) < 1e-4);
    QCOMPARE(scanner.centre_mm()[2], 100.0F);
    QCOMPARE(scanner.half_extent_mm()[0], 60.0F);
    QCOMPARE(scanner.half_extent_mm()[2], 4.0F);
    QCOMPARE(scanner.bore_radius_mm(), 60.0F);
    QCOMPARE(scanner.num_modules(), 4U);
    QVERIFY(!scanner.has_tof());
    QVERIFY(small_scanner({.tof_bins = 3}).has_tof());
  }

  void inconsistencies_are_refused() {
    const auto refused = [&](auto spoil) {
      recon::Scanner scanner = small_scanner({.tof_bins = 3});
      scanner.check();
      spoil(scanner);
      try {
        scanner.check();
      } catch (const InputError&) {
        return true;
      }
      return false;
    };
    using recon::Scanner;
    QVERIFY(refused([](Scanner& s) { s.crystal_normal.pop_back(); }));
    QVERIFY(refused([](Scanner& s) { s.crystal_centre_mm[3][1] = std::nanf(""); }));
    QVERIFY(refused([](Scanner& s) { s.crystal_normal[3] = {1, 1, 0}; }));
    QVERIFY(refused([](Scanner& s) { s.crystal_face_mm2[3] = 0; }));
    QVERIFY(refused([](Scanner& s) { s.crystal_module[3] = 5; }));
    QVERIFY(refused([](Scanner& s) { s.crystal_type[3] = 1; }));
    QVERIFY(refused([](Scanner& s) { s.module_types[0].num_modules -= 1; }));
    QVERIFY(refused([](Scanner& s) { s.module_types[0].num_modules += 1; }));
    QVERIFY(refused([](Scanner& s) { s.module_types[0].energy_edges_kev = {500, 400}; }));
    QVERIFY(refused([](Scanner& s) { s.tof_ranges[0].count = 4; }));
    QVERIFY(refused([](Scanner& s) { s.tof_ranges.clear(); }));
    QVERIFY(refused([](Scanner& s) { s.tof_bins[1].sigma_mm = 0; }));
  }

  void grid_lies_around_its_centre() {
    const recon::ImageGrid grid = recon::centred_grid({4, 5, 1}, {2, 3, 4}, {10, 20, 30});
    QCOMPARE(grid.origin_mm, (std::array<float, 3>{7, 14, 30}));
    const recon::Image image(grid, 1.5F, "1/cm");
    QCOMPARE(image.values, std::vector<float>(20, 1.5F));
  }
};

COINCIDE_TEST_CLASS(ScannerTest)

}  // namespace coincide::tests

#include "scanner_test.moc"
