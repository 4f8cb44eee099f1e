// Several frames or gates from one pass over the events are what each alone would be.

#include <QtTest>
#include <algorithm>
#include <random>
#include <vector>

#include "projectors/error.h"
#include "recon/listmode_data.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::ListmodeData;
using recon::LoadOptions;
using recon::TimeParts;

/// 20 events per ms for 2 s, every tenth delayed, every seventh between crystals of one module, which is impossible.
MemoryEvents acquisition() {
  MemoryEvents source(small_scanner({.tof_bins = 5, .tof_width_mm = 50}), 4000);
  std::mt19937 generator(1);
  for (int i = 0; i < 40'000; ++i) {
    const std::uint32_t a = generator() % 24;
    const std::uint32_t b = i % 7 == 0 ? a / 6 * 6 + (a + 1) % 6 : 24 + generator() % 24;
    source.add(a, b, static_cast<std::uint16_t>(generator() % 5), static_cast<std::uint32_t>(i / 20), i % 10 == 3);
  }
  return source;
}

std::vector<ListmodeData> load_parts(recon::EventSource& source, const TimeParts& parts, const LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  recon::Reporter reporter;
  return ListmodeData::load_parts(source, model, parts, options, reporter);
}

ListmodeData load(recon::EventSource& source, const LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  recon::Reporter reporter;
  return ListmodeData::load(source, model, options, reporter);
}

TimeParts frames(std::string_view durations, double start_s) {
  return TimeParts(recon::parts_of(recon::parse_durations(durations, start_s)));
}

bool same_events(ListmodeData& a, ListmodeData& b) {
  bool same = a.num_subsets() == b.num_subsets();
  for (int subset = 0; same && subset < a.num_subsets(); ++subset) {
    const recon::PromptColumns x = a.subset(subset), y = b.subset(subset);
    same = std::ranges::equal(x.crystal_a, y.crystal_a) && std::ranges::equal(x.crystal_b, y.crystal_b) &&
           std::ranges::equal(x.tof_bin, y.tof_bin) && std::ranges::equal(x.factor, y.factor);
  }
  return same;
}

}  // namespace

class ListmodePartsTest : public QObject {
  Q_OBJECT

 private slots:
  void a_frame_of_several_is_the_frame_alone() {
    MemoryEvents source = acquisition();
    std::vector<ListmodeData> several = load_parts(source, frames("3x0.1, 2x0.5, 0.15", 0.25), {.subsets = 3});
    QCOMPARE(several.size(), std::size_t{6});
    const std::vector<double> edges_s{0.25, 0.35, 0.45, 0.55, 1.05, 1.55, 1.7};
    for (std::size_t i = 0; i < several.size(); ++i) {
      ListmodeData& frame = several[i];
      ListmodeData alone = load(source, {.subsets = 3, .start_s = edges_s[i], .stop_s = edges_s[i + 1]});
      QVERIFY(same_events(frame, alone));
      QCOMPARE(frame.counts().prompts, alone.counts().prompts);
      QCOMPARE(frame.counts().delayeds, alone.counts().delayeds);
      QCOMPARE(frame.counts().first_ms, alone.counts().first_ms);
      QCOMPARE(frame.counts().time_warnings, alone.counts().time_warnings);
      QCOMPARE(frame.num_impossible(), alone.num_impossible());
      QCOMPARE(frame.recorded().list(), alone.recorded().list());
      QVERIFY(std::ranges::equal(frame.delayeds_per_crystal(), alone.delayeds_per_crystal()));
    }
  }

  void frames_share_what_the_span_holds() {
    MemoryEvents source = acquisition();
    const ListmodeData span = load(source, {.start_s = 0.25, .stop_s = 1.7});
    std::uint64_t prompts = 0, delayeds = 0;
    std::vector<std::uint64_t> delayeds_per_crystal(source.scanner().num_crystals());
    for (const ListmodeData& frame : load_parts(source, frames("3x0.1, 2x0.5, 0.15", 0.25), {})) {
      prompts += frame.counts().prompts;
      delayeds += frame.counts().delayeds;
      for (std::size_t i = 0; i < delayeds_per_crystal.size(); ++i) {
        delayeds_per_crystal[i] += frame.delayeds_per_crystal()[i];
      }
    }
    QCOMPARE(prompts, span.counts().prompts);
    QCOMPARE(delayeds, span.counts().delayeds);
    QVERIFY(delayeds > 0 && std::ranges::equal(delayeds_per_crystal, span.delayeds_per_crystal()));
  }

  /// Gates of 10 and 50 ms in turn: 20 events per ms, a tenth of them delayed.
  void gates_hold_their_own_times() {
    MemoryEvents source = acquisition();
    std::vector<recon::GateTime> times;
    for (int cycle = 0; cycle < 30; ++cycle) {
      const double start_s = 0.06 * cycle;
      times.push_back({1, start_s, start_s + 0.01});
      times.push_back({2, start_s + 0.01, start_s + 0.06});
    }
    const std::vector<ListmodeData> gates = load_parts(source, TimeParts(recon::make_gates(times, 0.1)), {});
    QCOMPARE(gates[0].counts().prompts, 30U * 10 * 18);
    QCOMPARE(gates[1].counts().prompts, 30U * 50 * 18);
    QCOMPARE(gates[0].duration_s(), 0.3);
    QCOMPARE(gates[1].duration_s(), 1.5);
    QCOMPARE(gates[0].recorded().count(), std::size_t{30});
    QCOMPARE(gates[1].recorded().list()[0], (recon::TimeInterval{110, 160}));
  }

  /// Before the injection there may be nothing; a frame behind the end is a mistake.
  void parts_may_be_without_prompts_but_not_without_time() {
    MemoryEvents source(small_scanner());
    source.add(0, 24, 0, 0, true);
    source.add(0, 24, 0, 500);
    source.silence_ms = 100;
    const std::vector<ListmodeData> data = load_parts(source, frames("0.5, 0.1", 0), {});
    QCOMPARE(data[0].num_prompts(), 0U);
    QCOMPARE(data[0].duration_s(), 0.5);
    QCOMPARE(data[1].num_prompts(), 1U);
    QVERIFY_THROWS_EXCEPTION(InputError, load_parts(source, frames("0.5", 0), {}));
    QVERIFY_THROWS_EXCEPTION(InputError, load_parts(source, frames("2x0.6, 1", 0), {}));
  }

  /// What one part does not need another may have; events that find no place in memory go to a file.
  void parts_share_the_memory_limit() {
    MemoryEvents source = acquisition();
    const std::uint64_t columns_of_a_part = 6 << 16;
    const auto in_files = [&](std::uint64_t limit) {
      const auto parts = load_parts(source, frames("2x0.01, 0.1", 0), {.memory_limit_bytes = limit});
      return std::ranges::count_if(parts, &ListmodeData::in_scratch_file);
    };
    QCOMPARE(in_files(3 * columns_of_a_part), 0);
    QCOMPARE(in_files(2 * columns_of_a_part), 1);
  }
};

COINCIDE_TEST_CLASS(ListmodePartsTest)

}  // namespace coincide::tests

#include "listmode_parts_test.moc"
