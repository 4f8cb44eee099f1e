// From events to sinograms and their factors to images: compressing must not change these.

#include <QtTest>
#include <cmath>
#include <fstream>

#include "io/data_conversion.h"
#include "io/image_file.h"
#include "small_jobs.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

/// Crystals evenly on circles, as sinograms need them, that differ.
constexpr const char* circles =
    "name = \"circles\"\n[module]\ncrystals_transaxial = 1\ncrystals_axial = 1\npitch_transaxial_mm = 6.4\n"
    "pitch_axial_mm = 5\ncrystal_size_mm = [6.3, 4.9, 20.0]\n[ring]\nmodules = 96\nradius_mm = 100.0\n"
    "[axial]\nrings = 16\npitch_mm = 5.0\n[detection]\nefficiency = 0.6\nspread = 0.3\nseed = 1\n"
    "[coincidence]\nmin_module_difference = 20\nlowest_kev = 435\nhighest_kev = 650\n";

class Notes final : public recon::Reporter {
 public:
  std::string all;
  void note(std::string_view sentence) override { all += sentence; }
};

}  // namespace

class SinogramJobTest : public QObject, private SmallJobs {
  Q_OBJECT

 public:
  SinogramJobTest() : SmallJobs({.voxels = 26, .voxel_mm = 5, .sensitivity_fraction = 1, .passes = 8, .subsets = 4}) {}

 private slots:
  /// The same events in a sinogram of every pair of rings and in one that gathers three ring differences and two views:
  /// counts of what is gathered add, and so do efficiencies, while attenuation is that of the LOR in the middle.
  void compression_changes_no_region() {
    std::ofstream(path("circles.toml")) << circles;
    io::Job simulation = job("simulated");
    simulation.simulation = {.phantom = "cylinder", .scanner = path("circles.toml"), .duration_s = 2};
    simulation.simulation.randoms_fraction = 0;
    app::run_job(simulation, silent_);

    io::Job of_events = with_attenuation(job("events"));
    of_events.input.data = path("results/simulated.petsird");
    const recon::Image events = app::run_job(of_events, silent_).image;
    const recon::Image plain = image_of_sinogram("plain", {});
    const recon::Image compressed = image_of_sinogram("compressed", {.span = 3, .view_mashing = 2});
    QVERIFY2(std::abs(inside(compressed) / inside(plain) - 1) < 0.01, text(inside(compressed) / inside(plain)));
    QVERIFY2(std::abs(end_planes(compressed) / end_planes(plain) - 1) < 0.01,
             text(end_planes(compressed) / end_planes(plain)));
    const double in_unit = sum(plain) / sum(events);
    QVERIFY2(std::abs(inside(plain) / inside(events) / in_unit - 1) < 0.01, text(inside(plain) / inside(events)));

    // Without the factors planes that gather two pairs of rings hold twice as much.
    io::Job without = with_attenuation(job("without"));
    without.input.data = path("compressed.hs");
    const recon::Image wrong = app::run_job(without, silent_).image;
    QVERIFY2(worst_plane(compressed, plain) < 0.015, text(worst_plane(compressed, plain)));
    QVERIFY2(worst_plane(wrong, plain) > 0.05, text(worst_plane(wrong, plain)));
  }

  void a_sinogram_of_delayeds_has_no_factors() {
    std::ofstream(path("circles.toml")) << circles;
    io::Job simulation = job("short");
    simulation.simulation = {.phantom = "cylinder", .scanner = path("circles.toml"), .duration_s = 0.01};
    app::run_job(simulation, silent_);
    io::convert_data(path("results/short.petsird"), path("delayeds.hs"), {}, {.delayeds = true}, silent_);
    QVERIFY(std::filesystem::exists(path("delayeds.hs")));
    QVERIFY(!std::filesystem::exists(path("delayeds_multiplicative.hs")));
  }

 private:
  io::Job with_attenuation(io::Job job) const {
    job.corrections.attenuation = path("results/simulated_mu.nii.gz");
    job.corrections.scatter = recon::ScatterMethod::none;
    return job;
  }
  recon::Image image_of_sinogram(const char* name, const io::StirUnlistOptions& unlisting) {
    const std::string stem = path(name).string();
    Notes notes;
    io::convert_data(path("results/simulated.petsird"), stem + ".hs", {}, unlisting, notes);
    [&] { QVERIFY(notes.all.find("_multiplicative.hs holds") != std::string::npos); }();
    io::Job job = with_attenuation(this->job(name));
    job.input.data = stem + ".hs";
    job.corrections.multiplicative = stem + "_multiplicative.hs";  // told by its values
    return app::run_job(job, silent_).image;
  }
  /// Mean near the axis, in the middle of it or in planes next to its ends.
  static double mean(const recon::Image& image, std::int64_t first, std::int64_t end) {
    double sum = 0;
    int voxels = 0;
    const auto [nx, ny, nz] = image.grid.shape;
    for (std::int64_t x = 0; x < nx; ++x) {
      for (std::int64_t y = 0; y < ny; ++y) {
        for (std::int64_t z = first; z < end; ++z) {
          if (std::hypot(x - 0.5 * (nx - 1), y - 0.5 * (ny - 1)) < 0.25 * nx) {
            sum += image.at(x, y, z) + image.at(x, y, nz - 1 - z);
            voxels += 2;
          }
        }
      }
    }
    return sum / voxels;
  }
  static double inside(const recon::Image& image) { return mean(image, 5, image.grid.shape[2] - 5); }
  static double end_planes(const recon::Image& image) { return mean(image, 2, 4); }
  /// The largest difference of a plane's mean, as a part of it and beside a common factor.
  static double worst_plane(const recon::Image& one, const recon::Image& other) {
    double worst = 0;
    for (std::int64_t z = 2; z < one.grid.shape[2] / 2; ++z) {
      const double ratio = mean(one, z, z + 1) / mean(other, z, z + 1) / (inside(one) / inside(other));
      worst = std::max(worst, std::abs(ratio - 1));
    }
    return worst;
  }
  static const char* text(double value) {
    static std::string kept;
    kept = std::to_string(value);
    return kept.c_str();
  }
};

COINCIDE_TEST_CLASS(SinogramJobTest)

}  // namespace coincide::tests

#include "sinogram_job_test.moc"
