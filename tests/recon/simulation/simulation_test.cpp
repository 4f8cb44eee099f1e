#include "recon/simulation/simulation.h"

#include <QtTest>
#include <cmath>
#include <functional>

#include "projectors/error.h"
#include "ring.h"
#include "support/test_main.h"

using namespace coincide::tests;

namespace {

std::string message_of(const std::function<void()>& deed) {
  try {
    deed();
  } catch (const coincide::InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

class SimulationTest : public QObject {
  Q_OBJECT

 private slots:
  void point_in_the_middle_gives_the_covered_part_of_the_sphere() {
    // Opposite crystals cover opposite directions, so both photons of a decay hit or none.
    const Run result = run(ball({0, 0, 0}, 0.01F, 1e6), {.duration_s = 0.5, .seed = 11});
    const double expected = 0.5e6 * covered_part(ring_scanner());
    QVERIFY(expected > 1e5);
    QVERIFY2(is_poisson(static_cast<double>(result.counts.prompts), expected),
             qPrintable(QString("%1 instead of %2").arg(result.counts.prompts).arg(expected)));
  }

  void wide_source_gives_solid_angle_times_chord_for_each_pair_of_modules() {
    Phantom phantom = ball({12, -8, 6}, 25, 4e6);
    phantom.shapes[0].mu_per_cm = 0.1;  // for the chords below, not for the photons
    const Run result = run(phantom, {.duration_s = 1, .attenuation = false, .seed = 12});

    const Scanner fine = ring_scanner(3);
    const double decays_per_mm3 = phantom.shapes[0].activity_bq_per_ml / 1000;
    std::vector<double> expected(num_sides * num_sides, 0);
    for (std::uint32_t a = 0; a < fine.num_crystals(); ++a) {
      for (std::uint32_t b = a + 1; b < fine.num_crystals(); ++b) {
        const double exponent = phantom.attenuation_exponent(minus(fine.crystal_centre_mm[a], scanner_centre_mm),
                                                             minus(fine.crystal_centre_mm[b], scanner_centre_mm));
        const double chord_mm = exponent / phantom.shapes[0].mu_per_cm * 10;
        expected[fine.crystal_module[a] * num_sides + fine.crystal_module[b]] +=
            decays_per_mm3 * chord_mm * solid_angle_factor_mm2(fine, a, b);
      }
    }
    std::vector<double> counted(expected.size(), 0);
    for (std::size_t i = 0; i < result.events.size(); ++i) {
      const std::uint32_t module_a = result.events.crystal_a[i] / crystals_per_side;
      const std::uint32_t module_b = result.events.crystal_b[i] / crystals_per_side;
      counted[std::min(module_a, module_b) * num_sides + std::max(module_a, module_b)] += 1;
    }
    double chi2 = 0;
    double total = 0;
    int cells = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      total += expected[i];
      if (expected[i] > 500) {
        chi2 += (counted[i] - expected[i]) * (counted[i] - expected[i]) / expected[i];
        ++cells;
      }
    }
    // 0.3 percent: lines between centres stand for small but not tiny pieces of crystals.
    QVERIFY2(std::abs(static_cast<double>(result.counts.prompts) / total - 1) < 0.003,
             qPrintable(QString("%1 instead of %2").arg(result.counts.prompts).arg(total)));
    QVERIFY2(cells > 20 && chi2 / cells < 2, qPrintable(QString("chi2 %1 in %2 cells").arg(chi2).arg(cells)));
  }

  void tof_counts_from_a_to_b() {
    const Scanner scanner = ring_scanner();
    const Vec3 source{28, 6, -5};
    const Run result = run(ball(source, 0.5F, 1e6), {.duration_s = 0.3, .seed = 13});
    double products = 0;
    double squares = 0;
    double residuals = 0;
    double residuals2 = 0;
    int towards_b = 0;
    for (std::size_t i = 0; i < result.events.size(); ++i) {
      const Vec3 a = minus(scanner.crystal_centre_mm[result.events.crystal_a[i]], scanner_centre_mm);
      const Vec3 b = minus(scanner.crystal_centre_mm[result.events.crystal_b[i]], scanner_centre_mm);
      const Vec3 way = minus(b, a);
      const double truth_mm = (dot(source, way) - (dot(b, b) - dot(a, a)) / 2) / std::sqrt(dot(way, way));
      const double measured_mm = scanner.tof_bins[result.events.tof_bin[i]].centre_mm;
      products += truth_mm * measured_mm;
      squares += truth_mm * truth_mm;
      residuals += measured_mm - truth_mm;
      residuals2 += (measured_mm - truth_mm) * (measured_mm - truth_mm);
      towards_b += truth_mm > 0 ? 1 : 0;
    }
    const auto events = static_cast<double>(result.events.size());
    QVERIFY(events > 30000);
    QVERIFY2(std::abs(products / squares - 1) < 0.02, qPrintable(QString::number(products / squares)));
    QVERIFY(std::abs(residuals / events) < 0.3);
    QVERIFY(std::abs(residuals2 / events / (10.0 * 10.0 + 8.0 * 8.0 / 12) - 1) < 0.03);
    QVERIFY(is_poisson(towards_b, events / 2));  // either photon may be the first
  }

  void attenuation_follows_the_whole_line() {
    Phantom phantom = ball({0, 0, 0}, 30, 0, 0.12);
    phantom.shapes.push_back(ball({0, 0, 0}, 0.01F, 2e6, 0.12).shapes[0]);
    const SimulationOptions options{.duration_s = 0.3, .seed = 14};
    const Run absorbed = run(phantom, options);
    SimulationOptions without = options;
    without.attenuation = false;
    const Run unabsorbed = run(phantom, without);
    QVERIFY(is_poisson(static_cast<double>(absorbed.counts.prompts),
                       static_cast<double>(unabsorbed.counts.prompts) * std::exp(-0.12 * 6)));
  }

  void hidden_activity_does_not_decay() {
    Phantom phantom = ball({0, 0, 0}, 20, 2e6);
    Shape lid = phantom.shapes[0];
    lid.kind = ShapeKind::box;
    lid.centre_mm = {20, 0, 0};
    lid.half_size_mm = {20, 20, 20};
    lid.activity_bq_per_ml = 0;
    phantom.shapes.push_back(lid);
    const SimulationOptions options{.duration_s = 0.2, .seed = 15};
    const Run half = run(phantom, options);
    phantom.shapes.pop_back();
    const Run whole = run(phantom, options);
    const double ratio = static_cast<double>(half.counts.prompts) / static_cast<double>(whole.counts.prompts);
    QVERIFY2(std::abs(ratio - 0.5) < 0.01, qPrintable(QString::number(ratio)));
  }

  void efficiencies_and_coincidence_table_count() {
    Efficiencies efficiencies;
    efficiencies.calibration_factor = 0.8;
    efficiencies.bin = {std::vector<float>(num_sides * crystals_per_side, 0.5F)};
    for (std::size_t crystal = 0; crystal < efficiencies.bin[0].size(); crystal += 2) {
      efficiencies.bin[0][crystal] = 0.25F;
    }
    efficiencies.pairs.resize(1);
    efficiencies.pairs[0].num_modules_b = num_sides;
    for (int a = 0; a < num_sides; ++a) {
      for (int b = 0; b < num_sides; ++b) {
        efficiencies.pairs[0].group.push_back(std::abs(a - b) == num_sides / 2 ? 0 : -1);
      }
    }
    const Phantom phantom = ball({0, 0, 0}, 0.01F, 4e6);
    const SimulationOptions options{.duration_s = 0.3, .seed = 16};
    const Run all = run(phantom, options);
    const Run part = run(phantom, options, efficiencies);
    // Opposite crystals have the same place across their modules: even meets even, odd meets odd.
    QVERIFY2(is_poisson(static_cast<double>(part.counts.prompts),
                        static_cast<double>(all.counts.prompts) * 0.8 * (0.25 * 0.25 + 0.5 * 0.5) / 2),
             qPrintable(QString("%1 of %2").arg(part.counts.prompts).arg(all.counts.prompts)));
    const Scanner scanner = ring_scanner();
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      QVERIFY(efficiencies.in_coincidence(scanner, part.events.crystal_a[i], part.events.crystal_b[i]));
    }
  }

  void randoms_have_the_fraction_and_delayeds_the_same_mean() {
    const Phantom phantom = ball({0, 0, 0}, 20, 2e6);
    SimulationOptions options{.duration_s = 0.5, .seed = 17};
    const Run trues = run(phantom, options);
    options.randoms_fraction = 0.4;
    const Run both = run(phantom, options);
    const auto num_trues = static_cast<double>(trues.counts.prompts);
    const double num_randoms = num_trues * 0.4 / 0.6;
    QVERIFY(std::abs(static_cast<double>(both.counts.prompts) / (num_trues + num_randoms) - 1) < 0.01);
    QVERIFY(std::abs(static_cast<double>(both.counts.delayeds) / num_randoms - 1) < 0.02);
    QCOMPARE(trues.counts.delayeds, std::uint64_t{0});

    std::vector<double> by_tof_bin(21, 0);
    std::vector<double> by_side(num_sides, 0);
    for (std::size_t i = 0; i < both.events.size(); ++i) {
      if (both.events.delayed[i] != 0) {
        by_tof_bin[both.events.tof_bin[i]] += 1;
        by_side[both.events.crystal_a[i] / crystals_per_side] += 1;
      }
    }
    const auto delayeds = static_cast<double>(both.counts.delayeds);
    for (const double count : by_tof_bin) {
      QVERIFY(is_poisson(count, delayeds / 21));
    }
    for (const double count : by_side) {  // few points stand for the source, so sides differ a little
      QVERIFY(std::abs(count / delayeds * num_sides - 1) < 0.1);
    }
  }

  void randoms_follow_singles() {
    // Singles of the sides near and far from a point: 1 / distance^2 and the slant of the crystals.
    const Run result = run(ball({30, 0, 0}, 0.01F, 3e6), {.duration_s = 0.3, .randoms_fraction = 0.5, .seed = 18});
    std::vector<double> by_side(num_sides, 0);
    for (std::size_t i = 0; i < result.events.size(); ++i) {
      if (result.events.delayed[i] != 0) {
        by_side[result.events.crystal_a[i] / crystals_per_side] += 1;
        by_side[result.events.crystal_b[i] / crystals_per_side] += 1;
      }
    }
    const auto solid_angle = [](std::size_t side) {
      const Scanner scanner = ring_scanner();
      double sum = 0;
      for (std::size_t crystal = side * crystals_per_side; crystal < (side + 1) * crystals_per_side; ++crystal) {
        const Vec3 way = minus(minus(scanner.crystal_centre_mm[crystal], scanner_centre_mm), {30, 0, 0});
        sum -= dot(way, scanner.crystal_normal[crystal]) / std::pow(dot(way, way), 1.5);
      }
      return sum;
    };
    // Pairs within a side do not count, which the near sides lose most by: sides 3 and 9 are alike, 6 sees less than 3.
    double total = 0;
    for (std::size_t side = 0; side < num_sides; ++side) {
      total += solid_angle(side);
    }
    double expected_norm = 0;
    std::vector<double> expected;
    for (std::size_t side = 0; side < num_sides; ++side) {
      expected.push_back(solid_angle(side) * (total - solid_angle(side)));
      expected_norm += expected.back();
    }
    const double counted = 2 * static_cast<double>(result.counts.delayeds);
    for (std::size_t side = 0; side < num_sides; ++side) {
      QVERIFY(is_poisson(by_side[side], counted * expected[side] / expected_norm));
    }
  }

  void seed_alone_decides() {
    const Phantom phantom = ball({10, 5, 0}, 20, 1e6, 0.1);
    SimulationOptions options{.duration_s = 0.095, .randoms_fraction = 0.2, .seed = 19, .num_threads = 1};
    const Run one = run(phantom, options);
    options.num_threads = 3;
    const Run three = run(phantom, options);
    QVERIFY(one.events.size() > 1000);
    QVERIFY(one.events.crystal_a == three.events.crystal_a && one.events.crystal_b == three.events.crystal_b);
    QVERIFY(one.events.tof_bin == three.events.tof_bin && one.events.delayed == three.events.delayed);
    options.seed = 20;
    QVERIFY(run(phantom, options).events.crystal_a != one.events.crystal_a);
  }

  void intervals_fill_the_duration() {
    Collector sink;
    Reporter silent;
    const EventCounts counts =
        simulate(ring_scanner(), {}, ball({0, 0, 0}, 10, 1e5), {.duration_s = 0.0254}, sink, silent);
    QVERIFY(sink.in_order && sink.same_length);
    QCOMPARE(sink.stop_ms, 25U);
    QCOMPARE(counts.time_blocks, std::uint64_t{3});
    QCOMPARE(counts.duration_s, 0.025);
    QCOMPARE(counts.prompts, std::uint64_t{sink.events.size()});
  }

  void stop_keeps_what_was_done() {
    struct StopLater : Reporter {
      void progress(std::string_view, double fraction) override { reached = fraction; }
      bool stop_requested() const override { return reached > 0; }
      double reached = 0;
    } reporter;
    Collector sink;
    const EventCounts counts =
        simulate(ring_scanner(), {}, ball({0, 0, 0}, 10, 1e5), {.duration_s = 60}, sink, reporter);
    QVERIFY(counts.prompts > 0);
    QCOMPARE(counts.prompts, std::uint64_t{sink.events.size()});
    QVERIFY(counts.duration_s < 60);
    QCOMPARE(counts.warnings.size(), std::size_t{1});
  }

  /// Within an interval and before the first one, too: of so much activity neither would come to an end.
  void stop_waits_for_nothing() {
    struct StopAtOnce : Reporter {
      bool stop_requested() const override { return true; }
    } reporter;
    const Phantom hot = ball({0, 0, 0}, 10, 1e15);
    for (const double randoms_fraction : {0.0, 0.5}) {
      Collector sink;
      const EventCounts counts =
          simulate(ring_scanner(), {}, hot, {.duration_s = 60, .randoms_fraction = randoms_fraction}, sink, reporter);
      QCOMPARE(counts.time_blocks, std::uint64_t{0});
      QCOMPARE(sink.events.size(), std::size_t{0});
      QCOMPARE(counts.warnings.size(), std::size_t{1});
    }
    QCOMPARE(simulation_rate(ring_scanner(), {}, hot, {}, reporter).prompts_per_s, 0.0);
  }

  void rate_tells_what_a_simulation_gives() {
    const Phantom phantom = ball({10, 5, 0}, 20, 1e6, 0.1);
    const SimulationOptions options{.duration_s = 0.4, .randoms_fraction = 0.2};
    Collector sink;
    Reporter silent;
    const EventCounts counts = simulate(ring_scanner(), {}, phantom, options, sink, silent);
    const SimulationRate rate = simulation_rate(ring_scanner(), {}, phantom, options, silent);
    QVERIFY(std::abs(rate.prompts_per_s * options.duration_s / static_cast<double>(counts.prompts) - 1) < 0.05);
    QVERIFY(rate.seconds_per_s > 0);
  }

  void impossible_requests_are_refused() {
    const Phantom phantom = ball({0, 0, 0}, 10, 1e5);
    const auto refused = [](const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& object,
                            const SimulationOptions& options, const char* reason) {
      Collector sink;
      Reporter silent;
      const std::string message = message_of([&] { simulate(scanner, efficiencies, object, options, sink, silent); });
      return message.find(reason) != std::string::npos;
    };
    const Scanner scanner = ring_scanner();
    QVERIFY(refused(scanner, {}, phantom, {.duration_s = 0}, "duration must be"));
    QVERIFY(refused(scanner, {}, phantom, {.duration_s = std::nan("")}, "duration must be"));
    QVERIFY(refused(scanner, {}, phantom, {.randoms_fraction = 0.95}, "0 to 0.9"));
    QVERIFY(refused(scanner, {}, ball({50, 0, 0}, 20, 1e5), {}, "reaches 70.0 mm"));
    QVERIFY(refused(scanner, {}, ball({0, 0, 0}, 20, 0), {}, "no activity"));
    QVERIFY(refused(scanner, {}, ball({0, 0, 0}, 20, -5), {}, "not negative"));
    QVERIFY(refused(scanner, {}, phantom, {.attenuation = false, .scatter = true}, "without attenuation"));
    QVERIFY(refused(scanner, {}, phantom, {.scatter = true}, "does not state its energy window"));
    QVERIFY(refused(scanner, {}, phantom, {.half_life_s = -1}, "half-life"));
    Phantom wide{"wide", {}, Image(centred_grid({70, 4, 4}, {2, 2, 2}, {}), 1)};
    QVERIFY(refused(scanner, {}, wide, {}, "an image of the phantom 'wide' reaches 70.0 mm"));
    wide.activity.values[0] = -1;
    QVERIFY(refused(scanner, {}, wide, {}, "negative or no numbers"));

    Scanner points = scanner;
    points.crystal_corners_mm.clear();
    QVERIFY(refused(points, {}, phantom, {}, "corners of 0 of 288"));
    Scanner windows = scanner;
    windows.module_types[0].energy_edges_kev = {400, 500, 600};
    QVERIFY(refused(windows, {}, phantom, {}, "2 energy windows"));
    Efficiencies with_geometry;
    with_geometry.pairs.resize(1);
    with_geometry.pairs[0].bins_per_module_b = crystals_per_side;
    with_geometry.pairs[0].values = {std::vector<float>(crystals_per_side * crystals_per_side, 0.5F)};
    QVERIFY(refused(scanner, with_geometry, phantom, {}, "solid angle"));
  }
};

COINCIDE_TEST_CLASS(SimulationTest)
#include "simulation_test.moc"
