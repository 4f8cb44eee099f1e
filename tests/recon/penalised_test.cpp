// Penalised reconstruction: all converging algorithms end in the same image, which maximises the objective.

#include <QtTest>
#include <cmath>
#include <random>

#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/reference_values.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_case.h"
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
    QVERIFY(objective(found.figures[1]) < objective(early.figures[3]));
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
      for (const std::size_t pass : {0U, 1U, 3U, 6U, 9U}) {
        snapshots.push_back(found.figures[pass].log_likelihood - found.figures[pass].penalty);
      }
      QVERIFY(std::ranges::is_sorted(snapshots.begin() + 1, snapshots.end()));
      QVERIFY(std::ranges::all_of(found.image.values, [](float value) { return value >= 0 && std::isfinite(value); }));
    }
  }

  void random_problems_data() {
    QTest::addColumn<double>("counts");
    for (const double counts : {1e2, 1e3, 1e4}) {
      QTest::newRow(QByteArray::number(counts)) << counts;
    }
  }

  /// Of all backgrounds, priors, strengths and numbers of subsets, some with dead crystals: images are finite and not
  /// negative, and no objective ends below that after the first pass.
  void random_problems() {
    QFETCH(const double, counts);
    std::mt19937 random(static_cast<unsigned>(counts));
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int trial = 0; trial < 8; ++trial) {
      const double per_lor = counts / 800;
      const PenalisedCase problem(
          {.subsets = 1 + static_cast<int>(random() % (counts < 1e3 ? 4 : 20)),
           .tof = false,
           .background = static_cast<float>(trial % 2 * 10 * uniform(random) * per_lor),
           .acquisition = {
               .counts = counts, .seed = static_cast<unsigned>(trial + 1), .dead_crystals = trial % 3 == 0}});
      const PriorOptions options =
          prior_options(static_cast<PriorName>(1 + random() % 5), std::pow(10, 8 * uniform(random) - 4));
      recon::VarianceReduced algorithm(PriorTerm(options), 1, 0);
      const RunResult found = problem.run(algorithm, 11);
      QVERIFY(std::ranges::all_of(found.image.values, [](float value) { return value >= 0 && std::isfinite(value); }));
      const double after_first = found.figures[1].log_likelihood - found.figures[1].penalty;
      QVERIFY(objective(problem, options, found.image) > after_first - 1e-6 * std::abs(after_first));
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
  static double objective(const PenalisedCase& problem, const PriorOptions& options, const Image& image) {
    const auto engine = recon::make_cpu_engine(*problem.problem, 1);
    recon::EngineImage x = engine->make_image();
    x.upload(image.values.data());
    double log_sum = 0;
    for (int subset = 0; subset < problem.data.num_subsets(); ++subset) {
      engine->back_project(subset, x, engine->scratch(0), log_sum, [](double) { return true; });
    }
    PriorTerm prior(options);
    prior.attach(*engine, recon::reference_values(*problem.problem, 1).in_object, 1);
    return log_sum - engine->dot(x, engine->sensitivity()) - prior.value(x);
  }

  const PenalisedCase subsets_{10};
};

COINCIDE_TEST_CLASS(PenalisedTest)

}  // namespace coincide::tests

#include "penalised_test.moc"
