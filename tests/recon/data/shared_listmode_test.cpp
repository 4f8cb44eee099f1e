// Processes that share a listmode file hold together what one holds, subset by subset and event by event.

#include <QtTest>
#include <algorithm>
#include <mutex>
#include <random>
#include <tuple>

#include "projectors/error.h"
#include "recon/listmode_data.h"
#include "recon/live_time.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"
#include "support/thread_ranks.h"

using namespace coincide;         // NOLINT(google-build-using-namespace): a test
using namespace coincide::recon;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::MemoryEvents;
using coincide::tests::run_in_ranks;
using coincide::tests::small_scanner;

namespace {

using Event = std::tuple<std::uint32_t, std::uint32_t, std::uint16_t, std::uint8_t, float, float>;
using Subsets = std::vector<std::vector<Event>>;

/// Pairs of neighbours, which are impossible, among them, and a delayed after every ninth prompt.
MemoryEvents acquisition(std::size_t events_per_block) {
  MemoryEvents source(small_scanner({.tof_bins = 5}), events_per_block);
  std::mt19937 generator(5);
  for (std::uint32_t i = 0; i < 3217; ++i) {
    const auto a = static_cast<std::uint32_t>(generator() % 48);
    const std::uint32_t b = i % 7 == 0 ? (a + 1) % 48 : (a + 18 + static_cast<std::uint32_t>(generator() % 12)) % 48;
    source.add(a, b, static_cast<std::uint16_t>(generator() % 5), i / 10, i % 10 == 3);
  }
  return source;
}

void add_events(ListmodeData& data, Subsets& subsets) {
  subsets.resize(static_cast<std::size_t>(data.num_subsets()));
  for (int index = 0; index < data.num_subsets(); ++index) {
    const PromptColumns columns = data.subset(index);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      subsets[static_cast<std::size_t>(index)].emplace_back(columns.crystal_a[i], columns.crystal_b[i],
                                                            columns.tof_bin[i], columns.draw[i], columns.factor[i],
                                                            columns.additive[i]);
    }
  }
}

struct Loaded {
  Subsets subsets;
  std::vector<std::vector<std::uint64_t>> numbers;  ///< what all processes must agree on, by rank
  std::vector<std::size_t> kept;                    ///< events, by rank
};

/// Loads, then does `more` with what each process has.
Loaded load(int ranks, std::size_t events_per_block, const LoadOptions& options,
            const std::function<void(ListmodeData&)>& more = {}) {
  Loaded result;
  result.numbers.resize(static_cast<std::size_t>(ranks));
  result.kept.resize(static_cast<std::size_t>(ranks));
  std::mutex lock;
  run_in_ranks(ranks, [&](Communicator& own) {
    MemoryEvents source = acquisition(events_per_block);
    const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    LoadOptions with_ranks = options;
    with_ranks.ranks = &own;
    with_ranks.num_threads = 1;
    Reporter silent;
    ListmodeData data = ListmodeData::load(source, model, with_ranks, silent);
    if (more) {
      more(data);
    }
    const std::vector<std::uint64_t> sizes = data.subset_sizes();
    const std::scoped_lock held(lock);
    add_events(data, result.subsets);
    auto& numbers = result.numbers[static_cast<std::size_t>(own.rank())];
    numbers = {data.num_prompts(),     data.num_impossible(), data.counts().prompts,     data.counts().delayeds,
               data.counts().first_ms, data.counts().last_ms, data.counts().time_blocks, data.blocks().size()};
    numbers.insert(numbers.end(), sizes.begin(), sizes.end());
    const auto delayeds = data.delayeds_per_crystal();
    numbers.insert(numbers.end(), delayeds.begin(), delayeds.end());
    for (int index = 0; index < data.num_subsets(); ++index) {
      result.kept[static_cast<std::size_t>(own.rank())] += data.subset(index).size();
    }
  });
  std::ranges::for_each(result.subsets, [](auto& subset) { std::ranges::sort(subset); });
  return result;
}

void compare(const Loaded& several, const Loaded& one) {
  QCOMPARE(several.subsets.size(), one.subsets.size());
  for (std::size_t i = 0; i < one.subsets.size(); ++i) {
    QCOMPARE(several.subsets[i].size(), one.subsets[i].size());
    QVERIFY(several.subsets[i] == one.subsets[i]);
  }
  for (const auto& numbers : several.numbers) {
    QVERIFY(numbers == one.numbers.front());
  }
}

}  // namespace

class SharedListmodeTest : public QObject {
  Q_OBJECT

 private slots:
  void all_hold_what_one_holds_data() {
    QTest::addColumn<int>("ranks");
    QTest::addColumn<std::size_t>("events_per_block");
    for (const int ranks : {2, 3, 4}) {
      for (const std::size_t block : {100, 37, 5000}) {  // the last: one block, of which all but one get nothing
        QTest::addRow("%d processes, blocks of %zu", ranks, block) << ranks << block;
      }
    }
  }
  void all_hold_what_one_holds() {
    QFETCH(int, ranks);
    QFETCH(std::size_t, events_per_block);
    const LoadOptions options{.subsets = 5};
    const Loaded one = load(1, events_per_block, options), several = load(ranks, events_per_block, options);
    QVERIFY(one.numbers.front().front() > 2000);
    compare(several, one);
    if (events_per_block == 37) {  // many blocks: each has its part
      const auto [least, most] = std::ranges::minmax(several.kept);
      QVERIFY(least > 0 && most < least + least / 5);
    }
  }

  void a_time_window() {
    const LoadOptions options{.subsets = 2, .start_s = 0.05, .stop_s = 0.2};
    compare(load(3, 50, options), load(1, 50, options));
  }

  void fewer_subsets() {
    const auto fewer = [](ListmodeData& data) { data.limit_subsets(3); };
    compare(load(3, 37, {.subsets = 7}, fewer), load(1, 37, {.subsets = 3}));
  }

  /// Events whose factor becomes 0 are left out, and the others move up.
  void left_out_later() {
    const auto dead = [](ListmodeData& data) {
      const recon::Scanner scanner = small_scanner({.tof_bins = 5});
      const recon::Efficiencies efficiencies;
      MultiplicativeModel model(scanner, efficiencies, {});
      std::vector<float> bins(scanner.num_crystals(), 1);
      bins[7] = bins[25] = 0;
      LiveTimeLog log;
      log.add(AliveFractions{.time = {0, 1000}, .bin = {bins}, .module_pair = {}});
      model.use_live_time(log.mean(scanner, data.time(), 0));
      data.multiply_live_time(model);
      data.limit_subsets(4);
    };
    const Loaded one = load(1, 37, {.subsets = 7}, dead), several = load(4, 37, {.subsets = 7}, dead);
    QVERIFY(one.numbers.front()[1] > load(1, 37, {}).numbers.front()[1]);
    compare(several, one);
  }

  void nothing_in_the_window_is_told_by_all() { QVERIFY_THROWS_EXCEPTION(InputError, load(3, 50, {.start_s = 7})); }

  void one_that_fails_ends_all() {
    QVERIFY_THROWS_EXCEPTION(FileError, run_in_ranks(3, [](Communicator& own) {
                               if (own.rank() == 1) {
                                 throw FileError("damaged");
                               }
                               own.any(false);
                             }));
  }
};

COINCIDE_TEST_CLASS(SharedListmodeTest)
#include "shared_listmode_test.moc"
