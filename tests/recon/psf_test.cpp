#include "recon/psf.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

std::vector<float> random_values(std::int64_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    value = uniform(generator);
  }
  return values;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

class PsfTest : public QObject {
  Q_OBJECT

  /// Down to one plane, and filters wider than the image.
  static void grids() {
    QTest::addColumn<recon::ImageGrid>("grid");
    QTest::addColumn<double>("fwhm_mm");
    const auto row = [](std::array<std::int64_t, 3> shape, double fwhm_mm) {
      QTest::addRow("%d x %d x %d, %g mm", int(shape[0]), int(shape[1]), int(shape[2]), fwhm_mm)
          << recon::centred_grid(shape, {3, 2, 5}, {0, 0, 0}) << fwhm_mm;
    };
    row({7, 12, 9}, 9);
    row({31, 31, 31}, 6);
    row({20, 21, 1}, 4.5);
    row({1, 2, 30}, 4.5);
    row({3, 1, 2}, 40);
    row({1, 1, 1}, 8);
    row({16, 4, 5}, 300);
  }

 private slots:
  void equals_its_adjoint_data() { grids(); }

  void equals_its_adjoint() {
    QFETCH(recon::ImageGrid, grid);
    QFETCH(double, fwhm_mm);
    const recon::GaussianFilter filter(grid, fwhm_mm);
    const std::vector<float> a = random_values(grid.num_voxels(), 1);
    const std::vector<float> b = random_values(grid.num_voxels(), 2);
    std::vector<float> filtered_a = a;
    std::vector<float> filtered_b = b;
    filter.apply(filtered_a);
    filter.apply(filtered_b);
    QVERIFY(std::abs(dot(filtered_a, b) / dot(a, filtered_b) - 1) < 1e-6);
  }

  void weights_add_up_to_1_data() { grids(); }

  /// Of what each voxel gives, also at corners, edges and faces, and of what it gets: a uniform image stays as it is.
  void weights_add_up_to_1() {
    QFETCH(recon::ImageGrid, grid);
    QFETCH(double, fwhm_mm);
    const recon::GaussianFilter filter(grid, fwhm_mm);
    std::vector<float> ones(static_cast<std::size_t>(grid.num_voxels()), 1);
    filter.apply(ones);
    const auto [least, most] = std::ranges::minmax(ones);
    QVERIFY2(least > 1 - 1e-5 && most < 1 + 1e-5, qPrintable(QString("%1 ... %2").arg(least).arg(most)));
    for (int corner = 0; corner < 27; ++corner) {
      const int at[3] = {corner / 9, corner / 3 % 3, corner % 3};
      recon::Image image(grid, 0);
      image.at(at[0] * (grid.shape[0] - 1) / 2, at[1] * (grid.shape[1] - 1) / 2, at[2] * (grid.shape[2] - 1) / 2) = 100;
      filter.apply(image.values);
      QVERIFY(std::abs(std::reduce(image.values.begin(), image.values.end(), 0.0) - 100) < 1e-3);
      QVERIFY(std::ranges::min(image.values) >= 0);
    }
  }

  void what_leaves_is_lost_if_outside_is_empty() {
    recon::Image image(recon::centred_grid({31, 31, 31}, {2, 2, 2}, {0, 0, 0}), 0);
    const recon::GaussianFilter filter(image.grid, 6, 0, recon::Outside::empty);
    image.at(15, 15, 15) = 100;
    filter.apply(image.values);
    QVERIFY(std::abs(std::reduce(image.values.begin(), image.values.end(), 0.0) - 100) < 1e-3);
    recon::Image corner(image.grid, 0);
    corner.at(0, 0, 0) = 100;
    filter.apply(corner.values);
    const double kept = std::reduce(corner.values.begin(), corner.values.end(), 0.0);
    QVERIFY(kept > 12.5 && kept < 50);
  }

  void a_mirror_at_each_face() {
    for (const std::int64_t length : {1, 2, 5}) {
      for (std::int64_t i = -20; i < 20; ++i) {
        const std::int64_t place = recon::mirrored_place(i, length);
        QVERIFY(place >= 0 && place < length);
        QCOMPARE(recon::mirrored_place(-1 - i, length), place);
        QCOMPARE(recon::mirrored_place(2 * length - 1 - i, length), place);
      }
      QCOMPARE(recon::mirrored_place(length - 1, length), length - 1);
    }
  }

  void width_data() {
    QTest::addColumn<double>("fwhm_mm");
    for (const double fwhm_mm : {0.8, 2.0, 5.0, 12.0, 60.0}) {
      QTest::addRow("%g mm", fwhm_mm) << fwhm_mm;
    }
  }

  /// The second moment is that of the Gaussian along every axis, whatever the voxels, but for the tails beyond 4 sigma.
  void width() {
    QFETCH(double, fwhm_mm);
    recon::Image image(recon::centred_grid({161, 81, 41}, {1, 2, 4}, {0, 0, 0}), 0);
    image.at(80, 40, 20) = 1;
    recon::GaussianFilter(image.grid, fwhm_mm).apply(image.values);
    double moment[3] = {};
    double sum = 0;
    for (std::int64_t i = 0; i < 161; ++i) {
      for (std::int64_t j = 0; j < 81; ++j) {
        for (std::int64_t k = 0; k < 41; ++k) {
          const double value = image.at(i, j, k);
          const double offset_mm[3] = {i - 80.0, 2 * (j - 40.0), 4 * (k - 20.0)};
          sum += value;
          for (int axis = 0; axis < 3; ++axis) {
            moment[axis] += value * offset_mm[axis] * offset_mm[axis];
          }
        }
      }
    }
    for (const double m : moment) {
      const double found_mm = 2.354820045 * std::sqrt(m / sum);
      QVERIFY2(std::abs(found_mm / fwhm_mm - 1) < 0.01, qPrintable(QString::number(found_mm)));
    }
  }

  void profile_falls_to_half() {
    recon::Image image(recon::centred_grid({101, 1, 1}, {0.5, 1, 1}, {0, 0, 0}), 0);
    image.at(50, 0, 0) = 1;
    recon::GaussianFilter filter(image.grid, 10);
    filter.apply(image.values);
    const double ratio = image.at(60, 0, 0) / image.at(50, 0, 0);
    QVERIFY(std::abs(ratio - 0.5) < 0.005);
  }

  void zero_width_changes_nothing() {
    const recon::ImageGrid grid = recon::centred_grid({4, 5, 6}, {1, 1, 1}, {0, 0, 0});
    const std::vector<float> before = random_values(grid.num_voxels(), 3);
    std::vector<float> after = before;
    recon::GaussianFilter(grid, 0).apply(after);
    QCOMPARE(after, before);
    QVERIFY_THROWS_EXCEPTION(InputError, recon::GaussianFilter(grid, -1));
  }

  void threads_do_not_matter() {
    const recon::ImageGrid grid = recon::centred_grid({9, 8, 7}, {1, 1, 1}, {0, 0, 0});
    std::vector<float> one = random_values(grid.num_voxels(), 4);
    std::vector<float> three = one;
    recon::GaussianFilter(grid, 3, 1).apply(one);
    recon::GaussianFilter(grid, 3, 3).apply(three);
    QCOMPARE(three, one);
  }
};

COINCIDE_TEST_CLASS(PsfTest)

}  // namespace coincide::tests

#include "psf_test.moc"
