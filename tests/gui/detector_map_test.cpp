// The unrolled detector: every crystal in its place, whatever the scanner, and no holes between crystals.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numbers>
#include <numeric>
#include <random>
#include <set>

#include "gui/model/detector_map.h"
#include "io/scanner_file.h"
#include "projectors/error.h"
#include "support/layouts.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using gui::DetectorMap;

namespace {

/// Different for every crystal.
std::vector<std::uint64_t> numbered_counts(const recon::Scanner& scanner) {
  std::vector<std::uint64_t> counts(scanner.num_crystals());
  std::iota(counts.begin(), counts.end(), std::uint64_t{1});
  return counts;
}

std::size_t empty_pixels(const DetectorMap& map) {
  return static_cast<std::size_t>(std::ranges::count_if(map.values, [](float v) { return std::isnan(v); }));
}

/// All counts, from the pixels that hold them; each pixel stands for `crystals in it` if it is a mean.
double counts_in(const DetectorMap& map, bool means) {
  std::map<std::int32_t, int> crystals;
  for (const std::int32_t pixel : map.pixel) {
    ++crystals[pixel];
  }
  double sum = 0;
  for (const auto& [pixel, count] : crystals) {
    sum += static_cast<double>(map.values[static_cast<std::size_t>(pixel)]) * (means ? count : 1);
  }
  return sum;
}

double total(const std::vector<std::uint64_t>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

/// A second layer of crystals behind those of the small ring, in the same modules.
recon::Scanner two_layers() {
  const recon::Scanner ring = tests::small_scanner({.modules = 8, .transaxial = 5, .axial = 3});
  const std::size_t per_module = 15;
  recon::Scanner scanner = ring;
  scanner.crystal_centre_mm.clear();
  scanner.crystal_module.clear();
  for (std::size_t m = 0; m < 8; ++m) {
    for (const float depth : {0.0F, 12.0F}) {
      for (std::size_t c = m * per_module; c < (m + 1) * per_module; ++c) {
        const recon::Vec3& p = ring.crystal_centre_mm[c];
        const recon::Vec3& n = ring.crystal_normal[c];
        scanner.crystal_centre_mm.push_back({p[0] - depth * n[0], p[1] - depth * n[1], p[2]});
        scanner.crystal_module.push_back(static_cast<std::uint32_t>(m));
      }
    }
  }
  scanner.module_types[0].crystals_per_module = 2 * per_module;
  scanner.crystal_type.assign(2 * ring.num_crystals(), 0);
  scanner.crystal_normal.assign(2 * ring.num_crystals(), {1, 0, 0});
  scanner.crystal_face_mm2.assign(2 * ring.num_crystals(), 1);
  scanner.crystal_corners_mm.clear();
  return scanner;
}

/// Two rings of modules, the second turned by `turn` of a module.
recon::Scanner two_rings(float turn) {
  recon::Scanner scanner = tests::small_scanner({.modules = 12, .transaxial = 4, .axial = 2, .radius_mm = 70});
  const recon::Scanner first = scanner;
  const float angle = turn * 2 * std::numbers::pi_v<float> / 12;
  const auto turned = [&](const recon::Vec3& p, float z) {
    return recon::Vec3{p[0] * std::cos(angle) - p[1] * std::sin(angle), p[0] * std::sin(angle) + p[1] * std::cos(angle),
                       p[2] + z};
  };
  for (std::size_t c = 0; c < first.num_crystals(); ++c) {
    scanner.crystal_centre_mm.push_back(turned(first.crystal_centre_mm[c], 20));
    scanner.crystal_normal.push_back(turned(first.crystal_normal[c], 0));
    scanner.crystal_face_mm2.push_back(first.crystal_face_mm2[c]);
    scanner.crystal_module.push_back(first.crystal_module[c] + 12);
    scanner.crystal_type.push_back(0);
  }
  scanner.crystal_corners_mm.clear();
  scanner.module_types[0].num_modules = 24;
  return scanner;
}

/// Crystals anywhere on a cylinder, all in one module.
recon::Scanner scattered(std::size_t count) {
  recon::Scanner scanner;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> part(0, 1);
  for (std::size_t c = 0; c < count; ++c) {
    const float angle = 2 * std::numbers::pi_v<float> * part(random);
    scanner.crystal_centre_mm.push_back({100 * std::cos(angle), 100 * std::sin(angle), 150 * part(random)});
    scanner.crystal_normal.push_back({-std::cos(angle), -std::sin(angle), 0});
  }
  scanner.crystal_face_mm2.assign(count, 16);
  scanner.crystal_module.assign(count, 0);
  scanner.crystal_type.assign(count, 0);
  scanner.module_types.push_back({.first_crystal = 0,
                                  .num_modules = 1,
                                  .crystals_per_module = static_cast<std::uint32_t>(count),
                                  .energy_edges_kev = {}});
  scanner.tof_ranges.emplace_back();
  return scanner;
}

}  // namespace

class DetectorMapTest : public QObject {
  Q_OBJECT

 private slots:
  /// About the axis that the scanner has: the same rows, and columns that begin elsewhere.
  void turned_scanners_have_the_same_map() {
    const recon::Scanner ring = tests::full_ring();
    const DetectorMap right = gui::detector_map(ring, numbered_counts(ring));
    QVERIFY(right.width == 48 && right.height == 6 && empty_pixels(right) == 0);
    const auto row_of = [](const DetectorMap& map, std::int64_t row) {
      const auto first = map.values.begin() + row * map.width;
      return std::multiset<float>(first, first + map.width);
    };
    for (const tests::Rotation& rotation : {tests::z_to_x, tests::oblique}) {
      const DetectorMap map = gui::detector_map(tests::turned(ring, rotation), numbered_counts(ring));
      QVERIFY(map.width == right.width && map.height == right.height);
      for (std::int64_t row = 0; row < map.height; ++row) {
        QVERIFY(row_of(map, row) == row_of(right, row) || row_of(map, row) == row_of(right, right.height - 1 - row));
      }
    }
  }

  void a_dead_module_shows_at_its_azimuth_and_z() {
    // 16 modules of 3 x 2: 48 columns, and module 5 in the middle of azimuth 112.5 degrees.
    const recon::Scanner scanner = tests::small_scanner({.modules = 16, .transaxial = 3, .axial = 2, .radius_mm = 80});
    std::vector<std::uint64_t> counts(scanner.num_crystals(), 70);
    for (std::size_t c = 0; c < counts.size(); ++c) {
      counts[c] = scanner.crystal_module[c] == 5 && scanner.crystal_centre_mm[c][2] > 0 ? 0 : 70;
    }
    const DetectorMap map = gui::detector_map(scanner, counts);
    QCOMPARE(map.width, 48);
    QCOMPARE(map.height, 2);
    QCOMPARE(map.note, std::string());
    for (std::int64_t row = 0; row < map.height; ++row) {
      for (std::int64_t column = 0; column < map.width; ++column) {
        // The first module's middle crystal lies at +x; its crystal before that is the last column.
        const bool dead = row == 1 && (column + 1) / 3 == 5;
        QCOMPARE(map.values[static_cast<std::size_t>(row * map.width + column)], dead ? 0.0F : 70.0F);
      }
    }
  }

  void rows_and_columns_ascend() {
    const recon::Scanner scanner = tests::small_scanner({.modules = 8, .transaxial = 4, .axial = 5});
    const DetectorMap map = gui::detector_map(scanner, numbered_counts(scanner));
    QCOMPARE(map.width, 32);
    QCOMPARE(map.height, 5);
    double last_z = -1e9;
    for (std::int64_t row = 0; row < map.height; ++row) {
      double last_azimuth = -1;
      for (std::int64_t column = 0; column < map.width; ++column) {
        const std::int32_t crystal = map.crystal[static_cast<std::size_t>(row * map.width + column)];
        QVERIFY(crystal >= 0);
        const recon::Vec3& p = scanner.crystal_centre_mm[static_cast<std::size_t>(crystal)];
        const double azimuth = std::fmod(std::atan2(p[1], p[0]) + 2 * std::numbers::pi, 2 * std::numbers::pi);
        QVERIFY(azimuth > last_azimuth);
        QVERIFY(column == 0 ? p[2] > last_z : p[2] == static_cast<float>(last_z));
        last_azimuth = azimuth;
        last_z = p[2];
      }
    }
    QCOMPARE(map.z_low_mm, -16.0);
    QCOMPARE(map.z_high_mm, 16.0);
  }

  void the_programs_scanners_have_a_pixel_per_crystal() {
    for (const char* name : {"small", "dmi", "long_axial"}) {
      const recon::Scanner scanner =
          io::read_scanner(std::filesystem::path(COINCIDE_RESOURCES "/scanners") / (std::string(name) + ".toml"))
              .scanner;
      const std::vector<std::uint64_t> counts = numbered_counts(scanner);
      const DetectorMap map = gui::detector_map(scanner, counts);
      QCOMPARE(static_cast<std::size_t>(map.width * map.height), scanner.num_crystals());
      QCOMPARE(empty_pixels(map), 0U);
      for (std::size_t c = 0; c < scanner.num_crystals(); ++c) {
        const auto pixel = static_cast<std::size_t>(map.pixel[c]);
        QCOMPARE(map.crystal[pixel], static_cast<std::int32_t>(c));
        QCOMPARE(map.values[pixel], static_cast<float>(counts[c]));
      }
    }
  }

  void layers_in_depth_are_added() {
    const recon::Scanner scanner = two_layers();
    scanner.check();
    const std::vector<std::uint64_t> counts = numbered_counts(scanner);
    const DetectorMap map = gui::detector_map(scanner, counts);
    QCOMPARE(map.width, 40);
    QCOMPARE(map.height, 3);
    QCOMPARE(map.pixel[2], map.pixel[17]);
    QCOMPARE(map.values[static_cast<std::size_t>(map.pixel[2])], 3.0F + 18.0F);
    QCOMPARE(counts_in(map, false), total(counts));
    QVERIFY(map.note.find("2 crystals behind") != std::string::npos);
  }

  void rings_turned_against_each_other_leave_no_holes() {
    const recon::Scanner scanner = two_rings(0.125F);  // by half a crystal
    const std::vector<std::uint64_t> counts = numbered_counts(scanner);
    const DetectorMap map = gui::detector_map(scanner, counts);
    QCOMPARE(std::set<std::int32_t>(map.pixel.begin(), map.pixel.end()).size(), scanner.num_crystals());
    QCOMPARE(counts_in(map, false), total(counts));
    // Gaps between flat modules stay; most of the pixels between two crystals belong to one of them.
    QVERIFY2(empty_pixels(map) * 4 < map.values.size(), std::to_string(empty_pixels(map)).c_str());
    for (std::size_t c = 0; c < scanner.num_crystals(); ++c) {
      QCOMPARE(map.crystal[static_cast<std::size_t>(map.pixel[c])], static_cast<std::int32_t>(c));
    }
  }

  void scattered_crystals_are_averaged_in_cells() {
    const recon::Scanner scanner = scattered(3000);
    const std::vector<std::uint64_t> counts = numbered_counts(scanner);
    const DetectorMap map = gui::detector_map(scanner, counts);
    QVERIFY(map.width * map.height <= 3000);
    QVERIFY(empty_pixels(map) * 10 < map.values.size());
    QVERIFY(std::abs(counts_in(map, true) / total(counts) - 1) < 1e-5);
    const DetectorMap flat = gui::detector_map(scanner, std::vector<std::uint64_t>(3000, 5));
    QVERIFY(std::ranges::all_of(flat.values, [](float v) { return std::isnan(v) || v == 5.0F; }));
    QVERIFY(!flat.note.empty());
  }

  void counts_of_another_scanner_are_refused() {
    QVERIFY_THROWS_EXCEPTION(InputError, gui::detector_map(tests::small_scanner(), {1, 2, 3}));
  }
};

COINCIDE_TEST_CLASS(DetectorMapTest)
#include "detector_map_test.moc"
