// Patlak's K and V from events on the GPU against those on the CPU: on the CPU (support/cuda_on_host), or on a GPU.

#include <QtTest>
#include <cmath>
#include <memory>
#include <vector>

#include "gpu_support.h"
#include "recon/kinetics/direct_patlak.h"
#include "support/acquisition.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::EngineImage;

std::vector<float> values_of(const EngineImage& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  image.download(values.data());
  return values;
}

/// K and V, one behind the other, after three updates with one acquisition as both frames.
std::vector<float> parameters(recon::Engine& engine) {
  recon::DirectPatlak direct({{&engine, {3, 1}}, {&engine, {8, 0.25}}}, 10);
  recon::PatlakState state = direct.start();
  for (int pass = 0; pass < 3; ++pass) {
    double log_sum = 0;
    direct.update(0, state, log_sum, [](double) { return true; });
  }
  std::vector<float> values = values_of(state.slope);
  const std::vector<float> intercept = values_of(state.intercept);
  values.insert(values.end(), intercept.begin(), intercept.end());
  return values;
}

}  // namespace

class CudaPatlakTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }

  void equals_cpu() {
    Acquisition acquisition(true);
    recon::ListmodeData data = acquisition.load();
    const recon::Scanner& scanner = acquisition.source.scanner();
    const recon::ListmodeMeasurements measurements(data, scanner, true);
    const recon::Problem problem = recon::make_problem(measurements, scanner, acquisition.sensitivity, 0, 1);
    const auto on_cpu = recon::make_cpu_engine(problem, 1);
    const auto on_gpu = recon::make_cuda_engine(problem, 1, 0, [](const std::string&) {});
    const std::vector<float> expected = parameters(*on_cpu), values = parameters(*on_gpu);
    const float largest = *std::ranges::max_element(expected);
    QVERIFY(largest > 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      QVERIFY(std::abs(values[i] - expected[i]) < 1e-5F * largest);
    }
  }
};

COINCIDE_TEST_CLASS(CudaPatlakTest)

}  // namespace coincide::tests

#include "cuda_patlak_test.moc"
