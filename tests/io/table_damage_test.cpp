#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <map>

#include "io/listmode_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/table_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

/// Opens and reads a table; the sentence of the FileError that says what is wrong.
QString refusal(const fs::path& path, const fs::path& scanner, const std::string& columns = "") {
  return message_of<FileError>([&] {
    const auto source = io::open_listmode(path, {.scanner = scanner, .columns = columns});
    read_all(*source);
  });
}

}  // namespace

class TableDamageTest : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    QVERIFY(folder_.isValid());
    const std::string small = read_bytes(fs::path(COINCIDE_RESOURCES) / "scanners" / "small.toml");
    write_bytes(ring(), small.substr(0, small.find("[tof]")));
  }

  void wrong_csv_tables_are_refused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("columns");
    const auto row = [](const char* name, const char* text, const char* columns = "") {
      QTest::newRow(name) << QByteArray(text) << QString(columns);
    };
    row("text for a number", "crystal1,crystal2\n0,1024\n0,many\n");
    row("two numbers", "crystal1,crystal2\n0,10 24\n");
    row("decimal comma", "crystal1;crystal2;time_s\n0;1024;0,5\n");
    row("hexadecimal", "crystal1,crystal2\n0,0x400\n");
    row("not a number", "crystal1,crystal2\n0,nan\n");
    row("endless", "crystal1,crystal2\n0,inf\n");
    row("empty cell", "crystal1,crystal2\n0,\n");
    row("too few cells", "crystal1,crystal2,kind\n0,1024\n");
    row("too many cells", "crystal1,crystal2\n0,1024,1\n");
    row("one crystal", "crystal1,time_s\n0,1024\n");
    row("one end", "x1_mm,y1_mm,z1_mm\n0,1,2\n");
    row("ends and crystals", "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm,crystal1,crystal2\n0,1,2,3,4,5,0,1024\n");
    row("two differences of time", "crystal1,crystal2,tof_ps,tof_mm\n0,1024,1,2\n");
    row("two times", "crystal1,crystal2,time_s,time_ms\n0,1024,1,2\n");
    row("a histogram", "crystal1,crystal2,counts\n0,1024,5\n");
    row("no resolution", "crystal1,crystal2,tof_ps\n0,1024,5\n");
    row("no TOF bins", "crystal1,crystal2,tof_bin\n0,1024,0\n");
    row("no rows", "crystal1,crystal2,time_s\n");
    row("unknown names", "a,b\n0,1024\n");
    row("negative duration", "# duration_s = -5\ncrystal1,crystal2\n0,1024\n");
    row("years", "# duration_s = 1e10\ncrystal1,crystal2\n0,1024\n");
    row("years between events", "crystal1,crystal2,time_s\n0,1024,0\n0,1024,1e12\n");
    row("calibration 0", "# calibration_factor = 0\ncrystal1,crystal2\n0,1024\n");
    row("far ends", "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm\n1e9,0,0,-1e9,0,0\n");
    row("mapping without a name", "a,b\n0,1024\n", "crystal1");
    row("mapping of an unknown name", "a,b\n0,1024\n", "kristall = a");
    row("mapping of no column", "a,b\n0,1024\n", "crystal1 = a, crystal2 = c");
    row("mapping of nothing", "a,b\n0,1024\n", "crystal1 = a, crystal2 = -");
  }
  void wrong_csv_tables_are_refused() {
    QFETCH(QByteArray, text);
    QFETCH(QString, columns);
    write_bytes(path("t.csv"), text.toStdString());
    const QString message = refusal(path("t.csv"), ring(), columns.toStdString());
    QVERIFY2(message.size() > 40, qPrintable(message));
  }

  void csv_without_scanner_asks_for_it() {
    write_bytes(path("t.csv"), "crystal1,crystal2\n0,1024\n");
    QVERIFY(refusal(path("t.csv"), "").contains("input.scanner"));
  }

  void endless_lines_are_refused() {
    write_bytes(path("t.csv"), "crystal1,crystal2\n0,1024\n" + std::string(9'000'000, '1'));
    QVERIFY(refusal(path("t.csv"), ring()).contains("line 3"));
  }

  void wrong_hdf5_tables_are_refused_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<bool>("is_ours");  // with a scanner of its own
    for (const char* what : {"empty", "no table", "unequal columns", "text", "two dimensions", "one crystal",
                             "link to another file", "values in another file", "virtual", "absurd size",
                             "attribute of text", "attribute of two numbers", "negative duration", "cut"}) {
      QTest::newRow(what) << what << false;
    }
    for (const char* what :
         {"no scanner rows", "scanner unequal", "scanner crystals", "scanner modules", "time blocks unequal",
          "efficiencies too few", "TOF bin of width 0", "normal of length 0"}) {
      QTest::newRow(what) << what << true;
    }
  }
  void wrong_hdf5_tables_are_refused() {
    QFETCH(QString, what);
    QFETCH(bool, is_ours);
    const fs::path file = path("t.h5");
    write_wrong(file, what.toStdString());
    const QString message = refusal(file, is_ours ? fs::path() : ring());
    QVERIFY2(message.size() > 40, qPrintable(message));
  }

  void bytes_swapped_anywhere_never_do_harm() {
    write_good(path("good.h5"));
    const std::string good = read_bytes(path("good.h5"));
    int refused = 0;
    const auto damage = [&](std::size_t at) {
      std::string bad = good;
      bad[at] = static_cast<char>(~bad[at]);
      write_bytes(path("bad.h5"), bad);
      refused += refusal(path("bad.h5"), "").isEmpty() ? 0 : 1;
    };
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 200) {
      damage(at);
    }
    for (std::size_t at = 0; at < 2000; at += 7) {  // where groups and types are described
      damage(at);
    }
    QVERIFY2(refused > 20, qPrintable(QString::number(refused)));
  }

 private:
  fs::path ring() const { return path("ring.toml"); }
  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

  static io::Hdf5Id create(const fs::path& file) {
    return {H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "create " + file.string()};
  }

  static void write_columns(hid_t file, const std::map<std::string, std::vector<float>>& columns) {
    for (const auto& [name, values] : columns) {
      io::write_hdf5_values(file, name, values);
    }
  }

  static void write_good(const fs::path& path) {
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    io::write_hdf5_table(*source, path);
  }

  static void replace(hid_t parent, const std::string& name, const std::vector<float>& values) {
    H5Ldelete(parent, name.c_str(), H5P_DEFAULT);
    io::write_hdf5_values(parent, name, values);
  }

  /// A data set of crystal numbers that is stored elsewhere, or nowhere.
  static void write_hollow(hid_t file, const std::string& what) {
    write_columns(file, {{"crystal1", {0, 1}}});
    const io::Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "");
    hsize_t size = 2;
    if (what == "values in another file") {
      H5Pset_external(properties, "/etc/passwd", 0, 8);
    } else if (what == "virtual") {
      const io::Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "");
      H5Pset_virtual(properties, space, "other.h5", "crystal2", space);
    } else {
      size = hsize_t{1} << 50;
      const hsize_t chunk = 1024;
      H5Pset_chunk(properties, 1, &chunk);
    }
    const io::Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "");
    const io::Hdf5Id dataset(
        H5Dcreate2(file, "crystal2", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose, "");
  }

  static void damage_good(const fs::path& path, const std::string& what) {
    write_good(path);
    const io::Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "");
    if (what == "no scanner rows") {
      replace(file, "scanner/crystal_centre_mm", {});
    } else if (what == "scanner unequal") {
      replace(file, "scanner/crystal_face_mm2", {1, 2, 3});
    } else if (what == "scanner crystals") {
      replace(file, "scanner/crystal_centre_mm", std::vector<float>(30, 1e9F));
    } else if (what == "scanner modules") {
      replace(file, "scanner/module_types", {0, 7, 1000});
    } else if (what == "time blocks unequal") {
      replace(file, "time_blocks/stop_ms", {1});
    } else if (what == "efficiencies too few") {
      replace(file, "efficiencies/bin_0", {1});
    } else if (what == "TOF bin of width 0") {
      replace(file, "scanner/tof_bins", {0, 0, 0});
    } else if (what == "normal of length 0") {
      replace(file, "scanner/crystal_normal", std::vector<float>(12, 0));
    }
  }

  static void write_wrong(const fs::path& path, const std::string& what) {
    const std::map<std::string, std::vector<float>> good = {{"crystal1", {0, 1}}, {"crystal2", {1024, 1025}}};
    const std::vector<std::string> of_own = {"no scanner rows",    "scanner unequal",     "scanner crystals",
                                             "scanner modules",    "time blocks unequal", "efficiencies too few",
                                             "TOF bin of width 0", "normal of length 0"};
    if (std::ranges::find(of_own, what) != of_own.end()) {
      damage_good(path, what);
      return;
    }
    {
      const io::Hdf5Id file = create(path);
      if (what == "no table") {
        io::make_hdf5_group(file, "empty");
      } else if (what == "unequal columns") {
        write_columns(file, {{"crystal1", {0, 1, 2}}, {"crystal2", {1024, 1025}}});
      } else if (what == "one crystal") {
        write_columns(file, {{"crystal1", {0, 1, 2}}});
      } else if (what == "two dimensions") {
        io::write_hdf5_values(file, "crystal1", std::vector<float>{1, 2, 3, 4}, 2);
        io::write_hdf5_values(file, "crystal2", std::vector<float>{1, 2, 3, 4}, 2);
      } else if (what == "link to another file") {
        write_columns(file, {{"crystal1", {0, 1}}});
        H5Lcreate_external("other.h5", "crystal2", file, "crystal2", H5P_DEFAULT, H5P_DEFAULT);
      } else if (what == "values in another file" || what == "virtual" || what == "absurd size") {
        write_hollow(file, what);
      } else if (what == "text") {
        write_columns(file, {{"crystal1", {0, 1}}});
        write_text(file);
      } else if (what != "empty") {
        write_columns(file, good);
        write_attribute(file, what);
      }
    }
    if (what == "cut") {
      write_bytes(path, read_bytes(path).substr(0, read_bytes(path).size() / 2));
    }
  }

  static void write_text(hid_t file) {
    const io::Hdf5Id type(H5Tcopy(H5T_C_S1), H5Tclose, "");
    H5Tset_size(type, 4);
    const hsize_t size = 2;
    const io::Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "");
    const io::Hdf5Id dataset(H5Dcreate2(file, "crystal2", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                             "");
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, "1024102");
  }

  static void write_attribute(hid_t file, const std::string& what) {
    if (what == "attribute of text") {
      io::write_hdf5_attribute(file, "duration_s", std::string("ten"));
    } else if (what == "negative duration") {
      io::write_hdf5_attribute(file, "duration_s", -1.0);
    } else if (what == "attribute of two numbers") {
      const hsize_t size = 2;
      const io::Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "");
      const io::Hdf5Id attribute(H5Acreate2(file, "duration_s", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT),
                                 H5Aclose, "");
      const std::array<double, 2> values{1, 2};
      H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data());
    }
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(TableDamageTest)

}  // namespace coincide::tests

#include "table_damage_test.moc"
