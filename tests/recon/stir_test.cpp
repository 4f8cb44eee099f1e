// Reconstructions of STIR from its projection data, repeated with our own projector: regions agree within what STIR
// with other rays differs by. STIR's image is ours times the voxel size along x, so that factors are divided by it.

#include <QtTest>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

#include "recon/algorithms/em.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/run.h"
#include "recon/algorithms/variance_reduced.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/problem.h"
#include "support/exact_engine.h"
#include "support/stir_histogram.h"
#include "support/stir_image.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Histogram;
using recon::HistogramSensitivity;
using recon::Image;

std::filesystem::path stir_folder(const char* name) {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir" / name;
}

/// STIR reconstructs nothing outside the circle that the image holds.
void leave_out_corners(Image& sensitivity) {
  const recon::ImageGrid& grid = sensitivity.grid;
  const float radius_mm = -grid.origin_mm[0] + 1e-3F;
  for (std::int64_t i = 0; i < grid.num_voxels(); ++i) {
    const float x = grid.origin_mm[0] + static_cast<float>(i / (grid.shape[1] * grid.shape[2])) * grid.voxel_size_mm[0];
    const float y = grid.origin_mm[1] + static_cast<float>(i / grid.shape[2] % grid.shape[1]) * grid.voxel_size_mm[1];
    if (std::hypot(x, y) > radius_mm) {
      sensitivity.values[static_cast<std::size_t>(i)] = 0;
    }
  }
}

/// A histogram with all that algorithms need, in the scale of STIR's images.
struct StirCase {
  StirCase(Histogram bins, const recon::ImageGrid& grid, int subsets) : histogram(std::move(bins)) {
    for (float& m : histogram.factor) {
      m /= grid.voxel_size_mm[0];
    }
    recon::Reporter silent;
    sensitivity = recon::histogram_sensitivity(histogram, grid, subsets, {}, silent);
    leave_out_corners(sensitivity.whole);
    measurements.emplace(histogram, grid, subsets, 0);
    problem.emplace(recon::make_problem(*measurements, nullptr, sensitivity, 0, 0));
  }
  Image run(recon::Algorithm& algorithm, const Image& start, int passes) const {
    recon::Reporter silent;
    return recon::run(algorithm, *problem, start, {.passes = passes}, silent).image;
  }
  std::unique_ptr<recon::Engine> engine() const { return recon::make_cpu_engine(*problem, 0); }

  Histogram histogram;
  HistogramSensitivity sensitivity;
  std::optional<recon::HistogramMeasurements> measurements;
  std::optional<recon::Problem> problem;
};

/// 1 in the voxels that are reconstructed, else 0.
std::vector<float> mask_of(const recon::Problem& problem) {
  std::vector<float> mask(problem.sensitivity.size());
  std::ranges::transform(problem.sensitivity, mask.begin(), [](float s) { return s > 0 ? 1.0F : 0.0F; });
  return mask;
}

/// The same bins with exact lines, as STIR's matrix has them.
struct ExactCase {
  explicit ExactCase(const StirCase& joseph)
      : mask(mask_of(*joseph.problem)),
        lines(*joseph.measurements, joseph.problem->grid, mask),
        problem(recon::make_problem(
            *joseph.measurements, nullptr,
            exact_sensitivity(joseph.histogram, joseph.problem->grid, mask, joseph.measurements->num_subsets()), 0,
            0)) {}
  std::unique_ptr<recon::Engine> engine() const { return std::make_unique<ExactEngine>(problem, lines); }

  std::vector<float> mask;
  ExactLines lines;
  recon::Problem problem;
};

Image masked(const recon::Engine& engine, Image image) {
  std::ranges::transform(image.values, mask_of(engine.problem()), image.values.begin(), std::multiplies<>());
  return image;
}

/// In STIR's order subsets 0, 1, 2 ... follow each other in every pass: with 6 subsets they do in our even ones.
Image run_on(recon::Engine& engine, recon::Algorithm& algorithm, const Image& start, int passes, bool in_stirs_order) {
  recon::State state{.x = engine.make_image(), .images = {}, .numbers = {}};
  Image image = masked(engine, start);
  state.x.upload(image.values.data());
  algorithm.attach(engine, state);
  for (int pass = 0; pass < passes; ++pass) {
    state.pass = in_stirs_order ? 2 * pass : pass;
    state.log_sum = 0;
    const int updates = algorithm.updates_in_pass(engine, state);
    for (state.update = 0; state.update < updates; ++state.update) {
      algorithm.step(engine, state, [](double) { return true; });
    }
  }
  state.x.download(image.values.data());
  return image;
}

/// Sum of y ln(m A x + b) - m A x - b, x inside the circle.
double log_likelihood(recon::Engine& engine, const Histogram& histogram, const Image& image) {
  recon::EngineImage x = engine.make_image(), back = engine.make_image();
  x.upload(masked(engine, image).values.data());
  double log_sum = 0;
  for (int subset = 0; subset < engine.problem().data.num_subsets(); ++subset) {
    engine.back_project(subset, x, back, log_sum, [](double) { return true; });
  }
  return log_sum - engine.dot(x, engine.sensitivity()) -
         std::accumulate(histogram.additive.begin(), histogram.additive.end(), 0.0);
}

double sum_of(const Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

/// Mean of the image where another one is between two values.
double mean_where(const Image& image, const Image& other, double above, double below) {
  double sum = 0, voxels = 0;
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    if (other.values[i] > above && other.values[i] < below) {
      sum += image.values[i];
      ++voxels;
    }
  }
  return sum / voxels;
}

/// The model of STIR's MAP images: expected counts (P x + a) / n.
StirCase map_case() {
  const std::filesystem::path files = stir_folder("map-span3");
  Histogram histogram = read_stir_histogram(files / "prompts.hs");
  const std::vector<float> n = read_stir_histogram(files / "mult.hs").counts;
  const std::vector<float> a = read_stir_histogram(files / "add.hs").counts;
  for (std::size_t i = 0; i < n.size(); ++i) {
    histogram.factor[i] = 1 / n[i];
    histogram.additive[i] = a[i] / n[i];
  }
  return {std::move(histogram), read_stir_image(files / "regions.hv").grid, 6};
}

recon::PriorOptions stir_prior(const QByteArray& name) {
  recon::PriorOptions options{.scale = recon::PriorScale::raw};
  options.name = name == "quad" ? recon::PriorName::quadratic : recon::PriorName::relative_difference;
  options.strength = name == "quad" ? 2.0 : 1.5;
  options.gamma = 2;
  options.epsilon = 0.001;
  return options;
}

/// strength R over the voxels of a mask.
double penalty(const recon::PriorOptions& options, const Image& image, const std::vector<float>& mask) {
  const auto prior = recon::make_prior(options, {.grid = image.grid, .kappa = mask});
  return options.strength * prior->value(image.values.data());
}

/// Of the difference of images inside the body, in percent of the mean there.
double body_rms_percent(const Image& ours, const Image& theirs, const Image& regions) {
  double squares = 0, sum = 0, voxels = 0;
  for (std::size_t i = 0; i < ours.values.size(); ++i) {
    if (regions.values[i] > 0) {
      squares += std::pow(double{ours.values[i]} - double{theirs.values[i]}, 2);
      sum += theirs.values[i];
      ++voxels;
    }
  }
  return 100 * std::sqrt(squares / voxels) / (sum / voxels);
}

}  // namespace

class StirTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (!std::filesystem::exists(stir_folder("osem-span3"))) {
      QSKIP("needs the shared test data");
    }
  }

  /// End points that STIR itself printed for two of its scanners.
  void lors_run_as_in_stir() {
    const Histogram histogram = read_stir_histogram(stir_folder("osem-span3") / "prompts.hs");
    QCOMPARE(histogram.num_lors(), std::int64_t{95} * 48 * (27 + 31 + 27));
    // Segment -1, view 7, axial 4, tangential -12, by the formula of STIR's documentation.
    const std::size_t lor = 95 * (27 * 7 + 4) + 47 - 12;
    const double pi = std::numbers::pi, phi = 7.5 * pi / 180 + 7 * pi / 48 + pi / 192;
    const double psi_1 = phi - 12 * pi / 192, radius = 156;
    const recon::Vec3& p1 = histogram.point_mm[histogram.end[lor]];
    QVERIFY(std::abs(p1[0] - radius * std::sin(psi_1)) < 1e-3);
    QVERIFY(std::abs(p1[1] + radius * std::cos(psi_1)) < 1e-3);
    QVERIFY(std::abs(p1[2] - (-22.5 + 7.5)) < 1e-3);
  }

  void osem_data() {
    QTest::addColumn<QByteArray>("folder");
    QTest::addColumn<double>("total_percent");
    QTest::addColumn<double>("hot_percent");
    QTest::addColumn<double>("cold_percent");
    QTest::newRow("span 3") << QByteArray("osem-span3") << 0.5 << 2.0 << 5.0;
    QTest::newRow("span 1, TOF") << QByteArray("osem-tof") << 3.0 << 3.0 << 8.0;
  }

  void osem() {
    QFETCH(const QByteArray, folder);
    QFETCH(const double, total_percent);
    QFETCH(const double, hot_percent);
    QFETCH(const double, cold_percent);
    const std::filesystem::path files = stir_folder(folder.constData());
    const Image phantom = read_stir_image(stir_folder("osem-span3") / "emission.hv");
    const StirCase stir(read_stir_histogram(files / "prompts.hs"), phantom.grid, 6);
    const Image sensitivity = read_stir_image(files / "stir_sensitivity.hv");
    const double of_theirs =
        mean_where(stir.sensitivity.whole, phantom, 0.99, 1.01) / mean_where(sensitivity, phantom, 0.99, 1.01);
    qInfo("sensitivity in the background %.4f of STIR's", of_theirs);
    QVERIFY(std::abs(of_theirs - 1) < 0.005);
    for (const auto& [passes, name] : {std::pair{1, "stir_osem_6.hv"}, std::pair{3, "stir_osem_18.hv"}}) {
      recon::ExpectationMaximisation em;
      const Image ours = stir.run(em, Image(phantom.grid, 1), passes);
      const Image theirs = read_stir_image(files / name);
      const auto off_percent = [&](double above, double below) {
        return 100 * (mean_where(ours, phantom, above, below) / mean_where(theirs, phantom, above, below) - 1);
      };
      const double total = 100 * (sum_of(ours) / sum_of(theirs) - 1);
      qInfo("%s: total %.2f %%, hot %.2f %%, background %.2f %%, cold %.2f %%", name, total, off_percent(2.5, 1e9),
            off_percent(0.99, 1.01), off_percent(0, 0.5));
      QVERIFY(std::abs(total) < total_percent);
      QVERIFY(std::abs(off_percent(2.5, 1e9)) < hot_percent);
      QVERIFY(std::abs(off_percent(0.99, 1.01)) < hot_percent);
      QVERIFY(std::abs(off_percent(0, 0.5)) < cold_percent);
    }
  }

  /// STIR's images in its own model, exact lines: likelihood and penalty as STIR evaluated them. Joseph's lines, which
  /// interpolate between voxels, differ from exact ones by 2 % rms per bin on such noisy images, which costs them 0.1 %
  /// of the range.
  void objective_data() {
    QTest::addColumn<QByteArray>("prior");
    QTest::addColumn<double>("log_likelihood");
    QTest::addColumn<double>("penalty");
    QTest::newRow("osl_quad_60") << QByteArray("quad") << 206333.9 << 3519.54;
    QTest::newRow("converged_quad") << QByteArray("quad") << 206653.0 << 3380.11;
    QTest::newRow("osl_rdp_60") << QByteArray("rdp") << 205582.8 << 6234.00;
    QTest::newRow("converged_rdp") << QByteArray("rdp") << 205955.4 << 6108.18;
  }

  void objective() {
    QFETCH(const QByteArray, prior);
    QFETCH(const double, log_likelihood);
    QFETCH(const double, penalty);
    const Image image = read_stir_image(stir_folder("map-span3") / (std::string(QTest::currentDataTag()) + ".hv"));
    const double range = 203272.9 + 1620018.1;  // from STIR's constant image to its converged one
    const auto off = [&](const auto& model) {
      return tests::log_likelihood(*model.engine(), joseph().histogram, image) - log_likelihood;
    };
    const double penalty_here = tests::penalty(stir_prior(prior), image, std::vector<float>(image.values.size(), 1));
    qInfo("log likelihood off by %.4f %% of the range, with our lines by %.4f %%; penalty %.2f",
          100 * off(exact()) / range, 100 * off(joseph()) / range, penalty_here);
    QVERIFY(std::abs(off(exact())) < 5e-4 * range);
    QVERIFY(std::abs(penalty_here - penalty) < 1e-4 * penalty);
  }

  void map_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<bool>("exact_lines");
    for (const char* file : {"converged_quad", "converged_rdp", "osl_quad_60", "osl_rdp_60"}) {
      QTest::addRow("%s, exact lines", file) << QByteArray(file) << true;
      QTest::addRow("%s, our lines", file) << QByteArray(file) << false;
    }
  }

  /// Converged images, and those of as many passes of one-step-late EM, whose first pass is another one here. By exact
  /// lines, which are STIR's, ours are STIR's images: the algorithms are the same. By our own lines they differ by what
  /// these lines differ, which the noise of weakly smoothed images makes more than STIR differs from itself with 3 rays
  /// (2.6 to 3.2 %). The objective of the converged images must be no lower than at STIR's, in the same model.
  void map() {
    QFETCH(const QByteArray, file);
    QFETCH(const bool, exact_lines);
    const bool one_step_late = file.startsWith("osl");
    const recon::PriorOptions options = stir_prior(file.contains("quad") ? "quad" : "rdp");
    const std::filesystem::path files = stir_folder("map-span3");
    const Image regions = read_stir_image(files / "regions.hv");
    const Image theirs = read_stir_image(files / (file.toStdString() + ".hv"));
    recon::VarianceReduced variance_reduced(recon::PriorTerm(options), 0, 0);
    recon::OneStepLate late(recon::PriorTerm(options), 0);
    recon::Algorithm& algorithm = one_step_late ? static_cast<recon::Algorithm&>(late) : variance_reduced;
    const auto engine = exact_lines ? exact().engine() : joseph().engine();
    const int passes = one_step_late ? 10 : exact_lines ? 100 : 20;  // STIR's took 210 to converge
    const Image ours = run_on(*engine, algorithm, Image(regions.grid, 0.35F), passes, one_step_late);
    const auto off_percent = [&](double region) {
      return 100 * (mean_where(ours, regions, region - 0.5, region + 0.5) /
                        mean_where(theirs, regions, region - 0.5, region + 0.5) -
                    1);
    };
    const double total = 100 * (sum_of(ours) / sum_of(theirs) - 1);
    const double rms = body_rms_percent(ours, theirs, regions);
    const auto objective = [&](const Image& image) {
      return log_likelihood(*engine, joseph().histogram, image) - penalty(options, image, mask_of(engine->problem()));
    };
    const double gain = objective(ours) - objective(theirs);
    qInfo("total %.2f %%, background %.2f %%, hot %.2f %%, cold %.2f %%, body rms %.1f %%, objective %.1f above", total,
          off_percent(1), off_percent(2), off_percent(3), rms, gain);
    QVERIFY(std::abs(total) < 0.4);
    QVERIFY(std::abs(off_percent(1)) < 0.8);
    QVERIFY(std::abs(off_percent(2)) < 1.5);
    QVERIFY(std::abs(off_percent(3)) < 2);
    QEXPECT_FAIL("converged_quad, our lines", "5.7 % by the lines alone: 0.1 % with exact ones", Continue);
    QEXPECT_FAIL("osl_quad_60, our lines", "6.3 % by the lines alone: 0.1 % with exact ones", Continue);
    QVERIFY(rms < (exact_lines ? 0.5 : one_step_late ? 6 : 5));
    QVERIFY(one_step_late || gain >= 0);
  }

 private:
  const StirCase& joseph() {
    if (!joseph_) {
      joseph_.reset(new StirCase(map_case()));  // stays where it is: its parts refer to each other
    }
    return *joseph_;
  }
  const ExactCase& exact() {
    if (!exact_) {
      exact_.emplace(joseph());
    }
    return *exact_;
  }

  std::unique_ptr<const StirCase> joseph_;
  std::optional<ExactCase> exact_;
};

COINCIDE_TEST_CLASS(StirTest)

}  // namespace coincide::tests

#include "stir_test.moc"
