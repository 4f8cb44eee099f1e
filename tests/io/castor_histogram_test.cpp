// Histograms of CASToR: records packed here by the format's description, and files written by the program.

#include "io/castor/castor_histogram.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "castor_support.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "recon/units.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

const std::string header_text =
    "Scanner name: RING\nData filename: data.cdf\nNumber of events: 2\nData mode: histogram\nData type: PET\n"
    "Start time (s): 10\nDuration (s): 4\nTOF information flag: 1\nTOF resolution (ps): 500\n"
    "Histo TOF number of bins: 3\nHisto TOF bin size (ps): 300\nAttenuation correction flag: 1\n"
    "Normalization correction flag: 1\nScatter correction flag: 1\nRandom correction flag: 1\n";

std::string two_records() {
  Bytes bytes;
  bytes.u32(0).f32(2).f32(3).f32(4);  // time, attenuation, randoms, normalization; then value and scatter by bin
  bytes.f32(5).f32(0.5F).f32(6).f32(0.25F).f32(7).f32(0).u32(3).u32(20);
  bytes.u32(0).f32(1).f32(0).f32(1).f32(0).f32(0).f32(1).f32(0).f32(0).f32(0).u32(30).u32(10);
  return bytes.all();
}

}  // namespace

class CastorHistogramTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  io::CastorHistogram read(const std::string& header, const std::string& data) const {
    write_bytes(path("RING.geom"), ring_geom);
    write_bytes(path("data.cdh"), header);
    write_bytes(path("data.cdf"), data);
    return io::read_castor_histogram(path("data.cdh"), {});
  }
  QString complaint(const std::string& what, const std::string& by) const {
    std::string header = header_text;
    header.replace(header.find(what), what.size(), by);
    return message_of<FileError>([&] { read(header, two_records()); });
  }

 private slots:
  void records() {
    const io::CastorHistogram result = read(header_text, two_records());
    const recon::Histogram& histogram = result.histogram;
    QCOMPARE(histogram.start, (std::vector<std::uint32_t>{3, 30}));
    QCOMPARE(histogram.end, (std::vector<std::uint32_t>{20, 10}));
    QCOMPARE(histogram.counts, (std::vector<float>{5, 6, 7, 0, 1, 0}));
    QCOMPARE(histogram.factor, (std::vector<float>{0.125F, 0.125F, 0.125F, 1, 1, 1}));
    QCOMPARE(histogram.additive, (std::vector<float>{6, 5, 4, 0, 0, 0}));  // (scatter + randoms / 3) * 4 s
    QVERIFY(std::abs(histogram.tof->bin_width_mm - 300 * recon::mm_per_ps) < 1e-4);
    QVERIFY(std::abs(histogram.tof->sigma_mm - 500 * recon::mm_per_ps / recon::fwhm_per_sigma) < 1e-4);
    QVERIFY(result.time == (recon::TimeInterval{10'000, 14'000}));
    QVERIFY(result.efficiencies.hold_solid_angle());
    QCOMPARE(histogram.point_mm, result.scanner.crystal_centre_mm);
  }

  void written_and_read_again() {
    const io::CastorHistogram first = read(header_text, two_records());
    recon::Histogram before = first.histogram;
    before.start.push_back(40);
    before.end.push_back(50);
    for (const float count : {0.0F, 3.0F, 0.0F}) {
      before.counts.push_back(count);
      before.factor.push_back(0);
      before.additive.push_back(0);
    }
    const auto lost = io::write_castor_histogram(before, &first.scanner, first.time, 1, path("again.cdh"));
    QCOMPARE(lost.size(), std::size_t{1});
    QVERIFY(lost[0].starts_with("3 counts"));
    const io::CastorHistogram again = io::read_castor_histogram(path("again.cdh"), {});
    QCOMPARE(again.histogram.start, (std::vector<std::uint32_t>{3, 10}));
    QCOMPARE(again.histogram.counts, (std::vector<float>{5, 6, 7, 0, 1, 0}));
    QCOMPARE(again.histogram.factor, first.histogram.factor);
    QCOMPARE(again.histogram.additive, first.histogram.additive);
    QCOMPARE(again.histogram.point_mm, first.histogram.point_mm);
    QCOMPARE(again.histogram.tof->bin_width_mm, first.histogram.tof->bin_width_mm);
    QVERIFY(again.time == first.time);
  }

  /// Ends of LORs need not be crystals: sinograms have others. TOF bins are mirrored with the LOR.
  void other_points() {
    recon::Histogram before;
    before.point_mm = {{100, 0, 1}, {-100, 3, 2}, {0, 100, 3}};
    before.start = {2, 0};
    before.end = {0, 1};
    before.tof = recon::TofAxis{.num_bins = 3, .bin_width_mm = 40, .sigma_mm = 30};
    before.counts = {1, 2, 4, 8, 16, 32};
    before.factor = {0.5F, 0.5F, 0.5F, 2, 2, 2};
    before.additive.assign(6, 0);
    QVERIFY(io::write_castor_histogram(before, nullptr, {0, 1000}, 20, path("points.cdh")).empty());
    const io::CastorHistogram after = io::read_castor_histogram(path("points.cdh"), {});
    QCOMPARE(after.histogram.point_mm, before.point_mm);
    QCOMPARE(after.histogram.counts, (std::vector<float>{4, 2, 1, 8, 16, 32}));
    QCOMPARE(after.efficiencies.calibration_factor, 50.0);
  }

  void wrong_headers_are_refused() {
    QVERIFY(complaint("bins: 3", "bins: 4").contains("bytes"));
    QVERIFY(complaint("bins: 3", "bins: 1e9").contains("whole number"));
    QVERIFY(complaint("size (ps): 300", "size (ps): 0").contains("above 0"));
    QVERIFY(complaint("events: 2", "events: 3").contains("3 bins"));
    QVERIFY(complaint("Duration (s): 4", "Duration (s): 0").contains("no duration"));
    QVERIFY(complaint("mode: histogram", "mode: list-mode").contains("measurement range"));
    QVERIFY(complaint("mode: histogram", "mode: normalization").contains("bytes"));
    std::string even = header_text;
    even.replace(even.find("bins: 3"), 7, "bins: 2");
    Bytes bytes;
    for (int i = 0; i < 2; ++i) {
      bytes.u32(0).f32(2).f32(3).f32(4).f32(5).f32(0).f32(6).f32(0).u32(3).u32(20);
    }
    QVERIFY(message_of<FileError>([&] { read(even, bytes.all()); }).contains("even number"));
    std::string negative = two_records();
    negative[16 + 3] = static_cast<char>(negative[16 + 3] | 0x80);
    QVERIFY(message_of<FileError>([&] { read(header_text, negative); }).contains("counts of -5"));
  }

  void what_the_format_cannot_hold_is_refused() {
    recon::Histogram histogram = read(header_text, two_records()).histogram;
    const auto message = [&](const recon::TimeInterval& time) {
      return message_of<InputError>([&] { io::write_castor_histogram(histogram, nullptr, time, 1, path("no.cdh")); });
    };
    QVERIFY(message({0, 0}).contains("no duration"));
    histogram.factor[1] = 3;
    QVERIFY(message({0, 10}).contains("different factors"));
    histogram.tof->num_bins = 2;
    histogram.counts.resize(4);
    histogram.factor.resize(4);
    histogram.additive.resize(4);
    QVERIFY(message({0, 10}).contains("odd number"));
  }
};

COINCIDE_TEST_CLASS(CastorHistogramTest)

}  // namespace coincide::tests

#include "castor_histogram_test.moc"
