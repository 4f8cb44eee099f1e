// What the benchmark program projects: the published geometry to the digit, and events that are what they say.

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "projectors/bench/plane_count.h"
#include "projectors/bench/scenes.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::projectors::bench;

namespace {

bool close(const Point& point, std::array<double, 3> expected) {
  return std::abs(point[0] - expected[0]) < 1e-4 && std::abs(point[1] - expected[1]) < 1e-4 &&
         std::abs(point[2] - expected[2]) < 1e-4;
}

/// All LORs of a scene as sorted rows, so that the order they come in does not matter.
std::vector<std::array<float, 7>> sorted_rows(const Scene& scene) {
  std::vector<std::array<float, 7>> rows;
  for (std::int64_t i = 0; i < scene.count(); ++i) {
    const float* a = &scene.start_mm[3 * i];
    const float* b = &scene.end_mm[3 * i];
    const float bin = scene.tof_bins.empty() ? 0.0f : static_cast<float>(scene.tof_bins[i]);
    rows.push_back({a[0], a[1], a[2], b[0], b[1], b[2], bin});
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

double distance_from_axis_mm(const Scene& scene, std::int64_t lor) {
  const float* a = &scene.start_mm[3 * lor];
  const float* b = &scene.end_mm[3 * lor];
  const double dx = b[0] - a[0], dy = b[1] - a[1];
  return std::abs(a[0] * dy - a[1] * dx) / std::hypot(dx, dy);
}

}  // namespace

class BenchScenesTest : public QObject {
  Q_OBJECT

 private slots:
  void first_lor_is_the_published_one() {
    const PointPair lor = DmiGeometry(2).sinogram_lor("PVR", 0);
    QVERIFY(close(lor.start, {109.2814, 365.7835, -97.2223}));
    QVERIFY(close(lor.end, {-178.0607, 337.3528, -97.2223}));
  }

  void symmetry_axis_turns_the_scanner() {
    QVERIFY(close(DmiGeometry(1).sinogram_lor("PVR", 0).start, {365.7835, -97.2223, 109.2814}));
    QVERIFY(close(DmiGeometry(0).sinogram_lor("PVR", 0).start, {-97.2223, 109.2814, 365.7835}));
  }

  void sinogram_subset_has_the_published_work() {
    const Scene scene = sinogram_scene(DmiGeometry(2), "PVR", 1, DmiGeometry::num_lors);
    QCOMPARE(scene.count(), std::int64_t{4'302'720});
    QCOMPARE(count_planes(scene.grid, scene.lors()) / 100'000, std::int64_t{6142});
  }

  void orders_hold_the_same_lors() {
    const DmiGeometry scanner(2);
    const auto lor_number = [](std::int64_t plane, std::int64_t view, std::int64_t radial) {
      return (plane * 8 + view) * 415 + radial;
    };
    const PointPair lor = scanner.sinogram_lor("PVR", lor_number(700, 3, 99));
    const PointPair other = scanner.sinogram_lor("RVP", (std::int64_t{99} * 8 + 3) * 1296 + 700);
    const PointPair third = scanner.sinogram_lor("VPR", (std::int64_t{3} * 1296 + 700) * 415 + 99);
    QCOMPARE(lor.start, other.start);
    QCOMPARE(lor.end, other.end);
    QCOMPARE(lor.start, third.start);
    QCOMPARE(lor.end, third.end);
  }

  void planes_of_an_axial_row_are_its_voxels() {
    const ImageGrid grid{{5, 7, 9}, {-2, -3, -4}, {1, 1, 1}};
    const std::array<float, 9> start = {-50, 0, 0, 0, 0.3f, -50, 40, 40, 40};
    const std::array<float, 9> end = {50, 0, 0, 0, 0.3f, 1.2f, 40, 40, 90};
    const Lors lors{start.data(), end.data(), 3};
    QCOMPARE(count_planes(grid, lors), std::int64_t{5 + 6 + 0});
  }

  void events_come_from_the_phantom() {
    const Scene scene = event_scene(DmiGeometry(2), 20'000);
    QCOMPARE(scene.count(), std::int64_t{20'000});
    double mean_mm[3] = {};
    for (std::int64_t i = 0; i < scene.count(); ++i) {
      // 150 mm of radius, 36 mm off centre, and up to one crystal of rounding at both ends
      QVERIFY(distance_from_axis_mm(scene, i) < 150 + 36.1 + 4.1);
      double length = 0, d[3];
      for (int k = 0; k < 3; ++k) {
        d[k] = static_cast<double>(scene.end_mm[3 * i + k]) - scene.start_mm[3 * i + k];
        length += d[k] * d[k];
      }
      const TofBins bins = dmi_tof_bins();
      const double along_mm = (scene.tof_bins[i] - 14) * bins.bin_width_mm / std::sqrt(length);
      for (int k = 0; k < 3; ++k) {
        mean_mm[k] += (0.5 * (scene.start_mm[3 * i + k] + scene.end_mm[3 * i + k]) + along_mm * d[k]) / 20'000;
      }
    }
    // The phantom's centre is (30, -20) along the scanner's two transaxial directions, image axes 1 and 0.
    QVERIFY(std::abs(mean_mm[1] - 30) < 4);
    QVERIFY(std::abs(mean_mm[0] + 20) < 4);
    QVERIFY(std::abs(mean_mm[2]) < 4);
  }

  void sorting_keeps_events_and_brings_neighbours_together() {
    const Scene scene = event_scene(DmiGeometry(2), 20'000);
    const Scene sorted = sorted_events(scene, 2);
    QVERIFY(sorted_rows(scene) == sorted_rows(sorted));
    const auto mean_step_mm = [](const Scene& s) {
      double sum = 0;
      for (std::int64_t i = 1; i < s.count(); ++i) {
        sum += std::abs(distance_from_axis_mm(s, i) - distance_from_axis_mm(s, i - 1));
      }
      return sum / static_cast<double>(s.count());
    };
    QVERIFY(mean_step_mm(sorted) < 0.2 * mean_step_mm(scene));
  }

  void chunks_are_evenly_spaced_or_everything() {
    const Chunks few(100, 4, 3);
    std::vector<std::int64_t> items;
    for (std::int64_t i = 0; i < few.count(); ++i) {
      items.push_back(few[i]);
    }
    QVERIFY((items == std::vector<std::int64_t>{0, 1, 2, 25, 26, 27, 50, 51, 52, 75, 76, 77}));
    const Chunks all(10, 4, 3);
    QCOMPARE(all.count(), std::int64_t{10});
    QCOMPARE(all[9], std::int64_t{9});
  }
};

COINCIDE_TEST_CLASS(BenchScenesTest)
#include "bench_scenes_test.moc"
