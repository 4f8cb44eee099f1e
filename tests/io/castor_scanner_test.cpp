// Scanners of CASToR: descriptions and tables, those of others and our own.

#include "io/castor/castor_scanner.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <numbers>

#include "castor_support.h"
#include "io/castor/castor_output.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

const std::filesystem::path shared = COINCIDE_SHARED_DATA "/castor";

float dot(const recon::Vec3& a, const recon::Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

void verify_near(const recon::Vec3& point, const recon::Vec3& wanted, double tolerance = 1e-4) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    QVERIFY2(std::abs(point[axis] - wanted[axis]) < tolerance,
             qPrintable(QString("axis %1: %2, not %3").arg(axis).arg(point[axis]).arg(wanted[axis])));
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  return at == std::string::npos ? throw std::logic_error("the test's text has no " + what)
                                 : text.replace(at, what.size(), by);
}

}  // namespace

class CastorScannerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  io::CastorScanner read_text(const std::string& text) const {
    write_bytes(path("text.geom"), text);
    return io::read_castor_scanner(path("text.geom"));
  }
  static void skip_without_shared() {
    if (!std::filesystem::exists(shared)) {
      QSKIP("The scanners of others are not beside this checkout.");
    }
  }

 private slots:
  /// By hand from the rule: the first block is up, clockwise the next but one is right.
  void crystals_lie_where_the_description_says() {
    const recon::Scanner scanner = read_text(ring_geom).scanner;
    QCOMPARE(scanner.num_crystals(), std::size_t{96});
    verify_near(scanner.crystal_centre_mm[0], {-7.5F, 110, -5.5F});
    verify_near(scanner.crystal_centre_mm[3], {7.5F, 110, -5.5F});
    verify_near(scanner.crystal_centre_mm[2 * 4], {110, 7.5F, -5.5F});
    verify_near(scanner.crystal_centre_mm[32], {-7.5F, 110, 0});
    verify_near(scanner.crystal_centre_mm[95 - 28], {7.5F, 110, 5.5F});
    verify_near(scanner.crystal_normal[9], {-1, 0, 0});
    QCOMPARE(scanner.crystal_face_mm2[0], 20.0F);
    QCOMPARE(scanner.num_modules(), 24U);
    const recon::Scanner turned = read_text(ring_geom + "rotation direction: CCW\n").scanner;
    verify_near(turned.crystal_centre_mm[0], {7.5F, 110, -5.5F});
    verify_near(turned.crystal_centre_mm[2 * 4], {-110, 7.5F, -5.5F});
  }

  void angles_shifts_and_depth() {
    const std::string text = replaced(ring_geom, "interaction : -1", "interaction : 5") +
                             "rsectors first angle: 90\nrsectors nbZShift: 2\nrsectors ZShift: 0, 3\n";
    const recon::Scanner scanner = read_text(text).scanner;
    verify_near(scanner.crystal_centre_mm[0], {105, 7.5F, -5.5F});
    const float diagonal = 105 / std::numbers::sqrt2_v<float>, across = 7.5F / std::numbers::sqrt2_v<float>;
    verify_near(scanner.crystal_centre_mm[4], {diagonal + across, -diagonal + across, -2.5F});
  }

  /// Modules in rsectors, submodules in modules, two layers: sizes and gaps add up along z and around.
  void levels_and_layers() {
    std::string text =
        "scanner name: L\nnumber of elements: 1280\nnumber of layers: 2\nscanner radius: 50, 70\n"
        "number of rsectors: 4\nnumber of rsectors axial: 2\nrsector gap axial: 7\nnumber of modules transaxial: 2\n"
        "module gap transaxial: 3\nnumber of submodules axial: 2\nsubmodule gap axial: 1\n"
        "number of crystals transaxial: 5, 5\nnumber of crystals axial: 4, 4\ncrystals size depth: 10, 20\n"
        "crystals size transaxial: 2\ncrystals size axial: 2\ncrystal gap axial: 0.5\n";
    const io::CastorScanner read = read_text(text);
    const recon::Scanner& scanner = read.scanner;
    QCOMPARE(scanner.module_types.size(), std::size_t{2});
    // A submodule is 4 * 2 + 3 * 0.5 = 9.5 long, a rsector 20, both 47.
    verify_near(scanner.crystal_centre_mm[0], {-10.5F, 55, -22.5F});
    verify_near(scanner.crystal_centre_mm[9], {10.5F, 55, -22.5F});
    verify_near(scanner.crystal_centre_mm[40 * 4], {-10.5F, 55, -23.5F + 10.5F + 1});
    verify_near(scanner.crystal_centre_mm[40 * 8], {-10.5F, 55, 4.5F});
    verify_near(scanner.crystal_centre_mm[640], {-10.5F, 80, -22.5F});
    QCOMPARE(scanner.module_types[1].first_crystal, 640U);
  }

  void table_and_description_of_others_agree() {
    skip_without_shared();
    const recon::Scanner geom = io::read_castor_scanner(shared / "PET_GE_GATE.geom").scanner;
    const io::CastorScanner table = io::read_castor_scanner(shared / "PET_GE_GATE.hscan");
    QCOMPARE(geom.num_crystals(), std::size_t{15120});
    QCOMPARE(table.scanner.num_crystals(), std::size_t{15120});
    QCOMPARE(table.scanner.num_modules(), 1680U);
    QCOMPARE(table.warnings.size(), std::size_t{1});
    float farthest_mm = 0, farthest_z_mm = 0, least_cosine = 1;
    for (std::size_t i = 0; i < geom.num_crystals(); ++i) {
      const recon::Vec3 &a = geom.crystal_centre_mm[i], &b = table.scanner.crystal_centre_mm[i];
      farthest_mm = std::max({farthest_mm, std::abs(a[0] - b[0]), std::abs(a[1] - b[1])});
      farthest_z_mm = std::max(farthest_z_mm, std::abs(a[2] - b[2]));
      least_cosine = std::min(least_cosine, dot(geom.crystal_normal[i], table.scanner.crystal_normal[i]));
    }
    qInfo("description and table: %.2g mm in x and y, %.3g mm in z", farthest_mm, farthest_z_mm);
    QVERIFY(farthest_mm < 2e-4F);
    QVERIFY(farthest_z_mm < 0.57F);    // the table has another gap between modules
    QVERIFY(least_cosine > 0.99999F);  // the table's own directions have x and y exchanged
  }

  /// Its orientations have the sign of y flipped.
  void table_of_mmr() {
    skip_without_shared();
    const io::CastorScanner read = io::read_castor_scanner(shared / "PET_SIEMENS_MMR.hscan");
    const recon::Scanner& scanner = read.scanner;
    QCOMPARE(scanner.num_modules(), 3584U);
    QVERIFY(read.warnings.at(0).find("orientations") != std::string::npos);
    for (std::size_t i = 0; i < scanner.num_crystals(); ++i) {
      const recon::Vec3& centre = scanner.crystal_centre_mm[i];
      QCOMPARE(centre[2], (static_cast<float>(i / 448) - 31.5F) * 4.0625F);
      const float distance_mm = -dot(scanner.crystal_normal[i], centre);
      QVERIFY2(std::abs(distance_mm - 338) < 1.5F, qPrintable(QString("crystal %1: %2 mm").arg(i).arg(distance_mm)));
    }
  }

  void sloppy_description_of_mct() {
    skip_without_shared();
    const io::CastorScanner read = io::read_castor_scanner(shared / "PET_SIEMENS_BIOGRAPH_MCT.geom");
    QCOMPARE(read.scanner.num_crystals(), std::size_t{32448});
    QCOMPARE(read.min_angle_deg, 72.5);
    for (std::size_t i = 0; i < read.scanner.num_crystals(); ++i) {  // ends of LORs
      QVERIFY(std::abs(dot(read.scanner.crystal_normal[i], read.scanner.crystal_centre_mm[i]) + 437.2F) < 1e-3F);
    }
  }

  void our_scanner_survives_a_round_trip() {
    const recon::Scanner before = small_scanner({.turn_rad = 0.1F});
    const std::string name = io::write_crystals_beside(io::castor_crystals(before, {}), path(""));
    QCOMPARE(name, std::string("small_ring"));
    const io::CastorScanner read = io::read_castor_scanner(path(name + ".hscan"));
    const recon::Scanner& after = read.scanner;
    QVERIFY(read.warnings.empty());
    QCOMPARE(after.crystal_centre_mm, before.crystal_centre_mm);
    QCOMPARE(after.crystal_normal, before.crystal_normal);
    QCOMPARE(std::filesystem::file_size(path(name + ".lut")), 24U * before.num_crystals());
    for (std::size_t i = 0; i < before.num_crystals(); ++i) {
      QVERIFY(std::abs(after.crystal_face_mm2[i] - before.crystal_face_mm2[i]) < 1e-2F);
    }
    QCOMPARE(io::write_crystals_beside(io::castor_crystals(before, {}), path("")), std::string("small_ring"));
    QCOMPARE(io::write_crystals_beside(io::castor_crystals(small_scanner(), {}), path("")),
             std::string("small_ring_2"));
  }

  /// Converters write them; they are directions of the crystals' rows then.
  void zero_orientations() {
    io::CastorCrystals crystals = io::castor_crystals(small_scanner({.transaxial = 4, .axial = 1}), {});
    crystals.outwards.assign(crystals.outwards.size(), {0, 0, 0});
    io::write_castor_lut(crystals, path("zero.hscan"));
    const io::CastorScanner read = io::read_castor_scanner(path("zero.hscan"));
    QCOMPARE(read.warnings.size(), std::size_t{1});
    const recon::Scanner wanted = small_scanner({.transaxial = 4, .axial = 1});
    for (std::size_t i = 0; i < wanted.num_crystals(); ++i) {
      verify_near(read.scanner.crystal_normal[i], wanted.crystal_normal[i], 1e-5);
    }
  }

  void wrong_descriptions_are_refused_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("by");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* what, const char* by, const char* says) {
      QTest::newRow(by) << what << by << says;
    };
    row("elements : 96", "elements : 97", "is 97");
    row("elements : 96", "elements : 95", "have 96 or more");
    row("elements : 96", "elements : 1e12", "whole number");
    row("rsectors : 8", "rsectors : eight", "is no number");
    row("rsectors : 8", "rsectors : 100000", "or more");
    row("layers : 1", "layers : 999", "1 to 16");
    row("layers : 1", "layers : 0", "1 to 16");
    row("radius : 100", "radius : -100", "above 0");
    row("radius : 100", "radius : nan", "is no number");
    row("radius : 100", "radius : 1e30", "above 0");
    row("crystals size depth", "crystals depth", "is missing");
    row("trans : 4", "trans : 0", "above 0");
    row("crystals axial : 3", "crystals axial : 2.5", "whole number");
    row("gap axial : 0.5", "gap axial : 1e9", "gap axial");
    row("min angle difference : 60", "rotation direction : left", "CW or CCW");
  }
  void wrong_descriptions_are_refused() {
    QFETCH(QString, what);
    QFETCH(QString, by);
    QFETCH(QString, says);
    const std::string text = replaced(ring_geom, what.toStdString(), by.toStdString());
    const QString message = message_of<FileError>([&] { read_text(text); });
    QVERIFY2(message.contains(says) && message.contains("text.geom"), qPrintable(message));
  }

  void wrong_tables_are_refused() {
    const io::CastorCrystals crystals = io::castor_crystals(small_scanner(), {});
    io::write_castor_lut(crystals, path("wrong.hscan"));
    const std::string header = read_bytes(path("wrong.hscan")), table = read_bytes(path("wrong.lut"));
    const auto complaint = [&](const std::string& new_header, const std::string& new_table) {
      write_bytes(path("wrong.hscan"), new_header);
      write_bytes(path("wrong.lut"), new_table);
      return message_of<FileError>([&] { io::read_castor_scanner(path("wrong.hscan")); });
    };
    QVERIFY(complaint(header, table).isEmpty());
    QVERIFY(complaint(header, table + "x").contains("bytes"));
    QVERIFY(complaint(header, table.substr(1)).contains("bytes"));
    QVERIFY(complaint(header, "").contains("0 bytes"));
    QVERIFY(complaint(replaced(header, "layer(s): 48", "layer(s): 47"), table).contains("its layers have 47"));
    QVERIFY(complaint(replaced(header, "layer(s): 48", "layer(s): 24, 24"), table).contains("2 values for 1 layers"));
    QVERIFY(complaint(replaced(header, "depth: 10", "depth: -10"), table).contains("edge of -10"));
    std::string far = table;
    const float away = 1e9F;
    std::memcpy(far.data() + 48, &away, sizeof away);
    QVERIFY(complaint(header, far).contains("crystal 2 lies at"));
    std::filesystem::remove(path("wrong.lut"));
    QVERIFY(message_of<FileError>([&] { io::read_castor_scanner(path("wrong.hscan")); }).contains("wrong.lut"));
    QVERIFY(message_of<FileError>([&] { io::read_castor_scanner(path("wrong.toml")); }).contains(".hscan"));
  }
};

COINCIDE_TEST_CLASS(CastorScannerTest)

}  // namespace coincide::tests

#include "castor_scanner_test.moc"
