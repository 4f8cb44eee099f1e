// Several scans on one clock are what one scan with a pause would be.

#include "recon/joined_events.h"

#include <QtTest>
#include <memory>
#include <vector>

#include "projectors/error.h"
#include "recon/listmode_data.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::JoinedEvents;
using recon::Scan;

/// 1 event per ms, every tenth delayed, from `first_ms` on.
std::unique_ptr<MemoryEvents> scan(std::uint32_t first_ms, std::uint32_t count, bool tof = true) {
  auto events = std::make_unique<MemoryEvents>(small_scanner({.tof_bins = tof ? 5 : 1, .tof_width_mm = 50}), 30);
  for (std::uint32_t i = 0; i < count; ++i) {
    events->add(i % 24, 24 + i % 23, static_cast<std::uint16_t>(tof ? i % 5 : 0), first_ms + i, i % 10 == 3);
  }
  return events;
}

template <class... Sources>
JoinedEvents joined(std::uint32_t start_ms, Sources... sources) {
  std::vector<Scan> scans;
  (scans.push_back({"scan", std::move(sources), scans.empty() ? 0 : start_ms}), ...);
  return JoinedEvents(std::move(scans));
}

recon::ListmodeData load(recon::EventSource& source, const recon::LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  recon::Reporter silent;
  return recon::ListmodeData::load(source, model, options, silent);
}

}  // namespace

class JoinedEventsTest : public QObject {
  Q_OBJECT

 private slots:
  void the_second_scan_is_later_by_its_start() {
    JoinedEvents both = joined(7'701'000, scan(0, 100), scan(50, 200));
    for (int pass = 0; pass < 2; ++pass) {
      const recon::ListmodeData all = load(both, {});
      QCOMPARE(all.counts().prompts, 270U);
      QCOMPARE(all.counts().delayeds, 30U);
      QCOMPARE(all.recorded().list(), (std::vector<recon::TimeInterval>{{0, 100}, {7'701'050, 7'701'250}}));
      QCOMPARE(both.counts().first_ms, 0U);
      QCOMPARE(both.counts().last_ms, 7'701'250U);
      QCOMPARE(both.counts().duration_s, 0.3);
      QCOMPARE(both.fraction_read(), 1.0);
    }
    const recon::ListmodeData second = load(both, {.start_s = 7701});
    QCOMPARE(second.counts().prompts, 180U);
    QCOMPARE(second.counts().first_ms, 7'701'050U);
    QCOMPARE(second.scan_start_ms(), 0U);
  }

  /// What the bed did in the scan before is over.
  void each_scan_begins_at_the_reference_position() {
    auto first = scan(0, 100), second = scan(0, 100);
    first->moves_at_ms = 50;
    second->moves_at_ms = 20;
    JoinedEvents both = joined(1000, std::move(first), std::move(second));
    const std::vector<recon::PoseRow> rows = load(both, {}).movements().poses();
    const recon::Pose moved{.t_mm = {0, 0, 1}};
    const std::vector<std::pair<double, recon::Pose>> expected{{0, {}}, {0.05, moved}, {1, {}}, {1.02, moved}};
    QCOMPARE(rows.size(), expected.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      QCOMPARE(rows[row].time_s, expected[row].first);
      QCOMPARE(rows[row].pose, expected[row].second);
    }
    QVERIFY(both.counts().moves && !both.counts().starts_elsewhere);
  }

  void what_does_not_go_together_is_refused() {
    QVERIFY_THROWS_EXCEPTION(InputError, JoinedEvents({}));
    QVERIFY_THROWS_EXCEPTION(InputError, joined(1000, scan(0, 10), scan(0, 10, false)));
    auto other = scan(0, 10);
    other->table.calibration_factor = 2;
    QVERIFY_THROWS_EXCEPTION(InputError, joined(1000, scan(0, 10), std::move(other)));
    JoinedEvents late = joined(4'294'967'000U, scan(0, 10), scan(0, 500));
    QVERIFY_THROWS_EXCEPTION(InputError, load(late, {}));
  }
};

COINCIDE_TEST_CLASS(JoinedEventsTest)

}  // namespace coincide::tests

#include "joined_events_test.moc"
