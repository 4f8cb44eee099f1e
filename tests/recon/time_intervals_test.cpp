#include <QtTest>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "recon/time_intervals.h"
#include "support/test_main.h"

namespace coincide::tests {

class TimeIntervalsTest : public QObject {
  Q_OBJECT

 private slots:
  void gaps_do_not_count() {
    recon::TimeIntervals intervals;
    intervals.add({0, 100});
    intervals.add({100, 200});
    intervals.add({500, 600});
    intervals.add({550, 580});
    intervals.add({7, 7});
    QCOMPARE(intervals.total_s(), 0.3);
  }

  /// Against a list of milliseconds, in any order, with overlaps.
  void union_equals_marked_milliseconds() {
    std::mt19937 random(1);
    recon::TimeIntervals intervals;
    std::vector<bool> marked(1000, false);
    for (int i = 0; i < 60; ++i) {
      const std::uint32_t start = random() % 950;
      const std::uint32_t stop = start + random() % 50;
      intervals.add({start, stop});
      std::fill(marked.begin() + start, marked.begin() + stop, true);
      const auto total = static_cast<double>(std::count(marked.begin(), marked.end(), true)) * 1e-3;
      QVERIFY(std::abs(intervals.total_s() - total) < 1e-12);
    }
  }

  void overlap_holds_what_both_have() {
    recon::TimeIntervals a;
    a.add({0, 100});
    a.add({200, 300});
    a.add({400, 500});
    recon::TimeIntervals b;
    b.add({50, 250});
    b.add({290, 450});
    b.add({600, 700});
    const std::vector<recon::TimeInterval> common{{50, 100}, {200, 250}, {290, 300}, {400, 450}};
    QCOMPARE(a.overlap(b).list(), common);
    QCOMPARE(b.overlap(a).list(), common);
    QCOMPARE(a.overlap({}).count(), std::size_t{0});
  }

  /// By the definition, D = T lambda / sum(exp(-lambda u) - exp(-lambda v)), worked out elsewhere.
  void decay_factors_are_right_data() {
    QTest::addColumn<double>("half_life_s");
    QTest::addColumn<std::vector<recon::TimeInterval>>("recorded");
    QTest::addColumn<double>("factor");
    using Intervals = std::vector<recon::TimeInterval>;
    constexpr double f18_s = 6584.04;
    QTest::newRow("F-18, 60 s") << f18_s << Intervals{{0, 60'000}} << 1.003162;
    QTest::newRow("F-18, 600 s") << f18_s << Intervals{{0, 600'000}} << 1.031916;
    QTest::newRow("F-18, 3600 s") << f18_s << Intervals{{0, 3'600'000}} << 1.201440;
    QTest::newRow("C-11, 1200 s") << 1221.66 << Intervals{{0, 1'200'000}} << 1.378764;
    QTest::newRow("O-15, 600 s") << 122.46 << Intervals{{0, 600'000}} << 3.513840;
    QTest::newRow("F-18, later") << f18_s << Intervals{{3'600'000, 4'200'000}} << 1.507441;
    QTest::newRow("F-18, with a pause") << f18_s << Intervals{{0, 200'000}, {400'000, 600'000}} << 1.031839;
    // One half-life: half of the atoms decay, at a mean rate of 1 / (2 ln 2) of the first.
    QTest::newRow("one half-life") << 60.0 << Intervals{{0, 60'000}} << 2 * std::numbers::ln2;
    QTest::newRow("hardly any decay") << 1e12 << Intervals{{0, 60'000}} << 1.0;
    QTest::newRow("no decay") << 0.0 << Intervals{{0, 60'000}} << 1.0;
    QTest::newRow("nothing recorded") << f18_s << Intervals{} << 1.0;
  }
  void decay_factors_are_right() {
    QFETCH(double, half_life_s);
    QFETCH(std::vector<recon::TimeInterval>, recorded);
    QFETCH(double, factor);
    recon::TimeIntervals intervals;
    for (const recon::TimeInterval& interval : recorded) {
      intervals.add(interval);
    }
    const double found = recon::decay_factor(intervals, half_life_s, 0);
    QVERIFY2(std::abs(found - factor) < 1e-6, qPrintable(QString::number(found, 'g', 10)));
    // In small pieces, too.
    recon::TimeIntervals pieces;
    for (const recon::TimeInterval& interval : recorded) {
      for (std::uint32_t start = interval.start_ms; start < interval.stop_ms; start += 1000) {
        pieces.add({start, start + 1000});
      }
    }
    QCOMPARE(recon::decay_factor(pieces, half_life_s, 0), found);
  }

  void a_later_reference_lowers_the_factor() {
    recon::TimeIntervals recorded;
    recorded.add({3'600'000, 4'200'000});
    QVERIFY(std::abs(recon::decay_factor(recorded, 6584.04, 3'600'000) - 1.031916) < 1e-6);
  }
};

COINCIDE_TEST_CLASS(TimeIntervalsTest)

}  // namespace coincide::tests

#include "time_intervals_test.moc"
