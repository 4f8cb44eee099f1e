// What engines project back, on CPU and GPU: against projections one by one and ratios in double precision.

#include <QtTest>
#include <cmath>
#include <random>

#include "gpu_support.h"
#include "projectors/projector.h"
#include "recon/engine/engine.h"
#include "support/plain_measurements.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

const recon::ImageGrid grid = recon::centred_grid({23, 21, 9}, {4, 4.3F, 3}, {3, -2, 0});

/// LORs across the grid with numbers of counts from 0 to 4; some cells cannot be measured, some have no background.
PlainMeasurements random_measurements(bool tof, bool counts) {
  PlainMeasurements result;
  std::mt19937 random(9);
  const auto draw = [&](int below) { return static_cast<float>(random() % static_cast<unsigned>(below)); };
  for (int i = 0; i < 200; ++i) {
    const float angle = static_cast<float>(i) * 0.0314F;
    result.points.insert(result.points.end(), {80 * std::cos(angle), 80 * std::sin(angle), draw(40) - 20});
  }
  if (tof) {
    result.axis = {.num_bins = 9, .bin_width_mm = 20, .sigma_mm = 14};
  }
  for (int i = 0; i < 5000; ++i) {
    const auto start = static_cast<std::uint32_t>(draw(200));
    result.start.push_back(start);
    result.end.push_back((start + 70 + static_cast<std::uint32_t>(draw(60))) % 200);
  }
  const std::size_t cells = result.start.size() * (tof ? 9 : 1);
  for (std::size_t i = 0; i < cells; ++i) {
    result.factor.push_back(random() % 11 == 0 ? 0 : 0.01F * (1 + draw(100)));
    result.additive.push_back(random() % 3 == 0 ? 0 : 0.1F * draw(20));
    if (counts) {
      result.counts.push_back(0.5F * draw(9));
    }
  }
  return result;
}

/// Gives cells that only the tails of a TOF bin's Gaussian reach a background: quotients by numbers near 0 have few
/// digits, and nothing is counted there.
void put_background_in_tails(PlainMeasurements& data) {
  const std::vector<float> ones(static_cast<std::size_t>(grid.num_voxels()), 1);
  std::vector<float> length_mm(data.factor.size());
  projectors::Projector(grid).forward(data.subset(0).lors, data.axis->bins(), ones.data(), length_mm.data());
  for (std::size_t i = 0; i < length_mm.size(); ++i) {
    data.additive[i] = length_mm[i] < 0.1F ? 0.1F : data.additive[i];
  }
}

struct Result {
  std::vector<float> back;
  double log_sum = 0;
};

Result by_engine(recon::Engine& engine, const std::vector<float>& image, recon::Ratios ratios) {
  recon::EngineImage x = engine.make_image(), out = engine.make_image();
  x.upload(image.data());
  Result result{.back = std::vector<float>(image.size())};
  engine.back_project(
      0, x, out, result.log_sum, [](double) { return true; }, ratios);
  out.download(result.back.data());
  return result;
}

/// A^T(m y / (m A x + b)) and the sum of y ln(m A x + b), by forward() and back().
Result by_projector(const PlainMeasurements& data, const std::vector<float>& image) {
  const projectors::Projector projector(grid);
  const recon::DataBlock block = data.subset(0);
  std::vector<float> values(data.factor.size());
  Result result{.back = std::vector<float>(image.size())};
  const auto project = [&](const auto& tof) {
    projector.forward(block.lors, tof, image.data(), values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double y = data.counts.empty() ? 1 : data.counts[i];
      const double expected = double{data.factor[i]} * values[i] + data.additive[i];
      result.log_sum += expected > 0 ? y * std::log(expected) : 0;
      values[i] = static_cast<float>(expected > 0 ? data.factor[i] * y / expected : 0);
    }
    projector.back(block.lors, tof, values.data(), result.back.data());
  };
  data.axis ? project(data.axis->bins()) : project(projectors::NoTof{});
  return result;
}

double largest_difference(const std::vector<float>& one, const std::vector<float>& other) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double here = std::abs(double{one[i]} - double{other[i]});
    difference = std::isfinite(here) ? std::max(difference, here) : 1e30;
    largest = std::max(largest, std::abs(double{other[i]}));
  }
  return difference / largest;
}

}  // namespace

class EngineTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }
  void cleanup() { cuda_on_host::machine() = {}; }

  void back_projection_data() {
    QTest::addColumn<bool>("on_gpu");
    QTest::addColumn<bool>("tof");
    QTest::addColumn<bool>("counts");
    QTest::addColumn<bool>("in_parts");
    for (const bool tof : {false, true}) {
      for (const bool counts : {false, true}) {
        const QByteArray name = QByteArray(tof ? "rows of TOF bins" : "no TOF") + (counts ? ", counts" : "");
        QTest::newRow("CPU, " + name) << false << tof << counts << false;
        QTest::newRow("GPU, " + name) << true << tof << counts << false;
        QTest::newRow("GPU in parts, " + name) << true << tof << counts << true;
      }
    }
  }

  void back_projection() {
    QFETCH(const bool, on_gpu);
    QFETCH(const bool, tof);
    QFETCH(const bool, counts);
    QFETCH(const bool, in_parts);
    PlainMeasurements data = random_measurements(tof, counts);
    if (tof) {
      put_background_in_tails(data);
    }
    const recon::Problem problem{
        .data = data, .grid = grid, .sensitivity = std::vector<float>(static_cast<std::size_t>(grid.num_voxels()), 1)};
    std::mt19937 random(4);
    std::vector<float> image(problem.sensitivity.size());
    std::ranges::generate(image, [&] { return static_cast<float>(random() % 100) * 0.01F; });
    if (in_parts) {
      COINCIDE_NEED_EMULATION();  // room for the images, but not for the data, too
      cuda_on_host::machine().memory_bytes =
          cuda_on_host::counts().bytes_in_use + 2 * (std::size_t{48} << 20) + 100'000;
    }
    std::string notes;
    const auto engine = on_gpu ? recon::make_cuda_engine(problem, 2, 0, [&](const std::string& n) { notes += n; })
                               : recon::make_cpu_engine(problem, 2);
    QCOMPARE(notes.find("come in parts") != std::string::npos, in_parts);
    cuda_on_host::machine() = {};

    const Result expected = by_projector(data, image);
    const Result plain = by_engine(*engine, image, recon::Ratios::plain);
    QVERIFY(largest_difference(plain.back, expected.back) < 2e-5);
    QVERIFY(std::abs(plain.log_sum - expected.log_sum) < 1e-5 * std::abs(expected.log_sum));

    // The change of the ratios at another image since they were kept.
    QCOMPARE(by_engine(*engine, image, recon::Ratios::keep).log_sum, plain.log_sum);
    std::ranges::for_each(image, [](float& value) { value *= 2; });
    const Result twice = by_projector(data, image);
    Result change = by_engine(*engine, image, recon::Ratios::change);
    std::ranges::transform(change.back, expected.back, change.back.begin(), std::plus<>());
    QVERIFY(largest_difference(change.back, twice.back) < 2e-5);
  }
};

COINCIDE_TEST_CLASS(EngineTest)

}  // namespace coincide::tests

#include "engine_test.moc"
