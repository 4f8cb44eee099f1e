// Events and their histogram give one image, on CPU and GPU.

#include <QtTest>
#include <cmath>

#include "gpu_support.h"
#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/unlisting.h"
#include "recon/randoms.h"
#include "support/acquisition.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;

/// Turns every other event, so that its LOR runs the other way.
void turn_some(MemoryEvents& source) {
  recon::EventBlock& events = source.events;
  const std::size_t bins = source.scanner().tof_bins.size();
  for (std::size_t i = 0; i < events.size(); i += 2) {
    std::swap(events.crystal_a[i], events.crystal_b[i]);
    events.tof_bin[i] = static_cast<std::uint16_t>(bins - 1 - events.tof_bin[i]);
  }
}

Image water(const recon::ImageGrid& grid) {
  Image image(grid, 0.05F, "1/cm");
  image.at(2, 6, 1) = 0.5F;
  return image;
}

double rms_difference(const std::vector<float>& one, const std::vector<float>& other) {
  double squares = 0, sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    squares += std::pow(double{one[i]} - double{other[i]}, 2);
    sum += other[i];
  }
  return std::sqrt(squares * static_cast<double>(one.size())) / sum;
}

/// An acquisition with attenuation and unequal randoms in its model, as events and as a histogram.
struct Both {
  explicit Both(bool tof, recon::ComputeDevice& device) : acquisition(tof) {
    turn_some(acquisition.source);
    const recon::Scanner& scanner = acquisition.source.scanner();
    const Image mu = water(acquisition.truth.grid);
    std::vector<double> singles;
    for (std::size_t i = 0; i < scanner.num_crystals(); ++i) {
      singles.push_back(1 + 0.1 * static_cast<double>(i % 7));
    }
    recon::Reporter silent;
    events.emplace(acquisition.load());
    recon::multiply_attenuation(*events, scanner, mu, device, 0, silent);
    recon::add_randoms(*events, scanner, recon::randoms_of_delayeds(*events, scanner, singles, tof));
    sensitivity = recon::sensitivity_image(acquisition.model, mu.grid, &mu, {.tof = tof, .device = &device}, silent);
    unlisted = recon::histogram_of(*events, acquisition.model, mu.grid, {.tof = tof}, silent);
    recon::multiply_attenuation(unlisted.histogram, mu, device, 0, silent);
    recon::add_randoms(unlisted.histogram, singles);
  }

  Acquisition acquisition;
  std::optional<ListmodeData> events;
  Image sensitivity;
  recon::Unlisted unlisted;
};

}  // namespace

class UnlistingTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }

  void one_image_data() {
    QTest::addColumn<bool>("tof");
    QTest::addColumn<bool>("on_gpu");
    QTest::newRow("no TOF, CPU") << false << false;
    QTest::newRow("no TOF, GPU") << false << true;
    QTest::newRow("TOF, CPU") << true << false;
    QTest::newRow("TOF, GPU") << true << true;
  }

  void one_image() {
    QFETCH(const bool, tof);
    QFETCH(const bool, on_gpu);
    recon::ComputeDevice device(on_gpu ? projectors::Device{projectors::DeviceKind::cuda, 0} : projectors::Device{});
    Both both(tof, device);
    const recon::ImageGrid& grid = both.sensitivity.grid;
    const recon::Scanner& scanner = both.acquisition.source.scanner();
    recon::Reporter silent;
    const Image start(grid, 1);
    const Image of_events =
        osem(*both.events, scanner, both.sensitivity, start, tof, {.iterations = 3, .device = &device}, silent).image;

    const recon::Histogram& histogram = both.unlisted.histogram;
    const double counts = std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0);
    QCOMPARE(counts + static_cast<double>(both.unlisted.num_left_out), static_cast<double>(both.events->num_prompts()));
    const auto sensitivity = recon::histogram_sensitivity(histogram, grid, 1, {.device = &device}, silent);
    QVERIFY(rms_difference(sensitivity.whole.values, both.sensitivity.values) < 1e-4);
    const recon::HistogramMeasurements measurements(histogram, grid, 1, 0);
    const recon::Problem problem = recon::make_problem(measurements, &scanner, sensitivity, 0, 0);
    recon::ExpectationMaximisation em;
    const Image of_histogram = recon::run(em, problem, start, {.passes = 3, .device = &device}, silent).image;
    const double rms = rms_difference(of_histogram.values, of_events.values);
    qInfo("%.1e of the mean", rms);
    QVERIFY(rms < 1e-4);
  }

  void large_histograms_are_refused() {
    Acquisition acquisition(true);
    ListmodeData events = acquisition.load();
    recon::Reporter silent;
    try {
      recon::histogram_of(events, acquisition.model, acquisition.truth.grid, {.memory_limit_bytes = 100'000}, silent);
      QFAIL("was not refused");
    } catch (const InputError& error) {
      QVERIFY(std::string(error.what()).find("reconstruct the events themselves") != std::string::npos);
    }
    QVERIFY(recon::histogram_of(events, acquisition.model, acquisition.truth.grid,
                                {.tof = false, .memory_limit_bytes = 100'000}, silent)
                .histogram.num_lors() > 0);
  }

  void unequal_tof_bins_are_refused() {
    recon::Scanner scanner = small_scanner({.tof_bins = 5, .tof_width_mm = 40});
    scanner.tof_bins[2].width_mm = 30;
    MemoryEvents source(scanner);
    source.add(0, 20);
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    ListmodeData events = ListmodeData::load(source, model, {}, silent);
    const recon::ImageGrid grid = two_hot_voxels().grid;
    QVERIFY_THROWS_EXCEPTION(InputError, recon::histogram_of(events, model, grid, {}, silent));
    QCOMPARE(recon::histogram_of(events, model, grid, {.tof = false}, silent).num_left_out, std::uint64_t{0});
  }
};

COINCIDE_TEST_CLASS(UnlistingTest)

}  // namespace coincide::tests

#include "unlisting_test.moc"
