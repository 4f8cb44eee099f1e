// The automatic checks of listmode data find what is wrong, and only that.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "io/data_checks.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using coincide::tests::MemoryEvents;

namespace {

/// Prompts of a source at (20, 10, 0) mm in a ring with TOF, `sign` -1 with the TOF bins turned round.
MemoryEvents off_centre_source(int sign) {
  MemoryEvents listmode(tests::small_scanner({.modules = 16,
                                              .transaxial = 3,
                                              .axial = 2,
                                              .radius_mm = 80,
                                              .tof_bins = 21,
                                              .tof_width_mm = 8,
                                              .tof_sigma_mm = 6}));
  const auto& centres = listmode.scanner().crystal_centre_mm;
  const recon::Vec3 source{20, 10, 0};
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> crystal(0, static_cast<std::uint32_t>(centres.size() - 1));
  while (listmode.events.size() < 20000) {
    const std::uint32_t a = crystal(random);
    const std::uint32_t b = crystal(random);
    const recon::Vec3 d{centres[b][0] - centres[a][0], centres[b][1] - centres[a][1], centres[b][2] - centres[a][2]};
    const float length = std::hypot(d[0], d[1], d[2]);
    // Distance of the source from the line, and its place along it from the middle.
    float along = -0.5F * length;
    for (int axis = 0; axis < 3 && length > 0; ++axis) {
      along += (source[axis] - centres[a][axis]) * d[axis] / length;
    }
    const float part = length > 0 ? 0.5F + along / length : 0;
    const float away = std::hypot(centres[a][0] + part * d[0] - source[0], centres[a][1] + part * d[1] - source[1],
                                  centres[a][2] + part * d[2] - source[2]);
    const auto bin = static_cast<int>(std::lround(static_cast<float>(sign) * along / 8)) + 10;
    if (length > 80 && away < 8 && bin >= 0 && bin < 21) {
      listmode.add(a, b, static_cast<std::uint16_t>(bin), static_cast<std::uint32_t>(listmode.events.size() / 10));
    }
  }
  return listmode;
}

/// Twice all pairs of crystals of different modules, some of them delayed.
MemoryEvents every_pair(std::uint32_t dead_crystal = 1000) {
  MemoryEvents listmode(tests::small_scanner());
  const auto crystals = static_cast<std::uint32_t>(listmode.scanner().num_crystals());
  for (std::uint32_t a = 0; a < crystals; ++a) {
    for (std::uint32_t b = 0; b < a; ++b) {
      if (a != dead_crystal && b != dead_crystal && a / 6 != b / 6) {  // not within a module of six
        listmode.add(a, b, 0, a * 50);
        listmode.add(a, b, 0, a * 50, b % 4 == 0);
      }
    }
  }
  return listmode;
}

io::DataCheck check_named(const io::DataSummary& summary, const char* name) {
  const auto found = std::ranges::find(summary.checks, name, &io::DataCheck::name);
  return found == summary.checks.end() ? io::DataCheck{} : *found;
}

io::DataSummary check(MemoryEvents listmode) {
  recon::Reporter silent;
  return io::check_data(listmode, silent);
}

}  // namespace

class DataChecksTest : public QObject {
  Q_OBJECT

 private slots:
  void good_data_are_good() {
    const io::DataSummary summary = check(every_pair());
    for (const io::DataCheck& one : summary.checks) {
      QVERIFY2(one.verdict == io::Verdict::good, (one.name + ": " + one.sentence).c_str());
    }
    QVERIFY(summary.complete);
    QCOMPARE(summary.counts.prompts + summary.counts.delayeds, 48U * 42U);
    QCOMPARE(std::accumulate(summary.prompts_per_crystal.begin(), summary.prompts_per_crystal.end(), std::uint64_t{0}),
             2 * summary.counts.prompts);
    QCOMPARE(std::accumulate(summary.prompts_per_second.begin(), summary.prompts_per_second.end(), std::uint64_t{0}),
             summary.counts.prompts);
    QCOMPARE(summary.prompts_per_second.size(), std::size_t{3});
  }

  void a_dead_crystal_is_noticed() {
    const io::DataCheck crystals = check_named(check(every_pair(7)), "Crystals");
    QVERIFY(crystals.verdict == io::Verdict::notice);
    QVERIFY(crystals.sentence.starts_with("1 of 48"));
  }

  void time_that_runs_backwards_is_bad() {
    MemoryEvents listmode = every_pair();
    listmode.add(0, 20, 0, 5);
    QVERIFY(check_named(check(listmode), "Time").verdict == io::Verdict::bad);
  }

  void the_sign_of_tof_is_seen() {
    QVERIFY(check_named(check(off_centre_source(1)), "TOF sign").verdict == io::Verdict::good);
    QVERIFY(check_named(check(off_centre_source(-1)), "TOF sign").verdict == io::Verdict::bad);
  }

  void missing_delayeds_are_noticed() {
    QVERIFY(check_named(check(off_centre_source(1)), "Delayeds").verdict == io::Verdict::notice);
  }

  void stopping_keeps_what_was_read() {
    struct Stop : recon::Reporter {
      bool stop_requested() const override { return true; }
    } stop;
    MemoryEvents listmode = every_pair();
    const io::DataSummary summary = io::check_data(listmode, stop);
    QVERIFY(!summary.complete);
    QCOMPARE(summary.counts.prompts, 0U);
  }
};

COINCIDE_TEST_CLASS(DataChecksTest)
#include "data_checks_test.moc"
