// What the 3-D view is made of, without drawing it.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

#include "gui/model/scanner_faces.h"
#include "gui/model/scene_state.h"
#include "gui/model/volume.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

recon::Image noise(const std::array<std::int64_t, 3>& shape) {
  recon::Image image(recon::centred_grid(shape, {2, 3, 4}, {10, -20, 30}), 0, "1");
  std::minstd_rand random(1);
  std::ranges::generate(image.values, [&] { return static_cast<float>(random() % 1000) - 500.0F; });
  return image;
}

/// Eight crystals on a ring of 100 mm, boxes of 20 x 4 x 6 mm (depth, across, along z), corners in random order.
recon::Scanner ring() {
  recon::Scanner scanner;
  std::minstd_rand random(2);
  for (int i = 0; i < 8; ++i) {
    const double angle = i * M_PI / 4 + 0.1;
    const auto place = [&](double depth, double across, double z) {
      const double radius = 100 + depth;
      return recon::Vec3{static_cast<float>(radius * std::cos(angle) - across * std::sin(angle)),
                         static_cast<float>(radius * std::sin(angle) + across * std::cos(angle)),
                         static_cast<float>(z)};
    };
    scanner.crystal_centre_mm.push_back(place(0, 0, 0));
    scanner.crystal_normal.push_back({static_cast<float>(-std::cos(angle)), static_cast<float>(-std::sin(angle)), 0});
    scanner.crystal_face_mm2.push_back(24);
    scanner.crystal_module.push_back(0);
    scanner.crystal_type.push_back(0);
    std::array<recon::Vec3, 8> corners{};
    for (std::size_t corner = 0; corner < 8; ++corner) {
      corners[corner] = place((corner & 1U) != 0 ? 10 : -10, (corner & 2U) != 0 ? 2 : -2, (corner & 4U) != 0 ? 3 : -3);
    }
    std::ranges::shuffle(corners, random);
    scanner.crystal_corners_mm.push_back(corners);
  }
  scanner.module_types = {{.first_crystal = 0, .num_modules = 8, .crystals_per_module = 1, .energy_edges_kev = {}}};
  for (std::uint32_t i = 0; i < 8; ++i) {
    scanner.crystal_module[i] = i;
  }
  scanner.tof_bins = {{.centre_mm = -30, .width_mm = 30, .sigma_mm = 20},
                      {.centre_mm = 30, .width_mm = 30, .sigma_mm = 20}};
  scanner.tof_ranges = {{.first = 0, .count = 2}};
  return scanner;
}

using Edge = std::array<double, 3>;
Edge difference(const recon::Vec3& to, const recon::Vec3& from) {
  return {double{to[0]} - from[0], double{to[1]} - from[1], double{to[2]} - from[2]};
}
double length(const Edge& edge) { return std::hypot(edge[0], edge[1], edge[2]); }

/// Of the scanner's faces: at the given distance from the axis, of the edges, turning to the left seen from the bore.
void check_faces(const recon::Scanner& scanner, double distance_mm, double long_edge_mm, double short_edge_mm) {
  const std::vector<CrystalFace> faces = crystal_faces(scanner);
  QCOMPARE(faces.size(), scanner.num_crystals());
  for (std::size_t id = 0; id < faces.size(); ++id) {
    const CrystalFace& face = faces[id];
    const recon::Vec3& normal = scanner.crystal_normal[id];
    const Edge first = difference(face[1], face[0]);
    const Edge second = difference(face[2], face[1]);
    QVERIFY(std::abs(std::max(length(first), length(second)) - long_edge_mm) < 1e-3);
    QVERIFY(std::abs(std::min(length(first), length(second)) - short_edge_mm) < 1e-3);
    const Edge outwards{first[1] * second[2] - first[2] * second[1], first[2] * second[0] - first[0] * second[2],
                        first[0] * second[1] - first[1] * second[0]};
    QVERIFY(outwards[0] * normal[0] + outwards[1] * normal[1] + outwards[2] * normal[2] > 0);
    for (const recon::Vec3& corner : face) {
      const double along = -(double{corner[0]} * normal[0] + double{corner[1]} * normal[1]);
      QVERIFY(std::abs(along - distance_mm) < 1e-3);
    }
  }
}

}  // namespace

class SceneTest : public QObject {
  Q_OBJECT

 private slots:
  void volume_has_x_fastest() {
    const recon::Image image = noise({5, 4, 3});
    const Volume volume = make_volume(image, 1000);
    QCOMPARE(volume.coarsening, std::int64_t{1});
    QCOMPARE(volume.shape, image.grid.shape);
    for (std::int64_t i = 0; i < 5; ++i) {
      for (std::int64_t j = 0; j < 4; ++j) {
        for (std::int64_t k = 0; k < 3; ++k) {
          QCOMPARE(volume.values[static_cast<std::size_t>(i + 5 * (j + 4 * k))], image.at(i, j, k));
        }
      }
    }
  }

  /// A coarse voxel is the maximum of those in it, and lies in their middle; uneven rests too.
  void coarse_volume_keeps_the_maxima() {
    const recon::Image image = noise({11, 8, 7});
    const Volume volume = make_volume(image, 100);
    QCOMPARE(volume.coarsening, std::int64_t{2});
    QCOMPARE(volume.shape, (std::array<std::int64_t, 3>{6, 4, 4}));
    QCOMPARE(volume.voxel_size_mm, (std::array<double, 3>{4, 6, 8}));
    QVERIFY(std::abs(volume.origin_mm[0] - (image.grid.origin_mm[0] + 1)) < 1e-5);
    for (std::int64_t i = 0; i < 6; ++i) {
      for (std::int64_t j = 0; j < 4; ++j) {
        for (std::int64_t k = 0; k < 4; ++k) {
          float most = -1e9F;
          for (std::int64_t part = 0; part < 8; ++part) {
            const std::array<std::int64_t, 3> at{2 * i + part % 2, 2 * j + part / 2 % 2, 2 * k + part / 4};
            if (at[0] < 11 && at[1] < 8 && at[2] < 7) {
              most = std::max(most, image.at(at[0], at[1], at[2]));
            }
          }
          QCOMPARE(volume.values[static_cast<std::size_t>(i + 6 * (j + 4 * k))], most);
        }
      }
    }
  }

  void faces_look_into_the_bore() {
    recon::Scanner scanner = ring();
    check_faces(scanner, 90, 0.92 * 6, 0.92 * 4);
    scanner.crystal_corners_mm.clear();  // cubes with faces of the same area
    check_faces(scanner, 100 - std::sqrt(24) / 2, 0.92 * std::sqrt(24), 0.92 * std::sqrt(24));
  }

  void fan_has_the_partners_of_a_crystal() {
    JobGeometry geometry;
    geometry.scanner = ring();
    geometry.efficiencies.pairs.resize(1);
    auto& table = geometry.efficiencies.pairs.front();
    table.num_modules_b = 8;
    table.group.assign(64, -1);
    table.group[2 * 8 + 5] = 0;
    table.group[6 * 8 + 2] = 0;  // stated in the other order
    QCOMPARE(fan_of(geometry, 2, 100), (std::vector<std::uint32_t>{5, 6}));
    QCOMPARE(fan_of(geometry, 0, 100).size(), std::size_t{0});
    table.group.assign(64, 0);
    QCOMPARE(fan_of(geometry, 2, 100).size(), std::size_t{7});
    QCOMPARE(fan_of(geometry, 2, 3).size(), std::size_t{3});
  }

  /// A positive TOF position lies towards crystal b.
  void events_lie_where_tof_puts_them() {
    const recon::Scanner scanner = ring();
    recon::EventBlock sample;
    sample.crystal_a = {0, 0};
    sample.crystal_b = {4, 4};  // opposite: the middle of the LOR is the middle of the ring
    sample.tof_bin = {0, 1};
    for (const std::size_t event : {0, 1}) {
      const recon::Vec3 place = place_of(scanner, sample, event);
      const recon::Vec3& b = scanner.crystal_centre_mm[4];
      const double towards_b = (double{place[0]} * b[0] + double{place[1]} * b[1]) / 100;
      QVERIFY(std::abs(towards_b - (event == 0 ? -30 : 30)) < 1e-3);
    }
  }

  void options_that_do_not_fit_are_put_away() {
    SceneState state;
    int calls = 0;
    const Subscription follows = state.listen([&] { ++calls; });
    SceneOptions options;
    options.fan = 7;
    state.set_options(options);
    QVERIFY(!state.options().fan.has_value());  // of a scanner that is not known
    auto geometry = std::make_shared<JobGeometry>();
    geometry->scanner = ring();
    state.set_geometry(geometry);
    QCOMPARE(calls, 1);
    state.set_options(options);
    state.set_options(options);  // the same: nothing is told
    QCOMPARE(calls, 2);
    QCOMPARE(state.options().fan, std::optional<std::uint32_t>(7));
    SceneOptions beyond = options;
    beyond.fan = 8;
    state.set_options(beyond);
    QVERIFY(!state.options().fan.has_value());
    state.set_options(options);
    auto summary = std::make_shared<io::DataSummary>();
    summary->prompts_per_crystal.assign(9, 1);  // of another scanner
    state.set_data(summary);
    QVERIFY(state.sample() == nullptr);
    summary = std::make_shared<io::DataSummary>();
    summary->prompts_per_crystal.assign(8, 1);
    summary->prompts_per_tof_bin.assign(3, 1);  // likewise
    state.set_data(summary);
    QVERIFY(state.sample() == nullptr);
    summary = std::make_shared<io::DataSummary>();
    summary->prompts_per_crystal.assign(8, 1);
    summary->prompts_per_tof_bin.assign(2, 1);
    state.set_data(summary);
    QVERIFY(state.sample() == &summary->sample);
    state.set_geometry(nullptr);
    QVERIFY(!state.options().fan.has_value());
    QVERIFY(state.sample() == nullptr);
  }
};

COINCIDE_TEST_CLASS(SceneTest)
#include "scene_test.moc"
