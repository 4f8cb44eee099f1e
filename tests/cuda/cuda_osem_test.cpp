// Reconstruction on the GPU against that on the CPU: on the CPU (support/cuda_on_host), or on a GPU.

#include <QtTest>
#include <cmath>
#include <random>

#include "gpu_support.h"
#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/compute_device.h"
#include "recon/motion/pose_clusters.h"
#include "recon/randoms.h"
#include "recon/sensitivity.h"
#include "support/memory_events.h"
#include "support/osem.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::recon;
using coincide::tests::MemoryEvents;
using coincide::tests::osem;

namespace {

const ImageGrid grid = centred_grid({23, 21, 9}, {4, 4.3f, 3}, {3, -2, 0});

/// Events between random crystals across the ring, more of them on one side, with delayeds.
MemoryEvents random_events(int count) {
  MemoryEvents source(coincide::tests::small_scanner(
      {.modules = 8, .transaxial = 4, .axial = 3, .tof_bins = 11, .tof_width_mm = 20, .tof_sigma_mm = 12}));
  std::mt19937 random(3);
  const auto draw = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int i = 0; i < count; ++i) {
    const std::uint32_t module = draw(2) == 0 ? draw(2) : draw(4);
    const std::uint32_t a = module * 12 + draw(12), b = (module + 3 + draw(3)) % 8 * 12 + draw(12);
    source.add(a, b, static_cast<std::uint16_t>(3 + draw(5)), static_cast<std::uint32_t>(i), draw(10) == 0);
  }
  return source;
}

Image water() { return Image(centred_grid({8, 8, 4}, {10, 10, 8}, {0, 0, 0}), 0.096F, "1/cm"); }

/// Books what an algorithm says, and stops it after some progress.
class Booking final : public Reporter {
 public:
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  void progress(std::string_view, double) override { ++calls; }
  bool stop_requested() const override { return stop_after >= 0 && calls > stop_after; }

  std::vector<std::string> warnings, notes;
  int calls = 0;
  int stop_after = -1;
};

struct Run {
  Image sensitivity;
  RunResult osem;
};

/// The crystals to a body in three poses.
std::shared_ptr<const MovedCrystals> moved_crystals(const Scanner& scanner) {
  const std::vector<Pose> poses{{}, {{0.8, 0, 0, 0.6}, {5, -4, 2}}, {{0.6, 0.8, 0, 0}, {0, 3, 0}}};
  const std::vector<double> weights{1, 1, 1};
  return std::make_shared<const MovedCrystals>(points_at_reference(scanner.crystal_centre_mm, poses), weights);
}

/// The whole chain with attenuation and randoms.
Run reconstruct(ComputeDevice& device, Reporter& reporter, bool tof, const Psf& psf, bool moves = false) {
  MemoryEvents source = random_events(4000);
  const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  const Image mu = water();
  Run run;
  const std::shared_ptr<const MovedCrystals> moved = moves ? moved_crystals(source.scanner()) : nullptr;
  run.sensitivity =
      sensitivity_image(model, grid, &mu, {.tof = tof, .device = &device, .moved = moved.get()}, reporter);
  ListmodeData data = ListmodeData::load(source, model, {.subsets = 4, .may_move = moves}, reporter);
  if (moves) {
    data.move_lors(moved, [](std::uint32_t time_ms) { return time_ms % 3; });
  }
  multiply_attenuation(data, source.scanner(), mu, device, 0, reporter);
  const auto rates = randoms_from_delayeds(source.scanner(), source.efficiencies(), data.delayeds_per_crystal());
  add_randoms(data, source.scanner(), randoms_of_delayeds(data, source.scanner(), rates, tof));
  run.osem = osem(data, source.scanner(), run.sensitivity, Image(grid, 1), tof,
                  {.iterations = 3, .subsets = 4, .psf = psf, .device = &device}, reporter);
  return run;
}

double largest_difference(const Image& one, const Image& other) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    const double here = std::abs(double{one.values[i]} - double{other.values[i]});
    difference = std::isfinite(here) ? std::max(difference, here) : 1e30;
    largest = std::max(largest, double{other.values[i]});
  }
  return difference / largest;
}

const projectors::Device gpu{projectors::DeviceKind::cuda, 0};

}  // namespace

class CudaOsemTest : public QObject {
  Q_OBJECT

 private slots:
  /// Projections on the GPU from host memory keep what they need for the next.
  void initTestCase() {
    COINCIDE_NEED_GPU();
    ComputeDevice card(gpu);
    Reporter silent;
    reconstruct(card, silent, false, 0);
  }
  void cleanup() { cuda_on_host::machine() = {}; }

  void equals_cpu_data() {
    QTest::addColumn<bool>("tof");
    QTest::addColumn<Psf>("psf");
    QTest::addColumn<bool>("in_parts");
    QTest::addColumn<bool>("moves");
    QTest::newRow("no TOF") << false << Psf() << false << false;
    QTest::newRow("TOF") << true << Psf() << false << false;
    QTest::newRow("TOF, moving") << true << Psf() << false << true;
    QTest::newRow("TOF, resolution model") << true << Psf(6) << false << false;
    QTest::newRow("TOF, resolution model wider than the planes") << true << Psf(30) << false << false;
    QTest::newRow("no TOF, resolution model, events in parts") << false << Psf(6) << true << false;
    Psf wider_outside;
    wider_outside.rows = {{0, 6, 5, 5}, {30, 10, 6, 9}};
    QTest::newRow("TOF, resolution model over the radius") << true << wider_outside << false << false;
    QTest::newRow("TOF, events in parts") << true << Psf() << true << false;
  }

  void equals_cpu() {
    QFETCH(const bool, tof);
    QFETCH(const Psf, psf);
    QFETCH(const bool, in_parts);
    QFETCH(const bool, moves);
    ComputeDevice cpu, card(gpu);
    Booking silent, booking;
    const Run expected = reconstruct(cpu, silent, tof, psf, moves);
    if (in_parts) {
      COINCIDE_NEED_EMULATION();  // room for the images and what projections take, but not for the events, too
      cuda_on_host::machine().memory_bytes =
          cuda_on_host::counts().bytes_in_use + 2 * (std::size_t{48} << 20) + (psf.is_none() ? 120'000 : 154'000);
    }
    const Run result = reconstruct(card, booking, tof, psf, moves);
    QVERIFY(booking.warnings.empty());
    QVERIFY(!booking.notes.empty());
    QCOMPARE(booking.notes.back().find("come in parts") != std::string::npos, in_parts);
    const double error = largest_difference(result.osem.image, expected.osem.image);
    qInfo("sensitivity %.1e, image %.1e of the largest value",
          largest_difference(result.sensitivity, expected.sensitivity), error);
    QVERIFY(largest_difference(result.sensitivity, expected.sensitivity) < 1e-5);
    QVERIFY(error < 1e-4);
    QCOMPARE(result.osem.iterations_done, 3.0);
    QCOMPARE(result.osem.figures.size(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i) {
      const IterationFigures& one = result.osem.figures[i];
      const IterationFigures& other = expected.osem.figures[i];
      QVERIFY(std::abs(one.log_likelihood - other.log_likelihood) < 1e-5 * std::abs(other.log_likelihood));
      QVERIFY(std::abs(one.image_sum - other.image_sum) < 1e-5 * other.image_sum);
      QVERIFY(std::abs(one.expected_counts - other.expected_counts) < 1e-5 * other.expected_counts);
    }
  }

  /// A stop leaves what the last whole subset made of the image.
  void stop_keeps_the_image() {
    ComputeDevice cpu, card(gpu);
    MemoryEvents source = random_events(2000);
    const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    Booking silent;
    const Image sensitivity = sensitivity_image(model, grid, nullptr, {}, silent);
    std::vector<RunResult> results;
    for (ComputeDevice* device : {&cpu, &card}) {
      Booking stops;
      stops.stop_after = 3;  // in the first iteration
      ListmodeData data = ListmodeData::load(source, model, {.subsets = 6}, silent);
      results.push_back(osem(data, source.scanner(), sensitivity, Image(grid, 1), true,
                             {.iterations = 3, .subsets = 6, .device = device}, stops));
      QVERIFY(results.back().stopped);
    }
    QVERIFY(results[1].iterations_done > 0 && results[1].iterations_done < 1);
    QCOMPARE(results[1].iterations_done, results[0].iterations_done);
    QVERIFY(largest_difference(results[1].image, results[0].image) < 1e-4);
  }

  /// The device fails in each of the stages: the CPU goes on, and says so; the image is the same.
  void lost_device_data() {
    QTest::addColumn<int>("launches");
    for (const int launches : {0, 3, 20, 35, 50}) {
      QTest::newRow(QByteArray::number(launches)) << launches;
    }
  }

  void lost_device() {
    COINCIDE_NEED_EMULATION();
    QFETCH(const int, launches);
    ComputeDevice cpu, card(gpu, true);
    Booking silent, booking;
    const Run expected = reconstruct(cpu, silent, true, 0);
    cuda_on_host::machine().launches_until_failure = launches;
    const Run result = reconstruct(card, booking, true, 0);
    QCOMPARE(cuda_on_host::machine().launches_until_failure, 0);
    QCOMPARE(booking.warnings.size(), std::size_t{1});
    qInfo("%s", booking.warnings.front().c_str());
    QVERIFY(booking.warnings.front().find("unspecified launch failure") != std::string::npos);
    QVERIFY(booking.warnings.front().find("The CPU takes over") != std::string::npos);
    QCOMPARE(card.get(), projectors::Device{});
    QCOMPARE(result.osem.iterations_done, 3.0);
    QCOMPARE(result.osem.figures.size(), std::size_t{3});
    QVERIFY(largest_difference(result.osem.image, expected.osem.image) < 1e-4);
    cuda_on_host::repair();
  }

  void lost_device_that_was_asked_for() {
    COINCIDE_NEED_EMULATION();
    ComputeDevice card(gpu);
    Booking booking;
    cuda_on_host::machine().launches_until_failure = 41;
    QVERIFY_EXCEPTION_THROWN(reconstruct(card, booking, true, 0), DeviceError);
    cuda_on_host::repair();
  }

  void images_do_not_fit() {
    COINCIDE_NEED_EMULATION();
    ComputeDevice card(gpu, true);
    MemoryEvents source = random_events(500);
    const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    Booking booking;
    const ImageGrid large = centred_grid({60, 60, 30}, {2, 2, 2}, {0, 0, 0});
    ListmodeData data = ListmodeData::load(source, model, {}, booking);
    const Image ones(large, 1);
    cuda_on_host::machine().memory_bytes =
        cuda_on_host::counts().bytes_in_use + 2 * (std::size_t{48} << 20) + 1'000'000;
    const RunResult result =
        osem(data, source.scanner(), ones, ones, false, {.iterations = 1, .device = &card}, booking);
    QCOMPARE(result.iterations_done, 1.0);
    QCOMPARE(booking.warnings.size(), std::size_t{1});
    qInfo("%s", booking.warnings.front().c_str());
    QVERIFY(booking.warnings.front().find("108000 voxels needs 0.00173 GB for images; 0.001 GB of") !=
            std::string::npos);
  }
};

COINCIDE_TEST_CLASS(CudaOsemTest)
#include "cuda_osem_test.moc"
