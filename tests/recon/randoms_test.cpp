#include "recon/randoms.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "recon/image.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {

namespace {

/// Those of modules, in coincidence as `meet` says.
recon::Efficiencies between_modules(int modules, const std::function<bool(int, int)>& meet) {
  recon::Efficiencies efficiencies;
  efficiencies.pairs.resize(1);
  efficiencies.pairs[0].num_modules_b = static_cast<std::uint32_t>(modules);
  for (int a = 0; a < modules; ++a) {
    for (int b = 0; b < modules; ++b) {
      efficiencies.pairs[0].group.push_back(meet(a, b) ? 0 : -1);
    }
  }
  return efficiencies;
}

}  // namespace

class RandomsTest : public QObject {
  Q_OBJECT

 private slots:
  /// Noise-free delayeds of crystals with known rates: the rates come back, also if some modules see only a few others.
  void rank_one_truth_is_recovered() {
    const recon::Scanner scanner = small_scanner({.modules = 10, .transaxial = 2, .axial = 2});
    const recon::Efficiencies efficiencies = between_modules(10, [](int a, int b) {
      const int apart = std::min(std::abs(a - b), 10 - std::abs(a - b));
      return apart >= 3 || (a * b == 0 && apart == 2);
    });
    std::vector<double> truth;
    for (std::size_t c = 0; c < scanner.num_crystals(); ++c) {
      truth.push_back(1000 + 700 * std::sin(static_cast<double>(c * c)));
    }
    std::vector<std::uint64_t> delayeds(scanner.num_crystals());
    for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
      double sum = 0;
      for (std::uint32_t b = 0; b < scanner.num_crystals(); ++b) {
        sum += efficiencies.in_coincidence(scanner, a, b) ? truth[a] * truth[b] : 0;
      }
      delayeds[a] = static_cast<std::uint64_t>(std::llround(sum));
    }
    const std::vector<double> found = recon::randoms_from_delayeds(scanner, efficiencies, delayeds);
    for (std::size_t c = 0; c < truth.size(); ++c) {
      QVERIFY2(std::abs(found[c] / truth[c] - 1) < 1e-5, qPrintable(QString::number(found[c] / truth[c])));
    }
  }

  /// Also on noisy counts every crystal's expected sum equals its delayeds, and silent crystals expect nothing.
  void sums_equal_the_delayeds() {
    const recon::Scanner scanner = small_scanner();
    const recon::Efficiencies efficiencies;
    std::vector<std::uint64_t> delayeds(scanner.num_crystals());
    for (std::size_t c = 0; c < delayeds.size(); ++c) {
      delayeds[c] = c % 5 == 0 ? 0 : (c * 7919) % 23;
    }
    const std::vector<double> s = recon::randoms_from_delayeds(scanner, efficiencies, delayeds);
    for (std::uint32_t a = 0; a < s.size(); ++a) {
      double sum = 0;
      for (std::uint32_t b = 0; b < s.size(); ++b) {
        sum += efficiencies.in_coincidence(scanner, a, b) ? s[a] * s[b] : 0;
      }
      QVERIFY(std::abs(sum - static_cast<double>(delayeds[a])) < 1e-6);
    }
  }

  /// Only products are fixed between two panels: each pair has the product of its fans over all coincidences.
  void two_panels_have_a_closed_form() {
    const recon::Scanner scanner = small_scanner();  // 8 modules of 6 crystals: 4 on each side
    const recon::Efficiencies efficiencies = between_modules(8, [](int a, int b) { return (a < 4) != (b < 4); });
    std::vector<std::uint64_t> delayeds(48);
    std::array<std::uint64_t, 2> of_panel{};
    for (std::size_t c = 0; c < 48; ++c) {
      delayeds[c] = 100 + (c * 7919) % 83;
      of_panel[c / 24] += delayeds[c];
    }
    delayeds[47] += of_panel[0] - of_panel[1] + 1000;  // each coincidence counts once on both sides
    delayeds[0] += 1000;
    const double all = static_cast<double>(of_panel[0] + 1000);
    const std::vector<double> s = recon::randoms_from_delayeds(scanner, efficiencies, delayeds);
    for (std::size_t a = 0; a < 24; ++a) {
      for (std::size_t b = 24; b < 48; ++b) {
        const double expected = static_cast<double>(delayeds[a]) * static_cast<double>(delayeds[b]) / all;
        QVERIFY2(std::abs(s[a] * s[b] / expected - 1) < 1e-9, qPrintable(QString::number(s[a] * s[b] / expected - 1)));
      }
    }
  }

  /// Of a pair whose crystals have F = 201 partners each: that of its own count, over about F / 2.
  void the_variance_is_that_of_many_pairs() {
    constexpr int crystals = 400, fan = 201, repeats = 20;
    const recon::Scanner scanner = small_scanner({.modules = crystals, .transaxial = 1, .axial = 1});
    const auto meet = [](int a, int b) { return std::abs(std::abs(a - b) - crystals / 2) <= fan / 2; };
    const recon::Efficiencies efficiencies = between_modules(crystals, meet);
    std::mt19937_64 random(5);
    std::poisson_distribution<int> one(1);
    double squares = 0, pairs = 0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      std::vector<std::uint64_t> delayeds(crystals);
      for (int a = 0; a < crystals; ++a) {
        for (int b = 0; b < a; ++b) {
          const auto counts = meet(a, b) ? static_cast<std::uint64_t>(one(random)) : 0;
          delayeds[static_cast<std::size_t>(a)] += counts;
          delayeds[static_cast<std::size_t>(b)] += counts;
        }
      }
      const std::vector<double> s = recon::randoms_from_delayeds(scanner, efficiencies, delayeds);
      for (int a = 0; a < crystals; ++a) {
        for (int b = 0; b < a; ++b) {
          const double off = s[static_cast<std::size_t>(a)] * s[static_cast<std::size_t>(b)] - 1;
          squares += meet(a, b) ? off * off : 0;
          pairs += meet(a, b) ? 1 : 0;
        }
      }
    }
    const double gain = pairs / squares;
    QVERIFY2(std::abs(gain / 98.6 - 1) < 0.1, qPrintable(QString::number(gain)));
  }

  void no_delayeds_no_randoms() {
    const recon::Scanner scanner = small_scanner();
    const std::vector<std::uint64_t> none(scanner.num_crystals());
    const std::vector<double> s = recon::randoms_from_delayeds(scanner, {}, none);
    QCOMPARE(s, std::vector<double>(scanner.num_crystals(), 0.0));
  }

  void tof_bins_share_by_width() {
    MemoryEvents source([] {
      recon::Scanner scanner = small_scanner({.tof_bins = 3, .tof_width_mm = 100});
      scanner.tof_bins[1].width_mm = 300;
      return scanner;
    }());
    source.add(0, 24, 0);
    source.add(0, 24, 1);
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter reporter;
    recon::ListmodeData data = recon::ListmodeData::load(source, model, {}, reporter);
    std::vector<double> s(source.scanner().num_crystals());
    s[0] = 2;
    s[24] = 5;
    recon::add_randoms(data, source.scanner(), recon::randoms_of_delayeds(data, source.scanner(), s, true));
    QCOMPARE(data.subset(0).additive[0], 2.0F);
    QCOMPARE(data.subset(0).additive[1], 6.0F);
    recon::add_randoms(data, source.scanner(), recon::randoms_of_delayeds(data, source.scanner(), s, false));
    QCOMPARE(data.subset(0).additive[0], 12.0F);
  }

  /// What a pair of crystals expects is shared out over its windows: all together it is that of one wide window.
  void energy_windows_share_by_delayeds() {
    MemoryEvents source([] {
      recon::Scanner scanner = small_scanner();
      scanner.module_types[0].energy_edges_kev = {430, 500, 650};
      return scanner;
    }());
    for (const std::uint8_t window_a : {0, 1}) {
      for (const std::uint8_t window_b : {0, 1}) {
        source.add_in_windows(24, window_b, 0, window_a, false);
      }
    }
    source.add_in_windows(0, 0, 24, 1, true);  // crystal 0: 1 of 4 in window 0; crystal 24: 2 of 3
    source.add_in_windows(0, 1, 24, 0, true);
    source.add_in_windows(24, 0, 0, 1, true);
    source.add_in_windows(0, 1, 25, 1, true);
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter reporter;
    recon::ListmodeData data = recon::ListmodeData::load(source, model, {}, reporter);
    data.sort_for(recon::centred_grid({8, 8, 8}, {4, 4, 4}, {}), source.scanner(), 1, reporter);
    QCOMPARE(data.delayeds_per_crystal()[0], 4U);
    std::vector<double> s(source.scanner().num_crystals());
    s[0] = 3;
    s[24] = 4;
    recon::add_randoms(data, source.scanner(), recon::randoms_of_delayeds(data, source.scanner(), s, false));
    const recon::PromptColumns columns = data.subset(0);
    const float share_0[] = {0.25F, 0.75F};
    const float share_24[] = {2.0F / 3, 1.0F / 3};
    QCOMPARE(columns.size(), std::size_t{4});
    for (std::size_t i = 0; i < 4; ++i) {
      QCOMPARE(columns.additive[i], 12 * share_24[columns.window_a[i]] * share_0[columns.window_b[i]]);
    }
    QCOMPARE(std::accumulate(columns.additive.begin(), columns.additive.end(), 0.0F), 12.0F);
  }

  /// A module cannot have more delayeds than all others together. As many is the limit, which is reached slowly.
  void trouble_is_told() {
    const recon::Scanner scanner = small_scanner({.modules = 3, .transaxial = 1, .axial = 1});
    struct Listener : recon::Reporter {
      int warnings = 0;
      void warning(std::string_view) override { ++warnings; }
    } listener;
    const auto estimate = [&](const std::vector<std::uint64_t>& delayeds) {
      return recon::randoms_from_delayeds(scanner, {}, delayeds, 1, &listener);
    };
    estimate({100, 100, 100});
    estimate({200, 100, 100});
    QCOMPARE(listener.warnings, 0);
    const std::vector<double> s = estimate({300, 100, 100});
    QCOMPARE(listener.warnings, 1);
    QVERIFY(std::isfinite(s[0] * s[1]) && std::isfinite(s[1] * s[2]));
  }
};

COINCIDE_TEST_CLASS(RandomsTest)

}  // namespace coincide::tests

#include "randoms_test.moc"
