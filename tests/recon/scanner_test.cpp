#include "recon/scanner.h"

#include <QtTest>
#include <cmath>

#include "projectors/error.h"
#include "projectors/projector.h"
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
    QCOMPARE(scanner.num_modules(), 4U);
    QVERIFY(!scanner.has_tof());
    QVERIFY(small_scanner({.tof_bins = 3}).has_tof());
  }

  /// Two types: bins between them, stated in one order, and a single bin, which only is a coincidence window.
  void tof_of_type_pairs() {
    recon::Scanner scanner = small_scanner({.tof_bins = 3, .tof_width_mm = 30});
    scanner.module_types = {{.num_modules = 4, .crystals_per_module = 6, .energy_edges_kev = {}},
                            {.first_crystal = 24, .num_modules = 4, .crystals_per_module = 6, .energy_edges_kev = {}}};
    scanner.tof_bins.push_back({.centre_mm = 0, .width_mm = 50, .sigma_mm = 500});
    scanner.tof_ranges = {{3, 1}, {0, 3}, {0, 0}, {0, 0}};
    QCOMPARE(scanner.find_tof_range(0, 1).count, 3U);
    QCOMPARE(scanner.find_tof_range(1, 0).count, 3U);
    QCOMPARE(scanner.find_tof_range(1, 1).count, 0U);
    const std::vector<recon::TofBin> bins = scanner.tof_bins_of_model();
    QCOMPARE(bins.size(), std::size_t{4});
    for (std::size_t i = 0; i < 3; ++i) {
      QCOMPARE(bins[i].centre_mm, scanner.tof_bins[i].centre_mm);
      QCOMPARE(bins[i].width_mm, 30.0F);
    }
    const recon::Vec3& a = scanner.crystal_centre_mm[0];
    const recon::Vec3& b = scanner.crystal_centre_mm[24];
    QVERIFY(bins[3].width_mm / 2 > std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2 + 3 * bins[3].sigma_mm);
  }

  /// Projected with the bin that the model makes of a lone one, LORs come out as without TOF.
  void lone_bin_is_no_tof() {
    const recon::Scanner scanner = small_scanner({.tof_bins = 1, .tof_width_mm = 20, .tof_sigma_mm = 300});
    const std::vector<recon::TofBin> bins = scanner.tof_bins_of_model();
    const recon::ImageGrid grid = recon::centred_grid({20, 21, 8}, {5, 5, 3}, {});
    std::vector<float> image(static_cast<std::size_t>(grid.num_voxels()));
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[i] = static_cast<float>(i * 7919 % 101);
    }
    std::vector<std::uint32_t> a;
    std::vector<std::uint32_t> b;
    for (std::uint32_t crystal = 0; crystal < 24; ++crystal) {
      a.push_back(crystal);
      b.push_back(24 + (5 * crystal) % 24);
    }
    const float* centres_mm = scanner.crystal_centre_mm.front().data();
    const projectors::Lors lors{centres_mm, centres_mm, 24, a.data(), b.data()};
    const std::vector<std::uint16_t> bin(24);
    std::vector<float> with_tof(24);
    std::vector<float> without(24);
    const projectors::Projector projector(grid, {.num_threads = 1});
    projector.forward(lors, projectors::TofTable{.bins = bins.data(), .bin_index = bin.data()}, image.data(),
                      with_tof.data());
    projector.forward(lors, projectors::NoTof{}, image.data(), without.data());
    for (std::size_t i = 0; i < 24; ++i) {
      QVERIFY(without[i] > 100);
      QVERIFY2(std::abs(with_tof[i] / without[i] - 1) < 1e-3F, qPrintable(QString::number(with_tof[i] / without[i])));
    }
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
    // Numbers that would size what is made of the scanner.
    QVERIFY(refused([](Scanner& s) { s.crystal_centre_mm[3][2] = 3e4F; }));
    QVERIFY(refused([](Scanner& s) { s.crystal_centre_mm[3][0] = -1e30F; }));
    QVERIFY(refused([](Scanner& s) { s.module_types[0].num_modules = 1U << 30U; }));
    QVERIFY(refused([](Scanner& s) { s.tof_bins[0].centre_mm = -1e5F; }));
    QVERIFY(refused([](Scanner& s) { s.tof_bins[2].width_mm = 1e9F; }));
    QVERIFY(refused([](Scanner& s) { s.tof_bins[1].sigma_mm = 1e5F; }));
  }

  void a_lone_tof_bin_may_have_any_width() {
    small_scanner({.tof_bins = 1, .tof_width_mm = 1e9F, .tof_sigma_mm = 1e9F}).check();
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
