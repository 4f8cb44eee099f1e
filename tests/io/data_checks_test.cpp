// The automatic checks of listmode data find what is wrong, and only that.

#include <Eigen/Dense>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <utility>

#include "io/data_checks.h"
#include "io/efficiency_check.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using coincide::tests::MemoryEvents;

namespace {

/// 20000 prompts of a ring with TOF bins of 8 mm, measured `offset` of them off, `sign` -1 with the bins turned round.
/// `source_mm(event)` is where each decays; `takes(event, crystals, direction)` whether it may be along that line.
MemoryEvents decays(
    int rings, float away_mm, int sign, int offset, const std::function<Eigen::Vector3f(std::size_t)>& source_mm,
    const std::function<bool(std::size_t, std::pair<std::uint32_t, std::uint32_t>, const Eigen::Vector3f&)>& takes) {
  constexpr std::size_t prompts = 20000;
  constexpr int tof_bins = 21;
  MemoryEvents listmode(tests::small_scanner({.modules = 16,
                                              .transaxial = 3,
                                              .axial = rings,
                                              .radius_mm = 80,
                                              .tof_bins = tof_bins,
                                              .tof_width_mm = 8,
                                              .tof_sigma_mm = 6}));
  const auto& centres = listmode.scanner().crystal_centre_mm;
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> crystal(0, static_cast<std::uint32_t>(centres.size() - 1));
  while (listmode.events.size() < prompts) {
    const std::size_t event = listmode.events.size();
    const std::uint32_t a = crystal(random), b = crystal(random);
    const Eigen::Vector3f source = source_mm(event), from(centres[a].data()), to(centres[b].data());
    const Eigen::Vector3f u = (to - from).normalized();
    const float along = (source - 0.5F * (from + to)).dot(u);
    const auto bin = static_cast<int>(std::lround(static_cast<float>(sign) * along / 8)) + tof_bins / 2 + offset;
    const bool is_near = (to - from).norm() > 80 && (source - from).cross(u).norm() < away_mm;
    if (is_near && bin >= 0 && bin < tof_bins && takes(event, {a, b}, u)) {
      listmode.add(a, b, static_cast<std::uint16_t>(bin), static_cast<std::uint32_t>(event / 10));
    }
  }
  return listmode;
}

/// A source at (20, 10, 0) mm, `drift_mm` away from there in the end.
MemoryEvents off_centre_source(int sign, float drift_mm = 0, int offset = 0) {
  return decays(
      2, 8, sign, offset,
      [&](std::size_t event) {
        return Eigen::Vector3f{20 + drift_mm * static_cast<float>(event) / 20000, 10, 0};
      },
      [](auto...) { return true; });
}

/// One in eight prompts of a long scanner from a source near its end, seen along LORs almost across the axis only, the
/// others from one in its middle: where the activity is depends on the direction. The crystal of the higher number
/// comes first, as some formats have it.
MemoryEvents sources_by_direction(int offset = 0) {
  const auto at_end = [](std::size_t event) { return event % 8 == 0; };
  return decays(
      20, 5, 1, offset,
      [&](std::size_t event) {
        return at_end(event) ? Eigen::Vector3f{35, 35, 60} : Eigen::Vector3f{-35, -20, 0};
      },
      [&](std::size_t event, auto crystals, const Eigen::Vector3f& u) {
        return crystals.first > crystals.second && (!at_end(event) || std::abs(u.z()) < 0.17F);
      });
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
    QCOMPARE(summary.delayeds_per_second.size(), std::size_t{3});
    QCOMPARE(std::accumulate(summary.delayeds_per_second.begin(), summary.delayeds_per_second.end(), std::uint64_t{0}),
             summary.counts.delayeds);
    QVERIFY(summary.prompts_per_tof_bin.empty());
  }

  void only_what_is_not_good_has_a_remedy() {
    MemoryEvents backwards = every_pair(7);
    backwards.add(0, 20, 0, 5);
    for (const io::DataSummary& summary : {check(every_pair()), check(backwards), check(off_centre_source(-1))}) {
      for (const io::DataCheck& one : summary.checks) {
        QVERIFY2(one.remedy.empty() == (one.verdict == io::Verdict::good), one.name.c_str());
      }
    }
  }

  void prompts_per_tof_bin_are_counted() {
    const MemoryEvents listmode = off_centre_source(1);
    const io::DataSummary summary = check(listmode);
    QCOMPARE(summary.prompts_per_tof_bin.size(), std::size_t{21});
    for (std::size_t bin = 0; bin < 21; ++bin) {
      QCOMPARE(summary.prompts_per_tof_bin[bin],
               static_cast<std::uint64_t>(std::ranges::count(listmode.events.tof_bin, bin)));
    }
  }

  void the_sample_is_drawn_evenly_from_the_whole() {
    MemoryEvents listmode(tests::small_scanner({.tof_bins = 9}));
    for (std::uint32_t i = 0; i < 100000; ++i) {
      listmode.add(i % 40, 40 + i % 7, static_cast<std::uint16_t>(i % 9), i / 10, i % 5 == 0);
    }
    const recon::EventBlock sample = check(listmode).sample;
    QCOMPARE(sample.size(), io::most_sampled);
    std::array<int, 10> tenths{};
    for (std::size_t i = 0; i < sample.size(); ++i) {
      ++tenths.at(sample.time_ms[i] / 1000);
      // Columns belong together: 40, 7 and 9 share no factor, so a wrong row would show.
      const auto first = sample.time_ms[i] * 10;
      bool found = false;
      for (std::uint32_t k = first; k < first + 10; ++k) {
        found = found || (k % 5 != 0 && sample.crystal_a[i] == k % 40 && sample.crystal_b[i] == 40 + k % 7 &&
                          sample.tof_bin[i] == k % 9);
      }
      QVERIFY(found);
    }
    for (const int count : tenths) {
      QVERIFY2(std::abs(count - 400) < 100, std::to_string(count).c_str());  // five standard deviations
    }
    const recon::EventBlock again = check(listmode).sample;
    QVERIFY(again.time_ms == sample.time_ms && again.crystal_a == sample.crystal_a);
  }

  void few_prompts_are_all_in_the_sample() {
    const MemoryEvents listmode = every_pair();
    const io::DataSummary summary = check(listmode);
    QCOMPARE(summary.sample.size(), summary.counts.prompts);
  }

  void a_dead_crystal_is_noticed() {
    const io::DataCheck crystals = check_named(check(every_pair(7)), "Crystals");
    QVERIFY(crystals.verdict == io::Verdict::notice);
    QVERIFY(crystals.sentence.starts_with("1 of 48"));
  }

  /// The crystals of modules 5 to 7 are far from all activity: they are not dead.
  void crystals_that_see_nothing_beside_others_that_do_not_are_good() {
    MemoryEvents listmode = every_pair();
    recon::EventBlock& events = listmode.events;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      events.crystal_a[i] = events.crystal_a[i] % 30;
      events.crystal_b[i] = events.crystal_a[i] / 6 == 0 ? 6 + events.crystal_b[i] % 24 : events.crystal_b[i] % 6;
    }
    const io::DataCheck crystals = check_named(check(listmode), "Crystals");
    QVERIFY2(crystals.verdict == io::Verdict::good, crystals.sentence.c_str());
  }

  void what_spoils_the_image_is_a_finding() {
    recon::Reporter silent;
    MemoryEvents turned = off_centre_source(-1);
    const std::vector<std::string> findings = io::findings_for_image(io::check_data(turned, silent));
    QVERIFY(findings.size() == 1 && findings[0].starts_with("TOF sign: reversed"));
    io::CheckedSource without_tof(turned, {.tof = false});  // which then does no harm
    recon::EventBlock block;
    without_tof.rewind();
    while (without_tof.read(block)) {
    }
    QVERIFY(io::findings_for_image(without_tof.take_summary(true)).empty());
    QVERIFY(io::findings_for_image(check(every_pair(7))).front().starts_with("Crystals: 1 of 48"));
    QVERIFY(io::findings_for_image(check(every_pair())).empty());
  }

  void an_enormous_scanner_takes_no_more_memory() {
    recon::Scanner scanner = tests::small_scanner({.tof_bins = 9, .tof_width_mm = 16, .tof_sigma_mm = 4});
    scanner.crystal_centre_mm[0] = {2e4F, -2e4F, 2e4F};
    scanner.crystal_centre_mm[1] = {-2e4F, 2e4F, -2e4F};
    MemoryEvents listmode(scanner);
    listmode.add(0, 40, 0);
    listmode.add(1, 40, 8);
    QVERIFY(check_named(check(listmode), "TOF sign").verdict == io::Verdict::unknown);
  }

  void a_dead_crystal_that_the_file_knows_is_good() {
    MemoryEvents listmode = every_pair(7);
    listmode.table.bin.assign(1, std::vector<float>(48, 1));
    listmode.table.bin[0][7] = 0;
    const io::DataCheck crystals = check_named(check(listmode), "Crystals");
    QVERIFY(crystals.verdict == io::Verdict::good);
    QVERIFY(crystals.sentence.starts_with("1 of 48"));
  }

  /// Crystals that differ by 8 % rms, which the file knows, does not know, or knows of another day; an object to one
  /// side.
  void efficiencies_that_are_not_those_of_the_crystals_are_told() {
    const recon::Scanner scanner = tests::small_scanner({.modules = 16, .transaxial = 6, .axial = 4, .radius_mm = 80});
    std::mt19937 random(1);
    std::vector<float> of_crystal(scanner.num_crystals());
    std::ranges::generate(of_crystal, [&] { return std::uniform_real_distribution<float>(0.86F, 1.14F)(random); });
    std::vector<std::uint64_t> counts;
    for (std::size_t c = 0; c < of_crystal.size(); ++c) {
      const recon::Vec3& at_mm = scanner.crystal_centre_mm[c];
      const double seen = 500 + 4 * at_mm[0] + 3 * at_mm[2];
      counts.push_back(std::poisson_distribution<std::uint64_t>(seen * of_crystal[c])(random));
    }
    const auto told = [&](const std::vector<float>& known) {
      recon::Efficiencies efficiencies;
      efficiencies.bin = {known};
      return io::check_efficiencies(scanner, efficiencies, counts).value();
    };
    QCOMPARE(told(of_crystal).verdict, io::Verdict::good);
    const io::DataCheck without = told({});
    QVERIFY2(without.spoils_image && without.sentence.find("8.") != std::string::npos, without.sentence.c_str());
    std::vector<float> of_others = of_crystal;
    std::ranges::shuffle(of_others, random);
    QVERIFY(told(of_others).spoils_image);
    counts[100] = 0;
    counts[200] *= 50;  // which are told of by themselves
    QCOMPARE(told(of_crystal).verdict, io::Verdict::good);
    std::ranges::transform(counts, counts.begin(), [](std::uint64_t count) { return count / 50; });
    QVERIFY(!io::check_efficiencies(scanner, {}, counts));  // too few to say
  }

  void dead_and_hot_modules_are_named() {
    MemoryEvents listmode(tests::small_scanner({.modules = 16}));
    const auto crystals = static_cast<std::uint32_t>(listmode.scanner().num_crystals());
    for (std::uint32_t a = 0; a < crystals; ++a) {
      for (std::uint32_t b = 0; b < a; ++b) {
        const auto has = [&](std::uint32_t module) { return a / 6 == module || b / 6 == module; };
        // Module 2 is nearly dead, module 5 counts far too often.
        const int live = has(5) ? 60 : 3;
        for (int i = 0; i < (has(2) ? (a % 6 + b % 6 == 0 ? 1 : 0) : live); ++i) {
          listmode.add(a, b);
        }
      }
    }
    const io::DataCheck modules = check_named(check(listmode), "Modules");
    QVERIFY(modules.verdict == io::Verdict::notice);
    QVERIFY2(modules.sentence.find("(module 2), 1 more than five times (module 5)") != std::string::npos,
             modules.sentence.c_str());
    listmode.table.bin.assign(1, std::vector<float>(96, 1));
    std::fill_n(listmode.table.bin[0].begin() + 12, 6, 0.0F);
    QVERIFY(check_named(check(listmode), "Modules").sentence.starts_with("0 of 15"));
  }

  void images_outside_the_scanner_are_seen() {
    // Bore radius 60 mm, crystals 7 mm wide at z of -4 and 4 mm.
    const recon::Scanner scanner = tests::small_scanner({.modules = 8, .transaxial = 1, .axial = 2});
    const auto verdict = [&](const std::array<std::int64_t, 3>& shape, const recon::Vec3& centre_mm) {
      return io::check_grid(scanner, recon::centred_grid(shape, {2, 2, 2}, centre_mm));
    };
    QVERIFY(verdict({50, 50, 7}, {}).verdict == io::Verdict::good);
    QVERIFY(verdict({60, 62, 7}, {}).verdict == io::Verdict::good);  // one voxel beyond
    QVERIFY(verdict({60, 66, 7}, {}).sentence.find("along y") != std::string::npos);
    QVERIFY(verdict({60, 66, 7}, {}).remedy.find("image.voxel_size_mm") != std::string::npos);
    QVERIFY(verdict({50, 50, 7}, {20, 0, 0}).remedy.find("image.centre_offset_mm") != std::string::npos);
    QVERIFY(verdict({50, 50, 11}, {}).sentence.find("beyond the crystals") != std::string::npos);
    QVERIFY(verdict({50, 50, 3}, {}).sentence.find("6 of the 15 mm") != std::string::npos);
    QVERIFY(verdict({50, 50, 7}, {120, 0, 0}).verdict == io::Verdict::bad);
    QVERIFY(verdict({50, 50, 7}, {0, 0, -40}).verdict == io::Verdict::bad);
  }

  void time_that_runs_backwards_is_told_but_not_bad() {
    MemoryEvents listmode = every_pair();
    listmode.add(0, 20, 0, 5);
    const io::DataCheck time = check_named(check(listmode), "Time");
    QVERIFY(time.verdict == io::Verdict::good);
    QVERIFY(time.sentence.find("runs backwards 1 times") != std::string::npos);
    // Counted where it belongs, as if it came first.
    MemoryEvents late(tests::small_scanner());
    for (const std::uint32_t time_ms : {5400U, 5600U, 7300U, 2500U, 5500U}) {
      late.add(0, 20, 0, time_ms);
    }
    const io::DataSummary summary = check(late);
    QCOMPARE(summary.prompts_per_second, (std::vector<std::uint64_t>{1, 0, 0, 3, 1}));
    QCOMPARE(summary.first_event_ms, 2400U);
  }

  void the_sign_of_tof_is_seen() {
    QVERIFY(check_named(check(off_centre_source(1)), "TOF sign").verdict == io::Verdict::good);
    QVERIFY(check_named(check(off_centre_source(-1)), "TOF sign").verdict == io::Verdict::bad);
  }

  /// A step of the times of one bin of 8 mm, where the resolution is 6.
  void an_offset_of_tof_is_seen() {
    QVERIFY(check_named(check(off_centre_source(1)), "TOF offset").verdict == io::Verdict::good);
    for (const int offset : {1, -1}) {
      const io::DataCheck found = check_named(check(off_centre_source(1, 0, offset)), "TOF offset");
      QVERIFY(found.verdict == io::Verdict::notice && found.spoils_image);
      QVERIFY2(found.sentence.find(offset > 0 ? "is 8" : "is -8") != std::string::npos ||
                   found.sentence.find(offset > 0 ? "is 7.9" : "is -7.9") != std::string::npos,
               found.sentence.c_str());
    }
  }

  /// An offset is none where the activity is elsewhere in other directions.
  void an_offset_is_told_from_places() {
    const io::DataCheck none = check_named(check(sources_by_direction()), "TOF offset");
    QVERIFY2(none.verdict == io::Verdict::good, none.sentence.c_str());
    for (const int offset : {1, -1}) {
      const io::DataCheck found = check_named(check(sources_by_direction(offset)), "TOF offset");
      const double mm = QString::fromStdString(found.sentence).section(" is ", 1).section(' ', 0, 0).toDouble();
      QVERIFY2(found.verdict == io::Verdict::notice && std::abs(mm - 8 * offset) < 1, found.sentence.c_str());
    }
  }

  /// In two seconds, 20000 prompts.
  void a_drift_is_seen() {
    QVERIFY(check_named(check(off_centre_source(1)), "Drift").verdict == io::Verdict::good);
    QVERIFY(check_named(check(off_centre_source(1, 1)), "Drift").verdict == io::Verdict::good);
    const io::DataCheck found = check_named(check(off_centre_source(1, 6)), "Drift");
    QVERIFY(found.verdict == io::Verdict::notice && !found.spoils_image);
    const double mm_per_minute =
        QString::fromStdString(found.sentence).section(" by ", 1).section(' ', 0, 0).toDouble();
    QVERIFY2(std::abs(mm_per_minute / 180 - 1) < 0.1, found.sentence.c_str());
  }

  /// Prompts and delayeds in the outer bins of short lines, where no decay is seen.
  void randoms_beside_all_decays_are_compared_data() {
    QTest::addColumn<int>("prompts");
    QTest::addColumn<bool>("good");
    QTest::newRow("as many") << 1000 << true;
    QTest::newRow("5 % more") << 1050 << true;
    QTest::newRow("half more") << 1500 << false;
    QTest::newRow("half less") << 500 << false;
  }

  void randoms_beside_all_decays_are_compared() {
    QFETCH(int, prompts);
    QFETCH(bool, good);
    MemoryEvents listmode = off_centre_source(1);
    for (int i = 0; i < 1000 + prompts; ++i) {
      listmode.add(0, 6 * 4 + 1, i % 2 == 0 ? 0 : 20, 2000, i < 1000);  // a quarter of the ring apart
    }
    const io::DataCheck found = check_named(check(listmode), "Randoms");
    QVERIFY2((found.verdict == io::Verdict::good) == good, found.sentence.c_str());
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
