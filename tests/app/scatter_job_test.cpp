// Simulated photons that scatter, and a job that corrects for them: the activity comes out.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "app/job_setup.h"
#include "app/run_job.h"
#include "io/data_file.h"
#include "io/hdf5/hdf5_arrays.h"
#include "io/image_file.h"
#include "io/job.h"
#include "recon/attenuation.h"
#include "recon/measurement/unlisting.h"
#include "recon/normalization/normalized_events.h"
#include "recon/pipeline/stage_work.h"
#include "support/memory_events.h"
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
  recon::Histogram read_share(const recon::LorShare&) override { return histogram_; }

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
  app::RunResult scattered_;  ///< of one pass, from the simulation with scatter
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
    simulation.simulation.origins = scatter;
    simulation.output.scatter = scatter;
    simulation.stop.passes = 1;
    return app::run_job(simulation, silent_);
  }

  /// Of the data that simulated() has left.
  app::RunResult reconstructed(const std::string& data, recon::ScatterMethod scatter, bool tof) {
    return app::run_job(job_on(data, scatter, tof), silent_);
  }

  io::Job job_on(const std::string& data, recon::ScatterMethod scatter, bool tof) const {
    io::Job again = job("again");
    again.input.data = path("results/" + data + ".petsird");
    again.corrections.attenuation = path("results/" + data + "_mu.nii.gz");
    again.corrections.scatter = scatter;
    again.algorithm.tof = tof;
    return again;
  }

  /// Scattered prompts of the simulation, by TOF bin.
  std::vector<double> simulated_by_tof_bin(std::size_t bins) const {
    const std::string file_name = path("results/scattered_origins.h5");
    const io::Hdf5Id file(H5Fopen(file_name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open it");
    const auto kind = io::read_array<std::vector<std::uint8_t>>(file, "events/kind", H5T_NATIVE_UINT8);
    const auto source = io::read_array<std::vector<std::uint8_t>>(file, "events/source", H5T_NATIVE_UINT8);
    const auto tof_bin = io::read_array<std::vector<std::uint16_t>>(file, "events/tof_bin", H5T_NATIVE_UINT16);
    std::vector<double> counts(bins);
    for (std::size_t i = 0; i < kind.size(); ++i) {
      constexpr std::uint8_t scattered = 1;
      counts[tof_bin[i]] += kind[i] == 0 && source[i] == scattered ? 1 : 0;
    }
    return counts;
  }

  static std::string scatter_record(const app::RunResult& result) {
    const auto& rows = result.provenance.corrections;
    return std::ranges::find(rows, "scatter", &std::pair<std::string, std::string>::first)->second;
  }

 private slots:
  void initTestCase() {
    std::ofstream(path("rod.toml")) << phantom;
    scattered_ = simulated("scattered", true);
    const std::string with = scatter_record(scattered_);
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
    // The scanner is narrow: too few counts lie beside the body.
    QVERIFY(std::ranges::any_of(result.provenance.warnings, [](const std::string& warning) {
      return warning.find("the absolute estimate is used") != std::string::npos;
    }));
    QVERIFY(std::abs(corrected.body - 1) < 0.03);
    QVERIFY(std::abs(corrected.middle / corrected.rim - 1) < 0.02);
    QVERIFY(std::abs(corrected.rod - clean.rod) < 0.03);
  }

  /// Bins with more than a fiftieth of all of it.
  void scatter_lies_in_the_TOF_bins_that_it_was_measured_in() {
    const std::vector<recon::TofBinCounts>& profile = scattered_.provenance.tof_profile;
    std::vector<double> truth = simulated_by_tof_bin(profile.size());
    const std::vector<double> mirrored(truth.rbegin(), truth.rend());
    std::ranges::transform(truth, mirrored, truth.begin(), [](double a, double b) { return 0.5 * (a + b); });
    const double all = std::accumulate(truth.begin(), truth.end(), 0.0);
    QVERIFY(profile.size() > 5);
    double prompts = 0;
    double scatter = 0;
    double worst = 0;
    for (std::size_t i = 0; i < profile.size(); ++i) {
      prompts += profile[i].prompts;
      scatter += profile[i].scatter;
      if (truth[i] > 0.02 * all) {
        qInfo("TOF bin at %.0f mm: %.0f scattered, %.0f expected", profile[i].centre_mm, truth[i], profile[i].scatter);
        worst = std::max(worst, std::abs(profile[i].scatter / truth[i] - 1));
      }
    }
    QCOMPARE(prompts, static_cast<double>(scattered_.provenance.prompts_used));
    QVERIFY(std::abs(scatter / all - 1) < 0.03);
    QVERIFY(worst < 0.05);
  }

  /// That of the scanner is 435 to 650 keV.
  void each_limit_of_the_energy_window_counts_by_itself() {
    const auto record = [this](double low_kev, double high_kev) {
      io::Job with = job_on("scattered", recon::ScatterMethod::automatic, true);
      with.stop.passes = 1;
      with.corrections.energy_low_kev = low_kev;
      with.corrections.energy_high_kev = high_kev;
      return scatter_record(app::run_job(with, silent_));
    };
    const std::string own = record(0, 0);
    QVERIFY2(own.starts_with("single scatter simulation"), own.c_str());
    QCOMPARE(record(435, 0), own);
    QCOMPARE(record(0, 650), own);
    const std::string narrower = record(470, 0);
    QVERIFY2(narrower.starts_with("single scatter simulation") && narrower != own, narrower.c_str());
    QCOMPARE(record(470, 650), narrower);
    QVERIFY_THROWS_EXCEPTION(InputError, record(700, 0));
    QVERIFY_THROWS_EXCEPTION(InputError, record(0, 400));
  }

  void kept_estimate_gives_the_same_image() {
    io::Job second = job_on("scattered", recon::ScatterMethod::automatic, true);
    second.corrections.scatter_estimate = path("results/scattered_scatter.h5");
    second.stop.passes = 1;
    const app::RunResult given = app::run_job(second, silent_);
    QCOMPARE(given.image.values, scattered_.image.values);
    QVERIFY(scatter_record(given).starts_with("estimate of an earlier job:"));

    second.input.stop_s = 0.75;  // half of the counts, and of the scatter
    const app::RunResult half = app::run_job(second, silent_);
    QVERIFY2(scatter_record(half).starts_with("estimate of an earlier job, times 0."), scatter_record(half).c_str());
    const auto percent = [](const std::string& record) { return record.substr(record.rfind(", ")); };
    QVERIFY(percent(scatter_record(half)).substr(0, 4) == percent(scatter_record(given)).substr(0, 4));
  }

  void kept_estimate_of_other_data_is_refused() {
    io::Job without_tof = job_on("scattered", recon::ScatterMethod::automatic, false);
    without_tof.corrections.scatter_estimate = path("results/scattered_scatter.h5");
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(without_tof, silent_));
    without_tof.corrections.scatter_estimate = path("results/scattered_origins.h5");
    QVERIFY_THROWS_EXCEPTION(FileError, app::run_job(without_tof, silent_));
    without_tof.corrections.scatter_estimate = path("results/scattered_mu.nii.gz");
    QVERIFY_THROWS_EXCEPTION(FileError, app::run_job(without_tof, silent_));
  }

  /// As an image in another unit, or of another place, may be.
  void attenuation_of_nothing_leaves_the_data_alone() {
    recon::Image nothing = io::read_image(path("results/scattered_mu.nii.gz"));
    std::ranges::fill(nothing.values, 0.0F);
    io::write_image(path("nothing.nii.gz"), nothing);
    io::Job empty = job_on("scattered", recon::ScatterMethod::automatic, true);
    empty.corrections.attenuation = path("nothing.nii.gz");
    empty.stop.passes = 1;
    const app::RunResult result = app::run_job(empty, silent_);
    QVERIFY2(scatter_record(result).starts_with("not corrected"), scatter_record(result).c_str());
    QVERIFY(result.provenance.tof_profile.empty());
  }

  void without_correction_activity_is_too_high() {
    const Means without = means_of(reconstructed("scattered", recon::ScatterMethod::none, true).image);
    tell("not corrected", without);
    QVERIFY(without.body > 1.08);
    QVERIFY(without.middle > 1.03 * without.rim);
  }

  /// The images of the rounds have another unit then, and the scatter is a number of counts all the same.
  void efficiencies_of_another_scale_give_the_same_scatter() {
    const recon::Image mu = io::read_image(path("results/scattered_mu.nii.gz"));
    const io::Job options = job("unused");
    const recon::RunSettings settings = app::run_settings(options);
    const auto background = [&](float factor) {
      io::MeasuredData measured = io::open_data(path("results/scattered.petsird"), {});
      tests::MemoryEvents scaled(measured.events->scanner());
      scaled.table = measured.events->efficiencies();
      for (std::vector<float>& of_type : scaled.table.bin) {
        std::ranges::for_each(of_type, [factor](float& value) { value *= factor; });
      }
      recon::NormalizedEvents events(std::move(measured.events), scaled);
      recon::RunInputs inputs;
      inputs.grid = recon::centred_grid({52, 52, 28}, {3, 3, 3}, {0, 0, 0});
      inputs.attenuation = &mu;
      inputs.events = &events;
      recon::ComputeDevice cpu;
      recon::RunState run(inputs, settings, cpu, silent_);
      recon::load_events(run);
      recon::make_sensitivity(run);
      recon::correct_events(run);
      return run.num_background;
    };
    const double as_they_are = background(1);
    const double hundredfold = background(100);
    QVERIFY(as_they_are > 0);
    QVERIFY2(std::abs(hundredfold / as_they_are - 1) < 1e-3, qPrintable(QString::number(hundredfold / as_they_are)));
  }

  /// b of each event is m q of its crystals and TOF bin, m without attenuation, which is in m when all is done.
  void each_event_gets_the_scatter_of_its_pair_and_bin() {
    const io::MeasuredData measured = io::open_data(path("results/scattered.petsird"), {});
    const recon::Scanner& scanner = measured.events->scanner();
    const recon::Image mu = io::read_image(path("results/scattered_mu.nii.gz"));
    const io::Job options = job_on("scattered", recon::ScatterMethod::automatic, true);
    io::Job without = options;
    without.corrections.scatter = recon::ScatterMethod::none;
    const recon::RunSettings settings = app::run_settings(options);
    const recon::RunSettings settings_without = app::run_settings(without);
    std::optional<recon::ScatterResult> found;
    recon::RunInputs inputs;
    inputs.grid = recon::centred_grid({52, 52, 28}, {3, 3, 3}, {0, 0, 0});
    inputs.attenuation = &mu;
    inputs.events = measured.events.get();
    inputs.keep_scatter = [&found](const std::string&, const recon::ScatterResult& result) { found = result; };
    recon::ComputeDevice cpu;
    recon::RunState with(inputs, settings, cpu, silent_);
    recon::RunState others(inputs, settings_without, cpu, silent_);
    for (recon::RunState* run : {&with, &others}) {
      recon::load_events(*run);
      recon::make_sensitivity(*run);
      recon::correct_events(*run);
    }
    QVERIFY(found);
    const recon::PromptColumns events = with.data->subset(1);
    const recon::PromptColumns before = others.data->subset(1);
    QVERIFY(events.size() > 1000);
    const projectors::Lors lors = with.data->lors(1, scanner, 0, std::ssize(events.crystal_a));
    std::vector<float> attenuated(events.size(), 1);
    recon::AttenuationFactors(mu, cpu, 0, silent_).multiply(lors, attenuated.data());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const float* a = scanner.crystal_centre_mm[events.crystal_a[i]].data();
      const float* b = scanner.crystal_centre_mm[events.crystal_b[i]].data();
      const double m = with.model.factor(events.crystal_a[i], 0, events.crystal_b[i], 0);
      QCOMPARE(events.factor[i], static_cast<float>(m) * attenuated[i]);
      QCOMPARE(events.factor[i], before.factor[i]);
      const double q = found->estimate.of_bin(a, b, scanner.tof_bins[events.tof_bin[i]]);
      const double scatter = found->scale.at(found->estimate.cylinder().axial_middle_mm(a, b)) * m * q;
      QVERIFY(std::abs(events.additive[i] - before.additive[i] - scatter) <= 1e-6 * events.additive[i]);
    }
  }

  /// Two ways to the same expectation: events of pairs of crystals, and their histogram.
  void bins_get_what_their_events_get() {
    const io::MeasuredData measured = io::open_data(path("results/scattered.petsird"), {});
    const recon::Image mu = io::read_image(path("results/scattered_mu.nii.gz"));
    io::Job options = job("unused");
    options.algorithm.tof = false;
    options.corrections.randoms = recon::RandomsMethod::none;
    const recon::RunSettings settings = app::run_settings(options);
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
