#include "recon/listmode_data.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <utility>

#include "projectors/error.h"
#include "recon/image.h"
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

/// Hands out the time blocks that it is given, in their order; each has `prompts` events.
class BlockEvents final : public recon::EventSource {
 public:
  void add(recon::TimeInterval time, std::uint64_t prompts = 10) {
    blocks_.push_back({.time = time, .prompts = prompts});
  }
  void reverse() { std::ranges::reverse(blocks_); }
  void shuffle() { std::ranges::shuffle(blocks_, std::mt19937(3)); }
  void move(std::uint32_t start_ms, double z_mm) {
    movements_.push_back({.start_ms = start_ms, .of_gantry = false, .pose = {.t_mm = {0, 0, z_mm}}});
  }

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::Efficiencies& efficiencies() const override { return efficiencies_; }
  std::string format() const override { return "blocks"; }
  bool read(recon::EventBlock& block) override {
    block.clear();
    if (next_ == blocks_.size()) {
      block.movements = std::exchange(movements_left_, {});
      return !block.movements.empty();
    }
    const recon::TimeBlock& one = blocks_[next_++];
    block.time_blocks = {one};
    block.crystal_a.assign(one.prompts, 0);
    block.crystal_b.assign(one.prompts, 24);
    block.tof_bin.assign(one.prompts, 0);
    block.time_ms.assign(one.prompts, one.time.start_ms);
    block.delayed.assign(one.prompts, 0);
    counts_.prompts += one.prompts;
    return true;
  }
  void rewind() override {
    next_ = 0;
    movements_left_ = movements_;
    counts_ = {};
  }
  double fraction_read() const override { return static_cast<double>(next_) / static_cast<double>(blocks_.size()); }
  const recon::EventCounts& counts() const override { return counts_; }

 private:
  recon::Scanner scanner_ = small_scanner();
  recon::Efficiencies efficiencies_;
  std::vector<recon::TimeBlock> blocks_;
  std::vector<recon::Movement> movements_;  ///< all behind the last block
  std::vector<recon::Movement> movements_left_;
  std::size_t next_ = 0;
  recon::EventCounts counts_;
};

/// Block i lasts from 10 i to 10 i + 10 ms and has i + 1 prompts.
BlockEvents blocks_of_10_ms(std::uint32_t count) {
  BlockEvents source;
  for (std::uint32_t i = 0; i < count; ++i) {
    source.add({10 * i, 10 * i + 10}, i + 1);
  }
  return source;
}

/// Notes what it is told.
struct Listener : recon::Reporter {
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  std::vector<std::string> notes;
};

ListmodeData load(recon::EventSource& source, const LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  recon::Reporter reporter;
  return ListmodeData::load(source, model, options, reporter);
}

struct StopSoon : recon::Reporter {
  mutable int asked = 0;
  bool stop_requested() const override { return ++asked > 3; }
};

struct Stopped : recon::Reporter {
  bool stop_requested() const override { return true; }
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

  /// A frame holds what begins in it, wherever it lies in the file.
  void order_of_time_blocks_does_not_matter() {
    for (const int order : {0, 1, 2}) {
      BlockEvents source = blocks_of_10_ms(50);
      if (order == 1) {
        source.reverse();
      } else if (order == 2) {
        source.shuffle();
      }
      QCOMPARE(load(source, {}).num_prompts(), 50U * 51 / 2);
      const ListmodeData frame = load(source, {.start_s = 0.1, .stop_s = 0.3});
      QCOMPARE(frame.num_prompts(), 30U * 31 / 2 - 10U * 11 / 2);
      QCOMPARE(frame.duration_s(), 0.2);
      QCOMPARE(frame.counts().first_ms, 100U);
      QCOMPARE(frame.counts().last_ms, 300U);
      QCOMPARE(frame.recorded().list(), (std::vector<recon::TimeInterval>{{100, 300}}));
      // Frames that touch hold every prompt once.
      std::uint64_t all = 0;
      for (const auto& [start_s, stop_s] : {std::pair{0.0, 0.07}, {0.07, 0.22}, {0.22, 0.0}}) {
        all += load(source, {.start_s = start_s, .stop_s = stop_s}).num_prompts();
      }
      QCOMPARE(all, 50U * 51 / 2);
    }
  }

  void motion_is_seen_in_any_order() {
    for (const bool reversed : {false, true}) {
      BlockEvents source = blocks_of_10_ms(50);
      if (reversed) {
        source.reverse();
      }
      source.move(250, 1);
      const auto change_ms = [&](const LoadOptions& options) {
        return load(source, options).movements().first_change_ms();
      };
      QCOMPARE(change_ms({}), std::optional(250U));
      QCOMPARE(change_ms({.start_s = 0.24, .stop_s = 0.26}), std::optional(250U));
      QVERIFY(!change_ms({.stop_s = 0.25}) && !change_ms({.start_s = 0.25}));
      QVERIFY(load(source, {.start_s = 0.25}).movements().starts_elsewhere());
    }
  }

  /// 0.07 s is a little more than 70 ms in floating point, 0.57 s a little less than 570 ms.
  void edges_are_rounded_to_milliseconds() {
    BlockEvents source;
    for (std::uint32_t i = 0; i < 1000; ++i) {
      source.add({i, i + 1}, 1);
    }
    for (const double edge_s : {0.07, 0.57, 0.29, 0.5704, 0.56951}) {
      const auto edge_ms = static_cast<std::uint64_t>(std::llround(1000 * edge_s));
      QCOMPARE(load(source, {.stop_s = edge_s}).num_prompts(), edge_ms);
      QCOMPARE(load(source, {.start_s = edge_s}).num_prompts(), 1000 - edge_ms);
    }
    QVERIFY_THROWS_EXCEPTION(InputError, load(source, {.start_s = 0.5, .stop_s = 0.5004}));
  }

  void frames_that_blocks_do_not_resolve_are_told_data() {
    QTest::addColumn<double>("start_s");
    QTest::addColumn<double>("stop_s");
    QTest::addColumn<bool>("warns");
    QTest::newRow("all") << 0.0 << 0.0 << false;
    QTest::newRow("four blocks and one more") << 0.24 << 1.1 << true;
    QTest::newRow("four whole blocks") << 1.0 << 2.0 << true;  // longer than a tenth each
    QTest::newRow("forty whole blocks") << 10.0 << 20.0 << false;
    QTest::newRow("starts in a block") << 0.1 << 10.0 << true;
    QTest::newRow("ends in a block") << 10.0 << 20.1 << true;
    QTest::newRow("long, ends in a block") << 10.0 << 90.1 << false;  // less than a hundredth: a note
  }
  void frames_that_blocks_do_not_resolve_are_told() {
    QFETCH(double, start_s);
    QFETCH(double, stop_s);
    QFETCH(bool, warns);
    BlockEvents source;
    for (std::uint32_t i = 0; i < 400; ++i) {
      source.add({250 * i, 250 * i + 250}, 5);
    }
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    Listener listener;
    const ListmodeData data = ListmodeData::load(source, model, {.start_s = start_s, .stop_s = stop_s}, listener);
    const auto& warnings = data.counts().time_warnings;
    QCOMPARE(warnings.size(), std::size_t{warns ? 1U : 0U});
    if (warns) {
      QVERIFY2(warnings[0].find("last up to 0.25 s") != std::string::npos, warnings[0].c_str());
    }
    QCOMPARE(listener.notes.size(), std::size_t{stop_s == 90.1 ? 1U : 0U});
  }

  void a_frame_within_a_block_is_refused_for_that() {
    BlockEvents source;
    source.add({250, 500});
    source.add({0, 250});
    try {
      load(source, {.start_s = 0.05, .stop_s = 0.2});
      QFAIL("a frame of nothing");
    } catch (const InputError& error) {
      QVERIFY2(std::string(error.what()).find("it lies in the one from 0 s to 0.25 s") != std::string::npos,
               error.what());
    }
  }

  void blocks_without_length_are_no_duration() {
    BlockEvents source = blocks_of_10_ms(50);
    source.add({500, 500}, 1000);
    source.add({510, 4294967295U}, 1000);
    const ListmodeData data = load(source, {});
    QCOMPARE(data.counts().prompts, 50U * 51 / 2 + 2000);
    QVERIFY2(data.counts().no_duration.starts_with("2 of 52 time blocks"), data.counts().no_duration.c_str());
    QCOMPARE(data.duration_s(), 0.5);
    QCOMPARE(load(source, {.stop_s = 0.5}).counts().no_duration, std::string());
  }

  /// Where bed and gantry stand elsewhere behind the window does not matter.
  void motion_in_the_window_keeps_the_times() {
    MemoryEvents moving = acquisition();
    const ListmodeData all = load(moving, {.movement_keeps_times = true});
    QVERIFY(!all.may_move() && !all.movements().moves());
    moving.moves_at_ms = 50;
    QVERIFY(!load(moving, {}).may_move());
    const ListmodeData across = load(moving, {.start_s = 0.04, .movement_keeps_times = true});
    QVERIFY(across.may_move());
    QCOMPARE(across.movements().first_change_ms().value_or(0), 50U);
    const ListmodeData before = load(moving, {.stop_s = 0.05, .movement_keeps_times = true});
    const ListmodeData after = load(moving, {.start_s = 0.05, .movement_keeps_times = true});
    QVERIFY(!before.may_move() && after.may_move());
    QVERIFY(before.num_prompts() > 0 && after.num_prompts() > 0);
    QCOMPARE(before.num_prompts() + after.num_prompts(), all.num_prompts());
    QCOMPARE(load(moving, {.movement_keeps_times = true}).counts().prompts, all.counts().prompts);
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

  /// The same events in another order, unless a stop is asked for.
  void sorting_moves_whole_events() {
    MemoryEvents source = acquisition();
    ListmodeData data = load(source, {});
    const recon::PromptColumns columns = data.subset(0);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns.additive[i] = static_cast<float>(columns.crystal_a[i] * 1000 + columns.crystal_b[i]);
    }
    const auto crystals = [&] {
      return std::vector<std::uint32_t>(columns.crystal_a.begin(), columns.crystal_a.end());
    };
    const std::vector<std::uint32_t> before = crystals();
    const recon::ImageGrid grid = recon::centred_grid({9, 9, 3}, {8, 8, 6}, {0, 0, 0});
    data.sort_for(grid, source.scanner(), 1, Stopped());
    QCOMPARE(crystals(), before);
    data.sort_for(grid, source.scanner(), 1, recon::Reporter());
    QVERIFY(crystals() != before);
    QVERIFY(std::ranges::is_permutation(crystals(), before));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      QCOMPARE(columns.additive[i], static_cast<float>(columns.crystal_a[i] * 1000 + columns.crystal_b[i]));
    }
  }

  void stop_keeps_what_was_read() {
    MemoryEvents source = acquisition();
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    StopSoon reporter;
    const ListmodeData data = ListmodeData::load(source, model, {}, reporter);
    QCOMPARE(data.counts().prompts + data.counts().delayeds, 300U);
  }
};

COINCIDE_TEST_CLASS(ListmodeDataTest)

}  // namespace coincide::tests

#include "listmode_data_test.moc"
