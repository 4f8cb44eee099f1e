#include "recon/listmode_data.h"

#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <random>

#include "projectors/error.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::ListmodeData;
using recon::LoadOptions;
using recon::PromptColumns;

/// 10 events per ms: every tenth delayed, every seventh between crystals of one module.
MemoryEvents acquisition(int count = 1000) {
  MemoryEvents source(small_scanner({.tof_bins = 5, .tof_width_mm = 50}), static_cast<std::size_t>(count / 10));
  std::mt19937 generator(1);
  for (int i = 0; i < count; ++i) {
    const std::uint32_t a = generator() % 24;
    const std::uint32_t b = i % 7 == 0 ? a / 6 * 6 + (a + 1) % 6 : 24 + generator() % 24;
    source.add(a, b, static_cast<std::uint16_t>(generator() % 5), static_cast<std::uint32_t>(i / 10), i % 10 == 3);
  }
  return source;
}

ListmodeData load(MemoryEvents& source, const LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  recon::Reporter reporter;
  return ListmodeData::load(source, model, options, reporter);
}

struct StopAtOnce : recon::Reporter {
  mutable int asked = 0;
  bool stop_requested() const override { return ++asked > 3; }
};

}  // namespace

class ListmodeDataTest : public QObject {
  Q_OBJECT

 private slots:
  void fewer_subsets_are_as_if_loaded_so() {
    MemoryEvents source = acquisition();
    ListmodeData fewer = load(source, {.subsets = 5});
    fewer.limit_subsets(7);
    QCOMPARE(fewer.num_subsets(), 5);
    fewer.limit_subsets(2);
    QCOMPARE(fewer.num_subsets(), 2);
    ListmodeData loaded = load(source, {.subsets = 2});
    QCOMPARE(fewer.num_prompts(), loaded.num_prompts());
    for (int subset = 0; subset < 2; ++subset) {
      const PromptColumns a = fewer.subset(subset);
      const PromptColumns b = loaded.subset(subset);
      QCOMPARE(a.size(), b.size());
      QVERIFY(std::ranges::equal(a.crystal_a, b.crystal_a) && std::ranges::equal(a.crystal_b, b.crystal_b));
      QVERIFY(std::ranges::equal(a.tof_bin, b.tof_bin) && std::ranges::equal(a.factor, b.factor));
      QVERIFY(std::ranges::all_of(a.additive, [](float b_of_event) { return b_of_event == 0; }));
    }
  }

  void prompts_are_dealt_to_subsets_in_turn() {
    MemoryEvents source = acquisition();
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    ListmodeData data = load(source, {.subsets = 3});
    QCOMPARE(data.num_subsets(), 3);
    std::size_t next = 0;
    std::uint64_t impossible = 0;
    for (std::size_t i = 0; i < source.events.size(); ++i) {
      if (source.events.delayed[i] != 0) {
        continue;
      }
      if (i % 7 == 0) {
        ++impossible;
        continue;
      }
      const PromptColumns columns = data.subset(static_cast<int>(next % 3));
      const std::size_t row = next++ / 3;
      QVERIFY(row < columns.size());
      QCOMPARE(columns.crystal_a[row], source.events.crystal_a[i]);
      QCOMPARE(columns.crystal_b[row], source.events.crystal_b[i]);
      QCOMPARE(columns.tof_bin[row], source.events.tof_bin[i]);
      QCOMPARE(columns.factor[row], model.factor(columns.crystal_a[row], 0, columns.crystal_b[row], 0));
      QCOMPARE(columns.additive[row], 0.0F);
    }
    QCOMPARE(data.num_prompts(), next);
    QCOMPARE(data.num_impossible(), impossible);
    QCOMPARE(data.counts().prompts, 900U);
    QCOMPARE(data.counts().delayeds, 100U);
    QCOMPARE(data.duration_s(), 0.1);
    QVERIFY(!data.in_scratch_file());
  }

  void delayeds_count_for_both_crystals() {
    MemoryEvents source(small_scanner());
    source.add(0, 24);
    source.add(0, 24, 0, 0, true);
    source.add(1, 24, 0, 0, true);
    source.add(2, 3, 0, 0, true);  // of one module: impossible
    const ListmodeData data = load(source, {});
    QCOMPARE(data.delayeds_per_crystal()[0], 1U);
    QCOMPARE(data.delayeds_per_crystal()[1], 1U);
    QCOMPARE(data.delayeds_per_crystal()[24], 2U);
    QCOMPARE(data.delayeds_per_crystal()[2], 0U);
    QCOMPARE(data.counts().delayeds, 3U);
  }

  void scratch_file_equals_memory() {
    const auto folder = std::filesystem::temp_directory_path() / "coincide-listmode-data-test";
    std::filesystem::create_directories(folder);
    MemoryEvents source = acquisition(60'000);
    ListmodeData in_memory = load(source, {.subsets = 2});
    // Room for the first pieces of the columns only: the rest of each column follows them in the file.
    ListmodeData in_file = load(source, {.subsets = 2, .memory_limit_bytes = 700'000, .scratch_folder = folder});
    QVERIFY(!in_memory.in_scratch_file());
    QVERIFY(in_file.in_scratch_file());
    QVERIFY2(std::filesystem::is_empty(folder), "a crash would leave the scratch file behind");
    QCOMPARE(in_file.num_prompts(), in_memory.num_prompts());
    for (int subset = 0; subset < 2; ++subset) {
      const PromptColumns a = in_memory.subset(subset);
      const PromptColumns b = in_file.subset(subset);
      QVERIFY(std::ranges::equal(a.crystal_a, b.crystal_a));
      QVERIFY(std::ranges::equal(a.crystal_b, b.crystal_b));
      QVERIFY(std::ranges::equal(a.tof_bin, b.tof_bin));
      QVERIFY(std::ranges::equal(a.factor, b.factor));
      QVERIFY(std::ranges::equal(a.additive, b.additive));
      b.additive[b.size() - 1] = 5;  // the file is writable memory
      QCOMPARE(in_file.subset(subset).additive[b.size() - 1], 5.0F);
    }
    std::filesystem::remove(folder);
  }

  void missing_scratch_folder_is_told() {
    MemoryEvents source = acquisition();
    QVERIFY_THROWS_EXCEPTION(FileError,
                             load(source, {.memory_limit_bytes = 1, .scratch_folder = "/nonexistent/folder"}));
  }

  void time_window() {
    MemoryEvents source = acquisition();
    const ListmodeData data = load(source, {.start_s = 0.02, .stop_s = 0.05});
    QCOMPARE(data.counts().prompts, 270U);
    QCOMPARE(data.counts().delayeds, 30U);
    QVERIFY(std::abs(data.duration_s() - 0.03) < 1e-9);
    QCOMPARE(data.counts().first_ms, 20U);
    QCOMPARE(data.counts().last_ms, 50U);
    QVERIFY_THROWS_EXCEPTION(InputError, load(source, {.start_s = 0.05, .stop_s = 0.02}));
    QVERIFY_THROWS_EXCEPTION(InputError, load(source, {.start_s = 7}));
  }

  void time_without_events_counts() {
    MemoryEvents source = acquisition();
    source.silence_ms = 50;
    QVERIFY(std::abs(load(source, {}).duration_s() - 0.15) < 1e-9);
    QVERIFY(std::abs(load(source, {.stop_s = 0.12}).duration_s() - 0.12) < 1e-9);
  }

  void windows_together_hold_every_event_once() {
    MemoryEvents source = acquisition();
    const std::uint64_t all = load(source, {}).num_prompts();
    const std::uint64_t early = load(source, {.stop_s = 0.033}).num_prompts();
    const std::uint64_t late = load(source, {.start_s = 0.033}).num_prompts();
    QVERIFY(early > 0 && late > 0);
    QCOMPARE(early + late, all);
  }

  /// A time block belongs to the window that it starts in, with its events and with its time.
  void window_edges_within_time_blocks() {
    MemoryEvents source(small_scanner(), 3);
    source.step_ms = 10;
    for (std::uint32_t i = 0; i < 50; ++i) {
      source.add(0, 24, 0, i / 5 * 10);
    }
    const ListmodeData early = load(source, {.stop_s = 0.034});
    QCOMPARE(early.num_prompts(), 20U);
    QCOMPARE(early.duration_s(), 0.04);
    QCOMPARE(early.counts().last_ms, 40U);
    const ListmodeData late = load(source, {.start_s = 0.034});
    QCOMPARE(late.num_prompts(), 30U);
    QCOMPARE(late.duration_s(), 0.06);
    QCOMPARE(late.counts().first_ms, 40U);
    const ListmodeData middle = load(source, {.start_s = 0.01, .stop_s = 0.011});
    QCOMPARE(middle.num_prompts(), 5U);
    QCOMPARE(middle.duration_s(), 0.01);
  }

  /// Where bed and gantry stand elsewhere before or after the window does not matter.
  void motion_in_the_window_is_refused() {
    MemoryEvents moving = acquisition();
    const ListmodeData all = load(moving, {});
    moving.moves_at_ms = 50;
    QVERIFY_THROWS_EXCEPTION(InputError, load(moving, {}));
    QVERIFY_THROWS_EXCEPTION(InputError, load(moving, {.start_s = 0.04}));
    const ListmodeData before = load(moving, {.stop_s = 0.05});
    const ListmodeData after = load(moving, {.start_s = 0.05});
    QVERIFY(before.num_prompts() > 0 && after.num_prompts() > 0);
    QCOMPARE(before.num_prompts() + after.num_prompts(), all.num_prompts());
  }

  void emptiness_is_refused() {
    MemoryEvents empty(small_scanner());
    QVERIFY_THROWS_EXCEPTION(InputError, load(empty, {}));
    MemoryEvents impossible(small_scanner());
    impossible.add(0, 1);
    QVERIFY_THROWS_EXCEPTION(InputError, load(impossible, {}));
    MemoryEvents good = acquisition();
    QVERIFY_THROWS_EXCEPTION(InputError, load(good, {.subsets = 0}));
  }

  void stop_keeps_what_was_read() {
    MemoryEvents source = acquisition();
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    StopAtOnce reporter;
    const ListmodeData data = ListmodeData::load(source, model, {}, reporter);
    QCOMPARE(data.counts().prompts + data.counts().delayeds, 300U);
  }
};

COINCIDE_TEST_CLASS(ListmodeDataTest)

}  // namespace coincide::tests

#include "listmode_data_test.moc"
