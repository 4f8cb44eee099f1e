#include "io/data_conversion.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <numeric>

#include "io/csv_table.h"
#include "io/data_file.h"
#include "io/interfile/stir_sinogram.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

namespace {

/// All events of a file, and how they were dealt to time blocks.
struct Content {
  recon::EventBlock events;
  std::vector<recon::TimeInterval> times;
  std::size_t movements = 0;
};

Content content_of(const std::filesystem::path& path) {
  const auto source = io::open_listmode(path);
  Content content;
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
    content.movements += block.movements.size();
  }
  return content;
}

}  // namespace

class DataConversionTest : public QObject {
  Q_OBJECT

 private slots:
  // Every kind of time block, two module types, several energy windows, delayeds: to PETSIRD and to our own table.
  void nothing_is_lost_between_petsird_and_hdf5_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("PETSIRD") << "copy.petsird";
    QTest::newRow("HDF5") << "copy.h5";
  }
  void nothing_is_lost_between_petsird_and_hdf5() {
    QFETCH(QString, name);
    const Content before = content_of(petsird_file("kitchen_head.petsird"));
    convert(petsird_file("kitchen_head.petsird"), path(qPrintable(name)));
    const Content after = content_of(path(qPrintable(name)));
    QCOMPARE(after.events.delayed, before.events.delayed);
    QCOMPARE(after.events.time_ms, before.events.time_ms);
    QCOMPARE(after.events.size(), before.events.size());
    QVERIFY(after.times == before.times);
  }

  void sinograms_hold_measured_events() {
    const std::filesystem::path listmode =
        std::filesystem::path(COINCIDE_SHARED_DATA) / "stir/mmr/PET_ACQ_small.l.hdr.STIR";
    if (!std::filesystem::exists(listmode)) {
      QSKIP("needs the shared data");
    }
    io::StirUnlistOptions unlisting{.span = 11, .farthest_ring = 60, .tangential = 344};
    recon::Reporter silent;
    io::convert_data(listmode, path("mmr.hs"), {}, unlisting, silent);
    io::StirSinogram read(path("mmr.hs"));
    const std::vector<float> counts = read.read().counts;
    QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0.0), 218881.0);
    const io::CsvTable expected =
        io::CsvTable::read(std::filesystem::path(COINCIDE_SHARED_DATA) / "stir/mmr-unlisted/prompts_span11_planes.csv");
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
  static void convert(const std::filesystem::path& in, const std::filesystem::path& out) {
    recon::Reporter silent;
    io::convert_data(in, out, {}, {}, silent);
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(DataConversionTest)

}  // namespace coincide::tests

#include "data_conversion_test.moc"
