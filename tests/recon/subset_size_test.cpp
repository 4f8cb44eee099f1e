#include "recon/measurement/subset_size.h"

#include <QtTest>

#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;

class SubsetSizeTest : public QObject {
  Q_OBJECT

 private slots:
  /// Three prompts per voxel, each of which sees 4 voxels in each plane that TOF leaves it.
  void tof_needs_more_prompts() {
    const recon::ImageGrid grid = recon::centred_grid({50, 50, 10}, {2, 2, 2}, {0, 0, 0});
    const recon::Scanner tof = tests::small_scanner({.tof_bins = 9, .tof_width_mm = 16, .tof_sigma_mm = 4});
    QCOMPARE(recon::prompts_per_subset(tof, grid, true, 0, 3), 938.0);   // 3 * 25000 / (20 planes * 4), rounded up
    QCOMPARE(recon::prompts_per_subset(tof, grid, false, 0, 3), 375.0);  // 50 planes
    QCOMPARE(recon::prompts_per_subset(tof, grid, true, 1e-3, 3), 938.0);
    QVERIFY(recon::prompts_per_subset(tof, grid, true, 6, 3) < 938.0 / 4);
    const recon::Scanner lone_bin = tests::small_scanner({.tof_bins = 1, .tof_width_mm = 16, .tof_sigma_mm = 4});
    QCOMPARE(recon::prompts_per_subset(lone_bin, grid, true, 0, 3), 375.0);
  }
};

COINCIDE_TEST_CLASS(SubsetSizeTest)
#include "subset_size_test.moc"
