// What the benchmark program projects: the published geometry to the digit, and events that are what they say.

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "projectors/bench/listmode.h"
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

/// All LORs of a scene with what belongs to each as sorted rows, so that the order they come in does not matter.
std::vector<std::array<float, 9>> sorted_rows(const Scene& scene) {
  std::vector<std::array<float, 9>> rows;
  for (std::int64_t i = 0; i < scene.count(); ++i) {
    const float* a = &scene.start_mm[3 * i];
    const float* b = &scene.end_mm[3 * i];
    const float bin = scene.tof_bins.empty() ? 0.0f : static_cast<float>(scene.tof_bins[i]);
    const float sigma = scene.has_tof_per_lor() ? scene.sigma_mm[i] : 0.0f;
    const float offset = scene.has_tof_per_lor() ? scene.center_offset_mm[i] : 0.0f;
    rows.push_back({a[0], a[1], a[2], b[0], b[1], b[2], bin, sigma, offset});
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

const Function& function_named(std::string_view name) {
  return *std::find_if(functions.begin(), functions.end(), [&](const Function& f) { return f.name == name; });
}

/// The image after a run of a listmode function.
std::vector<float> image_after_run(const Scene& scene, std::string_view function) {
  const PlacedScene placed(scene, Device{});
  const auto projection = make_projection(placed, function_named(function), {.num_threads = 2}, Contents::upstream);
  projection->run();  // what an earlier run left must not matter
  projection->clear();
  projection->run();
  return projection->result();
}

/// Adds A^T (1 / (A image + contamination)) of the events `first`, `first + step`, ... by the functions under it.
void add_step(const Scene& scene, std::int64_t first, std::int64_t step, const std::vector<float>& image,
              std::vector<float>& back) {
  Scene part{.grid = scene.grid};
  for (std::int64_t i = first; i < scene.count(); i += step) {
    part.add(scene, i);
  }
  const Projector projector(scene.grid, {.num_threads = 2});
  std::vector<float> values(static_cast<std::size_t>(part.count()));
  projector.forward(part.lors(), part.events(), image.data(), values.data());
  std::transform(values.begin(), values.end(), values.begin(), [](float v) { return 1 / (v + contamination_mm); });
  projector.back(part.lors(), part.events(), values.data(), back.data());
}

/// Largest difference over largest value.
double difference(const std::vector<float>& values, const std::vector<float>& expected) {
  double error = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(values[i]) - expected[i]));
  }
  return error / *std::max_element(expected.begin(), expected.end());
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

  void tof_per_lor_has_a_resolution_and_an_offset_for_each_lor() {
    Scene scene = event_scene(DmiGeometry(2), 20'000);
    QVERIFY(!scene.bins().sigma_per_lor && !scene.bins().center_offset_per_lor);
    scene.draw_tof_per_lor();
    QVERIFY(scene.bins().sigma_per_lor && scene.bins().center_offset_per_lor);
    QCOMPARE(std::ssize(scene.sigma_mm), std::ptrdiff_t{20'000});
    QCOMPARE(std::ssize(scene.center_offset_mm), std::ptrdiff_t{20'000});
    const auto [narrow, wide] = std::minmax_element(scene.sigma_mm.begin(), scene.sigma_mm.end());
    QVERIFY(*narrow >= 0.8 * 24.5 && *narrow < 0.81 * 24.5 && *wide > 1.19 * 24.5 && *wide < 1.201 * 24.52);
    const auto [low, high] = std::minmax_element(scene.center_offset_mm.begin(), scene.center_offset_mm.end());
    QVERIFY(*low >= -10 && *low < -9.9 && *high <= 10 && *high > 9.9);

    QVERIFY(sorted_rows(scene) == sorted_rows(sorted_events(scene, 2)));
    const Scene part = subset(scene, Chunks(scene.count(), 10, 7));
    QCOMPARE(part.sigma_mm[7], scene.sigma_mm[2000]);
    QCOMPARE(part.center_offset_mm[7], scene.center_offset_mm[2000]);
  }

  void an_offset_of_a_bin_moves_the_planes_in_reach_by_a_bin() {
    Scene scene = event_scene(DmiGeometry(2), 5'000);
    const std::int64_t planes = count_planes(scene.grid, scene.lors(), scene.events());
    const TofBins bins = dmi_tof_bins();
    scene.sigma_mm.assign(5'000, bins.sigma_mm[0]);
    scene.center_offset_mm.assign(5'000, 0.0f);
    QCOMPARE(count_planes(scene.grid, scene.lors(), scene.events()), planes);
    std::fill(scene.center_offset_mm.begin(), scene.center_offset_mm.end(), 4 * bins.bin_width_mm);
    std::for_each(scene.tof_bins.begin(), scene.tof_bins.end(), [](std::int16_t& bin) { bin -= 4; });
    QVERIFY(std::abs(count_planes(scene.grid, scene.lors(), scene.events()) - planes) < 50);  // rounding
    std::fill(scene.sigma_mm.begin(), scene.sigma_mm.end(), 2 * bins.sigma_mm[0]);
    QVERIFY(count_planes(scene.grid, scene.lors(), scene.events()) > 1.5 * static_cast<double>(planes));
  }

  void listmode_step_is_forward_quotient_and_back() {
    Scene scene = event_scene(DmiGeometry(2), 3'000);
    scene.draw_tof_per_lor();
    std::vector<float> expected(scene.image.size(), 0.0f);
    add_step(scene, 0, 1, scene.image, expected);
    QVERIFY(difference(image_after_run(scene, "listmode-step"), expected) < 5e-5);
    QVERIFY(difference(image_after_run(sorted_events(scene, 2), "listmode-step"), expected) < 5e-5);
  }

  void osem_iteration_updates_the_image_for_every_subset() {
    const Scene scene = event_scene(DmiGeometry(2), 3'000);
    QCOMPARE(num_osem_subsets(40'000'000), 34);
    QCOMPARE(num_osem_subsets(scene.count()), 2);
    std::vector<float> image(scene.image.size(), 1.0f);
    for (int subset = 0; subset < 2; ++subset) {
      std::vector<float> back(image.size(), 0.0f);
      add_step(scene, subset, 2, image, back);
      const float sensitivity = 1'500.0f / static_cast<float>(image.size());
      std::transform(image.begin(), image.end(), back.begin(), image.begin(),
                     [&](float x, float b) { return x * b / sensitivity; });
    }
    QVERIFY(difference(image_after_run(scene, "osem-iteration"), image) < 5e-5);
  }

  void planes_of_both_ways_count_twice() {
    const Scene scene = event_scene(DmiGeometry(2), 1'000);
    const std::int64_t one_way = count_planes(function_named("listmode-forward"), scene);
    QCOMPARE(count_planes(function_named("listmode-step"), scene), 2 * one_way);
    QCOMPARE(count_planes(function_named("osem-iteration"), scene), 2 * one_way);
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
