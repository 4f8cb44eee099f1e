// Jobs with several frames or gates, from their data to their files.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numbers>

#include "app/job_parts.h"
#include "app/plan_job.h"
#include "app/run_job.h"
#include "cylinder_study.h"
#include "io/image_file.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::tests;

class FramesTest : public QObject, private CylinderStudy {
  Q_OBJECT

 private slots:
  void initTestCase() {
    simulate();
    QVERIFY(std::abs(region_bq_per_ml_ / 20000 - 1) < 0.1);
  }

  void frames_are_what_jobs_of_their_times_give() {
    io::Job whole = job("span");
    const auto of_span = app::run_job(whole, silent_).provenance;
    io::Job frames = job("frames");
    frames.frames.durations = "2x0.05, 0.1";
    Listener listener;
    const app::RunResult result = app::run_job(frames, listener);
    QCOMPARE(result.series.frames.size(), std::size_t{3});
    QCOMPARE(result.provenance.parts.size(), std::size_t{3});
    std::uint64_t prompts = 0, delayeds = 0;
    for (const recon::RunRecord& part : result.provenance.parts) {
      prompts += part.counts.prompts;
      delayeds += part.counts.delayeds;
    }
    QCOMPARE(prompts, of_span.counts.prompts);
    QCOMPARE(delayeds, of_span.counts.delayeds);
    QCOMPARE(result.provenance.counts.prompts, of_span.counts.prompts);

    io::Job second = job("second");
    second.input.start_s = 0.05;
    second.input.stop_s = 0.1;
    QCOMPARE(result.series.frames[1].values, app::run_job(second, silent_).image.values);
    QVERIFY(std::ranges::is_sorted(listener.progresses));
    QVERIFY(listener.progresses.back() > 0.99);
    QVERIFY(listener.descriptions.front().starts_with("frame 1 of 3, listmode OSEM"));
    QVERIFY(listener.descriptions.back().starts_with("frame 3 of 3, "));
    QVERIFY(result.image.description.starts_with("mean of 3 frames, listmode OSEM"));
  }

  void the_series_is_read_back() {
    io::Job frames = job("series");
    frames.frames.durations = "0.05, 0.15";
    frames.quantification.half_life_s = 0.3;
    const app::RunResult result = app::run_job(frames, silent_);
    const io::ReadSeries read = io::read_image_series(path("results/series.nii.gz"));
    QVERIFY2(read.warnings.empty(), read.warnings.empty() ? "" : read.warnings.front().c_str());
    QCOMPARE(read.series.frames.size(), std::size_t{2});
    for (std::size_t i = 0; i < 2; ++i) {
      QCOMPARE(read.series.frames[i].values, result.series.frames[i].values);
      QCOMPARE(read.series.frames[i].decay_factor, result.series.frames[i].decay_factor);
    }
    const auto &first = read.series.frames[0].values, &second = read.series.frames[1].values;
    for (std::size_t i = 0; i < first.size(); ++i) {
      QVERIFY(std::abs(result.image.values[i] - (0.25 * first[i] + 0.75 * second[i])) <
              1e-5 * (1 + first[i] + second[i]));
    }
    QCOMPARE(read.series.frames[1].start_s, 0.05);
    QCOMPARE(read.series.frames[1].duration_s, 0.15);
    QCOMPARE(read.series.unit, std::string("Bq/mL"));
    QCOMPARE(read.series.half_life_s, 0.3);
    QVERIFY(read.series.decay_corrected && read.series.reference_s == 0);
    for (const std::string& name : result.provenance.outputs) {
      QVERIFY2(fs::is_regular_file(path("results/" + name)), name.c_str());
    }
  }

  /// Each frame holds the same events, in time blocks that grow longer as the activity falls with its half-life:
  /// without noise between them, all must show the activity at the injection.
  void decay_is_corrected_to_one_moment() {
    constexpr double half_life_s = 100, injection_s = -20, bq_per_ml = 200;
    const double lambda = std::numbers::ln2 / half_life_s;
    const auto edges = edges_of([&](double) { return bq_per_ml * std::exp(lambda * injection_s); }, lambda, 0,
                                region_bq_per_ml_ * block_s, 5 * blocks_in_frame);
    write_at(edges, path("decaying.petsird"));
    io::Job frames = job("decaying");
    frames.input.data = path("decaying.petsird");
    frames.input.injection = fmt::format("{}", injection_s);
    frames.frames.durations = durations_of(edges);
    frames.quantification.half_life_s = half_life_s;
    frames.output.regions = path("mask.nii.gz");
    const app::RunResult result = app::run_job(frames, silent_);
    QVERIFY(result.series.frames.back().decay_factor > 2);
    QCOMPARE(result.series.reference_s, injection_s);
    for (const recon::SeriesFrame& frame : result.series.frames) {
      QVERIFY2(std::abs(mean_in(mask(), frame.values) / bq_per_ml - 1) < 0.002,
               qPrintable(QString::number(mean_in(mask(), frame.values))));
    }
    std::ifstream table(path("results/decaying_tac.csv"));
    std::string remark, line;
    std::getline(table, remark);
    QVERIFY2(remark.find("corrected for decay to -20 s") != std::string::npos, remark.c_str());
    int rows = -1;
    while (std::getline(table, line)) {
      ++rows;
    }
    QCOMPARE(rows, 10);
  }

  void a_stop_keeps_the_finished_frames() {
    io::Job frames = job("stopped");
    frames.frames.durations = "4x0.05";
    Listener listener("frame 3 of 4, iteration 2");
    const app::RunResult result = app::run_job(frames, listener);
    QVERIFY(result.stopped());
    QVERIFY(says(listener.warnings, "Stopped after 2 of 4 frames, which are kept"));
    QCOMPARE(io::read_image_series(path("results/stopped.nii.gz")).series.frames.size(), std::size_t{2});
    frames.output.name = "stopped_at_once";
    Listener at_once("frame 1 of 4");
    QVERIFY(app::run_job(frames, at_once).image.values.empty());
    QVERIFY(!fs::exists(path("results/stopped_at_once.nii.gz")));
    QVERIFY(says(at_once.warnings, "none was written"));
  }

  void a_frame_without_prompts_is_0_and_told() {
    const auto source = io::open_listmode(path("results/simulated.petsird"));
    const std::vector<recon::EventBlock> blocks = blocks_of(*source, blocks_in_frame);
    io::PetsirdWriter writer(path("silent.petsird"), source->scanner(), source->efficiencies());
    for (std::uint32_t i = 0; i < blocks_in_frame; ++i) {
      writer.write({10 * i, 10 * i + 10}, i < 10 ? recon::EventBlock() : blocks[i]);
    }
    writer.finish();
    io::Job frames = job("silent");
    frames.input.data = path("silent.petsird");
    frames.frames.durations = "2x0.1";
    frames.output.regions = path("mask.nii.gz");
    Listener listener;
    const app::RunResult result = app::run_job(frames, listener);
    QVERIFY(says(listener.warnings, "No prompts are in frame 1 of 2: the image is 0 there"));
    QVERIFY(std::ranges::all_of(result.series.frames[0].values, [](float value) { return value == 0; }));
    QVERIFY(mean_in(mask(), result.series.frames[1].values) > 10000);
    QVERIFY(result.series.has_times());
  }

  void gates_are_images_of_their_own() {
    std::string table = "gate;start_s;stop_s\n";
    for (int i = 0; i < 20; ++i) {
      table += fmt::format("{};{};{}\n", i % 2 == 0 ? 3 : 7, 0.01 * i, 0.01 * (i + 1));
    }
    io::Job gated = job("gated");
    gated.frames.gates = write_text("gates.csv", table);
    const app::RunResult result = app::run_job(gated, silent_);
    QCOMPARE(result.provenance.parts.size(), std::size_t{2});
    QCOMPARE(result.provenance.parts[0].part, std::string("gate 3"));
    QCOMPARE(result.provenance.counts.prompts, app::run_job(job("ungated"), silent_).provenance.counts.prompts);
    const recon::Image gate = io::read_image(path("results/gated_gate7.nii.gz"));
    QVERIFY(std::abs(mean_in(mask(), gate.values) / region_bq_per_ml_ - 1) < 0.1);
    QVERIFY(std::abs(gate.frame_start_s - 0.01) < 1e-6);
    QCOMPARE(io::read_image(path("results/gated.nii.gz")).values, result.image.values);

    // The same from another zero.
    std::string later = "gate;start_s;duration_s\n";
    for (int i = 0; i < 20; ++i) {
      later += fmt::format("{};{};0.01\n", i % 2 == 0 ? 3 : 7, 5 + 0.01 * i);
    }
    gated.output.name = "gated_from_injection";
    gated.frames.gates = write_text("later.csv", later);
    gated.frames.gates_zero = io::TableZero::injection;
    QVERIFY_THROWS_EXCEPTION(InputError, app::prepare_job(gated));
    gated.input.injection = "-5";
    app::run_job(gated, silent_);
    gated.frames.gates_zero = io::TableZero::scan;  // 5 s too late
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(gated, silent_));
    QCOMPARE(io::read_image(path("results/gated_from_injection_gate7.nii.gz")).values, gate.values);
  }

  /// A limit in events would cut at time blocks, and everything goes with the blocks: a tenth of them, the same Bq/mL.
  void a_tenth_of_the_blocks_has_the_same_activity() {
    io::Job tenth = job("tenth");
    std::vector<std::uint32_t> edges;  // the blocks as they were simulated
    for (std::uint32_t block = 0; block <= 10 * blocks_in_frame; ++block) {
      edges.push_back(10 * block);
    }
    write_at(edges, path("repeated.petsird"));
    tenth.input.data = path("repeated.petsird");
    const double of_all = mean_in(mask(), app::run_job(tenth, silent_).image.values);
    tenth.input.stop_s = 0.01 * static_cast<double>(blocks_in_frame);
    const app::RunResult result = app::run_job(tenth, silent_);
    QVERIFY(std::abs(result.provenance.frame_duration_s - tenth.input.stop_s) < 1e-9);
    const double of_tenth = mean_in(mask(), result.image.values);
    QVERIFY2(std::abs(of_tenth / of_all - 1) < 0.05, qPrintable(QString("%1 and %2").arg(of_tenth).arg(of_all)));
    QVERIFY2(std::abs(of_all / region_bq_per_ml_ - 1) < 0.05, qPrintable(QString::number(of_all)));
  }

  /// The same tracer in two scans 7701 s apart: the gap stays, and all frames are corrected to one moment.
  void two_scans_after_one_injection_are_on_one_clock() {
    constexpr double half_life_s = 6586.2, later_s = 7701;
    const double lambda = std::numbers::ln2 / half_life_s;
    const double amount = region_bq_per_ml_ * block_s;
    std::string list;
    std::vector<std::string> durations;
    for (const double start_s : {0.0, later_s}) {
      // The activity of the body when the scan starts, on the scan's own clock.
      const auto edges =
          edges_of([&](double) { return 40 * std::exp(-lambda * start_s); }, lambda, 0, amount, 2 * blocks_in_frame);
      const std::string name = fmt::format("scan_at_{}.petsird", start_s);
      write_at(edges, path(name));
      list += fmt::format("[[scan]]\ndata = \"{}\"\nstart_s = {}\n", name, start_s);
      if (start_s == 0) {
        durations.push_back(durations_of(edges));
        durations.push_back(fmt::format("pause {}", later_s - 1e-3 * edges.back()));
      } else {
        durations.push_back(durations_of(edges));
      }
    }
    io::Job both = job("both_scans");
    both.input.data = write_text("scans.toml", list);
    both.frames.durations = fmt::format("{}", fmt::join(durations, ", "));
    both.quantification.half_life_s = half_life_s;
    const app::RunResult result = app::run_job(both, silent_);
    QCOMPARE(result.series.frames.size(), std::size_t{4});
    QVERIFY(std::abs(result.series.frames[2].start_s - later_s) < 1e-6);
    QCOMPARE(result.series.reference_s, 0.0);
    for (const recon::SeriesFrame& frame : result.series.frames) {
      const double relative = mean_in(mask(), frame.values) / 40;
      QVERIFY2(std::abs(relative - 1) < 0.01, qPrintable(QString::number(relative)));
    }
    QCOMPARE(std::ranges::count(result.provenance.inputs, "events", &io::InputRecord::role), 3);
  }

  void a_plan_counts_the_images() {
    io::Job frames = job("planned");
    frames.image = {.size = {100, 100, 0}, .voxel_size_mm = {1, 1, 1}};  // large beside the events
    const app::JobPlan one = app::plan_job(frames, silent_);
    frames.frames.durations = "20x0.01";
    const app::JobPlan twenty = app::plan_job(frames, silent_);
    QCOMPARE(twenty.parts, std::size_t{20});
    const std::uint64_t image_bytes = 4 * static_cast<std::uint64_t>(one.grid.num_voxels());
    QVERIFY(twenty.memory_bytes >= one.memory_bytes + 20 * image_bytes);
  }

  void labels_on_another_grid_stay_labels() {
    recon::Image fine(recon::centred_grid({96, 96, 64}, {1.25F, 1.25F, 1.25F}, {0, 0, 0}), 0);
    for (std::size_t i = 0; i < fine.values.size(); ++i) {
      fine.values[i] = i % 96 < 48 ? 1 : 4;
    }
    io::write_image(path("fine.nii.gz"), fine);
    io::Job frames = job("fine");
    frames.frames.durations = "0.2";
    frames.output.regions = path("fine.nii.gz");
    const app::JobSetup setup = app::prepare_job(frames);
    QVERIFY(setup.regions->grid == setup.grid);
    QVERIFY(std::ranges::all_of(setup.regions->values, [](float v) { return v == 0 || v == 1 || v == 4; }));
    QVERIFY(std::ranges::count(setup.regions->values, 4.0F) > 1000);
  }
};

COINCIDE_TEST_CLASS(FramesTest)
#include "frames_test.moc"
