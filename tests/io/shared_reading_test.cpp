// Processes that take turns at a file's blocks read together what one reads, whatever the format.

#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "io/data_conversion.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

std::vector<double> numbers_of(const recon::EventBlock& block) {
  std::vector<double> all;
  const auto add = [&](const auto& column) { all.insert(all.end(), column.begin(), column.end()); };
  add(block.crystal_a);
  add(block.crystal_b);
  add(block.tof_bin);
  add(block.time_ms);
  add(block.delayed);
  add(block.factor);
  add(block.additive_per_s);
  return all;
}

std::vector<double> times_of(const recon::EventBlock& block) {
  std::vector<double> all;
  for (const recon::TimeBlock& one : block.time_blocks) {
    all.insert(all.end(), {double(one.time.start_ms), double(one.time.stop_ms), double(one.prompts),
                           double(one.movements_before)});
  }
  all.push_back(static_cast<double>(block.movements.size()));
  all.push_back(static_cast<double>(block.alive.size()));
  all.push_back(static_cast<double>(block.singles.size()));
  return all;
}

struct Piece {
  std::vector<double> events, times;
};

/// The pieces of one of `processes`, with events where it is its turn.
std::vector<Piece> read_turns(recon::EventSource& source, std::size_t rank, std::size_t processes) {
  std::vector<Piece> pieces;
  recon::EventBlock block;
  source.rewind();
  const auto next = [&] { return pieces.size() % processes == rank ? source.read(block) : source.pass_over(block); };
  while (next()) {
    pieces.push_back({numbers_of(block), times_of(block)});
  }
  return pieces;
}

}  // namespace

class SharedReadingTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }

 private slots:
  void initTestCase() {
    constexpr std::uint32_t blocks = 500, events_of_each = 1000;
    const recon::Scanner scanner = small_scanner({.tof_bins = 3});
    io::PetsirdWriter writer(path("scan.petsird"), scanner, {});
    std::mt19937 generator(3);
    for (std::uint32_t i = 0; i < blocks; ++i) {
      recon::EventBlock block;
      block.resize(i % 7 == 5 ? 0 : events_of_each);
      for (std::size_t k = 0; k < block.size(); ++k) {
        block.crystal_a[k] = static_cast<std::uint32_t>(generator() % 48);
        block.crystal_b[k] = (block.crystal_a[k] + 20 + static_cast<std::uint32_t>(generator() % 9)) % 48;
        block.tof_bin[k] = static_cast<std::uint16_t>(generator() % 3);
      }
      writer.write({10 * i, 10 * i + 10}, block);
    }
    writer.finish();
    recon::Reporter silent;
    for (const char* other : {"scan.petsird.h5", "scan.cdh", "scan.h5", "scan.csv"}) {
      io::convert_data(path("scan.petsird"), path(other), {}, {}, silent);
    }
  }

  void turns_are_the_whole_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("processes");
    for (const char* name : {"scan.petsird", "scan.petsird.h5", "scan.cdh", "scan.h5", "scan.csv"}) {
      for (const int processes : {2, 3}) {
        QTest::addRow("%s, %d", name, processes) << QString(name) << processes;
      }
    }
  }
  void turns_are_the_whole() {
    QFETCH(QString, name);
    QFETCH(int, processes);
    const auto source = io::open_listmode(path(name.toStdString()));
    const std::vector<Piece> whole = read_turns(*source, 0, 1);
    const recon::EventCounts counts = source->counts();
    QVERIFY(whole.size() > 3);
    for (std::size_t rank = 0; rank < static_cast<std::size_t>(processes); ++rank) {
      const std::vector<Piece> own = read_turns(*source, rank, static_cast<std::size_t>(processes));
      QCOMPARE(own.size(), whole.size());
      for (std::size_t i = 0; i < own.size(); ++i) {
        QVERIFY(own[i].times == whole[i].times);
        const bool is_own = i % static_cast<std::size_t>(processes) == rank;
        QVERIFY(is_own ? own[i].events == whole[i].events : own[i].events.empty());
      }
      QCOMPARE(source->counts().prompts, counts.prompts);
      QCOMPARE(source->counts().delayeds, counts.delayeds);
      QCOMPARE(source->counts().time_blocks, counts.time_blocks);
      QCOMPARE(source->counts().duration_s, counts.duration_s);
    }
  }
};

}  // namespace coincide::tests

using coincide::tests::SharedReadingTest;
COINCIDE_TEST_CLASS(SharedReadingTest)
#include "shared_reading_test.moc"
