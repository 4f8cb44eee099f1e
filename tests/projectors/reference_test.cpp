// The projectors against an independent double-precision reference, on LORs of all kinds.

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "projectors/projector.h"
#include "support/joseph_reference.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

const ImageGrid grid{{53, 41, 32}, {-71.3f, -55.2f, -40.1f}, {2.7f, 2.9f, 2.3f}};

struct ErrorStatistics {
  std::vector<double> errors;  ///< relative to the largest value of the call

  void print(const char* what) {
    std::sort(errors.begin(), errors.end());
    const auto quantile = [&](double q) {
      return errors[static_cast<std::size_t>(q * static_cast<double>(errors.size() - 1))];
    };
    qInfo("%s: error / largest value: median %.1e, 99 %% %.1e, 99.99 %% %.1e, largest %.1e", what, quantile(0.5),
          quantile(0.99), quantile(0.9999), errors.back());
  }
};

}  // namespace

class ReferenceTest : public QObject {
  Q_OBJECT

 private slots:
  void non_tof_data() {
    QTest::addColumn<bool>("clamped");
    QTest::addColumn<int>("set");
    for (const InstructionSet set : instruction_sets()) {
      const QByteArray name(instruction_set_name(set).data());
      QTest::newRow(("upstream, " + name).constData()) << false << static_cast<int>(set);
      QTest::newRow(("clamped, " + name).constData()) << true << static_cast<int>(set);
    }
  }

  void non_tof() {
    QFETCH(const bool, clamped);
    QFETCH(const int, set);
    const auto rule = clamped ? BoundaryRule::clamped : BoundaryRule::upstream;
    // One million on the instruction set that users get, fewer on the others.
    const int count = static_cast<InstructionSet>(set) == best_instruction_set() ? 1'000'000 : 70'000;
    const LorArrays arrays = mixed_lors(grid, count, 1);
    const std::vector<float> image = random_values(static_cast<std::size_t>(grid.num_voxels()), 2);
    std::vector<float> values(static_cast<std::size_t>(count), -1.0f);
    Projector(grid, {.boundary = rule, .instruction_set = static_cast<InstructionSet>(set)})
        .forward(arrays.lors(), NoTof{}, image.data(), values.data());

    const JosephReference reference(grid, rule);
    std::vector<double> expected(values.size());
#pragma omp parallel for
    for (int i = 0; i < count; ++i) {
      expected[i] = reference.forward(reference.line(&arrays.start[3 * i], &arrays.end[3 * i]), image);
    }
    const double largest = *std::max_element(expected.begin(), expected.end());
    ErrorStatistics statistics;
    for (int i = 0; i < count; ++i) {
      const double error = std::abs(values[i] - expected[i]) / largest;
      statistics.errors.push_back(error);
      QVERIFY2(error < 1e-5, qPrintable(QString("LOR %1 (kind %2): %3, expected %4")
                                            .arg(i)
                                            .arg(i % num_lor_kinds)
                                            .arg(values[i])
                                            .arg(expected[i])));
    }
    statistics.print(clamped ? "clamped" : "upstream");
  }

  void tof_sinogram_data() { tof_rows(); }

  void tof_sinogram() {
    QFETCH(const int, num_bins);
    QFETCH(const double, width);
    QFETCH(const double, sigma);
    QFETCH(const double, offset);
    QFETCH(const double, num_sigmas);
    const int count = 21'000;
    const LorArrays arrays = mixed_lors(grid, count, 3);
    const std::vector<float> image = random_values(static_cast<std::size_t>(grid.num_voxels()), 4);
    std::vector<float> values(static_cast<std::size_t>(count) * num_bins, -1.0f);
    const float sigma_mm = static_cast<float>(sigma);
    const float offset_mm = static_cast<float>(offset);
    const TofBins bins{num_bins, static_cast<float>(width),     &sigma_mm, false, &offset_mm,
                       false,    static_cast<float>(num_sigmas)};
    Projector(grid).forward(arrays.lors(), bins, image.data(), values.data());

    const JosephReference reference(grid, BoundaryRule::clamped);
    std::vector<double> expected(values.size());
#pragma omp parallel for
    for (int i = 0; i < count; ++i) {
      const auto row = reference.forward_sinogram(reference.line(&arrays.start[3 * i], &arrays.end[3 * i]), image,
                                                  num_bins, width, sigma_mm, offset_mm, num_sigmas);
      std::copy(row.begin(), row.end(), expected.begin() + i * num_bins);
    }
    compare(values, expected, num_sigmas);
  }

  void tof_events_data() { tof_rows(); }

  void tof_events() {
    QFETCH(const int, num_bins);
    QFETCH(const double, width);
    QFETCH(const double, sigma);
    QFETCH(const double, offset);
    QFETCH(const double, num_sigmas);
    const int count = 35'000;
    const LorArrays arrays = mixed_lors(grid, count, 5);
    const std::vector<float> image = random_values(static_cast<std::size_t>(grid.num_voxels()), 6);
    std::vector<float> values(count, -1.0f);
    std::vector<std::int16_t> bin(count);
    std::mt19937_64 random(7);
    for (auto& b : bin) {  // some outside 0 ... num_bins - 1
      b = static_cast<std::int16_t>(static_cast<int>(random() % (num_bins + 4)) - 2);
    }
    const float sigma_mm = static_cast<float>(sigma);
    const float offset_mm = static_cast<float>(offset);
    const TofEvents events{
        {num_bins, static_cast<float>(width), &sigma_mm, false, &offset_mm, false, static_cast<float>(num_sigmas)},
        bin.data()};
    Projector(grid).forward(arrays.lors(), events, image.data(), values.data());

    const JosephReference reference(grid, BoundaryRule::clamped);
    std::vector<double> expected(values.size());
#pragma omp parallel for
    for (int i = 0; i < count; ++i) {
      const double centre = (bin[i] - (num_bins - 1) / 2.0) * static_cast<float>(width) + offset_mm;
      expected[i] = reference.forward_event(reference.line(&arrays.start[3 * i], &arrays.end[3 * i]), image, centre,
                                            static_cast<float>(width), sigma_mm, num_sigmas * sigma_mm);
    }
    compare(values, expected, num_sigmas);
  }

  /// Planes much farther apart than bins and sigma are wide: both planes next to a bin lie in the tails of its
  /// Gaussian, where a float, and further out a double, has no such small numbers.
  void tof_events_between_planes_data() {
    QTest::addColumn<float>("width");
    QTest::addColumn<float>("sigma");
    QTest::newRow("seldom in the tails") << 1.0F << 1.2F;
    QTest::newRow("in the tails") << 0.5F << 0.5F;
    QTest::newRow("beyond those of a float") << 0.3F << 0.2F;
    QTest::newRow("beyond those of a double") << 0.05F << 0.15F;
    QTest::newRow("bins of no width") << 1e-5F << 0.6F;
    QTest::newRow("sigma of no width") << 0.7F << 1e-3F;
  }
  void tof_events_between_planes() {
    QFETCH(const float, width);
    QFETCH(const float, sigma);
    const ImageGrid coarse{{7, 9, 8}, {-36.3F, -39.2F, -38.1F}, {12, 10, 11}};
    const int count = 3'000, num_bins = 201;
    const LorArrays arrays = mixed_lors(coarse, count, 8);
    const std::vector<float> image = random_values(static_cast<std::size_t>(coarse.num_voxels()), 9);
    std::vector<std::int16_t> bin(count);
    std::vector<float> sigmas(count, sigma), offsets(count);
    for (std::size_t i = 0; i < bin.size(); ++i) {
      bin[i] = static_cast<std::int16_t>(i * 7 % num_bins);
      offsets[i] = static_cast<float>(i % 41) - 20.0F;
    }
    for (const bool per_lor : {false, true}) {
      for (const InstructionSet set : instruction_sets()) {
        const TofEvents events{{.num_bins = num_bins,
                                .bin_width_mm = width,
                                .sigma_mm = sigmas.data(),
                                .sigma_per_lor = per_lor,
                                .center_offset_mm = offsets.data(),
                                .center_offset_per_lor = true},
                               bin.data()};
        std::vector<float> values(count, -1.0F), once(static_cast<std::size_t>(coarse.num_voxels()));
        const Projector projector(coarse, {.instruction_set = set});
        projector.forward(arrays.lors(), events, image.data(), values.data());
        projector.back(arrays.lors(), events, sigmas.data(), once.data());
        const JosephReference reference(coarse, BoundaryRule::clamped);
        double largest = 0, error = 0, forward_sum = 0, back_sum = 0;
        for (int i = 0; i < count; ++i) {
          const double centre = (bin[i] - (num_bins - 1) / 2.0) * width + offsets[i];
          const double expected = reference.forward_event(reference.line(&arrays.start[3 * i], &arrays.end[3 * i]),
                                                          image, centre, width, sigma, 3.0 * sigma);
          largest = std::max(largest, expected);
          error = std::max(error, std::abs(values[i] - expected));
          forward_sum += double{values[i]} * sigma;
        }
        for (std::size_t i = 0; i < image.size(); ++i) {
          back_sum += double{image[i]} * once[i];
        }
        qInfo("%s: largest error %.1e of the maximum", QTest::currentDataTag(), error / largest);
        QVERIFY2(error < 1e-3 * largest, qPrintable(QString("off by %1 of the maximum").arg(error / largest)));
        QVERIFY(std::abs(forward_sum - back_sum) < 1e-5 * forward_sum);
      }
    }
  }

 private:
  static void tof_rows() {
    QTest::addColumn<int>("num_bins");
    QTest::addColumn<double>("width");
    QTest::addColumn<double>("sigma");
    QTest::addColumn<double>("offset");
    QTest::addColumn<double>("num_sigmas");
    QTest::newRow("odd, as a clinical scanner") << 29 << 25.371 << 24.505 << 0.0 << 3.0;
    QTest::newRow("even, fine bins, offset") << 40 << 5.0 << 10.0 << 7.3 << 3.0;
    QTest::newRow("wide bins, short kernel") << 5 << 60.0 << 6.0 << -11.0 << 4.0;
    QTest::newRow("one bin") << 1 << 500.0 << 30.0 << 0.0 << 3.0;
    QTest::newRow("more than 64 bins in the window") << 301 << 1.0 << 15.0 << 0.0 << 3.0;
  }

  /// The window is cut where floor and ceil of a float32 number say, so that rounding may gain or lose one bin (or
  /// plane) whose weight is exp(-num_sigmas^2 / 2) of the plane's largest: rare and small. All the rest is rounding.
  static void compare(const std::vector<float>& values, const std::vector<double>& expected, double num_sigmas) {
    const double cut = std::exp(-0.5 * num_sigmas * num_sigmas);
    const double largest = *std::max_element(expected.begin(), expected.end());
    ErrorStatistics statistics;
    std::size_t flips = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double error = std::abs(values[i] - expected[i]) / largest;
      statistics.errors.push_back(error);
      flips += error > 5e-6;
      QVERIFY2(error < 0.5 * cut,
               qPrintable(QString("value %1: %2, expected %3").arg(i).arg(values[i]).arg(expected[i])));
    }
    statistics.print(QTest::currentDataTag());
    QVERIFY2(flips <= values.size() / 1000, qPrintable(QString("%1 values off by more than 5e-6").arg(flips)));
  }
};

COINCIDE_TEST_CLASS(ReferenceTest)
#include "reference_test.moc"
