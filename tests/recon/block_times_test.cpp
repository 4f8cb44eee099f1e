// What the times of time blocks tell, and what cannot be right about them.

#include "recon/block_times.h"

#include <QtTest>
#include <array>
#include <utility>

#include "projectors/error.h"
#include "recon/movement_log.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::BlockTimes;
using recon::MovementLog;
using recon::Pose;
using recon::TimeBlock;

constexpr std::uint32_t never = 4294967295U;

/// Blocks of 10 ms with 100 prompts each.
BlockTimes acquisition(std::uint32_t blocks) {
  BlockTimes times;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    times.add({{10 * i, 10 * i + 10}, 100});
  }
  return times;
}

QString all_warnings(const BlockTimes& times) {
  QString all;
  for (const std::string& warning : times.warnings()) {
    all += QString::fromStdString(warning) + "\n";
  }
  return all;
}

Pose at(double z_mm) { return {.t_mm = {0, 0, z_mm}}; }

}  // namespace

class BlockTimesTest : public QObject {
  Q_OBJECT

 private slots:
  void sound_times_are_no_reason_to_warn() {
    BlockTimes times = acquisition(50);
    QCOMPARE(times.first_ms(), 0U);
    QCOMPARE(times.last_ms(), 500U);
    QCOMPARE(times.recorded().total_s(), 0.5);
    times.add({{700, 700}, 0});  // an empty one without a length does no harm
    times.add({{800, 1900}, 11000});
    times.add({{3, 7}, 0});  // delayeds of their own block
    QCOMPARE(all_warnings(times), QString());
    QCOMPARE(times.no_duration(), std::string());
    QCOMPARE(BlockTimes().no_duration(), std::string());
  }

  void order_does_not_matter() {
    BlockTimes times;
    for (const std::uint32_t start : {30U, 10U, 20U, 0U}) {
      times.add({{start, start + 10}, 1});
    }
    QCOMPARE(times.first_ms(), 0U);
    QCOMPARE(times.last_ms(), 40U);
    QCOMPARE(times.recorded().total_s(), 0.04);
  }

  void blocks_without_length_are_summed_up_data() {
    QTest::addColumn<quint32>("stop_ms");
    QTest::newRow("stop at the start") << 100U;
    QTest::newRow("stop 0") << 0U;
    QTest::newRow("stop at 2^32 - 1") << never;
  }
  void blocks_without_length_are_summed_up() {
    QFETCH(quint32, stop_ms);
    BlockTimes times = acquisition(10);
    for (std::uint32_t i = 0; i < 10000; ++i) {
      times.add({{100 + i, stop_ms == 100 ? 100 + i : stop_ms}, 100});
    }
    const QString why = QString::fromStdString(times.no_duration());
    QVERIFY2(why.contains("10000 of 10010 time blocks"), qPrintable(why));
    QVERIFY2(why.contains(QString("from 100 ms to %1 ms").arg(stop_ms)), qPrintable(why));
    QCOMPARE(all_warnings(times), QString());
    QCOMPARE(times.recorded().total_s(), 0.1);
    QCOMPARE(times.last_ms(), 100U + 9999);
  }

  void a_few_prompts_without_duration_are_bearable() {
    BlockTimes times = acquisition(200);
    times.add({{2000, never}, 100});
    QCOMPARE(times.no_duration(), std::string());
    QCOMPARE(times.recorded().total_s(), 2.0);
    QVERIFY2(all_warnings(times).contains("from 2000 ms to 4294967295 ms), but 0.5 % of the prompts"),
             qPrintable(all_warnings(times)));
  }

  void a_stop_far_too_late_is_told() {
    for (const std::uint32_t stop_ms : {600'000U, 86'400'000U, never - 1}) {
      BlockTimes times = acquisition(50);
      times.add({{500, stop_ms}, 100});
      QVERIFY2(all_warnings(times).contains(QString("from 500 ms to %1 ms").arg(stop_ms)),
               qPrintable(all_warnings(times)));
      BlockTimes in_the_middle = acquisition(50);
      in_the_middle.add({{105, stop_ms}, 100});
      QCOMPARE(in_the_middle.warnings().size(), std::size_t{1});
    }
  }

  void days_are_told() {
    BlockTimes times;
    times.add({{0, 90'000'000}, 1'000'000'000});
    QVERIFY2(all_warnings(times).contains("last 90000 s together, the longest from 0 ms to 90000000 ms"),
             qPrintable(all_warnings(times)));
  }

  void blocks_over_each_other_are_told() {
    BlockTimes times = acquisition(50);
    for (std::uint32_t i = 0; i < 50; ++i) {
      times.add({{10 * i, 10 * i + 10}, 100});
    }
    QVERIFY2(all_warnings(times).contains("overlap: they last 1 s one after the other, but 0.5 s pass"),
             qPrintable(all_warnings(times)));
  }
};

class MovementLogTest : public QObject {
  Q_OBJECT

 private slots:
  void standing_still() {
    MovementLog log;
    QVERIFY(!log.first_change_ms());
    log.add({.start_ms = 0, .of_gantry = false, .pose = at(7)});
    log.add({.start_ms = 0, .of_gantry = true, .pose = at(2)});
    for (std::uint32_t i = 0; i < 10; ++i) {
      log.add(TimeBlock{{10 * i, 10 * i + 10}, 0, 2});
    }
    log.add({.start_ms = 50, .of_gantry = false, .pose = at(7)});   // where it is already
    log.add({.start_ms = 100, .of_gantry = false, .pose = at(8)});  // behind the last block
    QVERIFY(!log.first_change_ms());
    QVERIFY(log.starts_elsewhere());
  }

  /// The same acquisition in several orders: the bed moves at 50 ms.
  void a_movement_counts_at_its_time_wherever_it_stands() {
    const recon::Movement bed{.start_ms = 50, .of_gantry = false, .pose = at(1)};
    MovementLog in_order;
    MovementLog before_all;
    MovementLog behind_all;
    before_all.add(bed);
    for (std::uint32_t i = 0; i < 10; ++i) {
      if (i == 5) {
        in_order.add(bed);
      }
      in_order.add(TimeBlock{{10 * i, 10 * i + 10}, 0, i < 5 ? 0U : 1U});
      before_all.add(TimeBlock{{90 - 10 * i, 100 - 10 * i}, 0, 1});
      behind_all.add(TimeBlock{{10 * (i * 3 % 10), 10 * (i * 3 % 10) + 10}, 0, 0});
    }
    behind_all.add(bed);
    for (const MovementLog* log : {&in_order, &before_all, &behind_all}) {
      QCOMPARE(log->first_change_ms().value_or(0), 50U);
      QVERIFY(!log->starts_elsewhere());
    }
  }

  /// Files whose movements all have the time 0: their place in the file tells.
  void movements_at_one_time_count_in_file_order() {
    MovementLog log;
    log.add({.start_ms = 0, .of_gantry = false, .pose = at(1)});
    log.add(TimeBlock{{0, 10}, 0, 1});
    log.add({.start_ms = 0, .of_gantry = false, .pose = at(2)});
    log.add(TimeBlock{{10, 20}, 0, 2});
    QCOMPARE(log.first_change_ms().value_or(0), 10U);
  }

  /// Bed and gantry, each to the next; the gantry takes the scanner with it, so that the body moves the other way.
  void poses_are_those_of_the_bed_seen_from_the_gantry() {
    MovementLog log;
    log.add({.start_ms = 20, .of_gantry = false, .pose = at(5)});
    log.add({.start_ms = 40, .of_gantry = true, .pose = at(2)});
    log.add({.start_ms = 40, .of_gantry = false, .pose = at(5)});
    log.add({.start_ms = 60, .of_gantry = false, .pose = {}});
    log.add(TimeBlock{{0, 10}, 0, 0});
    log.add(TimeBlock{{70, 80}, 0, 4});
    const std::vector<recon::PoseRow> rows = log.poses();
    QCOMPARE(rows.size(), std::size_t{4});
    const std::array<std::pair<double, double>, 4> expected{{{0, 0}, {0.02, 5}, {0.04, 3}, {0.06, -2}}};
    for (std::size_t row = 0; row < rows.size(); ++row) {
      QCOMPARE(rows[row].time_s, expected[row].first);
      QCOMPARE(rows[row].pose, at(expected[row].second));
    }
  }

  /// Both movements at 10 ms, and a block of that time between them in the file: later ones come behind both.
  void ties_of_time_are_told_by_the_file() {
    MovementLog log;
    log.add({.start_ms = 10, .of_gantry = false, .pose = at(1)});
    log.add(TimeBlock{{10, 11}, 0, 1});
    log.add({.start_ms = 10, .of_gantry = false, .pose = at(2)});
    log.add(TimeBlock{{12, 20}, 0, 2});
    const std::vector<recon::PoseRow> rows = log.poses();
    QCOMPARE(rows.size(), std::size_t{3});
    QCOMPARE(rows[1].time_s, 0.01);
    QCOMPARE(rows[1].pose, at(1));
    QCOMPARE(rows[2].time_s, 0.011);
    QCOMPARE(rows[2].pose, at(2));
    log.add({.start_ms = 10, .of_gantry = false, .pose = at(3)});
    log.add(TimeBlock{{10, 11}, 0, 3});
    QVERIFY_THROWS_EXCEPTION(InputError, log.poses());
  }

  /// Only while something is recorded.
  void movements_that_are_no_pose_are_refused() {
    MovementLog log;
    log.add({.start_ms = 50, .of_gantry = true, .problem = "it bends"});
    log.add(TimeBlock{{0, 10}, 0, 0});
    QCOMPARE(log.poses().size(), std::size_t{2});
    QVERIFY(!log.moves());
    log.add(TimeBlock{{50, 60}, 0, 1});
    QVERIFY(log.moves());
    try {
      log.poses();
      QFAIL("no pose");
    } catch (const InputError& error) {
      QVERIFY2(QString(error.what()).contains("from 0.05 s on") && QString(error.what()).contains("it bends"),
               error.what());
    }
  }

  void there_and_back_between_blocks_is_no_change() {
    MovementLog log;
    log.add(TimeBlock{{0, 10}, 0, 0});
    log.add({.start_ms = 10, .of_gantry = true, .pose = at(1)});
    log.add({.start_ms = 20, .of_gantry = true, .pose = at(0)});
    log.add(TimeBlock{{20, 30}, 0, 2});
    QVERIFY(!log.first_change_ms());
  }
};

COINCIDE_TEST_CLASS(BlockTimesTest)
COINCIDE_TEST_CLASS(MovementLogTest)

}  // namespace coincide::tests

#include "block_times_test.moc"
