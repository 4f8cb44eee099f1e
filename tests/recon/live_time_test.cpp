// The part of a frame in which detectors could record: a mean of what is stated for times, in any order.

#include "recon/live_time.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "projectors/error.h"
#include "recon/listmode_data.h"
#include "recon/sensitivity.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::AliveFractions;
using recon::LiveTime;
using recon::LiveTimeLog;
using recon::TimeIntervals;

TimeIntervals intervals(const std::vector<recon::TimeInterval>& list) {
  TimeIntervals result;
  for (const recon::TimeInterval& interval : list) {
    result.add(interval);
  }
  return result;
}

/// All crystals of the small scanner alike.
AliveFractions alike(recon::TimeInterval time, float alive) {
  return {.time = time, .bin = {std::vector<float>(48, alive)}, .module_pair = {}};
}

/// What crystals 3 and 40 of the small scanner had in time k.
double alive_of_pair(const AliveFractions& one) {
  const std::size_t pair = 6 * 7 / 2;  // modules 6 and 0
  return double{one.bin[0][3]} * one.bin[0][40] * (one.module_pair.empty() ? 1 : one.module_pair[pair]);
}

AliveFractions drawn(recon::TimeInterval time, float mean, std::mt19937& random) {
  std::uniform_real_distribution<float> around(mean - 0.1F, mean + 0.1F);
  AliveFractions one{.time = time, .bin = {std::vector<float>(48)}, .module_pair = std::vector<float>(36)};
  std::ranges::generate(one.bin[0], [&] { return around(random); });
  std::ranges::generate(one.module_pair, [&] { return around(random); });
  return one;
}

bool close(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) < tolerance; }

/// One prompt each in a few pairs, one per ms; what is stated about dead time comes with the last of them.
class DeadEvents final : public recon::EventSource {
 public:
  DeadEvents() : events_(small_scanner(), 10) {
    for (std::uint32_t i = 0; i < 100; ++i) {
      events_.add(i % 12, 24 + i % 11, 0, i);
    }
  }
  std::vector<AliveFractions> alive;

  const recon::Scanner& scanner() const override { return events_.scanner(); }
  const recon::Efficiencies& efficiencies() const override { return events_.efficiencies(); }
  std::string format() const override { return "memory"; }
  bool read(recon::EventBlock& block) override {
    const bool more = events_.read(block);
    if (!more && !ended_) {
      ended_ = true;
      block.alive = alive;
      return true;
    }
    return more;
  }
  void rewind() override {
    ended_ = false;
    events_.rewind();
  }
  double fraction_read() const override { return events_.fraction_read(); }
  const recon::EventCounts& counts() const override { return events_.counts(); }

 private:
  MemoryEvents events_;
  bool ended_ = false;
};

}  // namespace

class LiveTimeTest : public QObject {
  Q_OBJECT

  const recon::Scanner scanner_ = small_scanner();

  double fraction(const LiveTime& live_time) const { return live_time.fraction(scanner_, 3, 0, 40, 0); }

 private slots:
  void nothing_stated_is_no_live_time() {
    QVERIFY(!LiveTimeLog().mean(scanner_, intervals({{0, 10}}), 0).is_stated());
    LiveTimeLog log;
    log.add(alike({100, 200}, 0.5F));
    QVERIFY(!log.mean(scanner_, intervals({{0, 100}, {200, 300}}), 0).is_stated());
  }

  /// Of products, not a product of means.
  void mean_is_that_of_the_products() {
    std::mt19937 random(1);
    const AliveFractions first = drawn({0, 300}, 0.5F, random);
    AliveFractions second = drawn({300, 1000}, 0.9F, random);
    second.module_pair.clear();
    const double expected = 0.3 * alive_of_pair(first) + 0.7 * alive_of_pair(second);
    for (const bool turned : {false, true}) {
      LiveTimeLog log;
      log.add(turned ? second : first);
      log.add(turned ? first : second);
      const LiveTime live_time = log.mean(scanner_, intervals({{0, 1000}}), 0);
      QVERIFY(close(fraction(live_time), expected));
      QVERIFY(close(live_time.fraction(scanner_, 40, 0, 3, 0), expected));
      QCOMPARE(live_time.covered(), 1.0);
      // Only the times that were recorded count.
      QVERIFY(close(fraction(log.mean(scanner_, intervals({{0, 100}, {600, 700}}), 0)),
                    0.5 * (alive_of_pair(first) + alive_of_pair(second))));
    }
  }

  /// Most decays of the frame are early, when the detectors were busy.
  void decay_weighs_the_times() {
    LiveTimeLog log;
    log.add(alike({0, 1000}, 0.5F));
    log.add(alike({1000, 2000}, 1));
    // Half-life 1 s: two thirds of the decays in 2 s are in the first one.
    QVERIFY(close(fraction(log.mean(scanner_, intervals({{0, 2000}}), 1)), 2.0 / 3 * 0.25 + 1.0 / 3));
    QVERIFY(close(fraction(log.mean(scanner_, intervals({{0, 2000}}), 0)), 0.5 * 0.25 + 0.5));
  }

  void time_without_a_statement_is_like_the_rest() {
    LiveTimeLog log;
    log.add(alike({0, 100}, 0.5F));
    const LiveTime live_time = log.mean(scanner_, intervals({{0, 400}}), 0);
    QVERIFY(close(fraction(live_time), 0.25));
    QCOMPARE(live_time.covered(), 0.25);
  }

  void a_statement_without_a_stop_holds_until_the_next() {
    LiveTimeLog log;
    log.add(alike({300, 300}, 1));
    log.add(alike({0, 0}, 0.5F));
    const LiveTime live_time = log.mean(scanner_, intervals({{0, 400}}), 0);
    QVERIFY(close(fraction(live_time), 0.75 * 0.25 + 0.25));
    QCOMPARE(live_time.covered(), 1.0);
  }

  /// Joined neighbours change L by the square of what changes between them.
  void many_times_are_joined() {
    std::mt19937 random(2);
    std::vector<AliveFractions> all;
    double sum = 0;
    double weights = 0;
    for (std::uint32_t k = 0; k < 3600; ++k) {
      // From 0.7 to 0.9 in an hour.
      all.push_back(alike({1000 * k, 1000 * k + 1000}, 0.7F + 0.2F * static_cast<float>(k) / 3600));
      const double weight = std::exp2(-static_cast<double>(k) / 6584.04);
      sum += weight * alive_of_pair(all.back());
      weights += weight;
    }
    std::ranges::shuffle(all, random);
    LiveTimeLog log;
    for (const AliveFractions& one : all) {
      log.add(one);
    }
    const LiveTime live_time = log.mean(scanner_, intervals({{0, 3'600'000}}), 6584.04);
    QVERIFY(live_time.weights().size() <= LiveTimeLog::most_times);
    QVERIFY(close(fraction(live_time), sum / weights, 1e-4));
    QCOMPARE(live_time.covered(), 1.0);
  }

  /// ... also where each holds until the next, and where pauses are between them.
  void many_times_without_stops_and_with_pauses_are_joined() {
    LiveTimeLog without_stops;
    LiveTimeLog with_pauses;
    double sum = 0;
    for (std::uint32_t k = 0; k < 1000; ++k) {
      const float alive = 0.7F + 0.2F * static_cast<float>(k) / 1000;
      without_stops.add(alike({10 * k, 0}, alive));
      with_pauses.add(alike({10 * k, 10 * k + 1}, alive));
      sum += 1e-3 * alive * alive;
    }
    QVERIFY(close(fraction(without_stops.mean(scanner_, intervals({{0, 10'000}}), 0)), sum, 1e-4));
    const LiveTime live_time = with_pauses.mean(scanner_, intervals({{0, 10'000}}), 0);
    QVERIFY(close(fraction(live_time), sum, 1e-4));
    QVERIFY(close(live_time.covered(), 0.1));
  }

  /// One definition for events and sensitivity image, whose ratio is the image: twice the dead time, twice the image.
  void events_and_sensitivity_have_the_same_live_time() {
    std::mt19937 random(4);
    DeadEvents source;
    source.alive = {drawn({0, 60}, 0.5F, random), drawn({60, 100}, 0.8F, random)};
    recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    const recon::MultiplicativeModel without(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    ListmodeDataAndMean loaded = load(source, model, silent);
    double sum = 0;
    for (int subset = 0; subset < 2; ++subset) {
      const recon::PromptColumns columns = loaded.data.subset(subset);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t a = columns.crystal_a[i];
        const std::uint32_t b = columns.crystal_b[i];
        const float alive = model.live_time().fraction(scanner_, a, 0, b, 0);
        QCOMPARE(columns.factor[i], without.factor(a, 0, b, 0) * alive);
        QVERIFY(close(columns.factor[i] / model.factor(a, 0, b, 0), 1));
        sum += alive;
      }
    }
    QVERIFY(close(loaded.mean, sum / 100));

    const recon::ImageGrid grid = recon::centred_grid({5, 5, 3}, {5, 5, 5}, {0, 0, 0});
    QVERIFY(recon::sensitivity_key(model, grid, nullptr, {}) != recon::sensitivity_key(without, grid, nullptr, {}));
    source.alive = {alike({0, 100}, 0.7F)};
    load(source, model, silent);
    const recon::Image alive = recon::sensitivity_image(model, grid, nullptr, {}, silent);
    const recon::Image whole = recon::sensitivity_image(without, grid, nullptr, {}, silent);
    for (std::size_t i = 0; i < whole.values.size(); ++i) {
      QVERIFY(close(alive.values[i] / whole.values[i], 0.49, 1e-5));
    }
  }

  void events_of_the_dead_are_left_out() {
    DeadEvents source;
    source.alive = {alike({0, 100}, 0.9F)};
    source.alive[0].bin[0][5] = 0;
    recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    ListmodeDataAndMean loaded = load(source, model, silent);
    QCOMPARE(loaded.data.num_impossible(), 8U);  // 5, 17, ... 89
    QCOMPARE(loaded.data.num_prompts(), 92U);
    std::uint64_t events = 0;
    for (int subset = 0; subset < 2; ++subset) {
      const recon::PromptColumns columns = loaded.data.subset(subset);
      for (std::size_t i = 0; i < columns.size(); ++i, ++events) {
        QVERIFY(columns.crystal_a[i] != 5 && columns.factor[i] > 0);
        QCOMPARE(columns.factor[i], model.factor(columns.crystal_a[i], 0, columns.crystal_b[i], 0));
      }
    }
    QCOMPARE(events, 92U);
    source.alive = {alike({0, 100}, 0)};
    QVERIFY_THROWS_EXCEPTION(InputError, load(source, model, silent));
  }

  void frames_have_their_own() {
    DeadEvents source;
    source.alive = {alike({50, 100}, 0.8F), alike({0, 50}, 0.6F)};
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    const auto live = [&](double start_s, double stop_s) {
      return fraction(recon::ListmodeData::load(source, model, {.start_s = start_s, .stop_s = stop_s}, silent)
                          .live_time(scanner_, 0));
    };
    QVERIFY(close(live(0, 0), 0.5 * (0.36 + 0.64)));
    QVERIFY(close(live(0, 0.05), 0.36));
    QVERIFY(close(live(0.05, 0), 0.64));
    QVERIFY(close(live(0.04, 0.08), 0.25 * 0.36 + 0.75 * 0.64));
  }

  void frames_of_one_pass_have_their_own() {
    DeadEvents source;
    source.alive = {alike({0, 60}, 0.5F), alike({60, 100}, 0.8F)};
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    const recon::TimeParts frames(recon::parts_of(recon::parse_durations("0.03, 0.06, 0.01", 0)));
    const auto data = recon::ListmodeData::load_parts(source, model, frames, {}, silent);
    const auto live = [&](std::size_t frame) {
      return data[frame].live_time(source.scanner(), 0).fraction(source.scanner(), 3, 0, 40, 0);
    };
    QVERIFY(close(live(0), 0.25) && close(live(1), 0.25 / 2 + 0.64 / 2) && close(live(2), 0.64));
  }

 private:
  struct ListmodeDataAndMean {
    recon::ListmodeData data;
    double mean;
  };
  /// As a run does it.
  ListmodeDataAndMean load(DeadEvents& source, recon::MultiplicativeModel& model, recon::Reporter& reporter) const {
    model.use_live_time({});
    ListmodeDataAndMean loaded{recon::ListmodeData::load(source, model, {.subsets = 2}, reporter), 0};
    model.use_live_time(loaded.data.live_time(scanner_, 0));
    loaded.mean = loaded.data.multiply_live_time(model);
    loaded.data.limit_subsets(2);
    return loaded;
  }
};

COINCIDE_TEST_CLASS(LiveTimeTest)

}  // namespace coincide::tests

#include "live_time_test.moc"
