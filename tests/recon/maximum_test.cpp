// Gradients and maxima against the same problem in double precision, written from its definition.

#include <QtTest>
#include <cmath>
#include <random>

#include "recon/algorithms/paraboloids.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/reference_values.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_reference.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using Vector = PenalisedReference::Vector;
using recon::PriorName;

constexpr double strength = 20;

PriorTerm prior() { return PriorTerm({.name = PriorName::relative_difference, .strength = strength}); }

/// What subsets of an engine project back, together.
template <class Projection>
Vector all_subsets(const PenalisedCase& problem, recon::Engine& engine, const Projection& project) {
  Vector sum = Vector::Zero(problem.grid.num_voxels());
  std::vector<float> values(problem.problem->sensitivity.size());
  for (int subset = 0; subset < problem.data.num_subsets(); ++subset) {
    recon::EngineImage out = engine.make_image();
    project(subset, out);
    out.download(values.data());
    sum += vector_of(values);
  }
  return sum;
}

bool go_on(double) { return true; }

double rms(const Vector& one, const Vector& other) { return (one - other).norm() / other.norm(); }

}  // namespace

class MaximumTest : public QObject {
  Q_OBJECT

 private slots:
  void gradient_of_likelihood_data() {
    QTest::addColumn<recon::Psf>("psf");
    QTest::addColumn<float>("of_a_half");  // some LORs then expect so little
    QTest::newRow("plain") << recon::Psf() << 1.0F;
    QTest::newRow("resolution model") << recon::Psf(12) << 1.0F;
    recon::Psf wider_outside;
    wider_outside.rows = {{0, 9, 8, 7}, {30, 14, 8, 12}};
    QTest::newRow("resolution model over the radius") << wider_outside << 1.0F;
    QTest::newRow("one in 1e6") << recon::Psf() << 1e-6F;
    QTest::newRow("one in 1e12") << recon::Psf() << 1e-12F;
  }

  /// The engine's gradient is the derivative of the likelihood in double precision, which is told by differences.
  void gradient_of_likelihood() {
    QFETCH(const recon::Psf, psf);
    QFETCH(const float, of_a_half);
    const PenalisedCase problem({.subsets = 3,
                                 .tof = false,
                                 .background = of_a_half < 1 ? 0 : 0.02F,
                                 .psf = psf,
                                 .acquisition = {.turn_rad = 0.1F}});
    const PenalisedReference reference(problem, strength, 1);
    Image image = problem.start();
    std::mt19937 random(2);
    for (float& value : image.values) {
      value *= 0.5F + static_cast<float>(random() % 1000) / 1000;
    }
    std::for_each_n(image.values.begin(), 9 * 3 * 4, [of_a_half](float& value) { value *= of_a_half; });
    auto engine = recon::make_cpu_engine(*problem.problem, 2);
    recon::EngineImage x = engine->make_image(), ones = engine->make_image();
    x.upload(image.values.data());
    ones.upload(Image(problem.grid, 1).values.data());
    double log_sum = 0;
    const Vector back = all_subsets(problem, *engine, [&](int subset, recon::EngineImage& out) {
      engine->back_project(subset, x, out, log_sum, go_on, recon::Ratios::keep);
    });
    const Vector s = vector_of(problem.problem->sensitivity), at = vector_of(image.values);
    QVERIFY(std::abs(log_sum - s.dot(at) - reference.log_likelihood(at)) < 1e-6 * 20'000);
    for (int trial = 0; trial < 20; ++trial) {
      const auto voxel = static_cast<Eigen::Index>(random() % image.values.size());
      const double h = 1e-4 * at[voxel];  // differences of the second order are next to nothing
      Vector up = at, down = at;
      up[voxel] += h;
      down[voxel] -= h;
      const double slope = (reference.log_likelihood(up) - reference.log_likelihood(down)) / (2 * h);
      QVERIFY(std::abs(back[voxel] - s[voxel] - slope) < 1e-5 * std::max(s[voxel], std::abs(slope)));
    }
    const Vector curvature = all_subsets(problem, *engine, [&](int subset, recon::EngineImage& out) {
      engine->back_project(subset, ones, out, log_sum, go_on, recon::Ratios::curve);
    });
    QVERIFY(rms(curvature, reference.curvature_of_ones(at)) < 1e-5);
  }

  void algorithms_reach_the_maximum() {
    const PenalisedCase problem({.subsets = 10, .tof = false, .acquisition = {.turn_rad = 0.1F}});
    const double x_ref = recon::reference_values(*problem.problem, 1).in_object;
    const PenalisedReference reference(problem, strength, x_ref);
    const Vector start = vector_of(problem.start().values);
    const Vector expected = reference.maximise(start);
    const double best = reference.objective(expected), range = best - reference.objective(start);
    recon::VarianceReduced quick(prior(), 1, 0);
    recon::Bsrem slow(prior(), 1);
    recon::SeparableParaboloids steady(prior(), 1);
    const auto check = [&](const char* name, recon::Algorithm& algorithm, int passes, double most_rms,
                           double most_lost) {
      const Vector found = vector_of(problem.run(algorithm, passes).image.values);
      const double lost = (best - reference.objective(found)) / range;
      qInfo("%s: %.1e rms and %.1e of the objective's range from the maximum", name, rms(found, expected), lost);
      QVERIFY(rms(found, expected) < most_rms);
      QVERIFY(lost < most_lost && lost > -1e-9);
    };
    check("map, 12 passes", quick, 12, 1e-2, 1e-4);
    check("map, 80 passes", quick, 80, 2e-3, 1e-7);
    check("BSREM, 200 passes", slow, 200, 2e-3, 1e-4);
    check("OSSPS, 200 passes", steady, 200, 2e-3, 1e-5);
  }
};

COINCIDE_TEST_CLASS(MaximumTest)

}  // namespace coincide::tests

#include "maximum_test.moc"
