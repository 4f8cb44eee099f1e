// EM on listmode data: its mathematics, its stops, and what must not matter.

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "projectors/error.h"
#include "projectors/projector.h"
#include "recon/attenuation.h"
#include "recon/sensitivity.h"
#include "support/acquisition.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::IterationFigures;
using recon::ListmodeData;
using recon::RunResult;

/// x / s * A^T(m / (m A x + b)) in one go: no blocks, threads or subsets.
std::vector<double> update_by_hand(ListmodeData& data, const recon::Scanner& scanner, const Image& sensitivity,
                                   const Image& x) {
  const recon::PromptColumns columns = data.subset(0);
  const projectors::Projector projector(x.grid, {.num_threads = 1});
  const float* centres_mm = scanner.crystal_centre_mm.front().data();
  const projectors::Lors lors{.start_mm = centres_mm,
                              .end_mm = centres_mm,
                              .count = static_cast<std::int64_t>(columns.size()),
                              .start_index = columns.crystal_a.data(),
                              .end_index = columns.crystal_b.data()};
  std::vector<float> values(columns.size());
  projector.forward(lors, projectors::NoTof{}, x.values.data(), values.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = columns.factor[i] / (columns.factor[i] * values[i] + columns.additive[i]);
  }
  std::vector<float> back(x.values.size());
  projector.back(lors, projectors::NoTof{}, values.data(), back.data());
  std::vector<double> updated;
  for (std::size_t v = 0; v < back.size(); ++v) {
    updated.push_back(double{x.values[v]} * back[v] / sensitivity.values[v]);
  }
  return updated;
}

bool nearly_equal(const std::vector<float>& a, const std::vector<double>& b, double tolerance) {
  const double highest = *std::ranges::max_element(b);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= tolerance * highest)) {
      return false;
    }
  }
  return true;
}

/// Asks to stop when asked for the n-th time.
struct StopAt : recon::Reporter {
  explicit StopAt(int n) : left(n) {}
  mutable int left;
  bool stop_requested() const override { return left-- <= 0; }
};

struct Listener : recon::Reporter {
  std::vector<double> seen;
  std::vector<std::string> stages, steps;
  std::vector<IterationFigures> passes;
  double last_fraction = 0;
  Image last;
  void intermediate_image(const Image& image, double iteration) override {
    seen.push_back(iteration);
    last = image;
  }
  void progress(std::string_view stage, double fraction) override {
    QVERIFY(fraction >= 0 && fraction <= 1);
    const bool same_stage = !stages.empty() && stages.back() == stage;
    QVERIFY(!same_stage || fraction >= last_fraction);
    last_fraction = fraction;
    if (stages.empty() || stages.back() != stage) {
      stages.emplace_back(stage);
    }
  }
  void step(std::string_view name) override { steps.emplace_back(name); }
  void figures(const IterationFigures& figures) override { passes.push_back(figures); }
};

recon::Psf wider_outside() {
  recon::Psf psf;
  psf.rows = {{0, 7, 7, 8}, {30, 14, 8, 12}};
  return psf;
}

/// As scanners are: what voxels receive then adds up to nearly 1 as well.
recon::Psf slightly_wider_outside() {
  recon::Psf psf;
  psf.rows = {{0, 12, 12, 12}, {40, 13, 12.5, 14}};
  return psf;
}

}  // namespace

class EmTest : public QObject {
  Q_OBJECT

 private slots:
  void mlem_properties_data() {
    QTest::addColumn<bool>("tof");
    QTest::addColumn<recon::Psf>("psf");
    QTest::addRow("plain") << false << recon::Psf();
    QTest::addRow("TOF") << true << recon::Psf();
    QTest::addRow("PSF") << false << recon::Psf(8);
    QTest::addRow("TOF and PSF") << true << recon::Psf(8);
    QTest::addRow("PSF over the radius") << false << wider_outside();
  }

  /// The likelihood never falls, and the image expects as many counts as were measured.
  void mlem_properties() {
    QFETCH(bool, tof);
    QFETCH(const recon::Psf, psf);
    Acquisition acquisition(tof);
    const RunResult result = acquisition.reconstruct({.iterations = 12, .psf = psf});
    const auto prompts = static_cast<double>(acquisition.source.events.size());
    QCOMPARE(result.figures.size(), 12U);
    for (std::size_t i = 0; i < result.figures.size(); ++i) {
      QCOMPARE(result.figures[i].iteration, static_cast<double>(i + 1));
      QVERIFY(std::abs(result.figures[i].expected_counts / prompts - 1) < 1e-5);
      if (i > 0) {
        const double gain = result.figures[i].log_likelihood - result.figures[i - 1].log_likelihood;
        QVERIFY2(gain > 0, qPrintable(QString("%1 in pass %2").arg(gain).arg(i)));
      }
    }
    QCOMPARE(result.iterations_done, 12.0);
    QVERIFY(!result.stopped);
    // The hot voxel is found.
    const auto hottest = std::ranges::max_element(result.image.values) - result.image.values.begin();
    QCOMPARE(hottest, std::ranges::max_element(acquisition.truth.values) - acquisition.truth.values.begin());
  }

  void one_iteration_equals_the_formula() {
    Acquisition acquisition(false);
    ListmodeData data = acquisition.load();
    for (std::size_t i = 0; i < data.subset(0).size(); ++i) {
      data.subset(0).additive[i] = 0.3F + 0.1F * static_cast<float>(i % 5);
    }
    recon::Reporter reporter;
    const Image start(acquisition.truth.grid, 1e-3F);
    const RunResult result =
        osem(data, acquisition.source.scanner(), acquisition.sensitivity, start, false, {.iterations = 1}, reporter);
    const std::vector<double> expected =
        update_by_hand(data, acquisition.source.scanner(), acquisition.sensitivity, start);
    QVERIFY(*std::ranges::max_element(expected) > 2e-3);  // something happened
    QVERIFY(nearly_equal(result.image.values, expected, 1e-5));
  }

  void likelihood_is_that_of_the_definition() {
    Acquisition acquisition(false);
    ListmodeData data = acquisition.load();
    recon::Reporter reporter;
    const RunResult result = osem(data, acquisition.source.scanner(), acquisition.sensitivity, acquisition.truth, false,
                                  {.iterations = 1}, reporter);
    const recon::PromptColumns columns = data.subset(0);
    const projectors::Projector projector(acquisition.truth.grid);
    const float* centres_mm = acquisition.source.scanner().crystal_centre_mm.front().data();
    const projectors::Lors lors{.start_mm = centres_mm,
                                .end_mm = centres_mm,
                                .count = static_cast<std::int64_t>(columns.size()),
                                .start_index = columns.crystal_a.data(),
                                .end_index = columns.crystal_b.data()};
    std::vector<float> values(columns.size());
    projector.forward(lors, projectors::NoTof{}, acquisition.truth.values.data(), values.data());
    double expected = -20'000;  // the truth was scaled to that many counts
    for (std::size_t i = 0; i < values.size(); ++i) {
      expected += std::log(double{columns.factor[i]} * values[i]);
    }
    QVERIFY(std::abs(result.figures[0].log_likelihood - expected) < 0.1);
  }

  void subsets_speed_up() {
    Acquisition acquisition(false);
    const RunResult fast = acquisition.reconstruct({.iterations = 2, .subsets = 4});
    const RunResult slow = acquisition.reconstruct({.iterations = 2});
    const auto likelihood = [&](const Image& image) {
      ListmodeData data = acquisition.load();
      recon::Reporter reporter;
      return osem(data, acquisition.source.scanner(), acquisition.sensitivity, image, false, {.iterations = 1},
                  reporter)
          .figures[0]
          .log_likelihood;
    };
    QVERIFY(likelihood(fast.image) > likelihood(slow.image) + 100);
    const auto prompts = static_cast<double>(acquisition.source.events.size());
    QVERIFY(std::abs(fast.figures.back().expected_counts / prompts - 1) < 1e-5);
  }

  /// 10 000 random coincidences on all pairs alike: with their expectation as additive term the image holds the trues.
  void additive_term_is_respected() {
    Acquisition acquisition(false);
    const double trues = static_cast<double>(acquisition.source.events.size());
    const recon::Scanner& scanner = acquisition.source.scanner();
    constexpr int randoms = 10'000;
    std::mt19937 generator(8);
    for (int i = 0; i < randoms;) {
      const std::uint32_t a = generator() % scanner.num_crystals();
      const std::uint32_t b = generator() % scanner.num_crystals();
      if (acquisition.model.factor(a, 0, b, 0) > 0) {
        acquisition.source.add(a, b);
        ++i;
      }
    }
    std::uint64_t possible = 0;
    for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
      for (std::uint32_t b = 0; b < a; ++b) {
        possible += acquisition.model.factor(a, 0, b, 0) > 0 ? 1 : 0;
      }
    }
    ListmodeData data = acquisition.load();
    std::ranges::fill(data.subset(0).additive, static_cast<float>(randoms) / static_cast<float>(possible));
    recon::Reporter reporter;
    const RunResult corrected = acquisition.reconstruct(data, {.iterations = 30}, reporter);
    QVERIFY2(std::abs(corrected.figures.back().expected_counts / trues - 1) < 0.03,
             qPrintable(QString::number(corrected.figures.back().expected_counts)));
    for (std::size_t i = 1; i < corrected.figures.size(); ++i) {
      QVERIFY(corrected.figures[i].log_likelihood > corrected.figures[i - 1].log_likelihood);
    }
  }

  void stop_keeps_the_last_image() {
    Acquisition acquisition(false);
    ListmodeData data = acquisition.load(4);
    StopAt reporter(6);  // asked once per update: the third subset of the second pass
    const RunResult stopped = acquisition.reconstruct(data, {.iterations = 5, .subsets = 4}, reporter);
    QVERIFY(stopped.stopped);
    QCOMPARE(stopped.iterations_done, 1.5);
    QCOMPARE(stopped.figures.size(), 1U);
    Listener listener;
    const RunResult full =
        acquisition.reconstruct(data, {.iterations = 2, .subsets = 4, .report_every_subset = true}, listener);
    QCOMPARE(listener.seen, (std::vector<double>{0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2}));
    QCOMPARE(listener.last.values, full.image.values);
    QCOMPARE(listener.stages, std::vector<std::string>{"reconstruction"});
    QCOMPARE(listener.last_fraction, 1.0);
    QCOMPARE(listener.steps, (std::vector<std::string>{"iteration 1 of 2", "iteration 2 of 2"}));
    QCOMPARE(listener.passes.size(), full.figures.size());
    QCOMPARE(listener.passes.back().log_likelihood, full.figures.back().log_likelihood);
    struct Keep : Listener {
      Image wanted;
      void intermediate_image(const Image& image, double iteration) override {
        wanted = iteration == 1.5 ? image : wanted;
      }
    } keep;
    acquisition.reconstruct(data, {.iterations = 2, .subsets = 4, .report_every_subset = true}, keep);
    QCOMPARE(stopped.image.values, keep.wanted.values);
  }

  void stop_at_once_keeps_the_start() {
    Acquisition acquisition(false);
    ListmodeData data = acquisition.load(1);
    StopAt at_once(0);
    const RunResult stopped = acquisition.reconstruct(data, {.iterations = 2}, at_once);
    QVERIFY(stopped.stopped);
    QCOMPARE(stopped.iterations_done, 0.0);
    QCOMPARE(stopped.image.values, Image(acquisition.truth.grid, 1).values);
  }

  /// A voxel that one of many subsets does not see is not lost, and nothing overflows where hardly any is left.
  void too_many_subsets_lose_no_activity() {
    Acquisition acquisition(false);
    const auto prompts = static_cast<double>(acquisition.source.events.size());
    for (const int subsets : {50, 1000}) {
      const RunResult result = acquisition.reconstruct({.iterations = 3, .subsets = subsets});
      QVERIFY(std::ranges::all_of(result.image.values, [](float value) { return std::isfinite(value) && value >= 0; }));
      if (subsets == 50) {
        QVERIFY(std::abs(result.figures.back().expected_counts / prompts - 1) < 0.1);
        QVERIFY(std::ranges::count(result.image.values, 0.0F) < std::ssize(result.image.values) / 10);
      }
    }
  }

  void threads_do_not_matter() {
    Acquisition acquisition(true);
    const RunResult one = acquisition.reconstruct({.iterations = 2, .subsets = 3, .psf = 5, .num_threads = 1});
    const RunResult four = acquisition.reconstruct({.iterations = 2, .subsets = 3, .psf = 5, .num_threads = 4});
    QCOMPARE(four.image.values, one.image.values);
    QCOMPARE(four.figures[1].log_likelihood, one.figures[1].log_likelihood);
    QCOMPARE(four.figures[1].expected_counts, one.figures[1].expected_counts);
  }

  void resolution_model_keeps_edges_data() {
    QTest::addColumn<std::vector<std::int64_t>>("shape");
    QTest::addColumn<recon::Psf>("psf");
    QTest::newRow("three planes") << std::vector<std::int64_t>{9, 9, 3} << recon::Psf(12);
    QTest::newRow("two planes") << std::vector<std::int64_t>{9, 8, 2} << recon::Psf(8);
    QTest::newRow("one plane") << std::vector<std::int64_t>{8, 9, 1} << recon::Psf(12);
    QTest::newRow("one row") << std::vector<std::int64_t>{1, 9, 3} << recon::Psf(12);
    QTest::newRow("wider than the image") << std::vector<std::int64_t>{9, 9, 3} << recon::Psf(100);
    QTest::newRow("widths over the radius") << std::vector<std::int64_t>{9, 9, 3} << slightly_wider_outside();
  }

  /// An object that fills the image is as bright in its outer layers as in the middle.
  void resolution_model_keeps_edges() {
    QFETCH(const std::vector<std::int64_t>, shape);
    QFETCH(const recon::Psf, psf);
    Acquisition acquisition(false, Image(recon::centred_grid({shape[0], shape[1], shape[2]}, {8, 8, 6}, {0, 0, 0}), 1));
    const Image image = acquisition.reconstruct({.iterations = 8, .subsets = 4, .psf = psf}).image;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<double> layers(static_cast<std::size_t>(shape[axis]));
      for (std::int64_t i = 0; i < image.grid.num_voxels(); ++i) {
        const std::int64_t index[3] = {i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]};
        layers[static_cast<std::size_t>(index[axis])] += image.values[static_cast<std::size_t>(i)];
      }
      const double right = acquisition.truth.values[0] * static_cast<double>(image.grid.num_voxels() / shape[axis]);
      for (const double edge : {layers.front(), layers.back()}) {
        QVERIFY2(std::abs(edge / right - 1) < 0.1, qPrintable(QString("axis %1: %2").arg(axis).arg(edge / right)));
      }
    }
  }

  void unseen_voxels_are_zero() {
    Acquisition acquisition(false);
    acquisition.sensitivity.values[7] = 0;
    const RunResult result = acquisition.reconstruct({.iterations = 1});
    QCOMPARE(result.image.values[7], 0.0F);
    QVERIFY(std::ranges::all_of(result.image.values, [](float value) { return std::isfinite(value); }));
  }

  void impossible_requests_are_refused() {
    Acquisition acquisition(false);
    ListmodeData data = acquisition.load();
    recon::Reporter reporter;
    QVERIFY_THROWS_EXCEPTION(InputError, acquisition.reconstruct(data, {.iterations = -1}, reporter));
    QVERIFY_THROWS_EXCEPTION(InputError, acquisition.reconstruct(data, {.psf = -2}, reporter));
    acquisition.sensitivity.values[3] = std::nanf("");
    QVERIFY_THROWS_EXCEPTION(InputError, acquisition.reconstruct(data, {}, reporter));
    acquisition.sensitivity = Image(recon::centred_grid({2, 2, 2}, {8, 8, 6}, {0, 0, 0}), 1);
    QVERIFY_THROWS_EXCEPTION(InputError, acquisition.reconstruct(data, {}, reporter));
  }

  void attenuation_goes_into_the_factors() {
    MemoryEvents source(small_scanner({.transaxial = 1, .axial = 1}));
    source.add(0, 4);  // along x through the middle
    source.add(1, 3);  // along y, at x = 0: past the absorber
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter reporter;
    ListmodeData data = ListmodeData::load(source, model, {}, reporter);
    const float before = data.subset(0).factor[0];
    const float before_beside = data.subset(0).factor[1];
    // 40 mm of water along x, 10 mm along y.
    const Image water(recon::centred_grid({10, 5, 5}, {4, 2, 2}, {0, 0, 0}), 0.096F, "1/cm");
    recon::ComputeDevice cpu;
    recon::multiply_attenuation(data, source.scanner(), water, cpu, 0, reporter);
    QVERIFY(std::abs(data.subset(0).factor[0] / before - std::exp(-0.096 * 4)) < 1e-5);
    QCOMPARE(data.subset(0).factor[1], before_beside);
  }
};

COINCIDE_TEST_CLASS(EmTest)

}  // namespace coincide::tests

#include "em_test.moc"
