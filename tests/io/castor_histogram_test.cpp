// Histograms of CASToR: records packed here by the format's description, and files written by the program.

#include "io/castor/castor_histogram.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "castor_support.h"
#include "io/data_file.h"
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
  std::unique_ptr<recon::HistogramSource> open(const std::string& header, const std::string& data) const {
    write_bytes(path("RING.geom"), ring_geom);
    write_bytes(path("data.cdh"), header);
    write_bytes(path("data.cdf"), data);
    io::MeasuredData opened = io::open_data(path("data.cdh"));
    return opened.histogram ? std::move(opened.histogram) : throw FileError("it is taken for listmode data");
  }
  QString complaint(const std::string& what, const std::string& by) const {
    std::string header = header_text;
    header.replace(header.find(what), what.size(), by);
    return message_of<FileError>([&] { open(header, two_records())->read(); });
  }

 private slots:
  void records() {
    const auto source = open(header_text, two_records());
    const recon::Histogram histogram = source->read();
    QCOMPARE(histogram.start, (std::vector<std::uint32_t>{3, 30}));
    QCOMPARE(histogram.end, (std::vector<std::uint32_t>{20, 10}));
    QCOMPARE(histogram.counts, (std::vector<float>{5, 6, 7, 0, 1, 0}));
    QCOMPARE(histogram.factor, (std::vector<float>{0.125F, 0.125F, 0.125F, 1, 1, 1}));
    QCOMPARE(histogram.additive, (std::vector<float>{6, 5, 4, 0, 0, 0}));  // (scatter + randoms / 3) * 4 s
    QVERIFY(std::abs(histogram.tof->bin_width_mm - 300 * recon::mm_per_ps) < 1e-4);
    QVERIFY(std::abs(histogram.tof->sigma_mm - 500 * recon::mm_per_ps / recon::fwhm_per_sigma) < 1e-4);
    const recon::HistogramFacts& facts = source->facts();
    QCOMPARE(facts.start_s, 10.0);
    QCOMPARE(facts.duration_s, 4.0);
    QVERIFY(facts.terms.normalization && facts.terms.attenuation && facts.terms.scatter && facts.terms.randoms);
    QVERIFY(!facts.is_absolute);
    QVERIFY(source->scanner().has_tof());
    QCOMPARE(histogram.point_mm, source->scanner().crystal_centre_mm);
  }

  void written_and_read_again() {
    const auto source = open(header_text, two_records());
    const recon::Histogram first = source->read();
    recon::Histogram before = first;
    before.start.push_back(40);
    before.end.push_back(50);
    for (const float count : {0.0F, 3.0F, 0.0F}) {
      before.counts.push_back(count);
      before.factor.push_back(0);
      before.additive.push_back(0);
    }
    const auto lost = io::write_castor_histogram(before, &source->scanner(), {10'000, 14'000}, 1, path("again.cdh"));
    QCOMPARE(lost.size(), std::size_t{1});
    QVERIFY(lost[0].starts_with("3 counts"));
    io::CastorHistogram read_again(path("again.cdh"), {});
    const recon::Histogram again = read_again.read();
    QCOMPARE(again.start, (std::vector<std::uint32_t>{3, 10}));
    QCOMPARE(again.counts, (std::vector<float>{5, 6, 7, 0, 1, 0}));
    QCOMPARE(again.factor, first.factor);
    QCOMPARE(again.additive, first.additive);
    QCOMPARE(again.point_mm, first.point_mm);
    QCOMPARE(again.tof->bin_width_mm, first.tof->bin_width_mm);
    QCOMPARE(read_again.facts().start_s, 10.0);
    QCOMPARE(read_again.facts().duration_s, 4.0);
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
    io::CastorHistogram after(path("points.cdh"), {});
    QCOMPARE(after.read().point_mm, before.point_mm);
    QCOMPARE(after.read().counts, (std::vector<float>{4, 2, 1, 8, 16, 32}));
    QCOMPARE(after.read().factor.at(0), 25.0F);  // 0.5 * 1000 / 20
    QVERIFY(after.facts().is_absolute);
  }

  /// One LOR between the means of the ends of all pairs, whichever of a pair is named first; room that is not used
  /// holds anything.
  void bins_may_gather_several_pairs() {
    const auto records = [](std::uint16_t second_lines) {
      Bytes bytes;
      bytes.u32(0).f32(1).f32(0).f32(1).f32(5).f32(0).f32(6).f32(0).f32(7).f32(0);
      bytes.put<std::uint16_t>(3).u32(3).u32(20).u32(21).u32(4).u32(5).u32(21);
      bytes.u32(0).f32(1).f32(0).f32(1).f32(8).f32(0).f32(9).f32(0).f32(1).f32(0);
      bytes.put<std::uint16_t>(second_lines).u32(30).u32(10).u32(999).u32(999).u32(999).u32(999);
      return bytes.all();
    };
    const std::string header = header_text + "Maximum number of lines per event: 3\n";
    const auto source = open(header, records(1));
    const recon::Histogram histogram = source->read();
    const std::vector<recon::Vec3>& crystal = source->scanner().crystal_centre_mm;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const float start = (crystal[3][axis] + crystal[4][axis] + crystal[5][axis]) / 3;
      const float end = (crystal[20][axis] + 2 * crystal[21][axis]) / 3;
      QVERIFY(std::abs(histogram.point_mm[histogram.start[0]][axis] - start) < 1e-4F);
      QVERIFY(std::abs(histogram.point_mm[histogram.end[0]][axis] - end) < 1e-4F);
    }
    QCOMPARE(histogram.start.at(1), 30U);
    QCOMPARE(histogram.end.at(1), 10U);
    QCOMPARE(histogram.counts, (std::vector<float>{5, 6, 7, 8, 9, 1}));
    histogram.check();
    QVERIFY(source->facts().bins.find("up to 3 pairs") != std::string::npos);

    // As bytes of its own point it is what it was.
    QVERIFY(io::write_castor_histogram(histogram, nullptr, {0, 1000}, 1, path("again.cdh")).empty());
    const recon::Histogram again = io::CastorHistogram(path("again.cdh"), {}).read();
    QCOMPARE(again.point_mm[again.start[0]], histogram.point_mm[histogram.start[0]]);

    for (const std::uint16_t wrong : {0, 4}) {
      QVERIFY(message_of<FileError>([&] { open(header, records(wrong))->read(); }).contains("allows 1 to 3"));
    }
    QVERIFY(message_of<FileError>([&] { open(header, records(2))->read(); }).contains("crystals 999 and 999"));
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
    QVERIFY(message_of<FileError>([&] { open(even, bytes.all()); }).contains("even number"));
    std::string negative = two_records();
    negative[16 + 3] = static_cast<char>(negative[16 + 3] | 0x80);
    QCOMPARE(open(header_text, negative)->read().counts.at(0), -5.0F);  // precorrected data: the pipeline refuses them
    Bytes wrong;
    wrong.u32(0).f32(1).f32(0).f32(1).f32(0).f32(0).f32(1).f32(0).f32(0).f32(0).u32(30).u32(96);
    const std::string second = two_records().substr(0, two_records().size() / 2) + wrong.all();
    QVERIFY(message_of<FileError>([&] { open(header_text, second)->read(); }).contains("crystals 30 and 96"));
  }

  void what_the_format_cannot_hold_is_refused() {
    recon::Histogram histogram = open(header_text, two_records())->read();
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
