// Jobs whose data are sinograms of STIR: images, factors, background, and what is refused.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "app/plan_job.h"
#include "app/run_job.h"
#include "io/data_conversion.h"
#include "io/data_file.h"
#include "io/image_file.h"
#include "io/interfile/stir_sinogram.h"
#include "io/interfile/stir_sinogram_writer.h"
#include "projectors/error.h"
#include "support/stir_image.h"
#include "support/test_main.h"

namespace coincide::tests {

namespace fs = std::filesystem;

namespace {

fs::path stir(const char* name) { return fs::path(COINCIDE_SHARED_DATA) / "stir" / name; }

/// Mean of an image in the patient's axes over the voxels of a phantom in STIR's, where z runs the other way.
double mean_where(const recon::Image& image, const recon::Image& phantom, double low, double high) {
  double sum = 0;
  int voxels = 0;
  const auto [nx, ny, nz] = phantom.grid.shape;
  for (std::int64_t x = 0; x < nx; ++x) {
    for (std::int64_t y = 0; y < ny; ++y) {
      for (std::int64_t z = 0; z < nz; ++z) {
        if (phantom.at(x, y, z) > low && phantom.at(x, y, z) < high) {
          sum += image.at(x, y, nz - 1 - z);
          ++voxels;
        }
      }
    }
  }
  return sum / voxels;
}

}  // namespace

class HistogramJobTest : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    if (!fs::exists(stir("osem-span3/prompts.hs"))) {
      QSKIP("needs the shared data");
    }
  }

  // The table of the data's README, in STIR's scale (voxel size along x). Spans and tolerances are its.
  void osem_of_sinograms_is_stirs_data() {
    QTest::addColumn<QString>("data");
    QTest::addColumn<double>("hot");
    QTest::addColumn<double>("background");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("span 3") << "osem-span3/prompts.hs" << 0.6008 << 0.1881 << 0.02;
    QTest::newRow("TOF") << "osem-tof/prompts.hs" << 0.6305 << 0.1934 << 0.03;
  }
  void osem_of_sinograms_is_stirs() {
    QFETCH(QString, data);
    QFETCH(double, hot);
    QFETCH(double, background);
    QFETCH(double, tolerance);
    io::Job job = this->job(stir(qPrintable(data)));
    job.image.size = {71, 71, 31};
    job.image.voxel_size_mm = {3, 3, 2.5};
    const app::RunResult result = app::run_job(job, silent_);
    const recon::Image phantom = read_stir_image(stir("osem-span3/emission.hv"));
    QVERIFY(std::abs(3 * mean_where(result.image, phantom, 2.5, 1e9) / hot - 1) < tolerance);
    QVERIFY(std::abs(3 * mean_where(result.image, phantom, 0.99, 1.01) / background - 1) < tolerance);
    QCOMPARE(result.image.unit, std::string("1"));
    QVERIFY(result.image.description.find("listmode") == std::string::npos);
    QCOMPARE(result.provenance.inputs.size(), std::size_t{2});  // header and data
  }

  // The same factors and background as STIR has them (correction; background times correction) and as they are.
  void factors_may_be_efficiencies_or_corrections() {
    io::Job job = map_job();
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    job.corrections.additive = stir("map-span3/add.hs");
    job.corrections.additive_is = recon::BackgroundIs::times_correction;
    const app::RunResult of_stir = app::run_job(job, silent_);

    io::StirSinogram n(job.corrections.multiplicative), a(job.corrections.additive);
    std::vector<float> efficiency = n.read().counts, counts = a.read().counts;
    std::ranges::transform(efficiency, efficiency.begin(), [](float value) { return 1 / value; });
    std::ranges::transform(counts, efficiency, counts.begin(), std::multiplies<>());
    io::write_stir_sinogram(path("efficiency.hs"), n.layout(), {}, efficiency);
    io::write_stir_sinogram(path("background.hs"), n.layout(), {}, counts);
    job.corrections.multiplicative = path("efficiency.hs");
    job.corrections.multiplicative_is = recon::FactorsAre::efficiency;
    job.corrections.additive = path("background.hs");
    job.corrections.additive_is = recon::BackgroundIs::counts;
    const app::RunResult of_ours = app::run_job(job, silent_);
    const float most = std::ranges::max(of_stir.image.values);
    for (std::size_t i = 0; i < of_stir.image.values.size(); ++i) {
      QVERIFY(std::abs(of_stir.image.values[i] - of_ours.image.values[i]) < 1e-4F * most);
    }
    const recon::Image regions = read_stir_image(stir("map-span3/regions.hv"));
    const double background = mean_where(of_ours.image, regions, 0.5, 1.5);
    QVERIFY2(std::abs(4 * background / 0.3498 - 1) < 0.03, qPrintable(QString::number(4 * background)));
  }

  // MAP to its end, against the images that STIR converged to.
  void map_of_sinograms_is_stirs() {
    io::Job job = map_job();
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    job.corrections.additive = stir("map-span3/add.hs");
    job.corrections.additive_is = recon::BackgroundIs::times_correction;
    job.prior.name = recon::PriorName::relative_difference;
    job.prior.strength = 3;
    job.stop.passes = 16;
    job.algorithm.name = recon::AlgorithmName::map;
    const app::RunResult result = app::run_job(job, silent_);
    const recon::Image regions = read_stir_image(stir("map-span3/regions.hv"));
    QVERIFY(std::abs(4 * mean_where(result.image, regions, 0.5, 1.5) / 0.349 - 1) <
            0.015);  // the corners are in it, too
    QVERIFY(mean_where(result.image, regions, 1.5, 2.5) > 2 * mean_where(result.image, regions, 0.5, 1.5));
  }

  // What STIR gave comes back, and gives the same image; a bin in which nothing is measured stays one.
  void factors_are_kept_as_stir_has_them() {
    io::Job job = map_job();
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    job.corrections.additive = stir("map-span3/add.hs");
    job.corrections.additive_is = recon::BackgroundIs::times_correction;
    job.output.factors = true;
    const app::RunResult result = app::run_job(job, silent_);
    check_alike(path("results/image_multiplicative.hs"), job.corrections.multiplicative);
    check_alike(path("results/image_additive.hs"), job.corrections.additive);
    for (const char* file :
         {"image_multiplicative.hs", "image_multiplicative.s", "image_additive.hs", "image_additive.s"}) {
      QCOMPARE(std::ranges::count(result.provenance.outputs, file), 1);
    }
    QVERIFY(difference(result.image, image_with_kept_factors(job)) < 1e-5F);
  }

  void kept_factors_hold_all_corrections() {
    io::Job job = map_job();
    recon::Image mu = io::read_image(stir("osem-span3/emission.hv"));
    std::ranges::transform(mu.values, mu.values.begin(), [](float value) { return 0.096F * std::min(value, 1.0F); });
    mu.unit = "1/cm";
    io::write_image(path("mu.nii.gz"), mu);
    job.corrections.attenuation = path("mu.nii.gz");
    job.corrections.scatter = recon::ScatterMethod::none;
    job.corrections.multiplicative = written("efficiencies.hs", {0, 0.5F, 1});
    job.corrections.additive = written("randoms.hs", {1, 2, 3, 4});
    job.output.factors = true;
    const app::RunResult result = app::run_job(job, silent_);
    const float apart = difference(result.image, image_with_kept_factors(job));
    QVERIFY2(apart < 1e-5F, qPrintable(QString::number(apart)));
    job.corrections.attenuation.clear();
    job.output.factors = false;
    QVERIFY(difference(result.image, app::run_job(job, silent_).image) > 0.1F);  // it is not for nothing
  }

  void factors_of_other_data_are_not_kept() {
    io::Job job = map_job();
    job.output.factors = true;
    recon::Reporter silent;
    io::convert_data(job.input.data, path("bins.csv"), {}, {}, silent);
    job.corrections.multiplicative.clear();
    job.input.data = path("bins.csv");
    QVERIFY2(refusal(job).contains("output.factors = true writes STIR's sinograms"), qPrintable(refusal(job)));
    job.input.data.clear();
    job.simulation.phantom = "nema_iq";
    job.simulation.scanner = "dmi";
    QVERIFY2(refusal(job).contains("--convert EVENTS scan.hs"), qPrintable(refusal(job)));
  }

  void factors_are_told_by_their_values() {
    io::Job job = map_job();  // 0.6 ... 8: either
    QVERIFY(refusal(job).contains("which may be efficiencies or corrections"));
    job.corrections.multiplicative = written("zero.hs", {0, 0.5F, 1});
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    QVERIFY(refusal(job).contains("cannot be a correction"));
    job.corrections.multiplicative = written("gaps.hs", {1, 2, 1e12F});
    job.corrections.multiplicative_is = recon::FactorsAre::efficiency;
    QVERIFY(refusal(job).contains("is it no efficiency"));
    job.corrections.multiplicative = written("negative.hs", {-1, 2, 1});
    QVERIFY(refusal(job).contains("finite and not negative"));
    job.corrections.multiplicative_is = recon::FactorsAre::automatic;
    job.corrections.multiplicative = written("alike.hs", {0, 1, 1});
    QVERIFY(refusal(job).contains("no error"));
    job.corrections.multiplicative = written("correction.hs", {1, 1e12F, 4});
    QVERIFY(refusal(job).contains("no error"));
  }

  void other_bins_are_refused() {
    io::Job job = map_job();
    job.corrections.multiplicative = stir("scatter/trues.hs");
    QVERIFY(refusal(job).contains("LORs, and the data have"));
    job.corrections.multiplicative = stir("osem-span3/emission.hv");
    QVERIFY(refusal(job).contains("is no histogram"));
    job.corrections.multiplicative = path("none.hs");
    QVERIFY(refusal(job).contains("no such file"));
  }

  // What differs by rounding is the same acquisition; else the sentence has the digits that differ.
  void backgrounds_of_another_time_are_refused() {
    io::Job job = map_job();
    job.corrections.multiplicative.clear();
    job.input.data = written("data.hs", {1, 2}, 60);
    job.corrections.additive_is = recon::BackgroundIs::counts;
    job.corrections.additive = written("same.hs", {0.5F}, 60.000001);
    app::plan_job(job, silent_);
    job.corrections.additive = written("unknown.hs", {0.5F});
    app::plan_job(job, silent_);
    job.corrections.additive = written("other.hs", {0.5F}, 61);
    QVERIFY2(refusal(job).contains("a duration of 61 s, and the data 60 s"), qPrintable(refusal(job)));
  }

  void another_scanner_is_not_left_idle() {
    io::Job job = map_job();
    job.input.scanner = "dmi";
    QVERIFY2(refusal(job).contains("input.scanner") && refusal(job).contains("has its own"), qPrintable(refusal(job)));
  }

  void settings_for_events_are_refused() {
    io::Job job = map_job();
    job.corrections.multiplicative.clear();
    io::Job frames = job, motion = job, start = job, randoms = job;
    frames.frames.durations = "2x30";
    motion.input.motion = path("poses.csv");
    start.input.start_s = 1;
    randoms.corrections.randoms = recon::RandomsMethod::delayeds;
    for (const io::Job& wrong : {frames, motion, start, randoms}) {
      QVERIFY2(refusal(wrong).contains("input.data is a histogram"), qPrintable(refusal(wrong)));
    }
    io::Job simulation = job;
    simulation.input.data.clear();
    simulation.simulation.phantom = "nema_iq";
    simulation.simulation.scanner = "dmi";
    simulation.corrections.additive = stir("map-span3/add.hs");
    QVERIFY(refusal(simulation).contains("input.data is none"));
  }

  void precorrected_counts_are_refused() {
    io::Job job = map_job();
    job.input.data = written("precorrected.hs", {3, -1, 2});
    job.corrections.multiplicative.clear();
    QVERIFY(refusal(job).contains("have been corrected already"));
  }

  void the_plan_refuses_precorrected_counts() {
    io::Job job = map_job();
    job.input.data = written("precorrected.hs", {3, -1, 2});
    job.corrections.multiplicative.clear();
    QVERIFY_THROWS_EXCEPTION(InputError, app::plan_job(job, silent_));
  }

  /// By what a part of the sinogram holds.
  void the_plan_tells_what_a_run_takes() {
    io::Job job = map_job();
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    const app::JobPlan plan = app::plan_job(job, silent_);
    QCOMPARE(plan.num_lors, std::uint64_t{387600});
    QVERIFY(app::plan_text(plan).find("of the histogram") != std::string::npos);
    QVERIFY(plan.total_s > 0);
    const recon::Histogram whole = io::open_data(job.input.data).histogram->read();
    const double prompts = std::accumulate(whole.counts.begin(), whole.counts.end(), 0.0);
    QVERIFY(std::abs(static_cast<double>(plan.num_prompts) / prompts - 1) < 0.1);
  }

 private:
  fs::path path(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

  io::Job job(const fs::path& data) const {
    io::Job job;
    job.input.data = data;
    job.stop.passes = 1;
    job.algorithm.subsets = 6;
    job.output.folder = path("results");
    job.output.name = "image";
    return job;
  }
  /// In data with factors and background; the former are set.
  io::Job map_job() const {
    io::Job result = job(stir("map-span3/prompts.hs"));
    result.image.size = {53, 53, 31};
    result.image.voxel_size_mm = {4, 4, 2.5};
    result.corrections.multiplicative = stir("map-span3/mult.hs");
    return result;
  }
  /// Bins of that data with these values in turn.
  fs::path written(const char* name, const std::vector<float>& values, double duration_s = 0) const {
    const io::StirSinogram like(stir("map-span3/prompts.hs"));
    std::vector<float> bins(static_cast<std::size_t>(like.layout().num_bins()));
    for (std::size_t i = 0; i < bins.size(); ++i) {
      bins[i] = values[i % values.size()];
    }
    io::StirSinogramHead head;
    head.duration_s = duration_s;
    io::write_stir_sinogram(path(name), like.layout(), head, bins);
    return path(name);
  }
  /// Of a job that reads what another one has kept, instead of what that one was given.
  recon::Image image_with_kept_factors(io::Job job) {
    job.corrections.attenuation.clear();
    job.corrections.multiplicative = path("results/image_multiplicative.hs");
    job.corrections.multiplicative_is = recon::FactorsAre::correction;
    job.corrections.additive = path("results/image_additive.hs");
    job.corrections.additive_is = recon::BackgroundIs::times_correction;
    job.output.factors = false;
    job.output.name = "again";
    return app::run_job(job, silent_).image;
  }
  /// As a part of the maximum.
  static float difference(const recon::Image& one, const recon::Image& other) {
    float most = 0;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      most = std::max(most, std::abs(one.values[i] - other.values[i]));
    }
    return most / std::ranges::max(one.values);
  }
  static void check_alike(const fs::path& ours, const fs::path& stirs) {
    const std::vector<float> values = io::StirSinogram(ours).read().counts,
                             wanted = io::StirSinogram(stirs).read().counts;
    QCOMPARE(values.size(), wanted.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      QVERIFY(std::abs(values[i] - wanted[i]) <= 3e-7F * wanted[i]);
    }
  }
  QString refusal(const io::Job& job) {
    try {
      app::run_job(job, silent_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  QTemporaryDir folder_;
  recon::Reporter silent_;
};

COINCIDE_TEST_CLASS(HistogramJobTest)

}  // namespace coincide::tests

#include "histogram_job_test.moc"
