// From a simulated scan of a known cylinder to efficiencies, and back into a job that uses them.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "app/plan_job.h"
#include "app/resources.h"
#include "app/run_job.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "io/phantom_file.h"
#include "io/scanner_file.h"
#include "projectors/error.h"
#include "recon/simulation/simulation.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

constexpr double scan_s = 0.5;

/// Notes and warnings of a run.
class Listener : public recon::Reporter {
 public:
  void note(std::string_view sentence) override { text += std::string(sentence) + "\n"; }
  void warning(std::string_view sentence) override { text += "Warning: " + std::string(sentence) + "\n"; }
  bool heard(std::string_view words) const { return text.find(words) != std::string::npos; }

  std::string text;
};

}  // namespace

class NormalizationJobTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  io::ScannerDescription ring_;
  std::uint64_t prompts_ = 0;

  fs::path path(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

  io::Job job(const char* name) const {
    io::Job job;
    job.input.data = path("scan.petsird");
    job.output.folder = path("results");
    job.output.name = name;
    return job;
  }

 private slots:
  /// A wide cylinder in the small ring, whose crystals differ by 15 %. The file says that they are all alike.
  void initTestCase() {
    ring_ = io::read_scanner(app::find_resource("small", "scanners"));
    ring_.efficiencies.bin[0][100] = 0;
    recon::Phantom cylinder = io::read_phantom(app::find_resource("cylinder", "phantoms"));
    cylinder.shapes.front().half_size_mm = {60, 60, 45};
    std::ofstream(path("wide.toml")) << "name = \"wide\"\n[body]\nkind = \"elliptic_cylinder\"\n"
                                        "half_size_mm = [60.0, 60.0, 45.0]\nactivity_bq_per_ml = 20000\n"
                                        "mu_per_cm = 0.096\n";
    recon::Efficiencies alike = ring_.efficiencies;
    std::ranges::fill(alike.bin[0], 1.0F);
    recon::Reporter silent;
    io::PetsirdWriter writer(path("scan.petsird"), ring_.scanner, alike);
    const recon::EventCounts counts = recon::simulate(ring_.scanner, ring_.efficiencies, cylinder,
                                                      {.duration_s = scan_s, .randoms_fraction = 0.1}, writer, silent);
    writer.finish();
    prompts_ = counts.prompts;
  }

  void efficiencies_come_back() {
    Listener listener;
    io::Job normalization = job("normalized");
    normalization.normalization.source = path("wide.toml");
    const app::RunResult result = app::run_job(normalization, listener);
    QVERIFY(!result.stopped() && result.image.values.empty());
    QVERIFY2(listener.heard("1 crystals count nothing: 100.") && listener.heard("they no longer hold"),
             listener.text.c_str());
    QVERIFY(fs::exists(path("results/normalized_efficiencies.csv")));

    const auto file = io::open_listmode(path("results/normalized_normalization.petsird"));
    const std::vector<float>&found = file->efficiencies().bin[0], &truth = ring_.efficiencies.bin[0];
    const double mean = std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size() - 1);
    double squares = 0;
    for (std::size_t crystal = 0; crystal < truth.size(); ++crystal) {
      squares += truth[crystal] > 0 ? std::pow(found[crystal] / (truth[crystal] / mean) - 1, 2) : found[crystal];
    }
    const auto crystals = static_cast<double>(truth.size());
    const double noise = std::sqrt(crystals / (2 * 0.9 * static_cast<double>(prompts_)));
    const double error = std::sqrt(squares / crystals);
    qInfo("%g prompts: error %.4g, noise %.4g, calibration %.4g of %.4g", static_cast<double>(prompts_), error, noise,
          file->efficiencies().calibration_factor, mean * mean);
    QVERIFY(error < 1.2 * noise);
    QVERIFY(std::abs(file->efficiencies().calibration_factor / (mean * mean) - 1) < 0.02);
  }

  /// Of a dry run: pairs and their memory, no iterations.
  void its_plan_is_its_own() {
    recon::Reporter silent;
    io::Job normalization = job("normalized");
    normalization.normalization.source = path("wide.toml");
    const app::JobPlan plan = app::plan_job(normalization, silent);
    QVERIFY(plan.normalizes && plan.memory_bytes > 12 * plan.num_lors);
    const std::string text = app::plan_text(plan);
    QVERIFY2(
        text.find("normalized_normalization.petsird") != std::string::npos && text.find("Source ") != std::string::npos,
        text.c_str());
    QVERIFY(text.find("iteration") == std::string::npos && text.find("Image ") == std::string::npos);
    normalization.normalization.pair_factors = recon::PairClasses::full;
    QCOMPARE(app::plan_job(normalization, silent).memory_bytes, plan.memory_bytes + 4 * plan.num_lors);
  }

  /// With the estimate the image has the activity of the cylinder; with the file's own it has not.
  void a_job_uses_them() {
    const auto mean_of = [&](const fs::path& efficiencies) {
      recon::Reporter silent;
      io::Job image = job("image");
      image.corrections.normalization = efficiencies;
      image.image.size = {12, 12, 6};
      image.image.voxel_size_mm = {12, 12, 12};
      image.sensitivity.fraction = 0.05;
      image.sensitivity.use_cache = false;
      image.stop.passes = 1;
      const recon::Image result = app::run_job(image, silent).image;
      return 0.125 * (result.at(5, 5, 2) + result.at(6, 5, 2) + result.at(5, 6, 2) + result.at(6, 6, 2) +
                      result.at(5, 5, 3) + result.at(6, 5, 3) + result.at(5, 6, 3) + result.at(6, 6, 3));
    };
    const double alike = mean_of({}), normalized = mean_of(path("results/normalized_normalization.petsird"));
    qInfo("mean ratio %.4g, expected %.4g", normalized / alike, 1 / 0.36);
    QVERIFY(std::abs(normalized / alike * 0.36 - 1) < 0.05);
  }

  void wrong_files_are_refused() {
    recon::Reporter silent;
    io::Job other = job("other");
    other.corrections.normalization = path("missing.petsird");
    QVERIFY_THROWS_EXCEPTION(FileError, app::run_job(other, silent));
    const io::ScannerDescription dmi = io::read_scanner(app::find_resource("dmi", "scanners"));
    io::PetsirdWriter(path("dmi.petsird"), dmi.scanner, dmi.efficiencies).finish();
    other.corrections.normalization = path("dmi.petsird");
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(other, silent));
    io::Job no_source = job("no_source");
    no_source.normalization.source = "nothing";
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(no_source, silent));
  }
};

COINCIDE_TEST_CLASS(NormalizationJobTest)

}  // namespace coincide::tests

#include "normalization_test.moc"
