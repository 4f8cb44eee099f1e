// A run that is cut after any update, saved, and taken up by another engine ends in the same bits.

#include <QtTest>

#include "recon/algorithms/em.h"
#include "recon/algorithms/paraboloids.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_case.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::SavedState;
using recon::State;

constexpr int subsets = 5;

/// One engine with an algorithm at work on it.
struct Work {
  std::unique_ptr<recon::Engine> engine;
  std::unique_ptr<recon::Algorithm> algorithm;
  State state;

  /// As the loop of run() does; nothing asks to stop.
  void update() {
    const int updates = algorithm->updates_in_pass(*engine, state);
    state.log_sum = state.update == 0 ? 0 : state.log_sum;
    QVERIFY(algorithm->step(*engine, state, [](double) { return true; }));
    if (++state.update == updates) {
      ++state.pass;
      state.update = 0;
    }
    if (state.numbers.contains("group")) {  // the algorithm itself merges where it has to, which is not here
      state.numbers["group"] = state.pass < 4 ? 1 : 2;
    }
  }
};

std::unique_ptr<recon::Algorithm> make_algorithm(const QString& name) {
  PriorTerm prior({.name = recon::PriorName::quadratic, .strength = 20});
  if (name == "em") {
    return std::make_unique<recon::ExpectationMaximisation>();
  }
  if (name == "one step late") {
    return std::make_unique<recon::OneStepLate>(std::move(prior), 1);
  }
  if (name == "bsrem") {
    return std::make_unique<recon::Bsrem>(std::move(prior), 1);
  }
  if (name == "ossps") {
    return std::make_unique<recon::SeparableParaboloids>(std::move(prior), 1);
  }
  return std::make_unique<recon::VarianceReduced>(std::move(prior), 1, 0);
}

}  // namespace

class RestartTest : public QObject {
  Q_OBJECT

 private slots:
  void any_update_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<int>("passes");
    QTest::newRow("EM") << "em" << 2;
    QTest::newRow("one step late") << "one step late" << 3;
    QTest::newRow("BSREM") << "bsrem" << 3;
    QTest::newRow("OSSPS") << "ossps" << 4;
    QTest::newRow("map") << "map" << 9;  // with snapshots in passes 1, 4 and 7
  }

  void any_update() {
    QFETCH(const QString, algorithm);
    QFETCH(const int, passes);
    const PenalisedCase problem(subsets);
    std::vector<SavedState> states;
    Work whole = start(problem, algorithm);
    while (whole.state.pass < passes) {
      states.push_back(recon::saved(whole.state));
      whole.update();
    }
    const SavedState expected = recon::saved(whole.state);
    for (const SavedState& from : states) {
      Work rest = take_up(problem, algorithm, from);
      while (rest.state.pass < passes) {
        rest.update();
      }
      const SavedState found = recon::saved(rest.state);
      QCOMPARE(found.x, expected.x);
      QCOMPARE(found.images, expected.images);
      QCOMPARE(found.numbers, expected.numbers);
      QCOMPARE(found.log_sum, expected.log_sum);
    }
  }

  /// With checkpoints so short after one another that each update leaves one; the run goes on from any of them.
  void by_time() {
    const PenalisedCase problem(subsets);
    std::vector<recon::Checkpoint> kept;
    recon::Reporter silent;
    const auto run = [&](const recon::Checkpoint* from) {
      return recon::run(*make_algorithm("map"), *problem.problem, problem.start(),
                        {.passes = 4,
                         .num_threads = 1,
                         .resume = from,
                         .checkpoint_s = 1e-9,
                         .keep = [&](const recon::Checkpoint& at) { kept.push_back(at); }},
                        silent);
    };
    const recon::RunResult whole = run(nullptr);
    const std::vector<recon::Checkpoint> all = std::exchange(kept, {});
    QCOMPARE(all.size(), std::size_t{4 * subsets});
    for (const recon::Checkpoint& from : all) {
      kept.clear();
      const recon::RunResult rest = run(&from);
      QCOMPARE(rest.image.values, whole.image.values);
      QCOMPARE(rest.iterations_done, 4.0);
      QCOMPARE(rest.figures.size(), whole.figures.size());
      QCOMPARE(rest.figures.back().log_likelihood, whole.figures.back().log_likelihood);
      const int done = from.state.pass * subsets + from.state.update;
      QCOMPARE(kept.size(), static_cast<std::size_t>(4 * subsets - done));  // none where nothing was left to do
    }
  }

  /// An update that was given up leaves the state as it was.
  void given_up_updates_change_nothing() {
    const PenalisedCase problem(subsets);
    for (const char* name : {"em", "one step late", "bsrem", "ossps", "map"}) {
      Work work = start(problem, name);
      while (work.state.pass < 4) {
        const SavedState before = recon::saved(work.state);
        QVERIFY(!work.algorithm->step(*work.engine, work.state, [](double) { return false; }));
        const SavedState after = recon::saved(work.state);
        QCOMPARE(after.x, before.x);
        QCOMPARE(after.log_sum, before.log_sum);
        work.update();
      }
    }
  }

 private:
  static Work start(const PenalisedCase& problem, const QString& algorithm) {
    return take_up(problem, algorithm, {.x = problem.start().values, .images = {}, .numbers = {}});
  }

  static Work take_up(const PenalisedCase& problem, const QString& algorithm, const SavedState& from) {
    auto engine = recon::make_cpu_engine(*problem.problem, 1);
    State state = recon::restored(from, *engine);
    Work work{std::move(engine), make_algorithm(algorithm), std::move(state)};
    work.algorithm->attach(*work.engine, work.state);
    return work;
  }
};

COINCIDE_TEST_CLASS(RestartTest)

}  // namespace coincide::tests

#include "restart_test.moc"
