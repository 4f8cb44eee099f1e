#include "recon/pipeline/checkpoint.h"

#include <QtTest>
#include <functional>
#include <set>

#include "projectors/error.h"
#include "support/plain_measurements.h"
#include "support/test_main.h"

using namespace coincide;
using tests::PlainMeasurements;

namespace {

PlainMeasurements rows() {
  PlainMeasurements data;
  data.points = {-10, 0, 0, 10, 0, 0, 0, 10, 0};
  data.start = {0, 0};
  data.end = {1, 2};
  data.axis = recon::TofAxis{.num_bins = 2, .bin_width_mm = 5, .sigma_mm = 3};
  data.counts = {1, 0, 2, 3};
  data.factor = {1, 1, 0.5F, 0.5F};
  data.additive = {0.1F, 0.1F, 0.1F, 0.1F};
  return data;
}

}  // namespace

class CheckpointTest : public QObject {
  Q_OBJECT

 private slots:
  void hash_tells_all_that_a_problem_is_made_of() {
    using Change = std::function<void(PlainMeasurements&, recon::Problem&)>;
    const std::vector<Change> changes = {
        [](PlainMeasurements&, recon::Problem&) {},
        [](PlainMeasurements& data, recon::Problem&) { data.points[0] = -11; },
        [](PlainMeasurements& data, recon::Problem&) { data.end[1] = 1; },
        [](PlainMeasurements& data, recon::Problem&) { data.counts[3] = 4; },
        [](PlainMeasurements& data, recon::Problem&) { data.factor[0] = 2; },
        [](PlainMeasurements& data, recon::Problem&) { data.additive[0] = 2; },
        [](PlainMeasurements& data, recon::Problem&) { data.axis->sigma_mm = 4; },
        [](PlainMeasurements&, recon::Problem& problem) { problem.sensitivity[2] = 9; },
        [](PlainMeasurements&, recon::Problem& problem) { problem.psf = 4; },
        [](PlainMeasurements&, recon::Problem& problem) {
          problem.psf.rows = {{0, 4, 4, 5}};
        },
        [](PlainMeasurements&, recon::Problem& problem) {
          problem.psf.rows = {{0, 4, 4, 4}, {9, 4, 5, 4}};
        },
        [](PlainMeasurements&, recon::Problem& problem) { problem.grid.origin_mm[1] = 1; },
    };
    std::set<std::string> hashes;
    for (const Change& change : changes) {
      PlainMeasurements data = rows();
      recon::Problem problem{
          .data = data, .grid = recon::centred_grid({3, 2, 1}, {4, 4, 4}, {}), .sensitivity = std::vector<float>(6, 1)};
      change(data, problem);
      hashes.insert(recon::problem_hash(problem, nullptr));
    }
    QCOMPARE(hashes.size(), changes.size());
    const PlainMeasurements data = rows();
    const recon::Problem problem{
        .data = data, .grid = recon::centred_grid({3, 2, 1}, {4, 4, 4}, {}), .sensitivity = std::vector<float>(6, 1)};
    QVERIFY(hashes.contains(recon::problem_hash(problem, nullptr)));
    const recon::Image anatomical(problem.grid, 5);
    QVERIFY(!hashes.contains(recon::problem_hash(problem, &anatomical)));
  }

  void refusal_names_what_has_changed() {
    const recon::RunCheckpoint checkpoint{
        .at = {}, .device = "cpu", .problem = "a", .settings = {{"prior.strength", "3"}, {"image.size", "[1, 2, 3]"}}};
    recon::check_resumes(checkpoint, checkpoint.settings, "a");
    recon::check_resumes(checkpoint, checkpoint.settings, "");
    const auto refusal = [&](const recon::ProblemSettings& settings, const char* problem) -> QString {
      try {
        recon::check_resumes(checkpoint, settings, problem);
      } catch (const InputError& error) {
        return error.what();
      }
      return {};
    };
    QVERIFY(refusal({{"prior.strength", "4"}}, "a").contains("prior.strength is 4 and was 3"));
    QVERIFY(refusal({{"prior.gamma", "2"}}, "a").contains("prior.gamma is 2 and was not there"));
    QVERIFY(refusal(checkpoint.settings, "b").contains("its data"));
  }
};

COINCIDE_TEST_CLASS(CheckpointTest)
#include "checkpoint_test.moc"
