// What the data say of the time that they were recorded in: dead time, blocks without length.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/plan_job.h"
#include "app/run_job.h"
#include "app/small_jobs.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "io/yardl_bytes.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
using tests::sum;
namespace fs = std::filesystem;

class RecordedTimeTest : public QObject, tests::SmallJobs {
  Q_OBJECT

  /// A copy with a dead time block behind all others, all crystals alike.
  static void append_dead_time(const fs::path& from, const fs::path& to, std::uint32_t start_ms, std::uint32_t stop_ms,
                               float alive) {
    const std::size_t crystals = io::open_listmode(from)->scanner().num_crystals();
    std::ifstream in(from, std::ios::binary);
    std::string file{std::istreambuf_iterator<char>(in), {}};
    file.pop_back();  // the end of the stream
    io::YardlBytes block;
    block.varint(1);
    block.varint(4);  // DeadTimeTimeBlock
    block.varint(start_ms);
    block.varint(stop_ms);
    block.varint(1);
    block.varint(crystals);
    block.reals(std::vector<float>(crystals, alive));
    block.varint(0);
    block.varint(0);
    std::ofstream(to, std::ios::binary) << file << block.bytes();
  }

  /// A copy in time blocks of 10 ms that stop when `stop_ms` of their start says.
  template <class Stop>
  static void copy_with_stops(const fs::path& from, const fs::path& to, const Stop& stop_ms) {
    const auto source = io::open_listmode(from);
    io::PetsirdWriter writer(to, source->scanner(), source->efficiencies());
    recon::EventBlock block;
    while (source->read(block)) {
      std::size_t next = 0;
      for (const recon::TimeBlock& one : block.time_blocks) {
        recon::EventBlock events;
        for (; next < block.size() && block.time_ms[next] == one.time.start_ms; ++next) {
          events.crystal_a.push_back(block.crystal_a[next]);
          events.crystal_b.push_back(block.crystal_b[next]);
          events.tof_bin.push_back(block.tof_bin[next]);
          events.delayed.push_back(block.delayed[next]);
        }
        writer.write({one.time.start_ms, stop_ms(one.time.start_ms)}, events);
      }
    }
    writer.finish();
  }

 private slots:
  /// The data of the other tests.
  void initTestCase() { QVERIFY(!simulate().stopped()); }

  /// Dead time that stands behind all events: half of the pairs' time gives twice the activity.
  void live_time_scales_the_activity() {
    const double whole = sum(app::run_job(reconstruction("alive"), silent_).image);
    const fs::path dead = path("dead.petsird");
    append_dead_time(path("results/simulated.petsird"), dead, 0, 200, 0.7F);
    io::Job job = reconstruction("dead");
    job.input.data = dead;
    const app::RunResult result = app::run_job(job, silent_);
    QVERIFY2(std::abs(0.49 * sum(result.image) / whole - 1) < 1e-4,
             qPrintable(QString::number(sum(result.image) / whole)));
    QCOMPARE(result.image.unit, std::string("Bq/mL"));
    QVERIFY(record_of(result, "live time").find("0.49 for the mean prompt") != std::string::npos);
    QVERIFY2(!app::plan_job(job, silent_).sensitivity_cached, "its sensitivity image depends on the frame");

    job.corrections.live_time = recon::Switch::off;
    const app::RunResult off = app::run_job(job, silent_);
    QVERIFY(std::abs(sum(off.image) / whole - 1) < 1e-6);
    QVERIFY(record_of(off, "live time").starts_with("not corrected"));
    QVERIFY(std::ranges::any_of(off.provenance.counts.not_used,
                                [](const std::string& words) { return words.starts_with("dead time"); }));

    job.corrections.live_time = recon::Switch::on;
    app::run_job(job, silent_);
    job.input.data = path("results/simulated.petsird");
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(job, silent_));
  }

  /// Dead time for the first tenth of the frame, and for another time.
  void dead_time_of_a_part_is_told() {
    io::Job job = reconstruction("partly dead");
    job.input.data = path("partly.petsird");
    append_dead_time(path("results/simulated.petsird"), job.input.data, 0, 20, 0.7F);
    const app::RunResult part = app::run_job(job, silent_);
    QVERIFY(warns(part, "dead time for 10 % of the frame"));
    job.input.start_s = 0.1;
    const app::RunResult none = app::run_job(job, silent_);
    QVERIFY(warns(none, "none of the frame"));
    QVERIFY(record_of(none, "live time").starts_with("not corrected"));
  }

  /// Without lengths of time blocks there is neither activity nor decay, and nothing claims either.
  void blocks_without_length_are_said_once() {
    const fs::path events = path("nostop.petsird");
    copy_with_stops(path("results/simulated.petsird"), events, [](std::uint32_t start_ms) { return start_ms; });
    io::Job job = reconstruction("nostop");
    job.input.data = events;
    job.quantification.half_life_s = 10;
    const app::RunResult result = app::run_job(job, silent_);
    QCOMPARE(result.image.unit, std::string("1"));
    const io::Provenance& record = result.provenance;
    QVERIFY(!record.decay_corrected);
    QCOMPARE(record.decay_factor, 1.0);
    QCOMPARE(record.frame_duration_s, 0.0);
    QVERIFY(record_of(result, "decay").starts_with("not corrected"));
    QCOMPARE(std::ranges::count_if(record.warnings,
                                   [](const std::string& w) { return w.find("length") != std::string::npos; }),
             std::ptrdiff_t{1});
    QVERIFY(warns(result, "20 of 20 time blocks state no length"));
    QCOMPARE(app::plan_job(job, silent_).warnings.size(), record.warnings.size());

    // The same with a length: what was recorded makes the factor.
    job.input.data = path("results/simulated.petsird");
    const app::RunResult decayed = app::run_job(job, silent_);
    QVERIFY(decayed.provenance.decay_corrected);
    QVERIFY(std::abs(decayed.provenance.decay_factor - 1.006947) < 1e-6);
    QVERIFY(record_of(decayed, "decay").starts_with("to the start of the frame at 0 s, by 1.00694"));
  }

  /// A stop of 2^32 - 1 ms is no duration of 50 days.
  void a_stop_that_is_no_time_is_told() {
    const fs::path events = path("late.petsird");
    copy_with_stops(path("results/simulated.petsird"), events,
                    [](std::uint32_t start_ms) { return start_ms == 190 ? 4294967295U : start_ms + 10; });
    io::Job job = reconstruction("late");
    job.input.data = events;
    const app::RunResult result = app::run_job(job, silent_);
    QCOMPARE(result.image.unit, std::string("1"));
    QVERIFY(warns(result, "1 of 20 time blocks state no length (the first goes from 190 ms to 4294967295 ms)"));
  }
};

COINCIDE_TEST_CLASS(RecordedTimeTest)
#include "recorded_time_test.moc"
