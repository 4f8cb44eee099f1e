#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "io/csv_table.h"
#include "io/safir/safir_file.h"
#include "io/siemens/petlink_file.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;
using recon::Vec3;

fs::path stir(const std::string& name) { return fs::path(COINCIDE_SHARED_DATA) / "stir" / name; }
fs::path mmr_header() { return stir("mmr/PET_ACQ_small.l.hdr.STIR"); }

std::vector<std::vector<std::string>> rows_of(const fs::path& path) {
  std::istringstream text(read_bytes(path));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(text, line);) {
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) {
      rows.back().push_back(cell);
    }
  }
  rows.erase(rows.begin());
  return rows;
}

/// A point of a row from a column on, from STIR's axes to LPS of a patient head first and supine.
Vec3 lps(const std::vector<std::string>& row, std::size_t column) {
  return {std::stof(row[column]), std::stof(row[column + 1]), -std::stof(row[column + 2])};
}

bool is_near(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 2e-3F; }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::string bytes_of(std::initializer_list<std::uint32_t> words) {
  return {reinterpret_cast<const char*>(words.begin()), words.size() * sizeof(std::uint32_t)};
}

constexpr std::uint32_t tag = 1U << 31;
constexpr std::uint32_t prompt = 1U << 30;

}  // namespace

class StirListmodeTest : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    if (!fs::exists(mmr_header())) {
      QSKIP("the shared data are not here");
    }
    QVERIFY(folder_.isValid());
  }

  void siemens_events_join_the_crystals_that_stir_finds() {
    io::PetlinkSource source(mmr_header(), {});
    recon::EventBlock block;
    QVERIFY(source.read(block));
    const auto rows = rows_of(stir("mmr/expected_events_0_999.csv"));
    QCOMPARE(rows.size(), 1000U);
    std::size_t delayeds = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& row = rows[i];
      const auto first = source.detector_of(block.crystal_b[i]);
      const auto second = source.detector_of(block.crystal_a[i]);
      QCOMPARE(first.detector, std::stol(row[2]));
      QCOMPARE(first.ring, std::stol(row[3]));
      QCOMPARE(second.detector, std::stol(row[5]));
      QCOMPARE(second.ring, std::stol(row[6]));
      QVERIFY(is_near(source.scanner().crystal_centre_mm[block.crystal_b[i]], lps(row, 8)));
      QVERIFY(is_near(source.scanner().crystal_centre_mm[block.crystal_a[i]], lps(row, 11)));
      QCOMPARE(block.delayed[i] != 0, row[1] == "d");
      delayeds += block.delayed[i];
    }
    QVERIFY(delayeds > 100);
  }

  void siemens_file_is_counted_and_no_event_is_in_a_gap() {
    io::PetlinkSource source(mmr_header(), {});
    const recon::EventBlock events = read_all(source);
    QCOMPARE(source.counts().prompts, 218881U);
    QCOMPARE(source.counts().delayeds, 35320U);
    QCOMPARE(source.counts().out_of_range, 0U);
    QCOMPARE(source.counts().time_blocks, 613U);
    QCOMPARE(source.counts().duration_s, 0.613);
    QCOMPARE(source.counts().warnings.size(), 1U);  // a part of the acquisition
    for (std::size_t i = 0; i < events.size(); ++i) {
      QVERIFY(source.detector_of(events.crystal_a[i]).detector % 9 != 0);
      QVERIFY(source.detector_of(events.crystal_b[i]).detector % 9 != 0);
      QVERIFY(source.efficiencies().efficiency(source.scanner(), events.crystal_a[i], 0, events.crystal_b[i], 0) == 1);
    }
    QCOMPARE(source.efficiencies().bin[0][0], 0.0F);
    source.rewind();
    QCOMPARE(read_all(source).size(), events.size());
  }

  void siemens_pairs_unlist_to_the_sinogram_of_stir() {
    io::PetlinkSource source(mmr_header(), {});
    const recon::EventBlock events = read_all(source);
    io::StirSinogramLayout layout = source.layout();
    layout.segments = io::segments_of_span(64, 11, 60);
    std::map<std::int64_t, std::int64_t> sums;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto first = source.detector_of(events.crystal_b[i]);
      const auto second = source.detector_of(events.crystal_a[i]);
      const auto bin = layout.bin_of(first.ring, first.detector, second.ring, second.detector);
      QVERIFY(bin);
      constexpr std::int64_t middle = 5;
      sums[bin->segment - middle] += events.delayed[i] == 0 ? 1 : 0;
    }
    const io::CsvTable expected = io::CsvTable::read(stir("mmr-unlisted/prompts_span11_segments.csv"));
    QCOMPARE(expected.num_rows(), sums.size());
    for (std::size_t row = 0; row < expected.num_rows(); ++row) {
      QCOMPARE(sums[static_cast<std::int64_t>(row) - 5], std::lround(expected.column("counts")[row]));
    }
  }

  void siemens_time_of_flight_counts_towards_detector_1() {
    const fs::path header = copy_header([](std::string text) {
      text = replaced(text, "TOF time bins:=1", "TOF time bins:=5");
      text = replaced(text, "ring difference:=60", "ring difference:=10");
      return replaced(text, "bin size (cm)",
                      "size of timing bin (ps) := 100\ntiming resolution (ps) := 300\nbin size (cm)");
    });
    constexpr std::uint32_t per_tof = 252 * 344 * 1234;
    write_bytes(data(), bytes_of({tag, prompt | 5, prompt | (per_tof + 5), prompt | (2 * per_tof + 5),
                                  prompt | (4 * per_tof + 5), prompt | (5 * per_tof + 5)}));
    io::PetlinkSource source(header, {});
    recon::EventBlock block;
    QVERIFY(source.read(block));
    QCOMPARE(block.tof_bin, (std::vector<std::uint16_t>{2, 3, 1, 0}));
    QCOMPARE(source.counts().out_of_range, 1U);
    QVERIFY(std::abs(source.scanner().tof_bins[3].centre_mm - 14.9896F) < 1e-3F);
  }

  void siemens_pauses_and_steps_back_are_named() {
    const fs::path header = copy_header([](const std::string& text) { return text; });
    write_bytes(data(), bytes_of({tag, prompt, tag | 1, prompt, tag | 5000, prompt, tag | 3, prompt}));
    io::PetlinkSource source(header, {});
    const recon::EventBlock events = read_all(source);
    QCOMPARE(events.time_ms, (std::vector<std::uint32_t>{0, 1, 5000, 3}));
    QCOMPARE(source.counts().duration_s, 0.004);
    QCOMPARE(source.counts().time_warnings.size(), 2U);
  }

  void wrong_siemens_files_are_refused_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("by");
    QTest::newRow("64 bits") << "format (bits):=32"
                             << "format (bits):=64";
    QTest::newRow("no bits") << "format (bits):=32"
                             << "format (bits):=";
    QTest::newRow("text for bits") << "format (bits):=32"
                                   << "format (bits):=many";
    QTest::newRow("no data file") << "small_listmode_file.l"
                                  << "other.l";
    QTest::newRow("no name") << "name of data file := small_listmode_file.l"
                             << "";
    QTest::newRow("outside") << "small_listmode_file.l"
                             << "../../etc/passwd";
    QTest::newRow("absolute") << "small_listmode_file.l"
                              << "/etc/passwd";
    QTest::newRow("rings 0") << "number of rings:=64"
                             << "number of rings:=0";
    QTest::newRow("rings many") << "number of rings:=64"
                                << "number of rings:=99999999999";
    QTest::newRow("rings text") << "number of rings:=64"
                                << "number of rings:=x";
    QTest::newRow("spacing 0") << "rings (cm):=0.40625"
                               << "rings (cm):=0";
    QTest::newRow("spacing nan") << "rings (cm):=0.40625"
                                 << "rings (cm):=nan";
    QTest::newRow("projections") << "projections:=344"
                                 << "projections:=600";
    QTest::newRow("no projections") << "%number of projections:=344"
                                    << "";
    QTest::newRow("views") << "views:=252"
                           << "views:=126";
    QTest::newRow("views 0") << "views:=252"
                             << "views:=0";
    QTest::newRow("compressed") << "axial compression:=1"
                                << "axial compression:=11";
    QTest::newRow("ring difference") << "ring difference:=60"
                                     << "ring difference:=64";
    QTest::newRow("offset") << "offset in bytes:=0"
                            << "offset in bytes:=99999999";
    QTest::newRow("negative offset") << "offset in bytes:=0"
                                     << "offset in bytes:=-4";
    QTest::newRow("TOF without width") << "TOF time bins:=1"
                                       << "TOF time bins:=13";
    QTest::newRow("more bins than words tell") << "TOF time bins:=1"
                                               << "TOF time bins:=5\nsize of timing bin (ps) := 100\ntiming resolution "
                                                  "(ps) := 300";
    QTest::newRow("marks") << "interval (msec):=1"
                           << "interval (msec):=0";
    QTest::newRow("on a side") << "orientation:=HFS"
                               << "orientation:=\npatient rotation := left";
    QTest::newRow("unknown scanner") << "system:=2008"
                                     << "system:=9999";
  }
  void wrong_siemens_files_are_refused() {
    QFETCH(QString, what);
    QFETCH(QString, by);
    const fs::path header =
        copy_header([&](const std::string& text) { return replaced(text, what.toStdString(), by.toStdString()); });
    write_bytes(data(), bytes_of({tag, prompt, tag | 1}));
    QVERIFY(read_bytes(header) != read_bytes(mmr_header()));
    const QString message = message_of<FileError>([&] { io::open_listmode(header); });
    QVERIFY2(message.size() > 40, qPrintable(message));
  }

  void cut_siemens_files_are_refused_or_read_so_far() {
    const fs::path header = copy_header([](const std::string& text) { return text; });
    write_bytes(data(), bytes_of({tag, prompt, prompt}).substr(0, 11));
    QVERIFY(message_of<FileError>([&] { io::open_listmode(header); }).contains("allow_truncated"));
    const auto source = io::open_listmode(header, {.allow_truncated = true});
    QCOMPARE(read_all(*source).size(), 1U);
    QVERIFY(!source->counts().truncated.empty());
    write_bytes(data(), "abc");
    QVERIFY(message_of<FileError>([&] { io::open_listmode(header); }).contains("holds no events"));
  }

  void safir_events_end_on_the_crystals_of_the_table() {
    const auto source = io::open_listmode(stir("safir-generic/listmode_input_SAFIR.par"));
    const recon::EventBlock events = read_all(*source);
    const auto rows = rows_of(stir("safir-generic/expected_events.csv"));
    QCOMPARE(rows.size(), 1408U);
    QCOMPARE(events.size(), rows.size());
    QCOMPARE(source->counts().out_of_range, 0U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      QVERIFY(is_near(source->scanner().crystal_centre_mm[events.crystal_a[i]], lps(rows[i], 1)));
      QVERIFY(is_near(source->scanner().crystal_centre_mm[events.crystal_b[i]], lps(rows[i], 4)));
      QCOMPARE(events.delayed[i] != 0, rows[i][0] == "d");
    }
  }

  void wrong_safir_files_are_refused_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("what");
    QTest::addColumn<QByteArray>("by");
    const QString par = "listmode_input_SAFIR.par";
    const QString listmode = "coincidencesLM.clm.safir";
    QTest::newRow("no listmode") << par << QByteArray("coincidencesLM.clm.safir") << QByteArray("none");
    QTest::newRow("nothing named") << par << QByteArray("coincidencesLM.clm.safir") << QByteArray("");
    QTest::newRow("no key") << par << QByteArray("listmode data filename") << QByteArray("data");
    QTest::newRow("no template") << par << QByteArray("muppet.hs") << QByteArray("none.hs");
    QTest::newRow("template outside") << par << QByteArray("muppet.hs") << QByteArray("/etc/passwd");
    QTest::newRow("listmode as template") << par << QByteArray("muppet.hs") << QByteArray("coincidencesLM.clm.safir");
    QTest::newRow("name") << listmode << QByteArray("SAFIR") << QByteArray("OTHER");
    QTest::newRow("rings") << "muppet.hs" << QByteArray("rings                          := 16")
                           << QByteArray("rings := 17");
    QTest::newRow("detectors") << "muppet.hs" << QByteArray(":= 180") << QByteArray(":= 90");
    QTest::newRow("odd detectors") << "muppet.hs" << QByteArray(":= 180") << QByteArray(":= 181");
    QTest::newRow("many") << "muppet.hs" << QByteArray(":= 180") << QByteArray(":= 99999999999999");
    QTest::newRow("no map") << "muppet.hs" << QByteArray("DualRingPrototype_crystal_map") << QByteArray("none");
    QTest::newRow("map in another place")
        << "muppet.hs" << QByteArray("DualRingPrototype_crystal_map") << QByteArray("/tmp/none");
    QTest::newRow("no Interfile") << "muppet.hs" << QByteArray("!INTERFILE") << QByteArray("INTERNET");
    const QString map = "DualRingPrototype_crystal_map.txt";
    QTest::newRow("text for a place") << map << QByteArray("15.65") << QByteArray("left");
    QTest::newRow("a row too short") << map << QByteArray("\t15.65") << QByteArray("");
    QTest::newRow("a ring too far") << map << QByteArray("0\t0\t0\t") << QByteArray("99\t0\t0\t");
    QTest::newRow("a negative detector") << map << QByteArray("0\t1\t0\t") << QByteArray("0\t-1\t0\t");
    QTest::newRow("a layer") << map << QByteArray("0\t1\t0\t") << QByteArray("0\t1\t5\t");
    QTest::newRow("the same crystal twice") << map << QByteArray("0\t1\t0\t") << QByteArray("0\t0\t0\t");
  }
  void wrong_safir_files_are_refused() {
    QFETCH(QString, file);
    QFETCH(QByteArray, what);
    QFETCH(QByteArray, by);
    for (const auto& entry : fs::directory_iterator(stir("safir-generic"))) {
      write_bytes(folder() / entry.path().filename(), read_bytes(entry.path()));
    }
    const fs::path changed = folder() / file.toStdString();
    const std::string before = read_bytes(changed);
    write_bytes(changed, replaced(before, what.toStdString(), by.toStdString()));
    QVERIFY(read_bytes(changed) != before);
    const QString message = message_of<FileError>([&] { io::open_listmode(folder() / "listmode_input_SAFIR.par"); });
    QVERIFY2(message.size() > 40, qPrintable(message));
  }

  void safir_listmode_alone_asks_for_its_parameters() {
    const QString message =
        message_of<FileError>([&] { io::open_listmode(stir("safir-generic/coincidencesLM.clm.safir")); });
    QVERIFY2(message.contains("open its parameter file"), qPrintable(message));
  }

 private:
  fs::path folder() const { return folder_.path().toStdString(); }
  fs::path data() const { return folder() / "small_listmode_file.l"; }
  template <class Change>
  fs::path copy_header(Change change) const {
    write_bytes(folder() / "small.l.hdr", change(read_bytes(mmr_header())));
    return folder() / "small.l.hdr";
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(StirListmodeTest)

}  // namespace coincide::tests

#include "stir_listmode_test.moc"
