// Randoms from singles: rates of counts in times of any length, and the coincidences that two rates give by chance.

#include "recon/singles.h"

#include <QtTest>
#include <cmath>
#include <numbers>
#include <numeric>

#include "recon/far_tof.h"
#include "recon/randoms.h"
#include "recon/units.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Frame;
using recon::RandomsEstimate;
using recon::Singles;
using recon::SinglesCounts;
using recon::SinglesLog;

constexpr std::size_t crystals = 48;  // of the small scanner

/// Rates of crystals that differ, in 1/s, from counts of whole numbers.
double rate(std::size_t crystal) { return 1000 + 40 * static_cast<double>(crystal); }

SinglesCounts counts(std::uint32_t start_ms, std::uint32_t stop_ms, double of_rate = 1) {
  SinglesCounts result{.time = {start_ms, stop_ms}, .bin = {std::vector<float>(crystals)}};
  for (std::size_t c = 0; c < crystals; ++c) {
    result.bin[0][c] = static_cast<float>(of_rate * rate(c) * 1e-3 * (stop_ms - start_ms));
  }
  return result;
}

bool close(double a, double b, double tolerance) { return std::abs(a / b - 1) < tolerance; }

/// In steps of `step_ms`, falling with the half-life.
Singles of_decay(double half_life_s, std::uint32_t duration_ms, std::uint32_t step_ms, bool half_life_known) {
  SinglesLog log;
  const double lambda = std::numbers::ln2 / half_life_s;
  for (std::uint32_t start = 0; start < duration_ms; start += step_ms) {
    const double t = 1e-3 * start, dt = 1e-3 * step_ms;
    log.add(counts(start, start + step_ms, (std::exp(-lambda * t) - std::exp(-lambda * (t + dt))) / (lambda * dt)),
            std::vector<Frame>{{}});
  }
  return log.mean(half_life_known ? half_life_s : 0);
}

}  // namespace

class SinglesTest : public QObject {
  Q_OBJECT

 private slots:
  /// Counted every second, every ten or once, they are the same rates; so are those of a part of the time.
  void counts_are_rates_whatever_their_times() {
    const std::vector<Frame> all{{}}, cut{{15'500, 33'000}, {40'000, 50'000}};
    for (const std::uint32_t step_ms : {1000U, 10'000U, 60'000U}) {
      SinglesLog whole, part;
      for (std::uint32_t start = 0; start < 60'000; start += step_ms) {
        whole.add(counts(start, start + step_ms), all);
        part.add(counts(start, start + step_ms), cut);
      }
      for (const Singles& found : {whole.mean(0), part.mean(0)}) {
        QVERIFY(close(found.per_s[0][0], rate(0), 1e-6) && close(found.per_s[0][47], rate(47), 1e-6));
        QVERIFY(close(found.squares, 1, 1e-9));
      }
      QVERIFY(close(whole.mean(0).covered_s, 60, 1e-9) && close(part.mean(0).covered_s, 27.5, 1e-9));
    }
    SinglesLog none;
    none.add(counts(1000, 1000), all);
    none.add(counts(0, 1000), {{{2000, 3000}}});
    QVERIFY(!none.mean(0).is_stated());
  }

  /// (y / 2) coth(y / 2): known from the half-life of one long count, or seen in many short ones.
  void randoms_go_with_the_square_of_what_decays() {
    QVERIFY(close(of_decay(6584.04, 600'000, 600'000, true).squares, 1.0003, 5e-5));
    QVERIFY(close(of_decay(122.46, 300'000, 300'000, true).squares, 1.229, 5e-4));
    QVERIFY(close(of_decay(122.46, 300'000, 1000, false).squares, 1.229, 5e-4));
    QVERIFY(close(of_decay(122.46, 300'000, 30'000, true).squares, 1.229, 5e-4));
    QCOMPARE(of_decay(122.46, 300'000, 300'000, false).squares, 1.0);
  }

  /// 2 tau s_a s_b T, the window being that of the TOF bins; a bin has its width of it.
  void pairs_meet_by_chance() {
    const recon::Scanner scanner = small_scanner({.tof_bins = 3, .tof_width_mm = 299.792458F});  // 2 ns each
    const Singles singles{.per_s = {std::vector<double>(crystals, 0)}, .covered_s = 10};
    Singles rates = singles;
    rates.per_s[0][0] = 1000;
    rates.per_s[0][24] = 3000;
    const auto expected = [&](const RandomsEstimate& estimate, std::uint32_t bin) {
      return estimate.expected(scanner, 0, 0, 24, 0, bin);
    };
    const RandomsEstimate by_bin = recon::randoms_from_singles(scanner, rates, 100, true, 0);
    QVERIFY(close(expected(by_bin, 1), 2e-9 * 1000 * 3000 * 100, 1e-6));
    const RandomsEstimate whole = recon::randoms_from_singles(scanner, rates, 100, false, 0);
    QVERIFY(close(expected(whole, 1), 3 * expected(by_bin, 1), 1e-6));
    QVERIFY(close(recon::all_randoms(scanner, {}, whole), expected(whole, 0), 1e-9));
    QVERIFY(close(recon::all_randoms(scanner, {}, by_bin), expected(whole, 0), 1e-6));
    const recon::Scanner one_bin = small_scanner();
    const RandomsEstimate told = recon::randoms_from_singles(one_bin, rates, 100, false, 5);
    QVERIFY(close(told.expected(one_bin, 0, 0, 24, 0, 0), 5e-9 * 1000 * 3000 * 100, 1e-9));
  }

  /// The sum is that over all pairs, and so is the part where only randoms are.
  void sums_are_those_of_the_pairs() {
    const recon::Scanner scanner = small_scanner({.tof_bins = 9, .tof_width_mm = 40, .tof_sigma_mm = 5});
    SinglesLog log;
    log.add(counts(0, 1000), std::vector<Frame>{{}});
    const RandomsEstimate estimate = recon::randoms_from_singles(scanner, log.mean(0), 20, true, 0);
    double all = 0, far = 0;
    for (std::uint32_t a = 0; a < crystals; ++a) {
      for (std::uint32_t b = a + 1; b < crystals; ++b) {
        for (std::uint32_t bin = 0; bin < 9; ++bin) {
          const double counts =
              recon::Efficiencies().in_coincidence(scanner, a, b) ? estimate.expected(scanner, a, 0, b, 0, bin) : 0;
          all += counts;
          far += recon::is_far_tof(scanner, a, b, scanner.tof_bins[bin]) ? counts : 0;
        }
      }
    }
    QVERIFY(close(recon::all_randoms(scanner, {}, estimate), all, 1e-9));
    QVERIFY(far > 0.1 * all);
    QVERIFY(close(recon::far_part(scanner, {}, estimate), far / all, 0.01));
  }

  /// Each window has its own singles, and detectors that were dead see less.
  void windows_and_live_time() {
    recon::Scanner scanner = small_scanner();
    scanner.module_types[0].energy_edges_kev = {430, 500, 650};
    Singles singles{.per_s = {std::vector<double>(2 * crystals, 0)}, .covered_s = 1};
    singles.per_s[0][0] = 100;
    singles.per_s[0][1] = 300;
    singles.per_s[0][49] = 500;  // window 1 of crystal 24
    RandomsEstimate estimate = recon::randoms_from_singles(scanner, singles, 1, false, 10);
    const auto expected = [&](std::uint32_t window_a, std::uint32_t window_b) {
      return estimate.expected(scanner, 0, window_a, 24, window_b, 0);
    };
    QVERIFY(close(expected(0, 1), 10e-9 * 100 * 500, 1e-9) && close(expected(1, 1), 10e-9 * 300 * 500, 1e-9));
    QCOMPARE(expected(1, 0), 0.0);
    recon::LiveTimeLog log;
    log.add({.time = {0, 1000}, .bin = {std::vector<float>(2 * crystals, 0.8F)}, .module_pair = {}});
    recon::TimeIntervals recorded;
    recorded.add({0, 1000});
    const recon::LiveTime live = log.mean(scanner, recorded, 0);
    estimate.live = &live;
    QVERIFY(close(expected(0, 1), 0.64 * 10e-9 * 100 * 500, 1e-6));
    QVERIFY(close(recon::all_randoms(scanner, {}, estimate), 0.64 * 10e-9 * 400 * 500, 1e-6));
  }

  /// On their way from a file to the frames that they were counted in.
  void frames_have_their_own() {
    MemoryEvents source(small_scanner());
    source.step_ms = 1000;
    for (std::uint32_t second = 0; second < 20; ++second) {
      source.add(0, 24, 0, 1000 * second);
    }
    source.singles = {counts(0, 10'000), counts(10'000, 20'000, 3)};
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter silent;
    const auto frame = [&](double start_s, double stop_s) {
      return recon::ListmodeData::load(source, model, {.start_s = start_s, .stop_s = stop_s}, silent).singles(0);
    };
    QVERIFY(close(frame(0, 10).per_s[0][5], rate(5), 1e-6));
    QVERIFY(close(frame(10, 20).per_s[0][5], 3 * rate(5), 1e-6));
    const Singles both = frame(0, 20);
    QVERIFY(close(both.per_s[0][5], 2 * rate(5), 1e-6) && close(both.squares, 1.25, 1e-6));
  }
};

COINCIDE_TEST_CLASS(SinglesTest)

}  // namespace coincide::tests

#include "singles_test.moc"
