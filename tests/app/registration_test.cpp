// A map that lies elsewhere, brought to its place by the job: the image is that of the map made there.

#include <QtTest>
#include <cmath>

#include "app/job_setup.h"
#include "app/run_job.h"
#include "app/small_jobs.h"
#include "io/image_file.h"
#include "projectors/error.h"
#include "recon/motion/registration.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

namespace {

/// A box as long, wide and deep as no other, in water, whose middle is at `pose` of the point (30, 0, 0).
recon::Image box_at(const recon::Pose& pose, const recon::ImageGrid& grid) {
  recon::Image map(grid, 0, "1/cm");
  const recon::PoseMap place(pose);
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const auto mm = [&](std::size_t a, std::int64_t n) {
          return double{grid.origin_mm[a]} + static_cast<double>(n) * grid.voxel_size_mm[a];
        };
        const recon::Point p = place.to_reference({mm(0, i), mm(1, j), mm(2, k)});
        // Edges as soft as some voxels are wide, so that what is made and what is moved are the same.
        const auto within = [](double distance, double half) {
          return 1 / (1 + std::exp((std::abs(distance) - half) / 3));
        };
        map.at(i, j, k) = static_cast<float>(0.096 * within(p[0] - 15, 30) * within(p[1], 16) * within(p[2], 24));
      }
    }
  }
  return map;
}

}  // namespace

class RegistrationJobTest : public QObject, tests::SmallJobs {
  Q_OBJECT

 private slots:
  void initTestCase() { simulate(); }

  /// The numbers that the window and the settings speak of, all the way to the voxels.
  void moved_map_gives_the_image_of_the_matched_pair() {
    const recon::ImageGrid grid = recon::centred_grid({64, 64, 48}, {2.5, 2.5, 2.5}, {0, 0, 0});
    const recon::Registration place{.shift_mm = {8, -6, 4}, .turn_degrees = {12, 0, 35}};
    const recon::Point middle = recon::middle_of(grid);
    io::write_image(path("as_scanned.nii"), box_at({}, grid));
    io::write_image(path("in_place.nii"), box_at(recon::pose_of(place, middle), grid));

    const recon::Image wanted = image_with("in_place.nii", {});
    const double moved = difference(image_with("as_scanned.nii", place), wanted);
    const double left = difference(image_with("as_scanned.nii", {}), wanted);
    const double backwards =
        difference(image_with("as_scanned.nii", {.shift_mm = {-8, 6, -4}, .turn_degrees = {-12, 0, -35}}), wanted);
    const double shifted_only = difference(image_with("as_scanned.nii", {.shift_mm = place.shift_mm}), wanted);
    QVERIFY2(moved < 0.005, qPrintable(QString("%1 %2 %3 %4").arg(moved).arg(left).arg(backwards).arg(shifted_only)));
    QVERIFY(std::min({left, backwards, shifted_only}) > 10 * moved);
  }

  void record_tells_what_was_done() {
    io::Job job = with_map("as_scanned.nii", {.shift_mm = {8, 0, 0}, .turn_degrees = {0, 0, 35}});
    const app::RunResult result = app::run_job(job, silent_);
    std::string attenuation;
    for (const auto& [effect, sentence] : result.provenance.corrections) {
      attenuation += effect == "attenuation" ? sentence : "";
    }
    QVERIFY2(attenuation.ends_with("turned by (0, 0, 35) degrees about x, y and z, then moved by (8, 0, 0) mm"),
             attenuation.c_str());
    QCOMPARE(result.provenance.job.corrections.attenuation_place, job.corrections.attenuation_place);
  }

  /// Resumed with another place, a run would mix two models.
  void resume_with_another_place_is_refused() {
    io::Job job = with_map("as_scanned.nii", {.turn_degrees = {0, 0, 35}});
    job.output.checkpoint = 1;
    job.output.name = "resumed";
    app::run_job(job, silent_);
    job.stop.passes = 3;
    app::run_job(job, silent_, app::Resume::yes);
    job.corrections.attenuation_place.turn_degrees[2] = 36;
    QVERIFY_THROWS_EXCEPTION(coincide::Error, app::run_job(job, silent_, app::Resume::yes));
  }

  /// The prior's image as well, around which lies air.
  void anatomical_image_is_moved() {
    io::Job job = with_map("as_scanned.nii", {});
    job.algorithm.name = recon::AlgorithmName::map;
    job.prior.name = recon::PriorName::bowsher;
    job.prior.anatomical = path("as_scanned.nii");
    job.prior.anatomical_place = {.shift_mm = {8, -6, 4}, .turn_degrees = {12, 0, 35}};
    const recon::Image moved = *app::prepare_job(job).anatomical;
    job.prior.anatomical = path("in_place.nii");
    job.prior.anatomical_place = {};
    QVERIFY(difference(moved, *app::prepare_job(job).anatomical) < 0.03);
    job.prior.anatomical = path("as_scanned.nii");
    QVERIFY(difference(moved, *app::prepare_job(job).anatomical) > 0.1);
  }

 private:
  io::Job with_map(const char* file, const recon::Registration& place) const {
    io::Job job = reconstruction("registered");
    job.corrections.attenuation = path(file);
    job.corrections.attenuation_place = place;
    return job;
  }

  recon::Image image_with(const char* file, const recon::Registration& place) {
    return app::run_job(with_map(file, place), silent_).image;
  }

  /// rms, as part of the rms.
  static double difference(const recon::Image& one, const recon::Image& other) {
    double squares = 0, all = 0;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      squares += std::pow(double{one.values[i]} - other.values[i], 2);
      all += std::pow(double{other.values[i]}, 2);
    }
    return std::sqrt(squares / all);
  }
};

COINCIDE_TEST_CLASS(RegistrationJobTest)
#include "registration_test.moc"
