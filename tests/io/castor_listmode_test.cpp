// Listmode data of CASToR: records packed here by the format's description, and files written by the program.

#include "io/castor/castor_listmode.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

#include "castor_support.h"
#include "io/castor/castor_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "recon/model.h"
#include "recon/units.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::EventBlock;
using recon::EventOrigin;

constexpr double sigma_ps = 400 / recon::fwhm_per_sigma;
const std::string with_tof =
    "TOF information flag: 1\nTOF resolution (ps): 400\nList TOF measurement range (ps): 2000\n";

}  // namespace

class CastorListmodeTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  std::unique_ptr<recon::EventSource> open(const std::string& header, const std::string& data,
                                           const io::ListmodeOptions& options = {}) const {
    write_bytes(path("data.cdh"), header);
    write_bytes(path("data.cdf"), data);
    return io::open_listmode(path("data.cdh"), options);
  }
  QString complaint(const std::string& header, const std::string& data) const {
    return message_of<FileError>([&] { read_all(*open(header, data)); });
  }

 private slots:
  void init() { write_bytes(path("RING.geom"), ring_geom); }

  /// The example of the format's page, with crystals that this scanner has.
  void record_with_tof_and_normalization() {
    const std::string record("\xdc\x05\x00\x00\x00\x00\xa0\x3f\x00\x00\xc8\xc2\x0a\x00\x00\x00\x1a\x00\x00\x00", 20);
    const auto source = open(listmode_header(1, with_tof + "Normalization correction flag: 1\n"), record);
    const EventBlock event = read_all(*source);
    QCOMPARE(event.crystal_a, std::vector<std::uint32_t>{10});
    QCOMPARE(event.crystal_b, std::vector<std::uint32_t>{26});
    QCOMPARE(event.time_ms, std::vector<std::uint32_t>{1500});
    QCOMPARE(event.factor, std::vector<float>{0.8F});
    const recon::TofBin& bin = source->scanner().tof_bins.at(event.tof_bin.at(0));
    QVERIFY(std::abs(bin.centre_mm + 100 * recon::mm_per_ps) <= bin.width_mm / 2);
    QVERIFY(bin.width_mm <= sigma_ps / 5 * recon::mm_per_ps * 1.00001);
    QVERIFY(std::abs(bin.sigma_mm - sigma_ps * recon::mm_per_ps) < 1e-4);
    QVERIFY(source->event_terms().normalization && !source->event_terms().attenuation);
    QVERIFY(source->efficiencies().hold_solid_angle());
    QCOMPARE(source->counts().duration_s, 2.0);
    QCOMPARE(source->counts().prompts, 1U);
  }

  void record_with_all_fields() {
    const std::string flags = with_tof +
                              "List TOF quantization bin size (ps): 200\nAttenuation correction flag: 1\n"
                              "Coincidence kind flag: 1\nScatter correction flag: 1\nRandom correction flag: 1\n"
                              "Normalization correction flag: 1\nPOI correction flag: 1\nPOI capability: -1, -1, 2\n"
                              "Maximum number of lines per event: 3\nIsotope: F-18\n";
    Bytes record;
    record.u32(7).f32(4).put(std::uint8_t{2}).f32(0.25F).f32(0.5F).f32(2).f32(400).f32(3).f32(8);
    record.put(std::uint16_t{1}).u32(20).u32(5).u32(1).u32(1).u32(1).u32(1);
    const auto source = open(listmode_header(1, flags), record.all());
    const EventBlock event = read_all(*source);
    QCOMPARE(event.crystal_a.at(0), 20U);
    QCOMPARE(event.crystal_b.at(0), 5U);
    QCOMPARE(event.factor.at(0), 0.125F);
    QCOMPARE(event.attenuation.at(0), 0.25F);
    QVERIFY(event.origin.at(0) == EventOrigin::scattered);
    const double width_mm = 200 * recon::mm_per_ps;
    QCOMPARE(source->scanner().tof_bins.size(), std::size_t{11});
    QCOMPARE(event.tof_bin.at(0), std::uint16_t{7});
    QVERIFY(std::abs(event.scatter_per_s.at(0) - 0.25 * width_mm) < 1e-5);
    QVERIFY(std::abs(event.additive_per_s.at(0) - (0.25 * width_mm + 0.5 / 10)) < 1e-5);
    const auto& not_used = source->counts().not_used;
    QVERIFY(std::ranges::any_of(not_used, [](const std::string& what) { return what.starts_with("places"); }));
    QVERIFY(
        std::ranges::any_of(not_used, [](const std::string& what) { return what.starts_with("the isotope F-18"); }));
  }

  /// Bins of the quantisation, also where an even number of them puts its values midway between multiples; a finer one
  /// is taken together in odd numbers.
  void bins_of_the_quantisation() {
    const auto bins_for = [&](double step_ps, std::vector<float> differences) {
      Bytes data;
      for (const float ps : differences) {
        data.u32(0).f32(ps).u32(0).u32(16);
      }
      const std::string step = "List TOF quantization bin size (ps): " + std::to_string(step_ps) + "\n";
      const auto source = open(listmode_header(differences.size(), with_tof + step), data.all());
      const EventBlock events = read_all(*source);
      std::vector<double> centres_ps;
      for (const std::uint16_t bin : events.tof_bin) {
        centres_ps.push_back(source->scanner().tof_bins.at(bin).centre_mm / recon::mm_per_ps);
      }
      return std::pair(centres_ps, source->scanner().tof_bins.size());
    };
    const auto verify_centres = [](const std::vector<double>& centres, const std::vector<double>& wanted) {
      QCOMPARE(centres.size(), wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        QVERIFY2(std::abs(centres[i] - wanted[i]) < 1e-3,
                 qPrintable(QString("%1, not %2").arg(centres[i]).arg(wanted[i])));
      }
    };
    const auto odd = bins_for(400, {-800, 0, 400, 800});
    QCOMPARE(odd.second, std::size_t{5});
    verify_centres(odd.first, {-800, 0, 400, 800});
    const auto even = bins_for(500, {-750, -250, 250, 750});
    QCOMPARE(even.second, std::size_t{4});
    verify_centres(even.first, {-750, -250, 250, 750});
    const auto fine = bins_for(10, {-20, -10, 0, 10, 20});  // sigma / 5 is 33.97 ps
    verify_centres(fine.first, {-30, 0, 0, 0, 30});
    QCOMPARE(fine.second, std::size_t{67});
  }

  void differences_out_of_range_are_left_out() {
    Bytes data;
    for (const float ps : {0.0F, 1100.0F, -5000.0F, std::nanf(""), -990.0F}) {
      data.u32(0).f32(ps).u32(0).u32(16);
    }
    data.u32(0).f32(0).u32(0).u32(96);
    const auto source = open(listmode_header(6, with_tof), data.all());
    QCOMPARE(read_all(*source).size(), std::size_t{2});
    QCOMPARE(source->counts().out_of_range, 4U);
  }

  /// Frames hold events by their own times, in steps of 10 ms, over all of the stated duration.
  void times_become_time_blocks() {
    Bytes data;
    for (const std::uint32_t ms : {3U, 12U, 19U, 1500U, 20U, 1999U, 2000U, 5000U}) {
      data.u32(ms).u32(0).u32(16);
    }
    const auto source = open(listmode_header(8), data.all());
    const EventBlock events = read_all(*source);
    QCOMPARE(events.time_ms, (std::vector<std::uint32_t>{0, 10, 10, 1500, 20, 1990, 1990, 1990}));
    QCOMPARE(events.time_blocks.size(), std::size_t{200});
    QCOMPARE(events.time_blocks.at(1).prompts, 2U);
    QCOMPARE(source->counts().duration_s, 2.0);
    QCOMPARE(source->counts().last_ms, 2000U);
    QVERIFY(source->counts().time_warnings.at(0).starts_with("1 events have times outside"));
    source->rewind();
    QCOMPARE(read_all(*source).time_blocks.size(), std::size_t{200});
  }

  void duration_that_is_not_stated() {
    std::string header = listmode_header(3);
    header.replace(header.find("Duration (s): 2"), 15, "Duration (s): 0");
    Bytes data;
    for (const std::uint32_t ms : {3U, 12U, 1500U}) {
      data.u32(ms).u32(0).u32(16);
    }
    const auto source = open(header, data.all());
    QCOMPARE(read_all(*source).size(), std::size_t{3});
    QVERIFY(!source->counts().no_duration.empty());
  }

  void headers_may_be_sloppy() {
    std::string header = listmode_header(1);
    header.replace(header.find("Data mode: list-mode"), 20, "# remark\r\nData   Mode :LISTMODE # as it is\r");
    std::filesystem::create_directories(path("scanners"));
    std::filesystem::rename(path("RING.geom"), path("scanners/RING.geom"));
    const auto source = open(header, Bytes().u32(0).u32(1).u32(17).all());
    QCOMPARE(read_all(*source).size(), std::size_t{1});
    std::filesystem::remove_all(path("scanners"));
  }

  void scanner_may_lie_elsewhere() {
    const QTemporaryDir elsewhere;
    const std::filesystem::path other = std::filesystem::path(elsewhere.path().toStdString());
    std::filesystem::rename(path("RING.geom"), other / "RING.geom");
    const std::string record = Bytes().u32(0).u32(1).u32(17).all();
    QVERIFY(complaint(listmode_header(1), record).contains("input.scanner"));
    QCOMPARE(open(listmode_header(1), record, {.scanner = other})->scanner().num_crystals(), std::size_t{96});
    QCOMPARE(open(listmode_header(1), record, {.scanner = other / "RING.geom"})->scanner().num_crystals(),
             std::size_t{96});
  }

  /// 60 degrees of the description: two blocks of 45 degrees apart, or more.
  void pairs_that_are_accepted() {
    const auto source =
        open(listmode_header(1, "Maximum axial difference mm: 6\n"), Bytes().u32(0).u32(1).u32(17).all());
    const recon::Efficiencies& efficiencies = source->efficiencies();
    std::size_t wrong = 0;
    for (std::uint32_t a = 0; a < 96; ++a) {
      for (std::uint32_t b = 0; b < 96; ++b) {
        const recon::Vec3 &p = source->scanner().crystal_centre_mm[a], &q = source->scanner().crystal_centre_mm[b];
        const double turn = std::remainder(std::atan2(p[1], p[0]) - std::atan2(q[1], q[0]), 2 * M_PI);
        const bool wanted = std::abs(turn) >= M_PI / 3 && std::abs(p[2] - q[2]) <= 6;
        wrong += wanted != efficiencies.in_coincidence(source->scanner(), a, b) ? 1 : 0;
      }
    }
    QCOMPARE(wrong, std::size_t{0});
  }

  void calibration_makes_becquerels() {
    const std::string record = Bytes().u32(0).f32(2).u32(1).u32(17).all();
    const std::string flags = "Normalization correction flag: 1\nCalibration factor: 50\n";
    const auto source = open(listmode_header(1, flags), record);
    QVERIFY(source->efficiencies().calibration_stated);
    QCOMPARE(source->efficiencies().calibration_factor, 20.0);
    QVERIFY(recon::MultiplicativeModel(source->scanner(), source->efficiencies(), {}).is_absolute());
    QVERIFY(!open(listmode_header(1, "Normalization correction flag: 1\n"), record)->efficiencies().calibration_stated);
  }

  void normalization_file_states_all_lors() {
    const std::string header =
        "Scanner name: RING\nData filename: norm.cdf\nNumber of events: 3\nData mode: normalization\nData type: PET\n"
        "Normalization correction flag: 1\nAttenuation correction flag: 1\n";
    Bytes records;
    records.f32(2).f32(4).u32(1).u32(17).f32(1).f32(2).u32(20).u32(2).f32(1).f32(4).u32(17).u32(1);
    write_bytes(path("norm.cdh"), header);
    write_bytes(path("norm.cdf"), records.all());
    const auto source =
        open(listmode_header(1), Bytes().u32(0).u32(1).u32(17).all(), {.normalization = path("norm.cdh")});
    const recon::MultiplicativeModel model(source->scanner(), source->efficiencies(), {});
    QCOMPARE(model.factor(17, 0, 1, 0), 0.375F);  // 1/8 and, of the same LOR, 1/4
    QCOMPARE(model.factor(2, 0, 20, 0), 0.5F);
    QCOMPARE(model.factor(2, 0, 21, 0), 0.0F);
    QVERIFY(!model.uses_solid_angle());
    QVERIFY(message_of<FileError>([&] { io::open_listmode(path("norm.cdh")); }).contains("corrections.normalization"));
    write_bytes(path("norm.cdf"), records.all().substr(16));
    QVERIFY(message_of<FileError>([&] {
              open(listmode_header(1), Bytes().u32(0).u32(1).u32(17).all(), {.normalization = path("norm.cdh")});
            }).contains("32 bytes"));
  }

  void written_and_read_again() {
    MemoryEvents before(small_scanner({.tof_bins = 5, .tof_width_mm = 50}), 7);
    std::mt19937 generator(1);
    for (int i = 0; i < 50; ++i) {
      before.add(generator() % 24, 24 + generator() % 24, static_cast<std::uint16_t>(generator() % 5),
                 static_cast<std::uint32_t>(i / 10 * 10), i % 10 == 3);
      std::swap(before.events.crystal_a.back(),
                i % 2 == 0 ? before.events.crystal_a.back() : before.events.crystal_b.back());
    }
    before.step_ms = 10;
    const std::vector<std::string> left_out = io::write_castor(before, path("written.cdh"));
    QCOMPARE(left_out.size(), std::size_t{1});
    QVERIFY(left_out[0].starts_with("5 delayed"));
    const auto after = io::open_listmode(path("written.cdh"));
    const EventBlock events = read_all(*after);
    QCOMPARE(events.size(), std::size_t{45});
    QCOMPARE(after->scanner().tof_bins.size(), std::size_t{5});
    QCOMPARE(after->counts().duration_s, 0.05);
    for (std::size_t i = 0, j = 0; i < events.size(); ++i, ++j) {
      j += before.events.delayed[j];
      const bool turned = before.events.crystal_a[j] > before.events.crystal_b[j];
      QCOMPARE(events.crystal_a[i], std::min(before.events.crystal_a[j], before.events.crystal_b[j]));
      QCOMPARE(events.crystal_b[i], std::max(before.events.crystal_a[j], before.events.crystal_b[j]));
      QCOMPARE(int(events.tof_bin[i]), turned ? 4 - before.events.tof_bin[j] : int(before.events.tof_bin[j]));
      QCOMPARE(events.time_ms[i], before.events.time_ms[j]);
    }
  }

  /// What CASToR data say of single events stays when they are written again.
  void stated_terms_are_written_again() {
    const std::string flags =
        "TOF information flag: 1\nTOF resolution (ps): 400\nList TOF measurement range (ps): 2200\n"
        "List TOF quantization bin size (ps): 200\nAttenuation correction flag: 1\n"
        "Coincidence kind flag: 1\nScatter correction flag: 1\nRandom correction flag: 1\n"
        "Normalization correction flag: 1\nCalibration factor: 40\n";
    Bytes record;
    constexpr std::size_t randoms_at = 13;
    record.u32(20).f32(4).put(std::uint8_t{4}).f32(0.25F).f32(0.5F).f32(2).f32(400).u32(5).u32(20);
    const auto source = open(listmode_header(1, flags), record.all());
    QVERIFY(io::write_castor(*source, path("again.cdh")).empty());
    std::string written = read_bytes(path("again.cdf"));
    float randoms = 0;
    std::memcpy(&randoms, written.data() + randoms_at, sizeof randoms);
    QVERIFY(std::abs(randoms - 0.5F) < 1e-6F);  // what is left of the sum with scatter
    written.replace(randoms_at, sizeof randoms, record.all(), randoms_at, sizeof randoms);
    QCOMPARE(QByteArray::fromStdString(written).toHex(), QByteArray::fromStdString(record.all()).toHex());
    const auto again = io::open_listmode(path("again.cdh"));
    QCOMPARE(again->efficiencies().calibration_factor, source->efficiencies().calibration_factor);
    QVERIFY(!std::filesystem::exists(path("again_norm.cdh")));
  }

  void files_that_are_cut_off() {
    const std::string record = Bytes().u32(0).u32(1).u32(17).all();
    QVERIFY(complaint(listmode_header(2), record + record.substr(1)).contains("input.allow_truncated"));
    const auto source = open(listmode_header(3), record + record.substr(1), {.allow_truncated = true});
    QCOMPARE(read_all(*source).size(), std::size_t{1});
    QVERIFY(source->counts().truncated.find("events read of it: 1") != std::string::npos);
  }

  void other_byte_order_and_other_scanners() {
    const std::string swapped("\0\0\0\0\0\0\0\1\0\0\0\x11", 12);
    QVERIFY(complaint(listmode_header(1), swapped).contains("is big-endian"));
    const std::string too_high = Bytes().u32(0).u32(1).u32(96 * 3).all();
    QVERIFY(complaint(listmode_header(1), too_high).contains("1 of the first 1 records"));
  }

  void wrong_headers_are_refused_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("by");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* what, const char* by, const char* says) {
      QTest::newRow(by) << what << by << says;
    };
    row("events: 1", "events: 2", "12 bytes, but");
    row("events: 1", "events: 0", "12 bytes, but");
    row("events: 1", "events: -1", "whole number");
    row("events: 1", "events: 1e300", "whole number");
    row("events: 1", "events: many", "is no number");
    row("events: 1", "events: 18446744073709551615", "whole number");
    row("list-mode", "sinogram", "Data mode");
    row("Data mode", "Mode", "\"Data mode\" is missing");
    row("Data filename: data.cdf\nNumber of events: 1\nData mode: list-mode\n", "", "input.scanner");
    row("type: PET", "type: SPECT", "only PET");
    row("data.cdf", "other.cdf", "other.cdf");
    row("data.cdf", "../../etc/passwd", "passwd");
    row("data.cdf", "", "names");
    row("Scanner name: RING", "Scanner name: ROUND", "ROUND.hscan");
    row("Scanner name", "Scanner", "Scanner name");
    row("Start time (s): 0", "Start time (s): -5", "lasts");
    row("Duration (s): 2", "Duration (s): 1e9", "lasts");
    row("Duration (s): 2", "Length (s): 2", "\"Duration\" is missing");
    row("Duration (s): 2", "Duration (s): 2\nTOF information flag: 1", "TOF resolution");
    row("Duration (s): 2", "Duration (s): 2\nScatter correction flag: 1", "scatter rate");
    row("Duration (s): 2", "Duration (s): 2\nScatter correction flag: 3", "from 0 to 1");
    row("Duration (s): 2", "Duration (s): 2\nMaximum number of lines per event: 4", "number of lines");
    row("Duration (s): 2", "Duration (s): 2\nMaximum number of lines per event: 1e9", "whole number");
    row("Duration (s): 2", "Duration (s): 2\nEmission point flag: 1", "emission points");
    row("Duration (s): 2", "Duration (s): 2\nPer event TOF resolution flag: 1", "resolution of its own");
    row("Duration (s): 2", "Duration (s): 2\nCalibration factor: 0", "above 0");
  }
  void wrong_headers_are_refused() {
    QFETCH(QString, what);
    QFETCH(QString, by);
    QFETCH(QString, says);
    std::string header = listmode_header(1);
    header.replace(header.find(what.toStdString()), static_cast<std::size_t>(what.size()), by.toStdString());
    const QString message = complaint(header, Bytes().u32(0).u32(1).u32(17).all());
    QVERIFY2(message.contains(says), qPrintable(message));
  }

  void wrong_records_are_refused() {
    const std::string lines = "Maximum number of lines per event: 2\n";
    Bytes two;
    two.u32(0).put(std::uint16_t{2}).u32(1).u32(17).u32(1).u32(18);
    QVERIFY(complaint(listmode_header(1, lines), two.all()).contains("has 2 lines of response"));
    const std::string rates = "Random correction flag: 1\n";
    QVERIFY(complaint(listmode_header(1, rates), Bytes().u32(0).f32(-1).u32(1).u32(17).all()).contains("negative"));
    QVERIFY(complaint(listmode_header(1, rates), Bytes().u32(0).f32(std::nanf("")).u32(1).u32(17).all())
                .contains("negative"));
    const std::string wide =
        "TOF information flag: 1\nTOF resolution (ps): 0.001\nList TOF measurement range (ps): 1e6\n";
    QVERIFY(complaint(listmode_header(1, wide), Bytes().u32(0).f32(0).u32(1).u32(17).all()).contains("TOF bins"));
  }

  void names_must_say_what_is_written() {
    MemoryEvents source(small_scanner());
    QVERIFY(message_of<InputError>([&] { io::write_castor(source, path("out.petsird")); }).contains(".cdh"));
    MemoryEvents uneven(small_scanner({.tof_bins = 3, .tof_width_mm = 50}));
    recon::Scanner scanner = uneven.scanner();
    scanner.tof_bins[0].width_mm = 60;
    MemoryEvents other(scanner);
    QVERIFY(message_of<InputError>([&] { io::write_castor(other, path("out.cdh")); }).contains("differ"));
  }
};

COINCIDE_TEST_CLASS(CastorListmodeTest)

}  // namespace coincide::tests

#include "castor_listmode_test.moc"
