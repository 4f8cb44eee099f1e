// From simulated photons to Bq/mL. The simulation knows nothing of the projectors, so that a wrong axis, sign, factor
// or unit in the model of the reconstruction shows here.

#include <QtTest>
#include <cmath>

#include "io/phantom_file.h"
#include "io/scanner_file.h"
#include "recon/attenuation.h"
#include "recon/randoms.h"
#include "recon/sensitivity.h"
#include "recon/simulation/simulation.h"
#include "support/memory_events.h"
#include "support/osem.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::recon;
using coincide::tests::MemoryEvents;
using coincide::tests::osem;
using coincide::tests::OsemOptions;

namespace {

const ImageGrid grid = centred_grid({52, 52, 30}, {2.5f, 2.5f, 2.6f}, {0, 0, 0});

MemoryEvents acquisition(const Phantom& phantom, const SimulationOptions& options) {
  io::ScannerDescription small = io::read_scanner(COINCIDE_RESOURCES "/scanners/small.toml");
  MemoryEvents listmode(small.scanner, 100'000);
  listmode.table = small.efficiencies;
  Reporter silent;
  simulate(listmode.scanner(), listmode.efficiencies(), phantom, options, listmode, silent);
  return listmode;
}

Phantom phantom(const char* name) { return io::read_phantom(std::string(COINCIDE_RESOURCES "/phantoms/") + name); }

struct Result {
  Image image;  ///< Bq/mL
  RunResult osem;
  std::uint64_t prompts = 0;
  std::uint64_t delayeds = 0;
};

/// All corrections, as a user would reconstruct.
Result reconstruct(MemoryEvents& listmode, const Image* mu, bool tof, OsemOptions options) {
  Reporter silent;
  const MultiplicativeModel model(listmode.scanner(), listmode.efficiencies(), {});
  const Image sensitivity = sensitivity_image(model, grid, mu, {.tof = tof}, silent);
  ListmodeData data = ListmodeData::load(listmode, model, {.subsets = options.subsets}, silent);
  if (mu != nullptr) {
    ComputeDevice cpu;
    multiply_attenuation(data, listmode.scanner(), *mu, cpu, 0, silent);
  }
  if (data.counts().delayeds > 0) {
    const auto s = randoms_from_delayeds(listmode.scanner(), listmode.efficiencies(), data.delayeds_per_crystal());
    add_randoms(data, listmode.scanner(), randoms_of_delayeds(data, listmode.scanner(), s, tof));
  }
  Result result;
  result.osem = osem(data, listmode.scanner(), sensitivity, Image(grid, 1), tof, options, silent);
  result.image = result.osem.image;
  for (float& value : result.image.values) {
    value = static_cast<float>(value * 1000.0 / data.duration_s());  // annihilations per mm^3 -> Bq/mL
  }
  result.prompts = data.num_prompts();
  result.delayeds = data.counts().delayeds;
  return result;
}

Vec3 voxel_centre(std::int64_t i, std::int64_t j, std::int64_t k) {
  return {grid.origin_mm[0] + static_cast<float>(i) * grid.voxel_size_mm[0],
          grid.origin_mm[1] + static_cast<float>(j) * grid.voxel_size_mm[1],
          grid.origin_mm[2] + static_cast<float>(k) * grid.voxel_size_mm[2]};
}

/// Calls visit(value, centre) for all voxels.
template <class Visit>
void for_voxels(const Image& image, Visit&& visit) {
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        visit(image.at(i, j, k), voxel_centre(i, j, k));
      }
    }
  }
}

/// Means of the cylinder's interior in 4 sectors x 3 rings x 3 slabs, away from its surface.
std::vector<double> region_means(const Image& image, const Shape& cylinder) {
  std::vector<double> sum(36, 0.0), count(36, 0.0);
  for_voxels(image, [&](float value, const Vec3& p) {
    const double r = std::hypot(p[0], p[1]) / cylinder.half_size_mm[0];
    const double z = p[2] / cylinder.half_size_mm[2];
    if (r < 0.8 && std::abs(z) < 0.75) {
      const int ring = r < 0.45 ? 0 : r < 0.65 ? 1 : 2;
      const int sector = (p[0] > 0) + 2 * (p[1] > 0);
      const int slab = z < -0.25 ? 0 : z < 0.25 ? 1 : 2;
      sum[(ring * 4 + sector) * 3 + slab] += value;
      count[(ring * 4 + sector) * 3 + slab] += 1;
    }
  });
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i] /= count[i];
  }
  return sum;
}

/// Pearson correlation.
double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  const double n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i];
    sb += b[i];
    saa += static_cast<double>(a[i]) * a[i];
    sbb += static_cast<double>(b[i]) * b[i];
    sab += static_cast<double>(a[i]) * b[i];
  }
  return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

Image flipped(const Image& image, int axis) {
  Image result = image;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        std::array<std::int64_t, 3> from{i, j, k};
        from[axis] = grid.shape[axis] - 1 - from[axis];
        result.at(i, j, k) = image.at(from[0], from[1], from[2]);
      }
    }
  }
  return result;
}

/// The picture is that of the phantom, the right way round and in its units. What the TOF sign test must break.
bool shows(const Image& image, const Phantom& phantom, const Image& truth) {
  if (correlation(image.values, truth.values) < 0.9) {
    return false;
  }
  for (const Shape& shape : phantom.shapes) {
    if (shape.kind == ShapeKind::elliptic_cylinder) {
      continue;  // the body, and the cold rod into which activity spills
    }
    // Over the shape and 5 mm around it: what the resolution spreads is counted in.
    Shape grown = shape;
    for (float& half : grown.half_size_mm) {
      half += 5;
    }
    double measured = 0, expected = 0;
    for_voxels(image, [&](float value, const Vec3& p) { measured += grown.contains(p) ? value : 0; });
    for_voxels(truth, [&](float value, const Vec3& p) { expected += grown.contains(p) ? value : 0; });
    const double recovery = measured / expected;
    qInfo("%s: %.2f of the truth", shape.name.c_str(), recovery);
    if (recovery < 0.93 || recovery > 1.07) {
      return false;
    }
  }
  return true;
}

}  // namespace

class EndToEndTest : public QObject {
  Q_OBJECT

  std::vector<double> means_;  ///< of the uniform cylinder over its activity

 private slots:
  /// Attenuation, unequal crystals, solid angles, randoms: the activity comes out in Bq/mL and flat.
  void uniform_cylinder_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }

  void uniform_cylinder() {
    QFETCH(const bool, tof);
    const Phantom cylinder = phantom("cylinder.toml");
    const Shape& body = cylinder.shapes.front();
    const Image mu = attenuation_image(cylinder, grid, {0, 0, 0});
    std::vector<std::vector<double>> regions;
    for (const std::uint64_t seed : {1, 2}) {
      MemoryEvents listmode = acquisition(cylinder, {.duration_s = 2, .randoms_fraction = 0.25, .seed = seed});
      const Result result = reconstruct(listmode, &mu, tof, {.iterations = 4, .subsets = 4});
      QVERIFY(result.prompts > 200'000);
      QVERIFY(result.delayeds > 40'000);
      regions.push_back(region_means(result.image, body));
    }
    double noise = 0, deviation = 0, average = 0;
    for (std::size_t i = 0; i < regions[0].size(); ++i) {
      const double both = 0.5 * (regions[0][i] + regions[1][i]);
      noise += std::pow(regions[0][i] - regions[1][i], 2) / 4;  // variance of `both`
      deviation += std::pow(both / body.activity_bq_per_ml - 1, 2);
      average += both / body.activity_bq_per_ml;
    }
    const double n = static_cast<double>(regions[0].size());
    noise = std::sqrt(noise / n) / body.activity_bq_per_ml;
    deviation = std::sqrt(deviation / n);
    average /= n;
    qInfo("activity %.4f of the truth; regions deviate by %.4f rms, their noise is %.4f", average, deviation, noise);
    QVERIFY(std::abs(average - 1) < 0.02);
    QVERIFY(deviation < 2 * noise + 0.01);
    means_.push_back(average);
    QVERIFY2(std::abs(means_.back() / means_.front() - 1) < 0.01, "with and without TOF");
  }

  void orientation_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }

  void orientation() {
    QFETCH(const bool, tof);
    const Phantom object = phantom("orientation.toml");
    const Image truth = activity_image(object, grid, {0, 0, 0});
    const Image mu = attenuation_image(object, grid, {0, 0, 0});
    MemoryEvents listmode = acquisition(object, {.duration_s = 2, .seed = 3});
    const Image image = reconstruct(listmode, &mu, tof, {.iterations = 3, .subsets = 4, .psf = 2.5}).image;
    const double right = correlation(image.values, truth.values);
    qInfo("correlation with the truth %.3f; flipped in x %.3f, y %.3f, z %.3f", right,
          correlation(image.values, flipped(truth, 0).values), correlation(image.values, flipped(truth, 1).values),
          correlation(image.values, flipped(truth, 2).values));
    QVERIFY(shows(image, object, truth));
    for (int axis = 0; axis < 3; ++axis) {
      QVERIFY(correlation(image.values, flipped(truth, axis).values) < right - 0.1);
      QVERIFY(!shows(flipped(image, axis), object, truth));
    }
  }

  /// The same data with the order of the TOF bins turned round must not pass for the phantom.
  void reversed_tof_sign_is_noticed() {
    const Phantom object = phantom("orientation.toml");
    const Image truth = activity_image(object, grid, {0, 0, 0});
    const Image mu = attenuation_image(object, grid, {0, 0, 0});
    MemoryEvents listmode = acquisition(object, {.duration_s = 2, .seed = 3});
    const auto last = static_cast<std::uint16_t>(listmode.scanner().tof_bins.size() - 1);
    for (auto& bin : listmode.events.tof_bin) {
      bin = static_cast<std::uint16_t>(last - bin);
    }
    const Image image = reconstruct(listmode, &mu, true, {.iterations = 3, .subsets = 4, .psf = 2.5}).image;
    qInfo("correlation with the truth %.3f", correlation(image.values, truth.values));
    QVERIFY(!shows(image, object, truth));
  }

  /// MLEM: the likelihood rises in every iteration and the model expects as many counts as were measured.
  void mlem_laws() {
    MemoryEvents listmode = acquisition(phantom("orientation.toml"), {.duration_s = 1, .attenuation = false});
    const Result result = reconstruct(listmode, nullptr, true, {.iterations = 8, .subsets = 1});
    const auto& figures = result.osem.figures;
    QCOMPARE(figures.size(), std::size_t{8});
    for (std::size_t i = 1; i < figures.size(); ++i) {
      QVERIFY(figures[i].log_likelihood > figures[i - 1].log_likelihood);
    }
    for (const IterationFigures& figure : figures) {
      const double prompts = static_cast<double>(result.prompts);
      QVERIFY2(std::abs(figure.expected_counts - prompts) < 1e-3 * prompts,
               qPrintable(QString("%1 expected, %2 prompts").arg(figure.expected_counts).arg(prompts)));
    }
  }
};

COINCIDE_TEST_CLASS(EndToEndTest)
#include "end_to_end_test.moc"
