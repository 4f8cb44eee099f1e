#include "io/interfile/stir_sinogram.h"
#include "io/interfile/stir_sinogram_writer.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "io/csv_table.h"
#include "io/input_file.h"
#include "projectors/error.h"
#include "support/stir_histogram.h"
#include "support/test_main.h"

namespace coincide::tests {

using io::StirBin;
using io::StirSinogramLayout;
using recon::Vec3;

namespace {

std::filesystem::path stir_data() { return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir"; }

constexpr double pi = std::numbers::pi;

StirSinogramLayout mmr(std::int64_t span, std::int64_t farthest) {
  StirSinogramLayout layout;
  layout.scanner = {.name = "mMR", .rings = 64, .detectors = 504, .radius_mm = 335, .ring_spacing_mm = 4.0625};
  layout.views = 252;
  layout.tangential = 344;
  layout.segments = io::segments_of_span(64, span, farthest);
  return layout;
}

StirSinogramLayout ecat953(std::int64_t span, std::int64_t farthest) {
  StirSinogramLayout layout;
  layout.scanner = {.name = "ECAT 953",
                    .rings = 16,
                    .detectors = 384,
                    .radius_mm = 389.5,
                    .ring_spacing_mm = 6.75,
                    .bin_size_mm = 3.12932,
                    .tilt_rad = -15 * pi / 180};
  layout.tangential = 160;
  layout.segments = io::segments_of_span(16, span, farthest);
  return layout;
}

/// Of the segment of that mean ring difference.
StirBin bin(const StirSinogramLayout& layout, double difference, std::int64_t view, std::int64_t plane,
            std::int64_t tang) {
  const auto found = std::ranges::find(layout.segments, difference, &io::StirSegment::difference);
  return {found - layout.segments.begin(), view, plane, tang + layout.tangential / 2};
}

double distance(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

/// Counts of a sinogram in the bins that have any, and what STIR's tables say of them.
class Sums {
 public:
  explicit Sums(StirSinogramLayout layout) : layout_(std::move(layout)) {}

  bool add(const std::array<std::int64_t, 4>& pair) {
    const auto found = layout_.bin_of(pair[0], pair[1], pair[2], pair[3]);
    if (found) {
      ++counts_[{found->segment, found->plane, found->view, found->tangential}];
    }
    return found.has_value();
  }

  std::int64_t count(std::int64_t least, std::int64_t plane, std::int64_t view, std::int64_t tangential) const {
    const auto found = counts_.find({segment(least), plane, view, tangential});
    return found == counts_.end() ? 0 : found->second;
  }

  void check_planes(const char* name) const {
    const io::CsvTable table = io::CsvTable::read(stir_data() / "mmr-unlisted" / name);
    std::map<std::array<std::int64_t, 2>, std::int64_t> planes;
    for (const auto& [at, count] : counts_) {
      planes[{at[0], at[1]}] += count;
    }
    for (std::size_t row = 0; row < table.num_rows(); ++row) {
      const auto value = [&](const char* column) { return static_cast<std::int64_t>(table.column(column)[row]); };
      const std::int64_t ours = planes[{segment(value("min_ring_difference")), value("axial")}];
      QCOMPARE(ours, value("counts"));
    }
  }

  /// Their checksum tells each bin.
  void check_segments(const char* name, const char* least) const {
    const io::CsvTable table = io::CsvTable::read(stir_data() / "mmr-unlisted" / name);
    for (std::size_t row = 0; row < table.num_rows(); ++row) {
      const auto value = [&](const char* column) { return static_cast<std::int64_t>(table.column(column)[row]); };
      std::int64_t sum = 0, bins = 0, checksum = 0;
      for (const auto& [at, count] : counts_) {
        if (at[0] == segment(value(least))) {
          sum += count;
          ++bins;
          checksum = (checksum + count * ((at[1] * 1009 + at[2] * 9176 + at[3] * 131) % 65521)) % 2147483647;
        }
      }
      QCOMPARE(sum, value("counts"));
      QCOMPARE(bins, value("nonzero_bins"));
      QCOMPARE(checksum, value("checksum"));
    }
  }

 private:
  std::int64_t segment(std::int64_t least) const {
    return std::ranges::find(layout_.segments, least, &io::StirSegment::least) - layout_.segments.begin();
  }

  StirSinogramLayout layout_;
  std::map<std::array<std::int64_t, 4>, std::int64_t> counts_;
};

}  // namespace

class StirSinogramTest : public QObject {
  Q_OBJECT

 private slots:
  // What STIR prints of its own bins (formats page, reference numbers).
  void lors_run_where_stir_has_them() {
    const auto check = [](const StirSinogramLayout& layout, const StirBin& at, const Vec3& one, const Vec3& two) {
      const auto [p1, p2] = layout.ends_mm(at);
      QVERIFY2(distance(p1, one) < 1e-3 && distance(p2, two) < 1e-3,
               qPrintable(QString("%1 %2 %3").arg(p1[0]).arg(p1[1]).arg(p1[2])));
    };
    const StirSinogramLayout m = mmr(1, 60);
    check(m, bin(m, 0, 0, 0, 0), {0, -335, -127.9688F}, {0, 335, -127.9688F});
    check(m, bin(m, 0, 10, 3, 5), {51.9930F, -330.9407F, -115.7812F}, {-31.2769F, 333.5367F, -115.7812F});
    check(m, bin(m, 2, 100, 7, -40), {281.4087F, -181.7530F, -99.5312F}, {-334.0633F, 25.0345F, -91.4062F});
    check(m, bin(m, -3, 251, 20, 171), {-291.1570F, 165.6884F, -34.5312F}, {-295.1971F, -158.3782F, -46.7188F});
    check(m, bin(m, 60, 33, 1, -172), {-205.5877F, -264.4971F, -123.9062F}, {-333.7252F, 29.1972F, 119.8437F});
    StirSinogramLayout mashed = ecat953(1, 4);
    mashed.views = 96;
    mashed.arc_bin_mm = 3.12932;
    check(mashed, bin(mashed, 1, 5, 3, 10), {-3.7254F, -389.4822F, -30.3750F}, {66.0585F, 383.8574F, -23.6250F});
    check(mashed, bin(mashed, -4, 95, 11, -64), {286.4772F, 263.8959F, 50.6250F}, {97.7663F, -377.0305F, 23.6250F});
    StirSinogramLayout span3 = ecat953(3, 4);
    span3.views = 192;
    check(span3, bin(span3, 0, 0, 1, 3), {-91.5464F, -378.5888F, -47.25F}, {110.0127F, 373.6408F, -47.25F});
    check(span3, bin(span3, 3, 5, 3, 10), {-38.1775F, -387.6245F, -43.8750F}, {100.81F, 376.2281F, -23.6250F});
  }

  void bins_and_pairs_of_detectors_are_each_others_inverse() {
    const StirSinogramLayout layout = mmr(1, 60);
    QCOMPARE(layout.detectors_of(bin(layout, 0, 10, 3, 5)), (std::array<std::int64_t, 4>{3, 12, 3, 259}));
    QCOMPARE(layout.detectors_of(bin(layout, 2, 100, 7, -40)), (std::array<std::int64_t, 4>{7, 80, 9, 372}));
    QCOMPARE(layout.detectors_of(bin(layout, -3, 251, 20, 171)), (std::array<std::int64_t, 4>{23, 336, 20, 417}));
    for (const double difference : {0, -7, 60}) {
      for (std::int64_t view = 0; view < 252; ++view) {
        for (std::int64_t tang = -172; tang < 172; ++tang) {
          const StirBin at = bin(layout, difference, view, 1, tang);
          const auto [ring1, detector1, ring2, detector2] = layout.detectors_of(at);
          QVERIFY(layout.bin_of(ring1, detector1, ring2, detector2) == at);
          QVERIFY(layout.bin_of(ring2, detector2, ring1, detector1) == at);
        }
      }
    }
  }

  void time_of_flight_turns_with_the_detectors() {
    StirSinogramLayout layout = mmr(1, 2);
    layout.tof_mashing = 3;
    layout.tof = {.num_bins = 5, .bin_width_mm = 50, .sigma_mm = 30};
    const auto [ring1, detector1, ring2, detector2] = layout.detectors_of(bin(layout, 2, 100, 7, -40));
    QCOMPARE(layout.bin_of(ring1, detector1, ring2, detector2, 4)->tof, 3);
    QCOMPARE(layout.bin_of(ring2, detector2, ring1, detector1, -4)->tof, 3);
    QCOMPARE(layout.bin_of(ring1, detector1, ring2, detector2, -7)->tof, 0);
    QVERIFY(!layout.bin_of(ring1, detector1, ring2, detector2, 8));
    QVERIFY(!layout.bin_of(0, 10, 5, 260));  // no such segment
  }

  // STIR's own numbers for its SAFIRDualRingPrototype.
  void flat_blocks_stand_where_stir_has_them() {
    const io::StirScanner scanner{.name = "SAFIR",
                                  .geometry = io::StirGeometry::blocks,
                                  .rings = 16,
                                  .detectors = 180,
                                  .radius_mm = 69.05,
                                  .crystals_per_block = 15,
                                  .crystals_per_block_axial = 8,
                                  .crystal_pitch_mm = 2.2,
                                  .crystal_pitch_axial_mm = 2.2,
                                  .block_pitch_mm = 33.6,
                                  .block_pitch_axial_mm = 18.1};
    const std::vector<Vec3> places = io::stir_crystals_mm(scanner);
    QVERIFY(distance(places[0], {1.123F, -70.738F, -16.75F}) < 2e-3);
    QVERIFY(distance(places[180 + 15], {36.341F, -60.699F, -14.55F}) < 2e-3);
    QVERIFY(distance(places[15 * 180 + 100], {-22.517F, 65.608F, 16.75F}) < 2e-3);
  }

  // Crystals of a table: end points and bins that STIR gives for measured coincidences.
  void tables_of_crystals_keep_their_numbers() {
    if (!std::filesystem::exists(stir_data())) {
      QSKIP("needs the shared data");
    }
    const io::InterfileHeader header(stir_data() / "safir-generic/muppet.hs");
    const StirSinogramLayout layout = io::read_stir_layout(header).first;
    const std::vector<Vec3> places = io::stir_crystals_mm(layout.scanner);
    std::ifstream file(stir_data() / "safir-generic/expected_events.csv");
    std::string line;
    std::getline(file, line);
    std::size_t checked = 0;
    while (std::getline(file, line)) {
      std::array<double, 10> v{};
      std::ranges::replace(line, ',', ' ');
      std::istringstream cells(line.substr(1));
      std::ranges::for_each(v, [&](double& value) { cells >> value; });
      const auto crystal = [&](std::size_t at) {
        const Vec3 place{static_cast<float>(v[at]), static_cast<float>(v[at + 1]), static_cast<float>(v[at + 2])};
        return std::ranges::min_element(places, {}, [&](const Vec3& p) { return distance(p, place); }) - places.begin();
      };
      const std::int64_t a = crystal(0), b = crystal(3);
      const auto found = layout.bin_of(a / 180, a % 180, b / 180, b % 180);
      QVERIFY(found);
      QCOMPARE(layout.segments[static_cast<std::size_t>(found->segment)].difference(), v[6]);
      QCOMPARE(static_cast<double>(found->plane), v[7]);
      QCOMPARE(static_cast<double>(found->view), v[8]);
      QCOMPARE(static_cast<double>(found->tangential - 80), v[9]);
      ++checked;
    }
    QCOMPARE(checked, std::size_t{1408});
  }

  // Sums of the sinograms that STIR made of a measured mMR acquisition, span 11 and span 1.
  void measured_events_fall_into_stirs_bins() {
    if (!std::filesystem::exists(stir_data())) {
      QSKIP("needs the shared data");
    }
    const StirSinogramLayout addressed = mmr(1, 60);
    std::ifstream file(stir_data() / "mmr/small_listmode_file.l", std::ios::binary);
    Sums prompts(mmr(11, 60)), delayeds(mmr(11, 60)), near(mmr(1, 10));
    for (std::uint32_t word = 0; file.read(reinterpret_cast<char*>(&word), 4);) {
      if (word >> 31 != 0) {
        continue;
      }
      const bool is_prompt = (word >> 30 & 1U) != 0;
      const auto pair = addressed.detectors_of(bin_of_word(word & 0x3fffffffU));
      QVERIFY((is_prompt ? prompts : delayeds).add(pair));
      if (is_prompt) {
        near.add(pair);
      }
    }
    prompts.check_planes("prompts_span11_planes.csv");
    delayeds.check_planes("delayeds_span11_planes.csv");
    prompts.check_segments("prompts_span11_segments.csv", "min_ring_difference");
    delayeds.check_segments("delayeds_span11_segments.csv", "min_ring_difference");
    near.check_segments("prompts_span1_segments.csv", "ring_difference");
    const io::CsvTable most = io::CsvTable::read(stir_data() / "mmr-unlisted/prompts_span11_bins_ge3.csv");
    for (std::size_t row = 0; row < most.num_rows(); ++row) {
      const auto value = [&](const char* column) { return static_cast<std::int64_t>(most.column(column)[row]); };
      QCOMPARE(prompts.count(value("min_ring_difference"), value("axial"), value("view"), value("tang_index")),
               value("counts"));
    }
  }

  // The independent reader of the tests, in STIR's own axes.
  void sinograms_are_read_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"osem-span3/prompts.hs", "osem-tof/prompts.hs", "map-span3/prompts.hs",
                             "map-span3/mult.hs", "map-span3/add.hs", "scatter/trues.hs"}) {
      QTest::newRow(file) << file;
    }
  }
  void sinograms_are_read() {
    if (!std::filesystem::exists(stir_data())) {
      QSKIP("needs the shared data");
    }
    QFETCH(QString, file);
    const std::filesystem::path path = stir_data() / file.toStdString();
    io::StirSinogram source(path);
    const recon::Histogram ours = source.read();
    const recon::Histogram expected = read_stir_histogram(path);
    ours.check();
    QCOMPARE(ours.num_lors(), expected.num_lors());
    const bool same = std::ranges::equal(ours.counts, expected.counts,
                                         [](float a, float b) { return std::abs(a - b) <= 1e-6F * std::abs(b); });
    QVERIFY(same);
    QCOMPARE(ours.view, expected.view);
    const auto turned = [](Vec3 p) { return Vec3{p[0], p[1], -p[2]}; };  // head first, supine
    for (std::size_t lor = 0; lor < ours.start.size(); ++lor) {
      QVERIFY(distance(ours.point_mm[ours.start[lor]], turned(expected.point_mm[expected.start[lor]])) < 1e-3);
      QVERIFY(distance(ours.point_mm[ours.end[lor]], turned(expected.point_mm[expected.end[lor]])) < 1e-3);
    }
    QCOMPARE(ours.tof.has_value(), expected.tof.has_value());
    if (ours.tof) {
      QVERIFY(std::abs(ours.tof->bin_width_mm - expected.tof->bin_width_mm) < 1e-4);
      QVERIFY(std::abs(ours.tof->sigma_mm - expected.tof->sigma_mm) < 1e-3);
    }
  }

  // Orders that STIR does not write today, but reads: planes before views, segments 0, 1, -1.
  void the_order_of_a_file_does_not_matter() {
    const std::vector<std::uint8_t> by_view{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    // Segments -1 (1 plane), 0 (2 planes), 1 (1 plane); 2 views; 2 tangential positions.
    write("a", "view", "axial coordinate", "{1,2,1}", "{-1,0,1}", by_view);
    write("b", "axial coordinate", "view", "{2,1,1}", "{0,1,-1}",
          {5, 6, 9, 10, 7, 8, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4});
    const recon::Histogram a = io::StirSinogram(path("a.hs")).read(), b = io::StirSinogram(path("b.hs")).read();
    QCOMPARE(a.counts.front(), 1.0F);
    QCOMPARE(b.counts, a.counts);
    QCOMPARE(b.start, a.start);
    QCOMPARE(b.end, a.end);
  }

  // Where the middle of an even number of TOF bins is, programs see differently: unmashed with a warning, else not at
  // all.
  void even_numbers_of_tof_bins_are_not_mashed() {
    StirSinogramLayout layout = ecat953(1, 0);
    layout.scanner.tof_bins = 8;
    layout.scanner.tof_bin_ps = 200;
    layout.scanner.tof_fwhm_ps = 400;
    layout.views = 192;
    layout.tangential = 3;
    layout.tof_mashing = 1;
    layout.tof = {.num_bins = 4, .bin_width_mm = 30, .sigma_mm = 25};
    write_stir_sinogram(path("even.hs"), layout, {}, std::vector<float>(static_cast<std::size_t>(layout.num_bins())));
    const io::StirSinogram even(path("even.hs"));
    QVERIFY(even.facts().warnings.size() == 1 &&
            even.facts().warnings.front().find("TOF bins is even") != std::string::npos);
    const auto& bins = even.scanner().tof_bins;
    QCOMPARE(bins.size(), std::size_t{4});
    QCOMPARE(bins[1].centre_mm, -bins[2].centre_mm);
    QVERIFY(bins[1].centre_mm < 0);
    layout.tof_mashing = 2;
    write_stir_sinogram(path("mashed.hs"), layout, {}, std::vector<float>(static_cast<std::size_t>(layout.num_bins())));
    QVERIFY_THROWS_EXCEPTION(FileError, io::StirSinogram(path("mashed.hs")));
  }

  void energy_windows_stay_unless_they_say_nothing_data() {
    QTest::addColumn<std::vector<float>>("written");
    QTest::addColumn<std::vector<float>>("read");
    QTest::newRow("usual") << std::vector<float>{430, 610.5F} << std::vector<float>{430, 610.5F};
    QTest::newRow("of a simulation") << std::vector<float>{0, 10000} << std::vector<float>{};
    QTest::newRow("above a threshold") << std::vector<float>{350, 1000} << std::vector<float>{350, 1000};
    QTest::newRow("none") << std::vector<float>{} << std::vector<float>{};
  }
  void energy_windows_stay_unless_they_say_nothing() {
    QFETCH(std::vector<float>, written);
    QFETCH(std::vector<float>, read);
    StirSinogramLayout layout = ecat953(1, 0);
    layout.views = 192;
    layout.tangential = 3;
    const std::vector<float> counts(static_cast<std::size_t>(layout.num_bins()));
    io::StirSinogramHead head;
    head.energy_kev = written;
    write_stir_sinogram(path("window.hs"), layout, head, counts);
    QCOMPARE(io::StirSinogram(path("window.hs")).scanner().module_types.front().energy_edges_kev, read);
  }

  // STIR makes room for what has an index where it reads how many there are, so that stands before; images have
  // InterfileImageTest.
  void keys_stand_where_stir_finds_them() {
    StirSinogramLayout layout = mmr(1, 1);
    layout.views = 2;
    layout.tangential = 3;
    io::StirSinogramHead head;
    head.duration_s = 60;
    head.energy_kev = {430, 610};
    write_stir_sinogram(path("order.hs"), layout, head,
                        std::vector<float>(static_cast<std::size_t>(layout.num_bins())));
    const std::string text = io::read_text_file(path("order.hs"));
    for (const auto& [first, later] : {std::pair{"number of dimensions := 4", "matrix axis label [4]"},
                                       {"!matrix size [4] :=", "minimum ring difference per segment"},
                                       {"!matrix size [1] :=", "number of time frames := 1"},
                                       {"number of energy windows := 1", "energy window lower level (keV)[1]"},
                                       {"number of time frames := 1", "image duration (sec)[1]"},
                                       {"number of time frames := 1", "image relative start time (sec)[1]"}}) {
      QVERIFY2(text.find(first) < text.find(later) && text.find(later) != std::string::npos, later);
    }
  }

  void damaged_headers_are_refused_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("says");
    QTest::newRow("number") << "number of rings"
                            << "two"
                            << "is no number";
    QTest::newRow("rings") << "number of rings"
                           << "0"
                           << "must be a whole number";
    QTest::newRow("huge") << "number of rings"
                          << "99999"
                          << "longer than the 25 m";
    QTest::newRow("odd") << "number of detectors per ring"
                         << "5"
                         << "no scanner";
    QTest::newRow("views") << "!matrix size [3]"
                           << "-2"
                           << "must be a whole number";
    QTest::newRow("absurd views") << "!matrix size [3]"
                                  << "1000000"
                                  << "bytes, and a.s has 16";
    QTest::newRow("tangential") << "!matrix size [1]"
                                << "8"
                                << "reach beyond its 8 detectors";
    QTest::newRow("segments") << "!matrix size [4]"
                              << "2"
                              << "2 segments have 3";
    QTest::newRow("planes") << "!matrix size [2]"
                            << "{1,9,1}"
                            << "whole numbers from 1 to 3";
    QTest::newRow("list") << "!matrix size [2]"
                          << "{1,2,1"
                          << "closing brace";
    QTest::newRow("list of words") << "!matrix size [2]"
                                   << "{1,b,1}"
                                   << "no list of numbers";
    QTest::newRow("differences") << "minimum ring difference per segment"
                                 << "{-1,-1,1}"
                                 << "no segment has the mean ring difference 0";
    QTest::newRow("far differences") << "minimum ring difference per segment"
                                     << "{-5,0,1}"
                                     << "whole numbers from -1";
    QTest::newRow("label") << "matrix axis label [3]"
                           << "angle"
                           << "its axes are not";
    QTest::newRow("format") << "!number format"
                            << "bit"
                            << "numbers of the format";
    QTest::newRow("bytes") << "!number of bytes per pixel"
                           << "16"
                           << "must be a whole number";
    QTest::newRow("3 bytes") << "!number of bytes per pixel"
                             << "3"
                             << "bytes";
    QTest::newRow("order") << "imagedata byte order"
                           << "PDP"
                           << "must be LITTLEENDIAN";
    QTest::newRow("frames") << "number of time frames"
                            << "3"
                            << "several time frames";
    QTest::newRow("missing data") << "name of data file"
                                  << "none.s"
                                  << "no such file";
    QTest::newRow("data elsewhere") << "name of data file"
                                    << "/etc/passwd"
                                    << "not followed";
    QTest::newRow("scale") << "image scaling factor[1]"
                           << "{1,2}"
                           << "1 or 3 are possible";
    QTest::newRow("side") << "patient rotation"
                          << "left"
                          << "no place here";
    QTest::newRow("radius") << "Inner ring diameter (cm)"
                            << "-3"
                            << "must be above 0";
    QTest::newRow("geometry") << "Scanner geometry (BlocksOnCylindrical/Cylindrical/Generic)"
                              << "Spherical"
                              << "not known";
    QTest::newRow("offset") << "data offset in bytes[1]"
                            << "4"
                            << "need 20 bytes";
  }
  void damaged_headers_are_refused() {
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, says);
    write("a", "view", "axial coordinate", "{1,2,1}", "{-1,0,1}", std::vector<std::uint8_t>(16, 1),
          key.toStdString() + " := " + value.toStdString() + "\n");
    try {
      io::StirSinogram source(path("a.hs"));
      source.read();
      QFAIL("no error");
    } catch (const FileError& error) {
      QVERIFY2(QString(error.what()).contains(says), error.what());
    }
  }

 private:
  std::filesystem::path path(const std::string& name) const { return folder_.path().toStdString() + "/" + name; }

  void write(const std::string& name, const std::string& axis3, const std::string& axis2, const std::string& planes,
             const std::string& differences, const std::vector<std::uint8_t>& bytes, const std::string& more = "") {
    const bool by_view = axis3 == "view";
    std::ofstream(path(name + ".hs"))
        << "!INTERFILE :=\nname of data file := " << name << ".s\n!number format := unsigned integer\n"
        << "!number of bytes per pixel := 1\nnumber of dimensions := 4\nmatrix axis label [4] := segment\n"
        << "!matrix size [4] := 3\nmatrix axis label [3] := " << axis3
        << "\n!matrix size [3] := " << (by_view ? "2" : planes) << "\nmatrix axis label [2] := " << axis2
        << "\n!matrix size [2] := " << (by_view ? planes : "2")
        << "\nmatrix axis label [1] := tangential coordinate\n!matrix size [1] := 2\n"
        << "minimum ring difference per segment := " << differences
        << "\nmaximum ring difference per segment := " << differences
        << "\napplied corrections := {None}\nnumber of rings := 2\nnumber of detectors per ring := 8\n"
        << "Inner ring diameter (cm) := 10\nDistance between rings (cm) := 1\n"
        << more << "!END OF INTERFILE :=\n";
    std::ofstream(path(name + ".s"), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  /// Siemens' bin addresses: segments in the order 0, -1, 1 ...
  static StirBin bin_of_word(std::uint32_t offset) {
    StirBin at;
    at.tangential = offset % 344;
    at.view = offset / 344 % 252;
    std::int64_t plane = offset / 344 / 252;
    for (std::int64_t i = 0;; ++i) {
      const std::int64_t difference = i % 2 == 1 ? -(i + 1) / 2 : i / 2;
      const std::int64_t planes = 64 - std::abs(difference);
      if (plane < planes) {
        at.segment = difference + 60;
        at.plane = plane;
        return at;
      }
      plane -= planes;
      if (i > 2 * 60) {
        throw std::runtime_error("no such bin");
      }
    }
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(StirSinogramTest)

}  // namespace coincide::tests

#include "stir_sinogram_test.moc"
