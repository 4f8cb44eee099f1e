// Dead time blocks of PETSIRD files: alive fractions by detection bin and by pair of modules, as each version has them.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <limits>

#include "io/petsird_dead_time.h"
#include "io/petsird_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using io::YardlValue;
using recon::AliveFractions;

/// The fields of an alive time record.
YardlValue record(const char* name_of_pairs, YardlValue singles, YardlValue module_pairs) {
  static io::YardlType type;
  type = {.kind = io::YardlKind::record,
          .name = "AliveTimeFractions",
          .fields = {{"singlesAliveTimeFractions", nullptr}, {name_of_pairs, nullptr}}};
  YardlValue::Record result{.type = &type, .values = {}};
  result.values.push_back(std::move(singles));
  result.values.push_back(std::move(module_pairs));
  return YardlValue(std::move(result));
}

YardlValue numbers(std::vector<float> values) { return YardlValue(YardlValue::Floats(std::move(values))); }

template <class... Values>
YardlValue list(Values... values) {
  YardlValue::List result;
  (result.push_back(std::move(values)), ...);
  return YardlValue(std::move(result));
}

/// Types of 3 modules of 2 crystals and of 2 modules of 1 crystal in 2 energy windows.
recon::Scanner two_types() {
  recon::Scanner scanner;
  scanner.module_types = {
      {.first_crystal = 0, .num_modules = 3, .crystals_per_module = 2, .energy_edges_kev = {}},
      {.first_crystal = 6, .num_modules = 2, .crystals_per_module = 1, .energy_edges_kev = {1, 2, 3}}};
  return scanner;
}

/// Of modules numbered over all types.
float pair(const AliveFractions& alive, std::size_t a, std::size_t b) {
  return alive.module_pair.at(std::max(a, b) * (std::max(a, b) + 1) / 2 + std::min(a, b));
}

}  // namespace

class PetsirdDeadTimeTest : public QObject {
  Q_OBJECT

 private slots:
  void kitchen_states_singles_of_two_types() {
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    verify_kitchen(*source);
  }

  void the_hdf5_container_has_the_same() {
    const std::filesystem::path packed = shared_petsird_file("kitchen/kitchen_head.h5.gz");
    if (!std::filesystem::exists(packed)) {
      QSKIP("the shared data folder is absent");
    }
    const QTemporaryDir folder;
    const std::filesystem::path unpacked = folder.filePath("kitchen.h5").toStdString();
    unpack(packed, unpacked);
    const auto source = io::open_listmode(unpacked);
    verify_kitchen(*source);
  }

  /// Of two types, one of whose tables is a rectangle.
  void pairs_of_modules_are_written_and_read() {
    const auto kitchen = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const std::size_t modules = kitchen->scanner().num_modules();
    AliveFractions alive{.time = {3, 8}, .bin = {}, .module_pair = {}};
    for (std::size_t i = 0; i < modules * (modules + 1) / 2; ++i) {
      alive.module_pair.push_back(1 / (1 + static_cast<float>(i)));
    }
    const QTemporaryDir folder;
    for (const char* name : {"a.petsird", "a.h5"}) {
      const std::filesystem::path path = folder.filePath(name).toStdString();
      io::PetsirdWriter writer(path, kitchen->scanner(), kitchen->efficiencies());
      writer.write(alive);
      AliveFractions wrong = alive;
      wrong.module_pair.pop_back();
      QVERIFY_THROWS_EXCEPTION(InputError, writer.write(wrong));
      writer.finish();
      const auto source = io::open_listmode(path);
      recon::EventBlock block;
      source->read(block);
      QCOMPARE(block.alive.size(), std::size_t{1});
      QVERIFY(block.alive.front().time == alive.time);
      QCOMPARE(block.alive.front().module_pair, alive.module_pair);
    }
  }

  /// Since v0.10: one matrix per pair of types, a triangle where both types are one.
  void pairs_of_modules_as_triangles() {
    const AliveFractions alive = io::read_alive_fractions(
        record("modulePairAliveTimeFractions", list(),
               list(list(list(list(numbers({1}), numbers({0.9F, 1}), numbers({0.8F, 0.7F, 1})))),
                    list(list(list(numbers({0.1F, 0.2F, 0.3F}), numbers({0.4F, 0.5F, 0.6F}))),
                         list(list(numbers({}), numbers({0.05F})))))),
        two_types());
    QVERIFY(alive.bin.at(0).empty() && alive.bin.at(1).empty());
    QCOMPARE(pair(alive, 0, 1), 0.9F);
    QCOMPARE(pair(alive, 2, 1), 0.7F);
    QCOMPARE(pair(alive, 3, 0), 0.1F);
    QCOMPARE(pair(alive, 1, 4), 0.5F);
    QCOMPARE(pair(alive, 4, 3), 0.05F);
    QCOMPARE(pair(alive, 3, 3), 1.0F);  // not stated
  }

  /// Before: square arrays, of which some writers fill one triangle.
  void pairs_of_modules_as_arrays() {
    const AliveFractions alive = io::read_alive_fractions(
        record(
            "moduleCoincidenceAliveTimeFractions", list(numbers({1, 1, 1, 1, 0.5F, 1}), numbers({1, 1, 1, 0.25F})),
            list(list(numbers({1, 0.9F, 0.8F, 0, 1, 0.7F, 0, 0, 1}), numbers({0.1F, 0.4F, 0.2F, 0.5F, 0.3F, 0.6F})))),
        two_types());
    QCOMPARE(alive.bin.at(0).at(4), 0.5F);
    QCOMPARE(alive.bin.at(1).at(3), 0.25F);
    QCOMPARE(pair(alive, 0, 1), 0.9F);
    QCOMPARE(pair(alive, 2, 1), 0.7F);
    QCOMPARE(pair(alive, 3, 2), 0.3F);
    QCOMPARE(pair(alive, 1, 4), 0.5F);
  }

  void numbers_that_do_not_fit_are_refused_data() {
    QTest::addColumn<float>("first");
    QTest::addColumn<int>("count");
    QTest::newRow("too few") << 1.0F << 5;
    QTest::newRow("too many") << 1.0F << 7;
    QTest::newRow("above 1") << 1.5F << 6;
    QTest::newRow("per cent") << 70.0F << 6;
    QTest::newRow("negative") << -0.1F << 6;
    QTest::newRow("no number") << std::numeric_limits<float>::quiet_NaN() << 6;
  }
  void numbers_that_do_not_fit_are_refused() {
    QFETCH(float, first);
    QFETCH(int, count);
    std::vector<float> fractions(static_cast<std::size_t>(count), 0.5F);
    fractions[0] = first;
    QVERIFY_THROWS_EXCEPTION(FileError,
                             io::read_alive_fractions(record("other", list(numbers(fractions)), list()), two_types()));
    fractions.resize(count == 6 ? 9 : static_cast<std::size_t>(count), 0.5F);
    QVERIFY_THROWS_EXCEPTION(
        FileError, io::read_alive_fractions(
                       record("modulePairAliveTimeFractions", list(), list(list(numbers(fractions)))), two_types()));
  }

  /// Every alive fraction of 0.9 becomes 1.9: the file is read all the same, and says so.
  void nonsense_is_told_and_not_used() {
    std::string kitchen = read_bytes(petsird_file("kitchen_head.petsird"));
    const std::string alive("\x66\x66\x66\x3f", 4);
    const std::size_t at = kitchen.rfind(alive);
    QVERIFY(at != std::string::npos);
    kitchen.replace(at, 4, std::string("\x33\x33\xf3\x3f", 4));
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("changed.petsird").toStdString();
    write_bytes(path, kitchen);
    const auto source = io::open_listmode(path);
    QCOMPARE(read_all(*source).size(), std::size_t{9});
    QCOMPARE(source->counts().dead_time_blocks, 0U);
    QVERIFY(std::ranges::any_of(source->counts().warnings, [](const std::string& warning) {
      return warning.find("is 1.9, not 0 to 1") != std::string::npos;
    }));
  }

 private:
  static void verify_kitchen(recon::EventSource& source) {
    std::vector<AliveFractions> all;
    recon::EventBlock block;
    while (source.read(block)) {
      all.insert(all.end(), block.alive.begin(), block.alive.end());
    }
    QCOMPARE(all.size(), std::size_t{1});
    QCOMPARE(all[0].time, (recon::TimeInterval{0, 2}));
    QCOMPARE(all[0].bin.at(0), std::vector<float>(24, 0.9F));
    QCOMPARE(all[0].bin.at(1), std::vector<float>(4, 0.8F));
    QVERIFY(all[0].module_pair.empty());
    QCOMPARE(source.counts().dead_time_blocks, 1U);
  }
};

COINCIDE_TEST_CLASS(PetsirdDeadTimeTest)

}  // namespace coincide::tests

#include "petsird_dead_time_test.moc"
