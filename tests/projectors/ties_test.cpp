// What ends on a plane or on a bin's centre: decided by a rule, not by rounding, and the same for both directions.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "projectors/bench/dmi_geometry.h"
#include "projectors/projector.h"
#include "support/joseph_reference.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

const ImageGrid grid{{40, 40, 8}, {-39, -39, -7}, {2, 2, 2}};

/// LORs between crystals on four panels around the grid, their positions in whole mm: many end on planes of the image.
LorArrays panel_lors(int count) {
  std::mt19937_64 random(61);
  const auto crystal = [&](unsigned panel, float(&at)[3]) {
    const float along = static_cast<float>(static_cast<int>(random() % 33) * 4 - 64);
    const float side = panel % 2 == 0 ? 65.0F : -65.0F;
    at[0] = panel < 2 ? side : along;
    at[1] = panel < 2 ? along : side;
    at[2] = static_cast<float>(static_cast<int>(random() % 5) * 5 - 10);
  };
  LorArrays lors;
  for (int i = 0; i < count; ++i) {
    const auto panel = static_cast<unsigned>(random() % 4);
    float a[3], b[3];
    crystal(panel, a);
    crystal((panel + 1 + static_cast<unsigned>(random() % 3)) % 4, b);
    lors.start.insert(lors.start.end(), a, a + 3);
    lors.end.insert(lors.end.end(), b, b + 3);
  }
  return lors;
}

/// Every so many of the LORs of a clinical scanner's sinogram.
LorArrays scanner_lors(int count) {
  const bench::DmiGeometry scanner(2);
  const std::int64_t step = bench::DmiGeometry::num_lors / count;
  LorArrays lors;
  for (int i = 0; i < count; ++i) {
    const auto [a, b] = scanner.sinogram_lor("PVR", i * step);
    lors.start.insert(lors.start.end(), a.begin(), a.end());
    lors.end.insert(lors.end.end(), b.begin(), b.end());
  }
  return lors;
}

/// What a LOR measures by the reference, one value or all bins.
using Reference = std::function<std::vector<double>(const JosephReference&, const JosephReference::Line&, std::size_t)>;

/// What is compared: an image's box, by which rule, on which LORs.
struct Scene {
  ImageGrid box;
  BoundaryRule rule;
  LorArrays lors;
  /// Of the values. Where a TOF window ends nearly on a plane or bin, but not within a tie of it, single precision may
  /// gain or lose that one, with a weight of at most exp(-9 / 2).
  double share_off;
};

/// Compares projections of LORs and of the turned ones with the reference; prints the largest error.
template <class Tof>
void compare(const char* name, const Scene& scene, const Tof& tof, const Tof& turned_tof, bool turn_bins,
             const std::vector<float>& image, const Reference& measure) {
  const LorArrays& lors = scene.lors;
  const JosephReference reference(scene.box, scene.rule);
  const auto count = static_cast<std::int64_t>(lors.start.size() / 3);
  std::vector<std::vector<double>> expected(static_cast<std::size_t>(count));
  std::int64_t ties = 0;
#pragma omp parallel for reduction(+ : ties)
  for (std::int64_t i = 0; i < count; ++i) {
    const auto line = reference.line(&lors.start[3 * i], &lors.end[3 * i]);
    ties += line.ends_on_plane;
    expected[i] = measure(reference, line, static_cast<std::size_t>(i));
  }
  const std::size_t bins = expected.front().size();
  double largest = 0;
  for (const auto& values : expected) {
    largest = std::max(largest, *std::ranges::max_element(values));
  }
  for (const InstructionSet set : instruction_sets()) {
    const Projector projector(scene.box, {.boundary = scene.rule, .instruction_set = set});
    std::vector<float> one(bins * expected.size(), -1.0F), other(one);
    projector.forward(lors.lors(), tof, image.data(), one.data());
    projector.forward(LorArrays{lors.end, lors.start}.lors(), turned_tof, image.data(), other.data());
    double error = 0, asymmetry = 0;
    std::size_t off = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
      const std::size_t bin = i % bins;
      const float turned = other[turn_bins ? i - bin + (bins - 1 - bin) : i];
      const double error_here = std::abs(one[i] - expected[i / bins][bin]) / largest;
      const double asymmetry_here = std::abs(double{one[i]} - turned) / largest;
      error = std::max(error, error_here);
      asymmetry = std::max(asymmetry, asymmetry_here);
      off += std::max(error_here, asymmetry_here) > 5e-6;
    }
    const QByteArray set_name(instruction_set_name(set).data());
    qInfo("%s, %s, %lld LORs of which %lld end on planes: largest error %.1e, between the directions %.1e, %zu off",
          name, set_name.constData(), static_cast<long long>(count), static_cast<long long>(ties), error, asymmetry,
          off);
    QVERIFY2(std::max(error, asymmetry) < 1e-3, name);
    QVERIFY2(static_cast<double>(off) <= scene.share_off * static_cast<double>(one.size()), name);
  }
}

/// All functions, on LORs and the turned ones.
void compare_all(const Scene& scene, float width, float sigma) {
  const std::vector<float> image = random_values(static_cast<std::size_t>(scene.box.num_voxels()), 62);
  compare("no TOF", scene, NoTof{}, NoTof{}, false, image, [&](const auto& reference, const auto& line, std::size_t) {
    return std::vector{reference.forward(line, image)};
  });

  const TofBins bins{.num_bins = 13, .bin_width_mm = width, .sigma_mm = &sigma};
  compare("sinogram", scene, bins, bins, true, image, [&](const auto& reference, const auto& line, std::size_t) {
    return reference.forward_sinogram(line, image, bins.num_bins, width, sigma, 0, bins.num_sigmas);
  });

  std::vector<std::int16_t> bin(scene.lors.start.size() / 3), turned;
  for (std::size_t i = 0; i < bin.size(); ++i) {
    bin[i] = static_cast<std::int16_t>(i % 13);
    turned.push_back(static_cast<std::int16_t>(12 - bin[i]));
  }
  compare("events", scene, TofEvents{bins, bin.data()}, TofEvents{bins, turned.data()}, false, image,
          [&](const auto& reference, const auto& line, std::size_t i) {
            return std::vector{
                reference.forward_event(line, image, (bin[i] - 6) * double{width}, width, sigma, 3.0 * sigma)};
          });
}

/// Of a uniform image: the same by all instruction sets, or NaN.
float projection(const ImageGrid& box, BoundaryRule rule, const LorArrays& lor, float value) {
  const std::vector<float> image(static_cast<std::size_t>(box.num_voxels()), value);
  float first = -1;
  for (const InstructionSet set : instruction_sets()) {
    float result = -1;
    Projector(box, {.boundary = rule, .instruction_set = set}).forward(lor.lors(), NoTof{}, image.data(), &result);
    first = set == InstructionSet::scalar ? result : std::abs(result - first) <= 1e-5F * first ? first : std::nanf("");
  }
  return first;
}

}  // namespace

class TiesTest : public QObject {
  Q_OBJECT

 private slots:
  /// The LOR leaves the image through its upper z face, on plane x = -39 mm, which does not count.
  void one_lor_both_ways() {
    const LorArrays lor{{0, -65, 5}, {-65, -16.1F, 10}};
    const LorArrays turned{lor.end, lor.start};
    QVERIFY(std::abs(projection(grid, BoundaryRule::upstream, lor, 0.01F) - 0.0309F) < 1e-4F);
    QVERIFY(std::abs(projection(grid, BoundaryRule::upstream, turned, 0.01F) - 0.0309F) < 1e-4F);
    QCOMPARE(projection(grid, BoundaryRule::clamped, lor, 0.01F),
             projection(grid, BoundaryRule::clamped, turned, 0.01F));
  }

  void panels_data() { rules(); }
  void panels() {
    QFETCH(const bool, clamped);
    // TOF windows reach 1.5 bins and, along axes, whole planes: 15 mm from bin centres at whole cm.
    compare_all({grid, clamped ? BoundaryRule::clamped : BoundaryRule::upstream, panel_lors(10'000), 0}, 10, 5);
  }

  void scanner_data() { rules(); }
  void scanner() {
    QFETCH(const bool, clamped);
    const BoundaryRule rule = clamped ? BoundaryRule::clamped : BoundaryRule::upstream;
    const ImageGrid other{{200, 200, 80}, {-199, -199, -98.75F}, {2, 2, 2.5F}};
    compare_all({bench::DmiGeometry(2).image_grid(), rule, scanner_lors(4'000), 1e-3}, 25.371F, 24.505F);
    compare_all({other, rule, scanner_lors(4'000), 1e-3}, 50, 25);
  }

  /// LORs along an outer face whose coordinate is the sum of floats that it is: half of each voxel where values fall to
  /// 0 towards the outside, all of it where the outer half voxel has the voxel's value.
  void along_faces_data() {
    QTest::addColumn<float>("voxel_mm");
    for (const float size : {3.27F, 4.07283F, 2.03642F, 0.7F, 1.65F, 2.0F, 2.78F, 1.1F, 2.0863F}) {
      QTest::newRow(qPrintable(QString::number(size))) << size;
    }
  }
  void along_faces() {
    QFETCH(const float, voxel_mm);
    for (const int n : {5, 8, 40, 41, 64}) {
      const float origin = -0.5F * static_cast<float>(n - 1) * voxel_mm;
      const float to_high = (static_cast<float>(n) - 0.5F) * voxel_mm;
      const float low = origin - 0.5F * voxel_mm;
      const volatile float high = origin + to_high;
      const ImageGrid box{{n, n, n}, {origin, origin, origin}, {voxel_mm, voxel_mm, voxel_mm}};
      const float chord = static_cast<float>(n) * voxel_mm;
      for (int axis = 0; axis < 3; ++axis) {
        for (const float face : {low, float{high}}) {
          LorArrays lor{{0, 0, 0}, {0, 0, 0}};
          lor.start[axis] = -500;
          lor.end[axis] = 500;
          lor.start[(axis + 1) % 3] = lor.end[(axis + 1) % 3] = face;
          QVERIFY(std::abs(projection(box, BoundaryRule::upstream, lor, 1) - 0.5F * chord) < 1e-4F * chord);
          QVERIFY(std::abs(projection(box, BoundaryRule::clamped, lor, 1) - chord) < 1e-4F * chord);
          lor.start[(axis + 1) % 3] = lor.end[(axis + 1) % 3] = 1.0001F * face;
          QCOMPARE(projection(box, BoundaryRule::upstream, lor, 1), 0.0F);
        }
      }
    }
  }

 private:
  static void rules() {
    QTest::addColumn<bool>("clamped");
    QTest::newRow("upstream") << false;
    QTest::newRow("clamped") << true;
  }
};

COINCIDE_TEST_CLASS(TiesTest)
#include "ties_test.moc"
