// Penalised reconstruction: all converging algorithms end in the same image, which maximises the objective.

#include <QtTest>
#include <cmath>

#include "recon/algorithms/algorithms.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/reference_values.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_case.h"
#include "support/random_problem.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::IterationFigures;
using recon::PriorName;
using recon::PriorOptions;

PriorOptions prior_options(PriorName name, double strength) { return {.name = name, .strength = strength}; }

}  // namespace

class PenalisedTest : public QObject {
  Q_OBJECT

 private slots:
  void converging_algorithms_agree_data() {
    QTest::addColumn<int>("name");
    QTest::addColumn<double>("strength");
    QTest::newRow("quadratic") << static_cast<int>(PriorName::quadratic) << 20.0;
    QTest::newRow("relative difference") << static_cast<int>(PriorName::relative_difference) << 20.0;
    QTest::newRow("relative difference, strong") << static_cast<int>(PriorName::relative_difference) << 200.0;
    QTest::newRow("total variation") << static_cast<int>(PriorName::total_variation) << 1.0;
  }

  void converging_algorithms_agree() {
    QFETCH(const int, name);
    QFETCH(const double, strength);
    const PriorOptions options = prior_options(static_cast<PriorName>(name), strength);
    recon::VarianceReduced quick(PriorTerm(options), 1, 0);
    const RunResult found = subsets_.run(quick, 60);
    recon::VarianceReduced short_run(PriorTerm(options), 1, 0);
    const RunResult early = subsets_.run(short_run, 8);
    recon::Bsrem slow(PriorTerm(options), 1);
    const RunResult reference = subsets_.run(slow, 400);
    qInfo("after 8 passes %.2g, BSREM after 400 %.2g of the mean from the end",
          rms_difference(early.image, found.image), rms_difference(reference.image, found.image));
    QVERIFY(rms_difference(early.image, found.image) < 0.02);
    QVERIFY(rms_difference(reference.image, found.image) < 0.01);
    for (const float value : found.image.values) {
      QVERIFY(value >= 0 && std::isfinite(value));
    }
    // Of the snapshots that were taken, the last is the best.
    const auto objective = [](const IterationFigures& figures) { return figures.log_likelihood - figures.penalty; };
    QVERIFY(objective(found.figures[1]) < objective(early.figures[4]));
  }

  void any_strength_converges_data() {
    QTest::addColumn<int>("name");
    for (std::size_t name = 1; name < recon::priors().size(); ++name) {
      QTest::newRow(recon::priors()[name].name.data()) << static_cast<int>(name);
    }
  }

  /// From hardly any prior to far too much, none of which lets the first pass explode, the snapshots rise.
  void any_strength_converges() {
    QFETCH(const int, name);
    const auto anatomy = std::make_shared<Image>(subsets_.acquisition.truth);
    for (const double strength : {1e-4, 1e-2, 1.0, 100.0, 1e4}) {
      PriorTerm prior(prior_options(static_cast<PriorName>(name), strength), anatomy);
      recon::VarianceReduced algorithm(std::move(prior), 1, 0);
      const RunResult found = subsets_.run(algorithm, 11);
      std::vector<double> snapshots;
      for (const std::size_t pass : {0U, 1U, 4U, 7U, 10U}) {
        snapshots.push_back(found.figures[pass].log_likelihood - found.figures[pass].penalty);
      }
      const auto falls = [](double next, double before) { return next < before - 1e-8 * std::abs(before); };
      QVERIFY(std::ranges::is_sorted(snapshots.begin() + 1, snapshots.end(), falls));
      QVERIFY(std::ranges::all_of(found.image.values, [](float value) { return value >= 0 && std::isfinite(value); }));
    }
  }

  /// Images are finite and not negative, and none ends below the start epoch or any snapshot.
  void random_problems() {
    for (unsigned seed = 1; seed <= 100; ++seed) {
      const RandomProblem problem(seed);
      std::vector<double> best;  // of the snapshots so far, by pass
      const auto note = [&best](const recon::Checkpoint& at) {
        if (at.state.numbers.contains("best")) {
          best.push_back(at.state.numbers.at("best"));
        }
      };
      recon::VarianceReduced algorithm(PriorTerm(problem.prior), 1, 0);
      recon::Reporter silent;
      const RunResult found =
          recon::run(algorithm, *problem.problem, Image(problem.grid, 1),
                     {.passes = 12, .num_threads = 1, .checkpoint_passes = 1, .keep = note}, silent);
      QVERIFY(std::ranges::all_of(found.image.values, [](float value) { return value >= 0 && std::isfinite(value); }));
      const double rounding = 1e-8 * std::abs(best.back());
      const double end = problem.objective(found.image);
      QVERIFY2(std::ranges::is_sorted(best) && end >= best.back() - rounding,
               qPrintable(QString("problem %1: start epoch %2, best snapshot %3, end %4")
                              .arg(seed)
                              .arg(best.front())
                              .arg(best.back())
                              .arg(end)));
    }
  }

  void penalty_of_each_pass_data() {
    QTest::addColumn<int>("row");
    for (std::size_t row = 1; row < recon::algorithms().size(); ++row) {
      QTest::newRow(recon::algorithms()[row].name.data()) << static_cast<int>(row);
    }
  }

  /// All that take a prior report what it is of the image before each pass, others none.
  void penalty_of_each_pass() {
    QFETCH(const int, row);
    const recon::AlgorithmKind& kind = recon::algorithms()[static_cast<std::size_t>(row)];
    const PriorOptions options = prior_options(PriorName::quadratic, 20);
    std::vector<Image> images{subsets_.start()};
    const auto note = [&](const recon::Checkpoint& at) {
      images.push_back({subsets_.grid, 0}), images.back().values = at.state.x;
    };
    recon::Reporter silent;
    const auto algorithm = kind.make({.prior = options, .anatomical = nullptr, .num_threads = 1});
    const RunResult found = recon::run(*algorithm, *subsets_.problem, images[0],
                                       {.passes = 4, .num_threads = 1, .checkpoint_passes = 1, .keep = note}, silent);
    const auto engine = recon::make_cpu_engine(*subsets_.problem, 1);
    PriorTerm prior(options);
    prior.attach(*engine, recon::reference_values(*subsets_.problem, 1).in_object, 1);
    for (std::size_t pass = 1; pass < found.figures.size(); ++pass) {
      const IterationFigures& figures = found.figures[pass];
      QCOMPARE(figures.has_penalty(), kind.takes_prior);
      recon::EngineImage x = engine->make_image();
      x.upload(images[pass].values.data());
      QVERIFY(!kind.takes_prior || figures.penalty == prior.value(x));
      QCOMPARE(figures.objective(), figures.log_likelihood - (kind.takes_prior ? figures.penalty : 0));
    }
  }

  void one_step_late_pulls_towards_smooth_images() {
    recon::OneStepLate none(PriorTerm(prior_options(PriorName::none, 1)), 0);
    recon::OneStepLate some(PriorTerm(prior_options(PriorName::relative_difference, 50)), 0);
    const auto roughness = [](const Image& image) {
      double sum = 0;
      for (std::int64_t i = 1; i < image.grid.shape[0]; ++i) {
        for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
          sum += std::pow(image.at(i, j, 1) - image.at(i - 1, j, 1), 2);
        }
      }
      return sum;
    };
    const Image rough = subsets_.run(none, 6).image, smooth = subsets_.run(some, 6).image;
    QVERIFY(roughness(smooth) < 0.8 * roughness(rough));
  }

  void stops_when_near_enough() {
    recon::VarianceReduced algorithm(PriorTerm(prior_options(PriorName::quadratic, 20)), 1, 1);
    const RunResult found = subsets_.run(algorithm, 60);
    QVERIFY(found.iterations_done < 20);
    QVERIFY(found.figures.back().distance_percent >= 0 && found.figures.back().distance_percent < 1);
    recon::VarianceReduced longer(PriorTerm(prior_options(PriorName::quadratic, 20)), 1, 0);
    QVERIFY(rms_difference(found.image, subsets_.run(longer, 60).image) < 0.03);
  }

 private:
  const PenalisedCase subsets_{10};
};

COINCIDE_TEST_CLASS(PenalisedTest)

}  // namespace coincide::tests

#include "penalised_test.moc"
