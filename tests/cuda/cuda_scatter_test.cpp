// Single scatter on the GPU against its formula in double precision.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

#include "gpu_support.h"
#include "projectors/error.h"
#include "recon/scatter/pair_sums.h"
#include "recon/scatter/single_scatter.h"
#include "support/scatter_reference.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::ScatterEstimate;
using recon::ScatterPoint;
using recon::VirtualCylinder;

constexpr recon::EnergyWindow usual_window{.lowest_kev = 425, .highest_kev = 650, .resolution = 0.1};
constexpr recon::EnergyWindow open_window{.lowest_kev = -1e6, .highest_kev = 1e6, .resolution = 0.1};

recon::Reporter silent;

VirtualCylinder cylinder(const VirtualCylinder::Size& size) {
  return {Eigen::Vector3d(2, -3, 5), Eigen::Vector3d::UnitZ(), Eigen::Vector3d::UnitX(), size};
}

/// Values without any order, and nothing in the first planes.
Image filled(const recon::ImageGrid& grid, float largest, unsigned seed) {
  std::mt19937 random(seed);
  Image image(grid, 0);
  for (std::size_t i = image.values.size() / 4; i < image.values.size(); ++i) {
    image.values[i] = largest * static_cast<float>(random() % 1024) / 1024;
  }
  return image;
}

struct Case {
  recon::ImageGrid grid;
  VirtualCylinder nodes;
  std::vector<float> sigmas_mm{};
  recon::EnergyWindow window = usual_window;
  std::size_t most_points = 1000;
};

/// Largest difference from the reference over the largest value; of running sums where there is TOF.
double error_of(const Case& of, projectors::Device device) {
  const Image activity = filled(of.grid, 3, 1);
  const Image attenuation = filled(of.grid, 0.2F, 2);
  std::vector<ScatterPoint> points = recon::scatter_points(attenuation, 25);
  points.resize(std::min(points.size(), of.most_points));
  const ScatterEstimate found =
      recon::single_scatter(activity, attenuation, points, of.nodes,
                            {.window = of.window, .sigmas_mm = of.sigmas_mm, .device = device}, silent);
  const std::vector<float> sums =
      scatter_reference(activity, attenuation, points, of.nodes, of.window, found.positions());
  const ScatterEstimate right(of.nodes, found.positions(), sums, of.sigmas_mm, 0);
  double worst = 0;
  for (std::size_t i = 0; i < right.sums().size(); ++i) {
    worst = std::max(worst, std::abs(double{found.sums()[i]} - right.sums()[i]));
  }
  return worst / *std::ranges::max_element(right.sums());
}

Case whole_body() {
  return {.grid = recon::centred_grid({18, 16, 12}, {8, 8, 8}, {0, 0, 0}),
          .nodes = cylinder({.radius_mm = 180, .half_length_mm = 50, .per_ring = 18, .rings = 2}),
          .sigmas_mm = {25, 40}};
}

}  // namespace

class CudaScatterTest : public QObject {
  Q_OBJECT

  static constexpr projectors::Device gpu{projectors::DeviceKind::cuda, 0};

  static void check_both(const Case& what) {
    const double error = error_of(what, gpu), of_cpu = error_of(what, {});
    qInfo("largest error: %.1e on the GPU, %.1e on the CPU", error, of_cpu);
    QVERIFY(error > 0 && error < 1e-5);
    QVERIFY(of_cpu > 0 && of_cpu < 1e-5);
  }

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }
  void cleanup() {
    cuda_on_host::machine() = {};
    cuda_on_host::repair();
  }

  /// Of some hundred points, which come in several batches.
  void is_what_the_formula_says_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }
  void is_what_the_formula_says() {
    QFETCH(const bool, tof);
    Case some = whole_body();
    some.sigmas_mm = tof ? some.sigmas_mm : std::vector<float>{};
    check_both(some);
  }

  /// Photons that turn back from what lies in front of the nodes are measured beyond the last position.
  void ends_of_the_positions_take_what_lies_beyond() {
    const Case narrow{.grid = recon::centred_grid({16, 16, 6}, {8, 8, 8}, {0, 0, 0}),
                      .nodes = cylinder({.radius_mm = 60, .half_length_mm = 10, .per_ring = 14, .rings = 2}),
                      .sigmas_mm = {25},
                      .window = open_window};
    check_both(narrow);
  }

  void more_pairs_than_are_held_at_once() {
    const Case many{.grid = recon::centred_grid({18, 16, 12}, {8, 8, 8}, {0, 0, 0}),
                    .nodes = cylinder({.radius_mm = 180, .half_length_mm = 50, .per_ring = 74, .rings = 5}),
                    .window = open_window,  // of which nothing is cut off
                    .most_points = 2};
    QVERIFY(ScatterEstimate::num_pairs(many.nodes.num_nodes()) > static_cast<std::size_t>(recon::most_pairs_on_gpu));
    const double error = error_of(many, gpu), of_cpu = error_of(many, {});
    qInfo("largest error: %.1e on the GPU, %.1e on the CPU", error, of_cpu);
    QVERIFY(error > 0 && error < 1e-5);
  }

  void the_same_bits_each_time() {
    const Case some = whole_body();
    const Image activity = filled(some.grid, 3, 1), attenuation = filled(some.grid, 0.2F, 2);
    const std::vector<ScatterPoint> points = recon::scatter_points(attenuation, 25);
    const auto sums = [&] {
      return recon::single_scatter(activity, attenuation, points, some.nodes,
                                   {.window = usual_window, .sigmas_mm = {25}, .device = gpu}, silent)
          .sums();
    };
    QCOMPARE(sums(), sums());
  }

  /// What it says that it takes, within a tenth, of which it is refused what is not there.
  void memory_is_that_of_the_estimate() {
    COINCIDE_NEED_EMULATION();
    const Case some = whole_body();
    const Image activity = filled(some.grid, 3, 1), attenuation = filled(some.grid, 0.2F, 2);
    const std::vector<ScatterPoint> points = recon::scatter_points(attenuation, 25);
    const std::uint64_t bytes = recon::single_scatter_gpu_bytes(some.grid, points, some.nodes, {25});
    const auto runs_in = [&](double part) {
      cuda_on_host::machine().memory_bytes = static_cast<std::size_t>(part * static_cast<double>(bytes));
      try {
        recon::single_scatter(activity, attenuation, points, some.nodes,
                              {.window = usual_window, .sigmas_mm = {25}, .device = gpu}, silent);
        return true;
      } catch (const DeviceError&) {
        return false;
      }
    };
    QVERIFY(runs_in(1.1));
    QVERIFY(!runs_in(0.9));
    cuda_on_host::machine().memory_bytes = bytes / 2;
    const std::string why = recon::why_no_room_on_gpu(bytes, 0);
    QVERIFY2(why.starts_with("Scatter needs "), why.c_str());
    cuda_on_host::machine().memory_bytes = 2 * bytes;
    QCOMPARE(recon::why_no_room_on_gpu(bytes, 0), std::string());
  }
};

COINCIDE_TEST_CLASS(CudaScatterTest)

}  // namespace coincide::tests

#include "cuda_scatter_test.moc"
