// Scanners that are no rings about z: their data become the right activity, wherever they are turned to.

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <numeric>

#include "app/job_setup.h"
#include "io/data_checks.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "io/scanner_file.h"
#include "projectors/error.h"
#include "recon/sensitivity.h"
#include "recon/simulation/simulation.h"
#include "support/layouts.h"
#include "support/memory_events.h"
#include "support/osem.h"
#include "support/test_main.h"

using namespace coincide;
using coincide::tests::MemoryEvents;
using recon::Image;
using recon::Scanner;
using tests::Rotation;

namespace {

constexpr double duration_s = 1;
constexpr Rotation as_it_is{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
/// x stays, z becomes y: crystals that look along y look along z.
constexpr Rotation y_to_z{{{1, 0, 0}, {0, 0, -1}, {0, 1, 0}}};

recon::Shape ball(const recon::Vec3& centre_mm, float radius_mm, double activity_bq) {
  recon::Shape shape{.kind = recon::ShapeKind::ellipsoid,
                     .name = "ball",
                     .centre_mm = centre_mm,
                     .half_size_mm = {radius_mm, radius_mm, radius_mm}};
  shape.activity_bq_per_ml = activity_bq / shape.volume_ml();
  return shape;
}

/// Two balls away from the middle.
recon::Phantom phantom(const Rotation& rotation) {
  return {"balls",
          {ball(tests::turned(recon::Vec3{10, 5, 4}, rotation), 10, 8e5),
           ball(tests::turned(recon::Vec3{-16, -8, -6}, rotation), 7, 4e5)}};
}

MemoryEvents simulated(const Scanner& scanner, const Rotation& rotation) {
  MemoryEvents events(scanner);
  recon::Reporter silent;
  recon::simulate(scanner, {}, phantom(rotation), {.duration_s = duration_s, .attenuation = false}, events, silent);
  return events;
}

/// In Bq per voxel.
Image reconstruct(recon::EventSource& source, double psf_fwhm_mm = 0) {
  recon::Reporter silent;
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  const recon::ImageGrid grid = app::automatic_grid(source.scanner(), {4, 4, 4});
  const Image sensitivity = recon::sensitivity_image(model, grid, nullptr, {}, silent);
  recon::ListmodeData data = recon::ListmodeData::load(source, model, {.subsets = 2}, silent);
  Image image = tests::osem(data, source.scanner(), sensitivity, Image(grid, 1), true,
                            {.iterations = 5, .subsets = 2, .psf = psf_fwhm_mm}, silent)
                    .image;
  for (float& value : image.values) {
    value *= static_cast<float>(4 * 4 * 4 / duration_s);
  }
  return image;
}

double total(const Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

/// Within `radius_mm` of a place.
double around(const Image& image, const recon::Vec3& place_mm, double radius_mm) {
  double sum = 0;
  const auto& grid = image.grid;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const std::array<std::int64_t, 3> index{i, j, k};
        double square = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
          square += std::pow(
              grid.origin_mm[axis] + static_cast<double>(index[axis]) * grid.voxel_size_mm[axis] - place_mm[axis], 2);
        }
        sum += square < radius_mm * radius_mm ? image.at(i, j, k) : 0;
      }
    }
  }
  return sum;
}

}  // namespace

class LayoutsTest : public QObject {
  Q_OBJECT

  static void layouts() {
    QTest::addColumn<Scanner>("scanner");
    QTest::newRow("ring") << tests::full_ring();
    QTest::newRow("part of a ring") << tests::partial_ring();
    QTest::newRow("two panels") << tests::two_panels();
    QTest::newRow("four panels") << tests::four_panels();
  }

 private slots:
  void activity_is_right_data() { layouts(); }

  /// The same events on the same scanner, turned to three other directions.
  void activity_is_right() {
    QFETCH(const Scanner, scanner);
    MemoryEvents events = simulated(scanner, as_it_is);
    std::vector<double> totals;
    for (const Rotation& rotation : {as_it_is, tests::z_to_x, y_to_z, tests::oblique}) {
      MemoryEvents turned(tests::turned(scanner, rotation));
      turned.events = events.events;
      turned.step_ms = events.step_ms;
      const Image image = reconstruct(turned);
      totals.push_back(total(image));
      const double large = around(image, tests::turned(recon::Vec3{10, 5, 4}, rotation), 18);
      const double small = around(image, tests::turned(recon::Vec3{-16, -8, -6}, rotation), 14);
      qInfo("%ld x %ld x %ld voxels: %.0f Bq, %.0f and %.0f in the balls; largest %.0f", image.grid.shape[0],
            image.grid.shape[1], image.grid.shape[2], totals.back(), large, small, std::ranges::max(image.values));
      QVERIFY(std::abs(totals.back() / 1.2e6 - 1) < 0.04);
      QVERIFY(std::abs(totals.back() / totals.front() - 1) < 0.02);
      QVERIFY(std::abs(large / 8e5 - 1) < 0.1 && std::abs(small / 4e5 - 1) < 0.1);
      QVERIFY(io::check_grid(turned.scanner(), image.grid).verdict == io::Verdict::good);
    }
  }

  void simulation_takes_any_layout_data() { layouts(); }

  /// As many events are measured, wherever the scanner and the phantom are turned to.
  void simulation_takes_any_layout() {
    QFETCH(const Scanner, scanner);
    const double events = static_cast<double>(simulated(scanner, as_it_is).events.size());
    for (const Rotation& rotation : {tests::z_to_x, y_to_z, tests::oblique}) {
      const double of_turned = static_cast<double>(simulated(tests::turned(scanner, rotation), rotation).events.size());
      QVERIFY2(std::abs(of_turned / events - 1) < 5 / std::sqrt(events),
               qPrintable(QString("%1 and %2 events").arg(events).arg(of_turned)));
    }
    recon::Phantom wide{"wide", {ball({0, 0, 0}, 70, 1e5)}};
    MemoryEvents none(scanner);
    recon::Reporter silent;
    QVERIFY_THROWS_EXCEPTION(InputError, recon::simulate(scanner, {}, wide, {.duration_s = 1}, none, silent));
  }

  void a_file_says_where_crystals_look_data() {
    layouts();
    const tests::FlatModule low{{0, -50, 0}, {0, 1, 0}, {0, 0, 1}}, high{{0, 50, 0}, {0, -1, 0}, {0, 0, 1}};
    const auto behind = [](tests::FlatModule module) {
      module.centre_mm[1] *= 1.24F;
      return module;
    };
    QTest::newRow("panels of two layers")
        << tests::flat_modules({low, high, behind(low), behind(high)}, {.across = 12, .up = 10});
    QTest::newRow("two rings") << tests::flat_modules(tests::arc(65, 12, 0, 30), {.up = 2});
    QTest::newRow("two crystals") << tests::flat_modules({low, high}, {.across = 1, .up = 1});
  }

  /// The format states boxes, not which of their faces look at the object.
  void a_file_says_where_crystals_look() {
    QFETCH(const Scanner, scanner);
    QTemporaryDir folder;
    for (const Rotation& rotation : {as_it_is, tests::z_to_x, y_to_z, tests::oblique}) {
      const Scanner written = tests::turned(scanner, rotation);
      const std::filesystem::path path = folder.filePath("layout.petsird").toStdString();
      io::PetsirdWriter(path, written, {}).finish();
      const Scanner read = io::open_listmode(path)->scanner();
      QCOMPARE(read.num_crystals(), written.num_crystals());
      for (std::size_t crystal = 0; crystal < read.num_crystals(); ++crystal) {
        const recon::Vec3& a = read.crystal_normal[crystal];
        const recon::Vec3& b = written.crystal_normal[crystal];
        QVERIFY(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] > 0.999F);
      }
    }
  }

  /// 0.85 of the radius across, and from the first to the last crystal along z, at 2 mm.
  void rings_about_z_have_their_grids_data() {
    QTest::addColumn<int>("across");
    QTest::addColumn<int>("along");
    QTest::newRow("small") << 85 << 38;
    QTest::newRow("dmi") << 323 << 98;
    QTest::newRow("long_axial") << 349 << 526;
  }

  void rings_about_z_have_their_grids() {
    QFETCH(const int, across);
    QFETCH(const int, along);
    const std::filesystem::path scanners = std::filesystem::path(COINCIDE_RESOURCES) / "scanners";
    const io::ScannerDescription ring = io::read_scanner(scanners / (std::string(QTest::currentDataTag()) + ".toml"));
    const recon::ImageGrid grid = app::automatic_grid(ring.scanner, {2, 2, 2});
    QCOMPARE(grid.shape, (std::array<std::int64_t, 3>{across, across, along}));
  }

  /// Images that lie where no LORs pass, in front of scanners without a bore about z.
  void places_without_lors() {
    const Scanner ring = tests::turned(tests::full_ring(), tests::z_to_x);
    const auto check = [](const Scanner& scanner, const std::array<std::int64_t, 3>& shape, const recon::Vec3& at) {
      return io::check_grid(scanner, recon::centred_grid(shape, {4, 4, 4}, at));
    };
    QVERIFY(check(ring, {10, 26, 26}, {0, 0, 0}).verdict == io::Verdict::good);
    QVERIFY(check(ring, {10, 10, 10}, {0, 0, 100}).verdict == io::Verdict::bad);
    QVERIFY(check(ring, {10, 10, 10}, {100, 0, 0}).verdict == io::Verdict::bad);
    const io::DataCheck along = check(ring, {40, 26, 26}, {0, 0, 0});
    QVERIFY2(along.verdict == io::Verdict::notice && along.sentence.find("along x it reaches") != std::string::npos,
             along.sentence.c_str());
    const io::DataCheck across = check(ring, {10, 26, 60}, {0, 0, 0});
    QVERIFY2(across.sentence.find("along z it reaches 120 mm from the middle") != std::string::npos,
             across.sentence.c_str());
    const Scanner panels = tests::turned(tests::two_panels(), y_to_z);
    QVERIFY(check(panels, {22, 18, 20}, {0, 0, 0}).verdict == io::Verdict::good);
    QVERIFY(check(panels, {22, 18, 20}, {0, 0, 120}).verdict == io::Verdict::bad);
    QVERIFY(check(panels, {22, 18, 40}, {0, 0, 0}).verdict == io::Verdict::notice);
  }
};

COINCIDE_TEST_CLASS(LayoutsTest)
#include "layouts_test.moc"
