// Start images of all kinds, and what must be the same for every algorithm.

#include <QtTest>
#include <limits>

#include "projectors/error.h"
#include "recon/algorithms/em.h"
#include "recon/algorithms/paraboloids.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_case.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

PriorTerm prior() { return PriorTerm({.name = recon::PriorName::relative_difference, .strength = 20}); }

std::vector<std::unique_ptr<recon::Algorithm>> all_algorithms() {
  std::vector<std::unique_ptr<recon::Algorithm>> algorithms;
  algorithms.push_back(std::make_unique<recon::ExpectationMaximisation>());
  algorithms.push_back(std::make_unique<recon::OneStepLate>(prior(), 1));
  algorithms.push_back(std::make_unique<recon::Bsrem>(prior(), 1));
  algorithms.push_back(std::make_unique<recon::SeparableParaboloids>(prior(), 1));
  algorithms.push_back(std::make_unique<recon::VarianceReduced>(prior(), 1, 0));
  return algorithms;
}

}  // namespace

class StartImageTest : public QObject {
  Q_OBJECT

 private slots:
  void useless_starts_are_refused() {
    Image not_finite = problem_.start();
    not_finite.values[5] = std::numeric_limits<float>::quiet_NaN();
    for (const auto& algorithm : all_algorithms()) {
      QVERIFY_THROWS_EXCEPTION(InputError, problem_.run(*algorithm, 1, Image(problem_.grid, 0)));
      QVERIFY_THROWS_EXCEPTION(InputError, problem_.run(*algorithm, 1, not_finite));
    }
  }

  /// A hole of ten voxels in a result is filled when it is gone on from.
  void holes_are_filled() {
    recon::VarianceReduced first(prior(), 1, 0), second(prior(), 1, 0);
    const RunResult whole = problem_.run(first, 40);
    Image holed = whole.image;
    std::fill_n(holed.values.begin() + 100, 10, 0.0F);
    const RunResult filled = problem_.run(second, 40, holed);
    for (std::size_t i = 100; i < 110; ++i) {
      QVERIFY(std::abs(filled.image.values[i] / whole.image.values[i] - 1) < 0.01);
    }
    const auto objective = [](const RunResult& result) {
      return result.figures[39].log_likelihood - result.figures[39].penalty;
    };
    QVERIFY(std::abs(objective(filled) - objective(whole)) < 1e-5 * std::abs(objective(whole)));
  }

  /// Nothing outside what can be seen, and something everywhere in it, by every algorithm and from any start.
  void support_is_that_of_the_sensitivity() {
    recon::Problem masked = *problem_.problem;
    for (std::size_t i = 0; i < masked.sensitivity.size(); i += 7) {
      masked.sensitivity[i] = 0;
    }
    recon::Reporter silent;
    for (const auto& algorithm : all_algorithms()) {
      const Image image = recon::run(*algorithm, masked, problem_.start(), {.passes = 4}, silent).image;
      for (std::size_t i = 0; i < image.values.size(); ++i) {
        QCOMPARE(image.values[i] > 0, masked.sensitivity[i] > 0);
      }
    }
  }

  /// Of 1e-12 to 1e12 times the calibration.
  void unit_does_not_matter() {
    const auto algorithms = all_algorithms();
    for (const float unit : {1e-12F, 1e12F}) {
      const PenalisedCase other({.unit = unit});
      for (const auto& algorithm : algorithms) {
        const Image expected = problem_.run(*algorithm, 4).image;
        Image found = other.run(*algorithm, 4).image;
        std::ranges::for_each(found.values, [unit](float& value) { value /= unit; });
        QVERIFY(rms_difference(found, expected) < 1e-4);
      }
    }
  }

  /// Not even of threads, of which there are more than cores, with subsets of unlike size.
  void threads_do_not_matter() {
    const PenalisedCase uneven(7);
    const int many = 2 * projectors::thread_count(0) + 1;
    recon::Reporter silent;
    for (const auto& algorithm : all_algorithms()) {
      const auto run = [&](int threads) {
        return recon::run(*algorithm, *uneven.problem, uneven.start(), {.passes = 3, .num_threads = threads}, silent);
      };
      QCOMPARE(run(many).image.values, run(1).image.values);
    }
  }

 private:
  const PenalisedCase problem_{10};
};

COINCIDE_TEST_CLASS(StartImageTest)

}  // namespace coincide::tests

#include "start_image_test.moc"
