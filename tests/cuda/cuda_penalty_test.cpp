// Penalties on the GPU against those on the CPU: on the CPU (support/cuda_on_host), or on a GPU.

#include <QtTest>
#include <cmath>
#include <random>

#include "device_arrays.h"
#include "gpu_support.h"
#include "recon/algorithms/priors/priors.h"
#include "support/test_main.h"

namespace coincide::tests {

class CudaPenaltyTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }

  void equals_cpu_data() {
    QTest::addColumn<int>("name");
    QTest::addColumn<bool>("majorant");
    for (std::size_t i = 1; i < recon::priors().size(); ++i) {
      QTest::newRow(recon::priors()[i].name.data()) << static_cast<int>(i) << false;
    }
    QTest::newRow("log-cosh, majorant") << static_cast<int>(recon::PriorName::log_cosh) << true;
    QTest::newRow("huber, majorant") << static_cast<int>(recon::PriorName::huber) << true;
  }

  void equals_cpu() {
    QFETCH(const int, name);
    QFETCH(const bool, majorant);
    const recon::ImageGrid grid = recon::centred_grid({13, 9, 17}, {2, 2.5F, 3}, {0, 0, 0});
    std::mt19937 random(5);
    std::uniform_real_distribution<float> uniform(0, 3);
    recon::Image x(grid, 0), kappa(grid, 0), anatomy(grid, 0);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      x.values[i] = random() % 7 == 0 ? 0 : uniform(random);
      kappa.values[i] = random() % 5 == 0 ? 0 : uniform(random);
      anatomy.values[i] = uniform(random);
    }
    const recon::PriorOptions options{.name = static_cast<recon::PriorName>(name), .delta = 0.4};
    recon::PriorContext context{.grid = grid, .kappa = kappa.values, .anatomical = &anatomy};
    context.curvature = majorant ? recon::Curvature::majorant : recon::Curvature::second_derivative;
    const auto on_cpu = make_prior(options, context);
    context.device = {projectors::DeviceKind::cuda, 0};
    const auto on_gpu = make_prior(options, context);

    std::vector<float> gradient(x.values.size()), curvature(x.values.size());
    on_cpu->gradient(x.values.data(), gradient.data(), curvature.data());
    const Array<float> gpu_x(Where::device, x.values), gpu_gradient(Where::device, gradient),
        gpu_curvature(Where::device, curvature);
    on_gpu->gradient(gpu_x.data(), gpu_gradient.data(), gpu_curvature.data());
    QVERIFY(largest_difference(gpu_gradient.values(), gradient) < 1e-5);
    QVERIFY(largest_difference(gpu_curvature.values(), curvature) < 1e-5);
    const double value = on_cpu->value(x.values.data());
    QVERIFY(value > 0 && std::abs(on_gpu->value(gpu_x.data()) - value) < 1e-9 * value);
  }

 private:
  static double largest_difference(const std::vector<float>& one, const std::vector<float>& other) {
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
      const double here = std::abs(double{one[i]} - double{other[i]});
      difference = std::isfinite(here) ? std::max(difference, here) : 1e30;
      largest = std::max(largest, std::abs(double{other[i]}));
    }
    return difference / largest;
  }
};

COINCIDE_TEST_CLASS(CudaPenaltyTest)

}  // namespace coincide::tests

#include "cuda_penalty_test.moc"
