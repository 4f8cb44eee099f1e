// What usually goes wrong is told in a run by its cause; nothing is told of data that are right.

#include <QtTest>
#include <algorithm>
#include <filesystem>

#include "app/run_job.h"
#include "app/small_jobs.h"
#include "io/image_file.h"
#include "io/scatter_file.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> all_symptoms = {"counts of randoms and scatter, more than",
                                               "edges will ring",
                                               "ends within the body",
                                               "Around the body",
                                               "attenuation image has nothing",
                                               "fit those of the activity better",
                                               "Mirrored along",
                                               "hundredth of what it sees best",
                                               "neither scattered nor random"};

}  // namespace

class SymptomsTest : public QObject, SmallJobs {
  Q_OBJECT

 public:
  SymptomsTest() : SmallJobs({.voxels = 38, .voxel_mm = 4, .sensitivity_fraction = 0.1, .passes = 3, .subsets = 6}) {}

 private:
  /// Which of the symptoms the run tells, by number.
  std::vector<std::size_t> told(const io::Job& job) {
    const std::vector<std::string> warnings = app::run_job(job, silent_).provenance.warnings;
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < all_symptoms.size(); ++i) {
      if (std::ranges::any_of(warnings,
                              [&](const std::string& w) { return w.find(all_symptoms[i]) != std::string::npos; })) {
        found.push_back(i);
      }
    }
    return found;
  }

 private slots:
  void initTestCase() {
    io::Job simulation = job("simulated");
    simulation.simulation = {.phantom = "cylinder", .scanner = "small", .duration_s = 0.5};
    QCOMPARE(told(simulation), std::vector<std::size_t>{});
  }

  void nothing_is_told_of_what_is_right() { QCOMPARE(told(reconstruction("right")), std::vector<std::size_t>{}); }

  /// The attenuation image in another place: 20 mm are told with the way back, 4 mm cannot be seen.
  void an_attenuation_image_elsewhere_is_told() {
    io::Job shifted = reconstruction("shifted");
    shifted.corrections.attenuation_place.shift_mm = {0, 20, 0};
    const auto warnings = app::run_job(shifted, silent_).provenance.warnings;
    const auto found = std::ranges::find_if(
        warnings, [](const std::string& w) { return w.find("fit those of the activity better") != std::string::npos; });
    QVERIFY(found != warnings.end());
    const QStringList place = QString::fromStdString(*found).section("moved by (", 1).section(')', 0, 0).split(", ");
    QVERIFY2(std::abs(place[0].toDouble()) < 4 && std::abs(place[1].toDouble() + 20) < 5, found->c_str());
    shifted.corrections.attenuation_place.shift_mm = {0, 4, 0};
    QCOMPARE(told(shifted), std::vector<std::size_t>{});
  }

  /// It ends 25 mm before the crystals do, in the cylinder.
  void an_attenuation_image_that_ends_is_told() {
    recon::Image mu = io::read_image(path("results/simulated_mu.nii.gz"));
    recon::Image half = mu;
    half.grid.shape[2] = mu.grid.shape[2] / 2;
    half.values.clear();
    for (std::int64_t i = 0; i < mu.grid.shape[0]; ++i) {
      for (std::int64_t j = 0; j < mu.grid.shape[1]; ++j) {
        for (std::int64_t k = 0; k < half.grid.shape[2]; ++k) {
          half.values.push_back(mu.at(i, j, k));
        }
      }
    }
    io::write_image(path("half.nii.gz"), half);
    io::Job ends = reconstruction("ends");
    ends.corrections.attenuation = path("half.nii.gz");
    const auto found = told(ends);
    QVERIFY(std::ranges::find(found, 2U) != found.end());
  }

  /// The map of a narrow CT, which ends at x = 5 mm in a cylinder of 40 mm.
  void activity_beside_the_map_is_told() {
    recon::Image mu = io::read_image(path("results/simulated_mu.nii.gz"));
    const auto first = static_cast<std::int64_t>((5 - mu.grid.origin_mm[0]) / mu.grid.voxel_size_mm[0]);
    std::fill(mu.values.begin() + first * mu.grid.shape[1] * mu.grid.shape[2], mu.values.end(), 0.0F);
    io::write_image(path("cut.nii.gz"), mu);
    io::Job cut = reconstruction("cut");
    cut.corrections.attenuation = path("cut.nii.gz");
    const auto found = told(cut);
    QVERIFY(std::ranges::find(found, 4U) != found.end());
  }

  void randoms_that_are_left_in_are_seen_as_haze() {
    io::Job haze = reconstruction("haze");
    haze.corrections.randoms = recon::RandomsMethod::none;
    QCOMPARE(told(haze), std::vector<std::size_t>{3});
  }

  /// Eight times the scatter that there is, and as much as there is.
  void more_scatter_than_trues_is_told() {
    io::Job scattered = reconstruction("scattered");
    scattered.corrections.scatter = recon::ScatterMethod::single_scatter;
    scattered.corrections.scatter_scale = recon::ScatterScaling::absolute;
    scattered.output.scatter = true;
    scattered.stop.passes = 1;
    QCOMPARE(told(scattered), std::vector<std::size_t>{});
    recon::ScatterResult much = io::read_scatter(path("results/scattered_scatter.h5"));
    much.scale = much.scale.times(8);
    much.counts *= 8;
    io::write_scatter(path("much.h5"), much);
    scattered.output.scatter = false;
    scattered.output.name = "much";
    scattered.corrections.scatter_estimate = path("much.h5");
    QCOMPARE(told(scattered), std::vector<std::size_t>{8});
  }

  void a_wide_resolution_model_is_told() {
    io::Job wide = reconstruction("wide");
    wide.stop.passes = 1;
    wide.algorithm.psf_fwhm_mm = 5;
    QCOMPARE(told(wide), std::vector<std::size_t>{});
    wide.algorithm.psf_fwhm_mm = 8;
    QCOMPARE(told(wide), std::vector<std::size_t>{1});
  }
};

COINCIDE_TEST_CLASS(SymptomsTest)

}  // namespace coincide::tests

#include "symptoms_test.moc"
