#include "io/scanner_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <numbers>

#include "io/input_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide::io;
using coincide::recon::Scanner;
using coincide::recon::Vec3;

namespace {

const std::filesystem::path folder = std::filesystem::path(COINCIDE_RESOURCES) / "scanners";

/// The small scanner's text with one part replaced.
std::string small_with(const std::string& part, const std::string& replacement) {
  std::string text = read_text_file(folder / "small.toml");
  const std::size_t at = text.find(part);
  return at == std::string::npos ? "no such part: " + part : text.replace(at, part.size(), replacement);
}

/// Reads `text` as a file "scanner.toml"; what it complains about.
std::string complaint(const std::string& text) {
  const QTemporaryDir temporary;
  const std::filesystem::path path = std::filesystem::path(temporary.path().toStdString()) / "scanner.toml";
  std::ofstream(path) << text;
  try {
    read_scanner(path);
  } catch (const coincide::FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

double distance_mm(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

/// Id of a crystal of the DMI by ring of crystals and place in the ring as the parallelproj benchmark counts them: from
/// y towards x, where ours count from x towards y.
std::uint32_t dmi_crystal(int ring, int endpoint) {
  const int module = ring / 9 * 34 + (34 - endpoint / 16) % 34;
  return static_cast<std::uint32_t>(module * 144 + ring % 9 * 16 + 15 - endpoint % 16);
}

}  // namespace

class ScannerFileTest : public QObject {
  Q_OBJECT

 private slots:
  void all_resources_load_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("crystals");
    QTest::addColumn<int>("tof_bins");
    QTest::newRow("small") << "small" << 2048 << 17;
    QTest::newRow("dmi") << "dmi" << 19584 << 29;
    QTest::newRow("long_axial") << "long_axial" << 150784 << 33;
  }
  void all_resources_load() {
    QFETCH(QString, name);
    const auto [scanner, efficiencies] = read_scanner(folder / (name.toStdString() + ".toml"));
    QTEST(static_cast<int>(scanner.num_crystals()), "crystals");
    QTEST(static_cast<int>(scanner.tof_bins.size()), "tof_bins");
    scanner.check();
    efficiencies.check(scanner);
    QVERIFY(!scanner.name.empty() && scanner.has_tof());
    QVERIFY(!efficiencies.has_pair_values() && efficiencies.calibration_stated);
    const Vec3 centre = scanner.centre_mm();
    QVERIFY(std::hypot(centre[0], centre[1], centre[2]) < 1e-3);
    QCOMPARE(scanner.crystal_corners_mm.size(), scanner.num_crystals());
  }

  void crystals_are_boxes_around_their_centres() {
    const Scanner scanner = read_scanner(folder / "small.toml").scanner;
    for (std::size_t crystal = 0; crystal < scanner.num_crystals(); crystal += 37) {
      Vec3 mean{};
      for (const Vec3& corner : scanner.crystal_corners_mm[crystal]) {
        QVERIFY(std::abs(distance_mm(corner, scanner.crystal_centre_mm[crystal]) - std::hypot(2.4, 2.4, 10.0)) < 1e-3);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          mean[axis] += corner[axis] / 8;
        }
      }
      QVERIFY(distance_mm(mean, scanner.crystal_centre_mm[crystal]) < 1e-3);
      const Vec3& centre = scanner.crystal_centre_mm[crystal];
      const Vec3& normal = scanner.crystal_normal[crystal];
      QVERIFY(std::abs(centre[0] * normal[0] + centre[1] * normal[1] + 100) < 1e-3);  // into the bore
      QVERIFY(std::abs(scanner.crystal_face_mm2[crystal] - 4.8F * 4.8F) < 1e-4F);
    }
  }

  void energy_resolution_is_optional() {
    QCOMPARE(read_scanner(folder / "dmi.toml").scanner.module_types[0].energy_resolution, 0.094F);
    const QTemporaryDir temporary;
    const std::filesystem::path path = std::filesystem::path(temporary.path().toStdString()) / "scanner.toml";
    std::ofstream(path) << small_with("energy_resolution = 0.12", "");
    QCOMPARE(read_scanner(path).scanner.module_types[0].energy_resolution, 0.0F);
  }

  void dmi_has_the_places_of_the_published_benchmark() {
    const Scanner scanner = read_scanner(folder / "dmi.toml").scanner;
    // View 0, radial position 65, plane 0 of its sinogram.
    QVERIFY(distance_mm(scanner.crystal_centre_mm[dmi_crystal(0, 32)], {109.2814F, 365.7835F, -97.2223F}) < 5e-4);
    QVERIFY(distance_mm(scanner.crystal_centre_mm[dmi_crystal(0, 510)], {-178.0607F, 337.3528F, -97.2223F}) < 5e-4);
    const double z_middle = (5.31556 * 35 + 2.8 * 3) / 2;
    for (int ring = 0; ring < 36; ++ring) {
      const int block_ring = ring / 9;
      for (int endpoint = 0; endpoint < 544; endpoint += 7) {
        const int module = endpoint / 16;
        const double angle = 2 * std::numbers::pi * module / 34;
        const double along = 4.03125 * (endpoint % 16 - 7.5);
        const Vec3 expected{static_cast<float>(380.56 * std::sin(angle) + along * std::cos(angle)),
                            static_cast<float>(380.56 * std::cos(angle) - along * std::sin(angle)),
                            static_cast<float>(5.31556 * ring + 2.8 * block_ring - z_middle)};
        QVERIFY(distance_mm(scanner.crystal_centre_mm[dmi_crystal(ring, endpoint)], expected) < 1e-3);
      }
    }
    QVERIFY(std::abs(scanner.tof_bins[14].centre_mm) < 1e-3F);
    QVERIFY(std::abs(scanner.tof_bins[15].centre_mm - 25.371F) < 1e-3F);
    QVERIFY(std::abs(scanner.tof_bins[0].sigma_mm - 24.505F) < 5e-3F);
  }

  void near_modules_are_not_in_coincidence() {
    const auto [scanner, efficiencies] = read_scanner(folder / "small.toml");
    const auto first_of = [](std::uint32_t module) { return module * 64; };
    const bool expected[16] = {false, false, false, true, true, true, true,  true,
                               true,  true,  true,  true, true, true, false, false};
    for (std::uint32_t module = 0; module < 16; ++module) {
      QCOMPARE(efficiencies.in_coincidence(scanner, first_of(0), first_of(module)), expected[module]);
      QCOMPARE(efficiencies.in_coincidence(scanner, first_of(module) + 5, first_of(16) + 9), expected[module]);
    }
  }

  void efficiencies_are_those_of_two_photons() {
    const auto [scanner, efficiencies] = read_scanner(folder / "small.toml");
    double sum = 0;
    double low = 1;
    double high = 0;
    for (const float value : efficiencies.bin[0]) {
      sum += value;
      low = std::min(low, double{value});
      high = std::max(high, double{value});
    }
    QVERIFY(std::abs(sum / 2048 - 0.6) < 0.01);
    QVERIFY(low >= 0.6 * 0.85 - 1e-6 && low < 0.53 && high <= 0.6 * 1.15 + 1e-6 && high > 0.67);
    QCOMPARE(efficiencies.efficiency(scanner, 3, 0, 520, 0), efficiencies.bin[0][3] * efficiencies.bin[0][520]);
    QCOMPARE(read_scanner(folder / "small.toml").efficiencies.bin, efficiencies.bin);
  }

  void without_tof_one_bin_holds_everything() {
    const QTemporaryDir temporary;
    const std::filesystem::path path = std::filesystem::path(temporary.path().toStdString()) / "scanner.toml";
    const std::string text = read_text_file(folder / "small.toml");
    std::ofstream(path) << text.substr(0, text.find("[tof]"));
    const Scanner scanner = read_scanner(path).scanner;
    QVERIFY(!scanner.has_tof());
    QCOMPARE(scanner.tof_bins.size(), std::size_t{1});
    QVERIFY(scanner.tof_bins[0].width_mm > 2 * std::hypot(200.0F, 80.0F) - 10);
  }

  void scanners_beyond_all_sizes_are_refused_before_they_are_made() {
    const std::string rings = small_with("rings = 2", "rings = 10000");
    QVERIFY2(contains(complaint(rings), "160000 modules are more than the 20000000 in 32768"),
             complaint(rings).c_str());
    const std::string crystals = small_with("crystals_axial = 8", "crystals_axial = 1000000");
    QVERIFY2(contains(complaint(crystals), "crystals_axial"), complaint(crystals).c_str());
  }

  void mistakes_are_named_with_file_line_and_key() {
    const std::string typo = complaint(small_with("radius_mm", "radious_mm"));
    QVERIFY2(contains(typo, "scanner.toml, line 13") && contains(typo, "ring.radious_mm") &&
                 contains(typo, "ring.radius_mm"),
             typo.c_str());
    const std::string section = complaint(small_with("[module]", "[electronics]\nboards_of_chips = 3\n[module]"));
    QVERIFY2(contains(section, "Sections are: axial, coincidence, detection"), section.c_str());
    const std::string top = complaint(small_with("name = ", "manufacturer_and_model = "));
    QVERIFY2(contains(top, "Beside it there are: name."), top.c_str());
    const std::string type = complaint(small_with("modules = 16", "modules = \"many\""));
    QVERIFY2(contains(type, "line 12") && contains(type, "ring.modules") && contains(type, "whole number"),
             type.c_str());
    const std::string range = complaint(small_with("efficiency = 0.6", "efficiency = 1.6"));
    QVERIFY2(contains(range, "detection.efficiency") && contains(range, "1.6"), range.c_str());
    const std::string missing = complaint(small_with("radius_mm = 100.0", ""));
    QVERIFY2(contains(missing, "scanner.toml") && contains(missing, "\"ring.radius_mm\" is missing"), missing.c_str());
    const std::string missing_count = complaint(small_with("crystals_axial = 8", ""));
    QVERIFY2(contains(missing_count, "\"module.crystals_axial\" is missing"), missing_count.c_str());
    const std::string syntax = complaint(small_with("[ring]", "[ring"));
    QVERIFY2(contains(syntax, "scanner.toml, line"), syntax.c_str());
  }

  void values_must_fit_together() {
    QVERIFY(contains(complaint(small_with("radius_mm = 100.0", "radius_mm = 90.0")), "overlap"));
    QVERIFY(contains(complaint(small_with("pitch_mm = 39.7", "pitch_mm = 30.0")), "overlap"));
    QVERIFY(contains(complaint(small_with("[4.8, 4.8", "[5.0, 4.8")), "overlap"));
    QVERIFY(contains(complaint(small_with("difference = 3", "difference = 9")), "no pair of the 16 modules"));
    QVERIFY(contains(complaint(small_with("highest_kev = 650", "highest_kev = 300")), "energy window"));
    QVERIFY(contains(complaint(small_with("fwhm_ps = 267", "")), "tof.fwhm_ps"));
  }

  void missing_file_is_named() {
    try {
      read_scanner("nowhere/scanner.toml");
      QFAIL("nothing was thrown");
    } catch (const coincide::FileError& error) {
      QVERIFY(contains(error.what(), "nowhere/scanner.toml"));
    }
  }
};

COINCIDE_TEST_CLASS(ScannerFileTest)
#include "scanner_file_test.moc"
