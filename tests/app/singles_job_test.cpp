// Randoms from singles, in whole runs: where there are no delayeds, and against them.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "app/run_job.h"
#include "app/small_jobs.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"
#include "recon/randoms.h"
#include "recon/units.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

}  // namespace

class SinglesJobTest : public QObject, SmallJobs {
  Q_OBJECT

  /// Singles of which `factor` times the file's delayeds are the randoms, each crystal's plus `more_per_s`.
  static recon::SinglesCounts singles_of(const fs::path& file, double factor, double more_per_s) {
    const auto source = io::open_listmode(file);
    const recon::Scanner& scanner = source->scanner();
    std::vector<std::uint64_t> delayeds(scanner.num_crystals());
    recon::EventBlock block;
    while (source->read(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        delayeds[block.crystal_a[i]] += block.delayed[i];
        delayeds[block.crystal_b[i]] += block.delayed[i];
      }
    }
    const auto s = recon::randoms_from_delayeds(scanner, source->efficiencies(), delayeds);
    double window_s = 0;
    for (const recon::TofBin& bin : scanner.tof_bins) {
      window_s += 1e-12 * bin.width_mm / recon::mm_per_ps;
    }
    constexpr double longer = 100;  // than the events: many counts, as they are whole numbers
    recon::SinglesCounts singles{.time = {0, 20'000}, .bin = {{}}};
    for (const double one : s) {
      singles.bin[0].push_back(
          static_cast<float>(longer * 0.2 * (one * std::sqrt(factor / (0.2 * window_s)) + more_per_s)));
    }
    return singles;
  }

  /// A copy with these singles and, if they are wanted, the delayeds.
  static void copy_with_singles(const fs::path& from, const fs::path& to, const recon::SinglesCounts& singles,
                                bool with_delayeds) {
    const auto source = io::open_listmode(from);
    io::PetsirdWriter writer(to, source->scanner(), source->efficiencies(), true);
    recon::EventBlock block, events;
    while (source->read(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (with_delayeds || block.delayed[i] == 0) {
          events.crystal_a.push_back(block.crystal_a[i]);
          events.crystal_b.push_back(block.crystal_b[i]);
          events.tof_bin.push_back(block.tof_bin[i]);
          events.delayed.push_back(block.delayed[i]);
        }
      }
    }
    writer.write({0, 200}, events);
    writer.write(singles);
    writer.finish();
  }

 private slots:
  /// The data of the others.
  void initTestCase() {
    io::Job simulation = job("simulated");
    simulation.simulation = {.phantom = "cylinder", .scanner = "small", .duration_s = 0.2};
    QVERIFY(!app::run_job(simulation, silent_).stopped());
  }

  /// Without delayeds, singles that belong to as many randoms give the same
  /// image; what crystals count by themselves is taken off.
  void singles_take_the_place_of_delayeds() {
    const fs::path measured = path("results/simulated.petsird");
    io::Job job = reconstruction("by singles");
    job.input.data = path("singles.petsird");
    copy_with_singles(measured, job.input.data, singles_of(measured, 1, 0), true);
    const app::RunResult usual = app::run_job(job, silent_);
    copy_with_singles(measured, job.input.data, singles_of(measured, 1, 0), false);
    const app::RunResult result = app::run_job(job, silent_);
    QVERIFY2(record_of(result, "randoms").starts_with("from singles, counted in 20 s, in the model: "),
             qPrintable(QString::fromStdString(record_of(result, "randoms"))));
    QVERIFY(record_of(usual, "randoms").starts_with("smooth estimate from delayed"));
    QVERIFY(!warns(result, "ingles") && !warns(result, "andoms"));
    const float most = std::ranges::max(usual.image.values);
    for (std::size_t i = 0; i < usual.image.values.size(); ++i) {
      const float difference = std::abs(result.image.values[i] - usual.image.values[i]) / most;
      QVERIFY2(difference < 1e-3F, qPrintable(QString::number(difference)));
    }
    copy_with_singles(measured, job.input.data, singles_of(measured, 1, 1e6), false);
    std::ofstream table(path("background.csv"));
    table << "crystal,counts_per_s\n";
    const std::size_t crystals = io::open_listmode(measured)->scanner().num_crystals();
    for (std::size_t crystal = 0; crystal < crystals; ++crystal) {
      table << crystal << ",1e6\n";
    }
    table.close();
    job.corrections.singles_background = path("background.csv");
    const app::RunResult cleaned = app::run_job(job, silent_);
    QVERIFY(std::abs(sum(cleaned.image) / sum(result.image) - 1) < 1e-4);
    QVERIFY(record_of(cleaned, "randoms").find("without those of the crystals") != std::string::npos);
    job.corrections.singles_background.clear();
    copy_with_singles(measured, job.input.data, singles_of(measured, 2, 0), false);
    QVERIFY(warns(app::run_job(job, silent_), "times the prompts of which time of flight says that they are random"));
    job.corrections.randoms = recon::RandomsMethod::singles;
    job.input.data = measured;
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(job, silent_));
  }

  /// With a source that decays to a quarter and modules that are often blind, counts of each second tell how many
  /// randoms there are; so do counts of the whole time, if the half-life is known.
  void simulated_singles_give_the_simulated_randoms() {
    io::Job simulation = job("with_singles");
    simulation.simulation = {.phantom = "cylinder",
                             .scanner = "small",
                             .duration_s = 2,
                             .randoms_fraction = 0.3,
                             .half_life_s = 1,
                             .dead_time_us = 1,
                             .singles = true};
    simulation.corrections.randoms = recon::RandomsMethod::singles;
    simulation.stop.passes = 1;
    for (const double half_life_s : {0.0, 1.0}) {
      simulation.quantification.half_life_s = half_life_s;
      const app::RunResult result = app::run_job(simulation, silent_);
      const QString said = QString::fromStdString(record_of(result, "randoms"));
      QVERIFY2(said.startsWith("from singles, counted in 2 s"), qPrintable(said));
      const double counts = said.section("model: ", 1).section(' ', 0, 0).toDouble();
      const auto delayeds = static_cast<double>(result.provenance.counts.delayeds);
      // Rates fall within each second: without the half-life their squares come out 4 % too low.
      const double expected = half_life_s > 0 ? 1 : 1 / 1.0396;
      QVERIFY2(std::abs(counts / delayeds / expected - 1) < 4 / std::sqrt(delayeds) + 0.003,
               qPrintable(said + QString(" of %1").arg(delayeds)));
      QVERIFY(!warns(result, "ingles"));
    }
  }

  /// Beyond 10 % they are told to differ from the delayeds.
  void singles_are_compared_with_delayeds_data() {
    QTest::addColumn<double>("factor");
    QTest::addColumn<bool>("warned");
    QTest::newRow("as many") << 1.0 << false;
    QTest::newRow("5 % more") << 1.05 << false;
    QTest::newRow("25 % more") << 1.25 << true;
    QTest::newRow("25 % less") << 0.75 << true;
    QTest::newRow("more than all prompts") << 10.0 << true;
  }

  void singles_are_compared_with_delayeds() {
    QFETCH(double, factor);
    QFETCH(bool, warned);
    const fs::path measured = path("results/simulated.petsird");
    io::Job job = reconstruction("compared");
    job.stop.passes = 1;
    job.input.data = path("compared.petsird");
    job.corrections.randoms = recon::RandomsMethod::singles;
    copy_with_singles(measured, job.input.data, singles_of(measured, factor, 0), true);
    const app::RunResult result = app::run_job(job, silent_);
    QCOMPARE(warns(result, "times the randoms that were counted as delayeds"), warned);
    QCOMPARE(warns(result, "counts of randoms and scatter, more than the"), factor > 5);
  }
};

COINCIDE_TEST_CLASS(SinglesJobTest)

}  // namespace coincide::tests

#include "singles_job_test.moc"
