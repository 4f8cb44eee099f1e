#include "recon/data/frames.h"

#include <QtTest>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

using recon::Frame;
using recon::TimeParts;

class FramesTest : public QObject {
  Q_OBJECT

 private slots:
  void durations_follow_each_other() {
    const std::vector<Frame> frames = recon::parse_durations(" 10x30,5 x 60 , 300", 12.5);
    QCOMPARE(frames.size(), std::size_t{16});
    QCOMPARE(frames[0], (Frame{12'500, 42'500}));
    QCOMPARE(frames[10], (Frame{312'500, 372'500}));
    QCOMPARE(frames[15], (Frame{612'500, 912'500}));
    for (std::size_t i = 1; i < frames.size(); ++i) {
      QCOMPARE(frames[i].start_ms, frames[i - 1].stop_ms);
    }
  }

  void pauses_are_left_out() {
    const std::vector<Frame> frames = recon::parse_durations("2x10, pause 7101, 5, pause 2x1, 5", 3);
    QCOMPARE(frames,
             (std::vector<Frame>{{3000, 13'000}, {13'000, 23'000}, {7'124'000, 7'129'000}, {7'131'000, 7'136'000}}));
  }

  /// By no more than a piece or a gap of the table lasts.
  void gates_tell_of_all_that_was_recorded() {
    const std::vector<recon::GateTime> times{{1, 10, 11}, {2, 11, 13}, {1, 13, 14}, {2, 14.5, 16}};
    const recon::TimeParts gates(recon::make_gates(times, 0));
    gates.check_covers(8'000, 18'000);
    gates.check_covers(12'000, 13'000);
    for (const auto& [first_ms, last_ms] : {std::pair{7'999U, 18'000U}, {8'000U, 18'001U}}) {
      try {
        gates.check_covers(first_ms, last_ms);
        QFAIL("not covered");
      } catch (const InputError& error) {
        const QString spans = QString("from 10 s to 16 s of the data, which were recorded from %1 s to %2 s");
        QVERIFY2(QString(error.what()).contains(spans.arg(1e-3 * first_ms).arg(1e-3 * last_ms)), error.what());
      }
    }
  }

  /// Lengths of a third of a ms beside a whole one: borders are rounded, not lengths, so that nothing is lost.
  void odd_durations_leave_no_gap() {
    const std::vector<Frame> frames = recon::parse_durations("3000x0.0333333", 0);
    for (std::size_t i = 1; i < frames.size(); ++i) {
      QCOMPARE(frames[i].start_ms, frames[i - 1].stop_ms);
    }
    QCOMPARE(frames.back().stop_ms, 100'000U);
  }

  void wrong_durations_say_what_is_allowed_data() {
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"",    "30,", "10x", "x30",   "0x30",  "-1x30",   "1.5x30",      "30s",      "10x30x2", "0",
          "-30", "nan", "inf", "1e400", "10 30", "20000x1", "9999x1, 2x1", "pause 10", "pause",   "30, pause -1, 30"}) {
      QTest::newRow(text) << text;
    }
  }
  void wrong_durations_say_what_is_allowed() {
    QFETCH(QString, text);
    try {
      recon::parse_durations(text.toStdString(), 0);
      QFAIL("no error");
    } catch (const InputError& error) {
      const std::string sentence = error.what();
      QVERIFY2(sentence.find("10000") != std::string::npos, sentence.c_str());
    }
  }

  void frames_may_leave_gaps_but_not_overlap() {
    const std::vector<recon::FrameTime> apart{{0, 0.1}, {0.1, 0.2}, {5, 1}};
    const std::vector<Frame> frames = recon::make_frames(apart);
    QCOMPARE(frames[1], (Frame{100, 300}));  // 0.1 + 0.2 is a little more than 0.3
    QCOMPARE(frames[2], (Frame{5000, 6000}));
    const std::vector<recon::FrameTime> overlap{{0, 10}, {9.999, 10}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_frames(overlap));
    const std::vector<recon::FrameTime> back{{10, 10}, {0, 10}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_frames(back));
    const std::vector<recon::FrameTime> empty{{1, 0.0004}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_frames(empty));
    const std::vector<recon::FrameTime> before{{-1, 2}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_frames(before));
  }

  void every_time_is_in_the_part_that_holds_it() {
    std::mt19937 random(1);
    std::vector<std::uint32_t> expected(20'000, TimeParts::none);
    std::vector<recon::GateTime> times;
    for (std::uint32_t ms = 3; ms < 19'000;) {
      const std::uint32_t stop = ms + 1 + random() % 50;
      const int gate = static_cast<int>(random() % 6);
      times.push_back({10 * gate, 1e-3 * ms - 2, 1e-3 * stop - 2});
      std::fill(expected.begin() + ms, expected.begin() + stop, gate);
      ms = stop + (random() % 3 == 0 ? random() % 20 : 0);
    }
    std::ranges::shuffle(times, random);
    const TimeParts parts(recon::make_gates(times, 2));
    QCOMPARE(parts.count(), std::size_t{6});
    QCOMPARE(parts[5].name, std::string("gate 50"));
    for (std::uint32_t ms = 0; ms < expected.size(); ++ms) {
      QCOMPARE(parts.at(ms), expected[ms]);
    }
    QCOMPARE(parts.at(UINT32_MAX), TimeParts::none);
  }

  /// The table of gates counted from three zeros is the same to the bit.
  void gates_do_not_depend_on_their_zero() {
    const std::vector<double> edges_s{0.1, 0.7, 1.3, 2.9, 3.3};
    const auto gates_from = [&](double zero_s) {
      std::vector<recon::GateTime> times;
      for (std::size_t i = 1; i < edges_s.size(); ++i) {
        times.push_back({static_cast<int>(i % 2), edges_s[i - 1] - zero_s, edges_s[i] - zero_s});
      }
      return recon::make_gates(times, zero_s);
    };
    for (const double zero_s : {-3600.1, 0.0, 1234.567}) {
      const auto gates = gates_from(zero_s);
      QCOMPARE(gates[0].pieces, (std::vector<Frame>{{700, 1300}, {2900, 3300}}));
      QCOMPARE(gates[1].pieces, (std::vector<Frame>{{100, 700}, {1300, 2900}}));
    }
  }

  void wrong_gates_are_refused() {
    const std::vector<recon::GateTime> twice{{1, 0, 2}, {2, 1, 3}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_gates(twice, 0));
    const std::vector<recon::GateTime> early{{1, 0, 2}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_gates(early, -1));
    const std::vector<recon::GateTime> backward{{1, 2, 1}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_gates(backward, 0));
    const std::vector<recon::GateTime> nothing{{1, 2, 2.0001}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::make_gates(nothing, 0));
  }
};

COINCIDE_TEST_CLASS(FramesTest)

}  // namespace coincide::tests

#include "frames_test.moc"
