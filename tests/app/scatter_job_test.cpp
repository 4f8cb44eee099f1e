// Simulated photons that scatter, and a job that corrects for them: the activity comes out.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "app/run_job.h"
#include "io/data_file.h"
#include "io/image_file.h"
#include "io/job.h"
#include "recon/measurement/unlisting.h"
#include "recon/pipeline/stage_work.h"
#include "support/test_main.h"

using namespace coincide;

namespace {

constexpr double activity_bq_per_ml = 20000;
/// Water with a cold rod through it.
constexpr const char* phantom = R"(name = "Water with a cold rod"
[body]
kind = "elliptic_cylinder"
half_size_mm = [55.0, 55.0, 32.0]
activity_bq_per_ml = 20000
mu_per_cm = 0.096
[rod]
kind = "elliptic_cylinder"
half_size_mm = [15.0, 15.0, 32.0]
centre_mm = [20.0, 10.0, 0.0]
activity_bq_per_ml = 0
mu_per_cm = 0.096
)";

/// Means over the truth.
struct Means {
  double body = 0;
  double middle = 0;  ///< of the body, near its axis
  double rim = 0;
  double rod = 0;
};

Means means_of(const recon::Image& image) {
  std::array<double, 4> sum{};
  std::array<double, 4> count{};
  const auto add = [&](std::size_t region, float value) {
    sum[region] += value;
    count[region] += 1;
  };
  const auto& [shape, origin, voxel] = image.grid;
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        const double x = origin[0] + static_cast<double>(i) * voxel[0];
        const double y = origin[1] + static_cast<double>(j) * voxel[1];
        const double z = origin[2] + static_cast<double>(k) * voxel[2];
        const double rho = std::hypot(x, y);
        const double from_rod = std::hypot(x - 20, y - 10);
        if (std::abs(z) > 24 || rho > 47) {
          continue;
        }
        if (from_rod > 22) {
          add(0, image.at(i, j, k));
          add(rho < 30 ? 1 : 2, image.at(i, j, k));
        } else if (from_rod < 8) {
          add(3, image.at(i, j, k));
        }
      }
    }
  }
  const auto mean = [&](std::size_t region) { return sum[region] / count[region] / activity_bq_per_ml; };
  return {mean(0), mean(1), mean(2), mean(3)};
}

/// A histogram that is there.
class MemoryBins final : public recon::HistogramSource {
 public:
  MemoryBins(recon::Histogram histogram, const recon::Scanner& scanner)
      : histogram_(std::move(histogram)), scanner_(scanner) {
    facts_.num_lors = histogram_.num_lors();
    facts_.terms.normalization = true;
  }
  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::HistogramFacts& facts() const override { return facts_; }
  recon::Histogram read() override { return histogram_; }

 private:
  recon::Histogram histogram_;
  const recon::Scanner& scanner_;
  recon::HistogramFacts facts_;
};

void tell(const char* what, const Means& means) {
  qInfo("%s: body %.3f, middle %.3f, rim %.3f, rod %.3f", what, means.body, means.middle, means.rim, means.rod);
}

}  // namespace

class ScatterJobTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  recon::Reporter silent_;

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }

  io::Job job(const char* name) const {
    io::Job result;
    result.image.size = {52, 52, 28};
    result.image.voxel_size_mm = {3, 3, 3};
    result.sensitivity.cache_folder = path("cache");
    result.algorithm.subsets = 8;
    result.stop.passes = 4;
    result.output.folder = path("results");
    result.output.name = name;
    return result;
  }

  app::RunResult simulated(const std::string& name, bool scatter) {
    io::Job simulation = job(name.c_str());
    simulation.simulation.phantom = path("rod.toml");
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 1.5;
    simulation.simulation.randoms_fraction = 0.2;
    simulation.simulation.scatter = scatter;
    simulation.stop.passes = 1;
    return app::run_job(simulation, silent_);
  }

  /// Of the data that simulated() has left.
  app::RunResult reconstructed(const std::string& data, recon::ScatterMethod scatter, bool tof) {
    io::Job again = job("again");
    again.input.data = path("results/" + data + ".petsird");
    again.corrections.attenuation = path("results/" + data + "_mu.nii.gz");
    again.corrections.scatter = scatter;
    again.algorithm.tof = tof;
    return app::run_job(again, silent_);
  }

  static std::string scatter_record(const app::RunResult& result) {
    const auto& rows = result.provenance.corrections;
    return std::ranges::find(rows, "scatter", &std::pair<std::string, std::string>::first)->second;
  }

 private slots:
  void initTestCase() {
    std::ofstream(path("rod.toml")) << phantom;
    const std::string with = scatter_record(simulated("scattered", true));
    QVERIFY2(with.starts_with("single scatter simulation"), with.c_str());
    const std::string without = scatter_record(simulated("clean", false));
    QVERIFY2(without.starts_with("not corrected"), without.c_str());
  }

  void activity_is_that_of_data_without_scatter_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }

  /// EM leaves some activity in the cold rod, in both alike.
  void activity_is_that_of_data_without_scatter() {
    QFETCH(const bool, tof);
    const app::RunResult result = reconstructed("scattered", recon::ScatterMethod::automatic, tof);
    const Means corrected = means_of(result.image);
    const Means clean = means_of(reconstructed("clean", recon::ScatterMethod::none, tof).image);
    qInfo("%s", scatter_record(result).c_str());
    tell("corrected", corrected);
    tell("clean", clean);
    QVERIFY(std::abs(corrected.body - 1) < 0.03);
    QVERIFY(std::abs(corrected.middle / corrected.rim - 1) < 0.02);
    QVERIFY(std::abs(corrected.rod - clean.rod) < 0.03);
  }

  void without_correction_activity_is_too_high() {
    const Means without = means_of(reconstructed("scattered", recon::ScatterMethod::none, true).image);
    tell("not corrected", without);
    QVERIFY(without.body > 1.08);
    QVERIFY(without.middle > 1.03 * without.rim);
  }

  /// Two ways to the same expectation: events of pairs of crystals, and their histogram.
  void bins_get_what_their_events_get() {
    const io::MeasuredData measured = io::open_data(path("results/scattered.petsird"), {});
    const recon::Image mu = io::read_image(path("results/scattered_mu.nii.gz"));
    io::Job options = job("unused");
    options.algorithm.tof = false;
    options.corrections.randoms = recon::RandomsMethod::none;
    const recon::FrameOptions whole;
    const recon::RunSettings settings{.frame = whole,
                                      .motion = {},
                                      .corrections = options.corrections,
                                      .algorithm = options.algorithm,
                                      .prior = options.prior,
                                      .stop = options.stop,
                                      .quantification = options.quantification};
    recon::RunInputs inputs;
    inputs.grid = recon::centred_grid({52, 52, 28}, {3, 3, 3}, {0, 0, 0});
    inputs.attenuation = &mu;
    inputs.events = measured.events.get();
    recon::ComputeDevice cpu;
    recon::RunState events(inputs, settings, cpu, silent_);
    recon::load_events(events);
    MemoryBins bins(recon::histogram_of(*events.data, events.model, inputs.grid, {.tof = false}, silent_).histogram,
                    measured.events->scanner());
    recon::make_sensitivity(events);
    recon::correct_events(events);

    inputs.events = nullptr;
    inputs.histogram.counts = &bins;
    recon::RunState histogram(inputs, settings, cpu, silent_);
    recon::load_histogram(histogram);
    recon::correct_histogram(histogram);

    double of_events = 0;
    for (int subset = 0; subset < events.data->num_subsets(); ++subset) {
      const std::span<const float> b = events.data->subset(subset).additive;
      of_events = std::accumulate(b.begin(), b.end(), of_events);
    }
    double in_bins = 0;
    double all_bins = 0;
    for (std::size_t i = 0; i < histogram.histogram->additive.size(); ++i) {
      in_bins += double{histogram.histogram->counts[i]} * histogram.histogram->additive[i];
      all_bins += histogram.histogram->additive[i];
    }
    qInfo("b of the events %.1f, of their bins %.1f; all scatter %.0f and %.0f, in all bins %.0f", of_events, in_bins,
          events.num_background, histogram.num_background, all_bins);
    QVERIFY(of_events > 0);
    QVERIFY(std::abs(in_bins / of_events - 1) < 0.03);
    QVERIFY(std::abs(histogram.num_background / events.num_background - 1) < 0.03);
    QVERIFY(std::abs(all_bins / histogram.num_background - 1) < 0.03);
  }
};

COINCIDE_TEST_CLASS(ScatterJobTest)

#include "scatter_job_test.moc"
