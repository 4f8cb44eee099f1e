// Reconstructions of STIR from its projection data, repeated with our own projector: regions agree within what STIR
// with other rays differs by. STIR's image is ours times the voxel size along x, so that factors are divided by it.

#include <QtTest>
#include <cmath>

#include "recon/algorithms/em.h"
#include "recon/algorithms/run.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/problem.h"
#include "support/stir_histogram.h"
#include "support/stir_image.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Histogram;
using recon::HistogramSensitivity;
using recon::Image;

std::filesystem::path stir_folder(const char* name) {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir" / name;
}

/// STIR reconstructs nothing outside the circle that the image holds.
void leave_out_corners(Image& sensitivity) {
  const recon::ImageGrid& grid = sensitivity.grid;
  const float radius_mm = -grid.origin_mm[0] + 1e-3F;
  for (std::int64_t i = 0; i < grid.num_voxels(); ++i) {
    const float x = grid.origin_mm[0] + static_cast<float>(i / (grid.shape[1] * grid.shape[2])) * grid.voxel_size_mm[0];
    const float y = grid.origin_mm[1] + static_cast<float>(i / grid.shape[2] % grid.shape[1]) * grid.voxel_size_mm[1];
    if (std::hypot(x, y) > radius_mm) {
      sensitivity.values[static_cast<std::size_t>(i)] = 0;
    }
  }
}

/// A histogram with all that algorithms need, in the scale of STIR's images.
struct StirCase {
  StirCase(Histogram bins, const recon::ImageGrid& grid, int subsets) : histogram(std::move(bins)) {
    for (float& m : histogram.factor) {
      m /= grid.voxel_size_mm[0];
    }
    recon::Reporter silent;
    sensitivity = recon::histogram_sensitivity(histogram, grid, subsets, {}, silent);
    leave_out_corners(sensitivity.whole);
    measurements.emplace(histogram, grid, subsets, 0);
    problem.emplace(recon::make_problem(*measurements, nullptr, sensitivity, 0, 0));
  }
  Image run(recon::Algorithm& algorithm, const Image& start, int passes) const {
    recon::Reporter silent;
    return recon::run(algorithm, *problem, start, {.passes = passes}, silent).image;
  }

  Histogram histogram;
  HistogramSensitivity sensitivity;
  std::optional<recon::HistogramMeasurements> measurements;
  std::optional<recon::Problem> problem;
};

double sum_of(const Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

/// Mean of the image where another one is between two values.
double mean_where(const Image& image, const Image& other, double above, double below) {
  double sum = 0, voxels = 0;
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    if (other.values[i] > above && other.values[i] < below) {
      sum += image.values[i];
      ++voxels;
    }
  }
  return sum / voxels;
}

}  // namespace

class StirTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (!std::filesystem::exists(stir_folder("osem-span3"))) {
      QSKIP("needs the shared test data");
    }
  }

  /// End points that STIR itself printed for two of its scanners.
  void lors_run_as_in_stir() {
    const Histogram histogram = read_stir_histogram(stir_folder("osem-span3") / "prompts.hs");
    QCOMPARE(histogram.num_lors(), std::int64_t{95} * 48 * (27 + 31 + 27));
    // Segment -1, view 7, axial 4, tangential -12, by the formula of STIR's documentation.
    const std::size_t lor = 95 * (27 * 7 + 4) + 47 - 12;
    const double pi = std::numbers::pi, phi = 7.5 * pi / 180 + 7 * pi / 48 + pi / 192;
    const double psi_1 = phi - 12 * pi / 192, radius = 156;
    const recon::Vec3& p1 = histogram.point_mm[histogram.end[lor]];
    QVERIFY(std::abs(p1[0] - radius * std::sin(psi_1)) < 1e-3);
    QVERIFY(std::abs(p1[1] + radius * std::cos(psi_1)) < 1e-3);
    QVERIFY(std::abs(p1[2] - (-22.5 + 7.5)) < 1e-3);
  }

  void osem_data() {
    QTest::addColumn<QByteArray>("folder");
    QTest::addColumn<double>("total_percent");
    QTest::addColumn<double>("hot_percent");
    QTest::addColumn<double>("cold_percent");
    QTest::newRow("span 3") << QByteArray("osem-span3") << 0.5 << 2.0 << 5.0;
    QTest::newRow("span 1, TOF") << QByteArray("osem-tof") << 3.0 << 3.0 << 8.0;
  }

  void osem() {
    QFETCH(const QByteArray, folder);
    QFETCH(const double, total_percent);
    QFETCH(const double, hot_percent);
    QFETCH(const double, cold_percent);
    const std::filesystem::path files = stir_folder(folder.constData());
    const Image phantom = read_stir_image(stir_folder("osem-span3") / "emission.hv");
    const StirCase stir(read_stir_histogram(files / "prompts.hs"), phantom.grid, 6);
    const Image sensitivity = read_stir_image(files / "stir_sensitivity.hv");
    const double of_theirs =
        mean_where(stir.sensitivity.whole, phantom, 0.99, 1.01) / mean_where(sensitivity, phantom, 0.99, 1.01);
    qInfo("sensitivity in the background %.4f of STIR's", of_theirs);
    QVERIFY(std::abs(of_theirs - 1) < 0.005);
    for (const auto& [passes, name] : {std::pair{1, "stir_osem_6.hv"}, std::pair{3, "stir_osem_18.hv"}}) {
      recon::ExpectationMaximisation em;
      const Image ours = stir.run(em, Image(phantom.grid, 1), passes);
      const Image theirs = read_stir_image(files / name);
      const auto off_percent = [&](double above, double below) {
        return 100 * (mean_where(ours, phantom, above, below) / mean_where(theirs, phantom, above, below) - 1);
      };
      const double total = 100 * (sum_of(ours) / sum_of(theirs) - 1);
      qInfo("%s: total %.2f %%, hot %.2f %%, background %.2f %%, cold %.2f %%", name, total, off_percent(2.5, 1e9),
            off_percent(0.99, 1.01), off_percent(0, 0.5));
      QVERIFY(std::abs(total) < total_percent);
      QVERIFY(std::abs(off_percent(2.5, 1e9)) < hot_percent);
      QVERIFY(std::abs(off_percent(0.99, 1.01)) < hot_percent);
      QVERIFY(std::abs(off_percent(0, 0.5)) < cold_percent);
    }
  }
};

COINCIDE_TEST_CLASS(StirTest)

}  // namespace coincide::tests

#include "stir_test.moc"
