#include "io/data_conversion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>

#include "io/csv_table.h"
#include "io/data_file.h"
#include "io/interfile/stir_sinogram.h"
#include "io/petsird_conversion.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "recon/normalization/normalized_events.h"
#include "support/memory_events.h"
#include "support/test_main.h"

namespace coincide::tests {

namespace {

/// All events of a file, and how they were dealt to time blocks.
struct Content {
  recon::EventBlock events;
  std::vector<recon::TimeInterval> times;
  std::vector<recon::Movement> movements;  ///< those that are poses
  std::vector<recon::AliveFractions> alive;
  std::vector<recon::Vec3> crystals_mm;
};

Content content_of(const std::filesystem::path& path) {
  const auto source = io::open_listmode(path);
  Content content;
  content.crystals_mm = source->scanner().crystal_centre_mm;
  recon::EventBlock block;
  while (source->read(block)) {
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(content.events.crystal_a, block.crystal_a);
    append(content.events.crystal_b, block.crystal_b);
    append(content.events.tof_bin, block.tof_bin);
    append(content.events.time_ms, block.time_ms);
    append(content.events.delayed, block.delayed);
    append(content.events.window_a, block.window_a);
    append(content.events.window_b, block.window_b);
    for (const recon::TimeBlock& time_block : block.time_blocks) {
      content.times.push_back(time_block.time);
    }
    std::ranges::copy_if(block.movements, std::back_inserter(content.movements), &std::string::empty,
                         &recon::Movement::problem);
    append(content.alive, block.alive);
  }
  return content;
}

void verify_same(const Content& after, const Content& before) {
  QCOMPARE(after.events.crystal_a, before.events.crystal_a);
  QCOMPARE(after.events.crystal_b, before.events.crystal_b);
  QCOMPARE(after.events.tof_bin, before.events.tof_bin);
  QCOMPARE(after.events.delayed, before.events.delayed);
  QCOMPARE(after.events.time_ms, before.events.time_ms);
  QCOMPARE(after.events.window_a, before.events.window_a);
  QCOMPARE(after.events.window_b, before.events.window_b);
  QVERIFY(after.times == before.times);
  QCOMPARE(after.movements.size(), before.movements.size());
  for (std::size_t i = 0; i < before.movements.size(); ++i) {
    QCOMPARE(after.movements[i].start_ms, before.movements[i].start_ms);
    QCOMPARE(after.movements[i].of_gantry, before.movements[i].of_gantry);
    QVERIFY(std::hypot(after.movements[i].pose.t_mm[0] - before.movements[i].pose.t_mm[0],
                       after.movements[i].pose.t_mm[2] - before.movements[i].pose.t_mm[2]) < 1e-4);
  }
  QCOMPARE(after.alive.size(), before.alive.size());
  for (std::size_t i = 0; i < before.alive.size(); ++i) {
    QVERIFY(after.alive[i].time == before.alive[i].time);
    QVERIFY(after.alive[i].bin == before.alive[i].bin);
    QCOMPARE(after.alive[i].module_pair, before.alive[i].module_pair);
  }
}

/// How often each pair of crystals was hit in each ms, in whatever order the file has them.
std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint8_t>, int> histogram_of(
    const recon::EventBlock& events) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint8_t>, int> counts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto [least, most] = std::minmax(events.crystal_a[i], events.crystal_b[i]);
    ++counts[{least, most, events.time_ms[i], events.delayed[i]}];
  }
  return counts;
}

}  // namespace

class DataConversionTest : public QObject {
  Q_OBJECT

 private slots:
  // Every kind of time block, two module types, several energy windows, delayeds, dead time: there and back again.
  void nothing_is_lost_on_the_way_data() {
    QTest::addColumn<QStringList>("names");
    QTest::newRow("PETSIRD") << QStringList{"copy.petsird"};
    QTest::newRow("PETSIRD in HDF5") << QStringList{"copy.petsird.h5"};
    QTest::newRow("table") << QStringList{"copy.h5"};
    QTest::newRow("HDF5 to binary") << QStringList{"first.petsird.h5", "copy.petsird"};
    QTest::newRow("table to PETSIRD") << QStringList{"first.h5", "copy.petsird"};
  }
  void nothing_is_lost_on_the_way() {
    QFETCH(QStringList, names);
    std::filesystem::path last = petsird_file("kitchen_head.petsird");
    const Content before = content_of(last);
    QVERIFY(before.alive.size() == 1 && before.movements.size() > 1 && before.events.size() == 9);
    for (const QString& name : names) {
      const std::filesystem::path next = path(qPrintable(name));
      convert(last, next);
      last = next;
    }
    verify_same(content_of(last), before);
  }

  void both_containers_hold_the_same_scanner() {
    convert(petsird_file("kitchen_head.petsird"), path("one.petsird"));
    convert(petsird_file("kitchen_head.petsird"), path("other.petsird.h5"));
    QCOMPARE(io::open_listmode(path("one.petsird"))->format(), std::string("PETSIRD, model like v0.12, binary"));
    QCOMPARE(io::open_listmode(path("other.petsird.h5"))->format(), std::string("PETSIRD, model like v0.12, HDF5"));
    QVERIFY(content_of(path("one.petsird")).crystals_mm == content_of(path("other.petsird.h5")).crystals_mm);
  }

  // Readers of words with marks, and of tables, tell of a time block after (some of) its events.
  void time_blocks_may_come_after_their_events() {
    MemoryEvents source(io::open_listmode(petsird_file("tiny_head.petsird"))->scanner(), 3);
    for (std::uint32_t time_ms = 5; time_ms < 9; ++time_ms) {
      for (int event = 0; event < 5 && time_ms != 7; ++event) {
        source.add(0, 1, 0, time_ms, event == 4);  // PETSIRD lists prompts first
      }
    }
    source.silence_ms = 2;
    QVERIFY(write_as_petsird(source, path("late.petsird")).empty());
    const Content after = content_of(path("late.petsird"));
    QCOMPARE(after.events.time_ms, source.events.time_ms);
    QCOMPARE(after.events.delayed, source.events.delayed);
    QCOMPARE(after.times.size(), std::size_t{6});
    QVERIFY(after.times.front() == (recon::TimeInterval{5, 6}) && after.times.back() == (recon::TimeInterval{10, 11}));
  }

  void events_out_of_order_are_written_with_a_warning() {
    MemoryEvents source(io::open_listmode(petsird_file("tiny_head.petsird"))->scanner());
    for (const std::uint32_t time_ms : {5U, 6U, 7U}) {
      source.add(0, 1, 0, time_ms);
    }
    source.add(0, 1, 0, 5, true);  // within a read they are sorted
    source.silence_ms = 2;
    QVERIFY(write_as_petsird(source, path("sorted.petsird")).empty());
    QCOMPARE(content_of(path("sorted.petsird")).events.time_ms, (std::vector<std::uint32_t>{5, 5, 6, 7}));
    MemoryEvents late(source.scanner(), 3);
    late.events = source.events;
    late.silence_ms = 2;
    const auto told = write_as_petsird(late, path("repeated.petsird"));
    QVERIFY(told.size() == 1 && told.front().find("1 time blocks repeat") != std::string::npos);
    QCOMPARE(content_of(path("repeated.petsird")).events.size(), std::size_t{4});
    QCOMPARE(io::open_listmode(path("repeated.petsird"))->scanner().num_crystals(), std::size_t{2});
  }

  // What no format of ours holds is named, and so is what only the one that was asked for does not.
  void losses_are_named() {
    const auto told_of = [&](const std::filesystem::path& in, const char* out, const char* words) {
      const auto told = convert(in, path(out));
      return std::ranges::any_of(told, [&](const std::string& one) { return one.find(words) != std::string::npos; });
    };
    const std::filesystem::path kitchen = petsird_file("kitchen_head.petsird");
    QVERIFY(told_of(kitchen, "a.petsird", "data of the exam, 1 singles"));
    QVERIFY(!told_of(kitchen, "a.petsird", "ead time"));
    QVERIFY(told_of(kitchen, "a.csv", "has no scanner"));
    std::ofstream table(path("sources.csv"));
    table << "# duration_s = 1\nx1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm,source\n";
    for (int event = 0; event < 300; ++event) {
      const double x_mm = 100 * std::cos(event % 10), y_mm = 100 * std::sin(event % 10);
      table << fmt::format("{},{},0,{},{},0,{}\n", x_mm, y_mm, -x_mm, -y_mm, event % 3);
    }
    table.close();
    QVERIFY(told_of(path("sources.csv"), "a.h5", "the column source"));
  }

  // PETSIRD has the field in all files: what nobody has calibrated must not come out as calibrated by 1.
  void only_calibrated_events_are_written_as_such() {
    const auto source = io::open_listmode(petsird_file("tiny_head.petsird"));
    QVERIFY(source->efficiencies().calibration_stated);
    for (const double factor : {0.125, 1.0, 3.0}) {
      for (const bool stated : {true, false}) {
        recon::Efficiencies efficiencies = source->efficiencies();
        efficiencies.calibration_factor = factor;
        efficiencies.calibration_stated = stated;
        recon::NormalizedEvents events(io::open_listmode(petsird_file("tiny_head.petsird")), efficiencies);
        write_as_petsird(events, path("calibrated.petsird"));
        const recon::Efficiencies read = io::open_listmode(path("calibrated.petsird"))->efficiencies();
        QCOMPARE(read.calibration_stated, stated);
        QCOMPARE(read.calibration_factor, stated ? factor : 1.0);
        QCOMPARE(read.calibration_problem.empty(), stated);
      }
    }
  }

  // Without the factors of its events CASToR's calibration would make wrong Bq/mL.
  void calibration_goes_with_the_factors_of_events() {
    convert(petsird_file("tiny_head.petsird"), path("factors.cdh"));
    QVERIFY(io::open_listmode(path("factors.cdh"))->efficiencies().calibration_stated);
    for (const char* name : {"kept.cdh", "lost.h5", "lost.petsird", "lost.petsird.h5"}) {
      convert(path("factors.cdh"), path(name));
      const recon::Efficiencies read = io::open_listmode(path(name))->efficiencies();
      QCOMPARE(read.calibration_stated, std::string_view(name) == "kept.cdh");
    }
  }

  // Places, directions and faces come back; what no program could know of the crystals is said.
  void scanners_without_sizes_of_crystals_are_written_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("rings of crystals, two kinds of counts") << "stir/mmr/PET_ACQ_small.l.hdr.STIR";
    QTest::newRow("a map of crystals") << "stir/safir-generic/listmode_input_SAFIR.par";
  }
  void scanners_without_sizes_of_crystals_are_written() {
    QFETCH(QString, file);
    const std::filesystem::path in = std::filesystem::path(COINCIDE_SHARED_DATA) / file.toStdString();
    if (!std::filesystem::exists(in)) {
      QSKIP("needs the shared data");
    }
    const auto told = convert(in, path("sizes.petsird"));
    QVERIFY(
        std::ranges::any_of(told, [](const std::string& one) { return one.find("cubes of") != std::string::npos; }));
    Content before = content_of(in);
    Content after = content_of(path("sizes.petsird"));
    QCOMPARE(after.events.size(), before.events.size());
    QCOMPARE(histogram_of(after.events), histogram_of(before.events));
    const recon::Scanner first = io::open_listmode(in)->scanner();
    const recon::Scanner second = io::open_listmode(path("sizes.petsird"))->scanner();
    QCOMPARE(second.crystal_module, first.crystal_module);
    for (std::size_t id = 0; id < first.num_crystals(); ++id) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(std::abs(second.crystal_centre_mm[id][axis] - first.crystal_centre_mm[id][axis]) < 1e-3F);
        QVERIFY(std::abs(second.crystal_normal[id][axis] - first.crystal_normal[id][axis]) < 1e-4F);
      }
      QVERIFY(std::abs(second.crystal_face_mm2[id] - first.crystal_face_mm2[id]) < 1e-3F * first.crystal_face_mm2[id]);
    }
    const std::string again = told_of(path("sizes.petsird"), path("again.petsird"));
    QVERIFY2(again.find("cubes of") == std::string::npos, again.c_str());
  }

  // Alike boxes do not make modules alike: a table's modules are as many crystals as there are, wherever they lie.
  void crystals_anywhere_are_refused_with_what_holds_them() {
    std::ofstream table(path("anywhere.csv"));
    table << "# duration_s = 1\nx1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm\n";
    for (int event = 0; event < 3000; ++event) {
      const int place = event % 100;
      const double x_mm = 100 * std::cos(place * place), y_mm = 100 * std::sin(place * place);
      table << fmt::format("{},{},{},{},{},0\n", x_mm, y_mm, place % 7, -x_mm, -y_mm);
    }
    table.close();
    const QString refusal = message_of<InputError>([&] { convert(path("anywhere.csv"), path("anywhere.petsird")); });
    QVERIFY2(refusal.contains("not all alike") && refusal.contains(".cdh"), qPrintable(refusal));
    QVERIFY(!std::filesystem::exists(path("anywhere.petsird")));
    convert(path("anywhere.csv"), path("anywhere.h5"));
    convert(path("anywhere.csv"), path("anywhere.cdh"));
  }

  // input.scanner for data that have their own would change nothing.
  void another_scanner_is_not_left_idle() {
    const std::filesystem::path kitchen = petsird_file("kitchen_head.petsird");
    for (const char* name : {"own.petsird", "own.petsird.h5", "own.h5"}) {
      convert(kitchen, path(name));
      io::open_data(path(name));
      QVERIFY_THROWS_EXCEPTION(InputError, io::open_data(path(name), {.scanner = "other.toml"}));
    }
  }

  void sinograms_hold_measured_events() {
    const std::filesystem::path listmode =
        std::filesystem::path(COINCIDE_SHARED_DATA) / "stir/mmr/PET_ACQ_small.l.hdr.STIR";
    if (!std::filesystem::exists(listmode)) {
      QSKIP("needs the shared data");
    }
    // Of delayeds, as the factors of so many bins of prompts take long.
    io::StirUnlistOptions unlisting{.span = 11, .farthest_ring = 60, .tangential = 344, .delayeds = true};
    recon::Reporter silent;
    io::convert_data(listmode, path("mmr.hs"), {}, unlisting, silent);
    io::StirSinogram read(path("mmr.hs"));
    QCOMPARE(read.scanner().module_types.front().energy_edges_kev, (std::vector<float>{430, 610}));
    const std::vector<float> counts = read.read().counts;
    QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0.0), 35320.0);
    const io::CsvTable expected = io::CsvTable::read(std::filesystem::path(COINCIDE_SHARED_DATA) /
                                                     "stir/mmr-unlisted/delayeds_span11_planes.csv");
    const auto& layout = read.layout();
    for (std::size_t row = 0; row < expected.num_rows(); ++row) {
      const auto value = [&](const char* column) { return static_cast<std::int64_t>(expected.column(column)[row]); };
      const auto segment = std::ranges::find(layout.segments, value("min_ring_difference"), &io::StirSegment::least) -
                           layout.segments.begin();
      double sum = 0;
      for (std::int64_t view = 0; view < layout.views; ++view) {
        const auto first = counts.begin() + layout.lor({.segment = segment, .view = view, .plane = value("axial")});
        sum = std::accumulate(first, first + layout.tangential, sum);
      }
      QCOMPARE(sum, static_cast<double>(value("counts")));
    }
  }

  void histograms_can_be_looked_at_as_tables() {
    const std::filesystem::path sinogram = std::filesystem::path(COINCIDE_SHARED_DATA) / "stir/osem-tof/prompts.hs";
    if (!std::filesystem::exists(sinogram)) {
      QSKIP("needs the shared data");
    }
    convert(sinogram, path("bins.csv"));
    const io::CsvTable table = io::CsvTable::read(path("bins.csv"));
    const auto counts = table.column("counts");
    QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0.0), 648694.0);
    QVERIFY(table.has("tof_mm") && table.has("z2_mm"));
    QVERIFY_THROWS_EXCEPTION(InputError, convert(sinogram, path("bins.petsird")));
  }

  void endings_and_names_are_checked() {
    QVERIFY(io::can_write_data("a.cdh") && !io::can_write_data("a.nii"));
    const std::filesystem::path tiny = petsird_file("tiny_head.petsird");
    QVERIFY_THROWS_EXCEPTION(InputError, convert(tiny, tiny));
    QVERIFY_THROWS_EXCEPTION(InputError, convert(tiny, path("a.hs")));  // two crystals are no ring
    QVERIFY_THROWS_EXCEPTION(FileError, convert(path("none.petsird"), path("a.h5")));
  }

 private:
  std::filesystem::path path(const char* name) const { return folder_.path().toStdString() + "/" + name; }
  static std::vector<std::string> convert(const std::filesystem::path& in, const std::filesystem::path& out) {
    recon::Reporter silent;
    return io::convert_data(in, out, {}, {}, silent);
  }
  static std::string told_of(const std::filesystem::path& in, const std::filesystem::path& out) {
    return fmt::format("{}", fmt::join(convert(in, out), " "));
  }
  static std::vector<std::string> write_as_petsird(recon::EventSource& source, const std::filesystem::path& to) {
    recon::Reporter silent;
    io::PetsirdWriter writer(to, source.scanner(), source.efficiencies());
    return io::write_petsird(source, writer, silent);
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(DataConversionTest)

}  // namespace coincide::tests

#include "data_conversion_test.moc"
