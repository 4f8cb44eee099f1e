// Histograms: their checks, subsets and sensitivity images, and EM on them.

#include <QtTest>
#include <cmath>
#include <functional>
#include <numeric>

#include "projectors/error.h"
#include "recon/algorithms/em.h"
#include "recon/algorithms/run.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/histogram_subsets.h"
#include "recon/measurement/problem.h"
#include "support/pair_histogram.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Histogram;
using recon::HistogramMeasurements;
using recon::HistogramSensitivity;
using recon::Image;

const recon::ImageGrid grid = recon::centred_grid({9, 9, 3}, {8, 8, 6}, {0, 0, 0});
const recon::TofAxis axis{.num_bins = 11, .bin_width_mm = 20, .sigma_mm = 12};

Image warm_image_with_hot_voxel() {
  Image image(grid, 1);
  image.at(3, 4, 1) = 20;
  return image;
}

HistogramSensitivity sensitivity_of(const Histogram& histogram, int subsets, std::uint64_t limit = 1 << 30) {
  recon::Reporter silent;
  return recon::histogram_sensitivity(histogram, grid, subsets, {.memory_limit_bytes = limit}, silent);
}

double largest_difference(const std::vector<float>& one, const std::vector<float>& other) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference = std::max(difference, std::abs(double{one[i]} - double{other[i]}));
    largest = std::max(largest, std::abs(double{other[i]}));
  }
  return difference / largest;
}

/// EM from an image, with subsets that have sensitivities of their own.
Image em(const Histogram& histogram, int subsets, const Image& start, int passes) {
  const HistogramMeasurements data(histogram, grid, subsets, 0);
  const recon::Problem problem = recon::make_problem(data, nullptr, sensitivity_of(histogram, subsets), 0, 0);
  recon::ExpectationMaximisation algorithm;
  recon::Reporter silent;
  return recon::run(algorithm, problem, start, {.passes = passes}, silent).image;
}

}  // namespace

class HistogramTest : public QObject {
  Q_OBJECT

 private slots:
  void checks() {
    const Histogram right = pair_histogram(small_scanner(), axis);
    right.check();
    const auto refused = [&](const std::function<void(Histogram&)>& spoil) {
      Histogram wrong = right;
      spoil(wrong);
      try {
        wrong.check();
      } catch (const InputError&) {
        return true;
      }
      return false;
    };
    QVERIFY(refused([](Histogram& h) { h = {}; }));
    QVERIFY(refused([](Histogram& h) { h.end.pop_back(); }));
    QVERIFY(refused([](Histogram& h) { h.counts.pop_back(); }));
    QVERIFY(refused([](Histogram& h) { h.additive.clear(); }));
    QVERIFY(refused([](Histogram& h) { h.tof->num_bins = 10; }));
    QVERIFY(refused([](Histogram& h) { h.tof->sigma_mm = 0; }));
    QVERIFY(refused([](Histogram& h) { h.view.resize(3); }));
    QVERIFY(refused([](Histogram& h) { h.start[5] = static_cast<std::uint32_t>(h.point_mm.size()); }));
    QVERIFY(refused([](Histogram& h) { h.point_mm[2][1] = std::nanf(""); }));
    QVERIFY(refused([](Histogram& h) { h.counts[7] = -1; }));
    QVERIFY(refused([](Histogram& h) { h.factor[7] = std::nanf(""); }));
    QVERIFY(refused([](Histogram& h) { h.additive[7] = INFINITY; }));
  }

  void subsets_take_views() {
    Histogram histogram = pair_histogram(small_scanner(), std::nullopt);
    QCOMPARE(recon::lors_of_subset(histogram, 1, 4)[2], std::int64_t{9});
    for (std::int64_t i = 0; i < histogram.num_lors(); ++i) {
      histogram.view.push_back(static_cast<std::uint32_t>(i / 100 % 10));
    }
    const std::vector<std::int64_t> lors = recon::lors_of_subset(histogram, 1, 4);
    QVERIFY(std::ranges::all_of(lors, [](std::int64_t i) { return i / 100 % 10 % 4 == 1; }));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::lors_of_subset(histogram, 0, 11));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::lors_of_subset(histogram, 0, 0));
  }

  /// All counts are in some subset, but those that the model cannot explain, and LORs without are in none.
  void subsets_hold_all_counts() {
    Histogram histogram = pair_histogram(small_scanner(), axis);
    expect_counts(histogram, warm_image_with_hot_voxel());
    histogram.counts[11 * 20] += 5;  // in a bin that cannot be measured
    histogram.factor[11 * 20] = 0;
    const double impossible = histogram.counts[11 * 20];
    std::fill_n(histogram.counts.begin() + 11 * 30, 11, 0.0F);
    const HistogramMeasurements data(histogram, grid, 3, 0);
    double sum = 0, shares = 0;
    std::int64_t lors = 0;
    for (int subset = 0; subset < 3; ++subset) {
      const recon::DataBlock block = data.subset(subset);
      lors += block.lors.count;
      shares += data.share(subset);
      sum = std::accumulate(block.counts, block.counts + block.size(), sum);
      for (std::int64_t i = 0; i < block.lors.count; ++i) {
        QVERIFY(std::any_of(block.counts + 11 * i, block.counts + 11 * (i + 1), [](float y) { return y > 0; }) ||
                std::any_of(block.factor + 11 * i, block.factor + 11 * (i + 1), [](float m) { return m == 0; }));
      }
    }
    const double all = std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0);
    QCOMPARE(data.num_impossible(), impossible);
    QVERIFY(std::abs(sum + impossible - all) < 1e-9 * all);
    QVERIFY(std::abs(shares - 1) < 1e-12);
    QVERIFY(lors < histogram.num_lors());
    QCOMPARE(data.num_lors(), static_cast<std::uint64_t>(lors));
    histogram.counts.assign(histogram.counts.size(), 0);
    QVERIFY_THROWS_EXCEPTION(InputError, HistogramMeasurements(histogram, grid, 3, 0));
  }

  /// A LOR beside the image explains no count.
  void counts_beside_the_image() {
    Histogram histogram = pair_histogram(small_scanner({.radius_mm = 300}), std::nullopt);
    const std::vector<float> lengths = projected(histogram, Image(grid, 1));
    const auto beside = std::ranges::find(lengths, 0.0F) - lengths.begin();
    histogram.counts.assign(histogram.counts.size(), 1);
    const auto missing = static_cast<double>(std::ranges::count(lengths, 0.0F));
    QVERIFY(missing > 0);
    QCOMPARE(HistogramMeasurements(histogram, grid, 1, 0).num_impossible(), missing);
    histogram.additive[static_cast<std::size_t>(beside)] = 0.1F;
    QCOMPARE(HistogramMeasurements(histogram, grid, 1, 0).num_impossible(), missing - 1);
  }

  /// Summed with weights in double precision: s x = sum of m (A x) for any x.
  void sensitivity_is_adjoint_data() {
    QTest::addColumn<bool>("tof");
    QTest::addColumn<int>("tof_bins");
    QTest::addColumn<bool>("equal_factors");
    QTest::newRow("no TOF") << false << 1 << true;
    QTest::newRow("TOF") << true << 21 << true;
    QTest::newRow("TOF bins that do not cover the image") << true << 3 << true;
    QTest::newRow("factors of TOF bins") << true << 21 << false;
  }

  void sensitivity_is_adjoint() {
    QFETCH(const bool, tof);
    QFETCH(const int, tof_bins);
    QFETCH(const bool, equal_factors);
    std::optional<recon::TofAxis> bins;
    if (tof) {
      bins = axis;
      bins->num_bins = tof_bins;
    }
    Histogram histogram = pair_histogram(small_scanner(), bins);
    for (std::size_t i = 0; !equal_factors && i < histogram.factor.size(); ++i) {
      histogram.factor[i] *= static_cast<float>(1 + i % 5);
    }
    const HistogramSensitivity sensitivity = sensitivity_of(histogram, 4);
    for (std::size_t voxel = 0; voxel < sensitivity.whole.values.size(); voxel += 17) {
      Image point(grid, 0);
      point.values[voxel] = 1;
      const std::vector<float> values = projected(histogram, point);
      const double expected = std::inner_product(values.begin(), values.end(), histogram.factor.begin(), 0.0);
      QVERIFY(std::abs(sensitivity.whole.values[voxel] / expected - 1) < 1e-5);
    }
    std::vector<float> sum(sensitivity.whole.values.size());
    for (const std::vector<float>& own : sensitivity.by_subset) {
      std::ranges::transform(sum, own, sum.begin(), std::plus<>());
    }
    QVERIFY(largest_difference(sum, sensitivity.whole.values) < 1e-6);
  }

  /// Of two rings, every other LOR ends in the same one: subsets see the planes differently, which images must not
  /// show. Counts as the model expects them of an image leave that image as it is, whichever subset comes.
  void subsets_keep_the_expected_image() {
    Histogram histogram = pair_histogram(small_scanner(), axis);
    std::ranges::fill(histogram.additive, 0.3F);
    const Image truth = warm_image_with_hot_voxel();
    expect_counts(histogram, truth);
    for (const int subsets : {1, 2, 25}) {
      QVERIFY(largest_difference(em(histogram, subsets, truth, 2).values, truth.values) < 1e-4);
    }
  }

  /// Nor on the way from another image: planes at the ends come out as with one subset.
  void subsets_agree_plane_by_plane() {
    Histogram histogram = pair_histogram(small_scanner(), axis);
    std::ranges::fill(histogram.additive, 0.3F);
    expect_counts(histogram, warm_image_with_hot_voxel());
    const Image start(grid, 2), one = em(histogram, 1, start, 100), many = em(histogram, 25, start, 4);
    for (std::int64_t plane = 0; plane < grid.shape[2]; ++plane) {
      double sum = 0, expected = 0;
      for (auto i = static_cast<std::size_t>(plane); i < one.values.size(); i += 3) {
        sum += many.values[i];
        expected += one.values[i];
      }
      QVERIFY2(std::abs(sum / expected - 1) < 0.01, qPrintable(QString("%1: %2").arg(plane).arg(sum / expected)));
    }
  }

  void unbalanced_subsets_need_memory() {
    Histogram histogram = pair_histogram(small_scanner(), std::nullopt);
    QVERIFY_THROWS_EXCEPTION(InputError, sensitivity_of(histogram, 2, 0));
    QVERIFY(sensitivity_of(histogram, 1, 0).by_subset.empty());
    for (std::int64_t i = 0; i < histogram.num_lors(); ++i) {  // half of each plane's
      histogram.view.push_back(0);
    }
    const std::int64_t lors = histogram.num_lors();
    for (std::int64_t i = 0; i < lors; ++i) {
      histogram.start.push_back(histogram.start[static_cast<std::size_t>(i)]);
      histogram.end.push_back(histogram.end[static_cast<std::size_t>(i)]);
      histogram.view.push_back(1);
    }
    for (auto* column : {&histogram.counts, &histogram.factor, &histogram.additive}) {
      const std::vector<float> half = *column;
      column->insert(column->end(), half.begin(), half.end());
    }
    QVERIFY(sensitivity_of(histogram, 2, 0).by_subset.empty());
  }
};

COINCIDE_TEST_CLASS(HistogramTest)

}  // namespace coincide::tests

#include "histogram_test.moc"
