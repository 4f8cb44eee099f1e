#include <QtTest>
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
};

COINCIDE_TEST_CLASS(TimeIntervalsTest)

}  // namespace coincide::tests

#include "time_intervals_test.moc"
