// Penalised algorithms on the GPU against those on the CPU: on the CPU (support/cuda_on_host), or on a GPU.

#include <QtTest>

#include "gpu_support.h"
#include "recon/algorithms/paraboloids.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/variance_reduced.h"
#include "support/penalised_case.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

std::unique_ptr<recon::Algorithm> make_algorithm(const QString& name) {
  PriorTerm term({.name = recon::PriorName::log_cosh, .strength = 20});
  if (name == "one step late") {
    return std::make_unique<recon::OneStepLate>(std::move(term), 0);
  }
  if (name == "bsrem") {
    return std::make_unique<recon::Bsrem>(std::move(term), 0);
  }
  if (name == "ossps") {
    return std::make_unique<recon::SeparableParaboloids>(std::move(term), 0);
  }
  return std::make_unique<recon::VarianceReduced>(std::move(term), 0, 0);
}

}  // namespace

class CudaPenalisedTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }
  void cleanup() { cuda_on_host::machine() = {}; }

  void equals_cpu_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<bool>("in_parts");
    for (const char* name : {"one step late", "bsrem", "ossps", "map"}) {
      QTest::newRow(name) << name << false;
    }
    QTest::newRow("map, events in parts") << "map" << true;
  }

  void equals_cpu() {
    QFETCH(const QString, algorithm);
    QFETCH(const bool, in_parts);
    struct Notes : recon::Reporter {
      std::string all;
      void note(std::string_view sentence) override { all += sentence; }
    } notes;
    const auto run = [&](recon::ComputeDevice& device) {
      const auto work = make_algorithm(algorithm);
      return recon::run(*work, *problem_.problem, problem_.start(),
                        {.passes = algorithm == "map" || algorithm == "ossps" ? 3 : 2, .device = &device}, notes);
    };
    recon::ComputeDevice cpu, card({projectors::DeviceKind::cuda, 0});
    const RunResult expected = run(cpu);
    if (in_parts) {
      COINCIDE_NEED_EMULATION();  // room for the images and what projections take, but not for the events, too
      cuda_on_host::machine().memory_bytes = cuda_on_host::counts().bytes_in_use + 2 * (std::size_t{48} << 20) + 40'000;
    }
    const RunResult found = run(card);
    QCOMPARE(notes.all.find("come in parts") != std::string::npos, in_parts);
    const double largest = *std::ranges::max_element(expected.image.values);
    double difference = 0;
    for (std::size_t i = 0; i < found.image.values.size(); ++i) {
      difference = std::max(difference, std::abs(double{found.image.values[i]} - double{expected.image.values[i]}));
    }
    qInfo("%.1e of the largest value", difference / largest);
    QVERIFY(difference < 1e-4 * largest);
    for (std::size_t i = 0; i < expected.figures.size(); ++i) {
      const recon::IterationFigures &one = found.figures[i], &other = expected.figures[i];
      QVERIFY(std::abs(one.log_likelihood - other.log_likelihood) < 1e-5 * std::abs(other.log_likelihood));
      QVERIFY(std::abs(one.penalty - other.penalty) <= 1e-4 * other.penalty);
    }
  }

 private:
  const PenalisedCase problem_{{.subsets = 2, .tof = false, .acquisition = {.counts = 4000}}};
};

COINCIDE_TEST_CLASS(CudaPenalisedTest)

}  // namespace coincide::tests

#include "cuda_penalised_test.moc"
