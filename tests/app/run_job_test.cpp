// A job from its inputs to its files, as the window and --batch run it.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "app/job_setup.h"
#include "app/outputs.h"
#include "app/plan_job.h"
#include "app/run_job.h"
#include "app/small_jobs.h"
#include "io/file_hash.h"
#include "io/image_file.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using tests::sum;
namespace fs = std::filesystem;

namespace {

/// Stops when a stage whose name starts with `stage` is under way.
class StopAt : public recon::Reporter {
 public:
  explicit StopAt(std::string stage) : stage_(std::move(stage)) {}
  void progress(std::string_view stage, double) override { stop_ = stop_ || stage.starts_with(stage_); }
  bool stop_requested() const override { return stop_; }

 private:
  std::string stage_;
  bool stop_ = false;
};

/// Removes a file when the iterations have begun.
class Remover : public recon::Reporter {
 public:
  explicit Remover(fs::path path) : path_(std::move(path)) {}
  void figures(const recon::IterationFigures&) override { fs::remove(path_); }
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }

  std::vector<std::string> warnings;

 private:
  fs::path path_;
};

/// A window that looks at the images on the way, or does not.
class Spectator : public recon::Reporter {
 public:
  explicit Spectator(bool wants_images) : wants_images_(wants_images) {}
  bool wants_images() const override { return wants_images_; }
  void intermediate_image(const recon::Image& image, double iteration) override {
    images.push_back(image);
    iterations.push_back(iteration);
  }
  void figures(const recon::IterationFigures& figures) override { passes.push_back(figures); }
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }

  std::vector<recon::Image> images;
  std::vector<double> iterations;
  std::vector<std::string> notes;
  std::vector<recon::IterationFigures> passes;

 private:
  bool wants_images_;
};

}  // namespace

class RunJobTest : public QObject, tests::SmallJobs {
  Q_OBJECT

 private slots:
  /// The data of the other tests.
  void initTestCase() {
    const app::RunResult result = simulate();
    QVERIFY(!result.stopped());
    QCOMPARE(result.image.unit, std::string("Bq/mL"));
    const recon::Image truth = io::read_image(path("results/simulated_truth.nii.gz"));
    QVERIFY(truth.grid == result.image.grid);
    // The coarse grid and the drawn sensitivity allow some per cent; a wrong unit or duration is wrong by far more.
    QVERIFY2(std::abs(sum(result.image) / sum(truth) - 1) < 0.1,
             qPrintable(QString("%1 of the activity").arg(sum(result.image) / sum(truth))));
  }

  void a_job_on_the_file_repeats_the_simulation() {
    const app::RunResult result = app::run_job(reconstruction("again"), silent_);
    QCOMPARE(result.image.values, io::read_image(path("results/simulated.nii.gz")).values);
    const io::Provenance& record = result.provenance;
    QCOMPARE(record.inputs.front().sha256, io::sha256_of_file(path("results/simulated.petsird")));
    QCOMPARE(record.figures.size(), std::size_t{2});
    for (const std::string& name : record.outputs) {
      QVERIFY2(fs::is_regular_file(path("results") / name), name.c_str());
    }
  }

  /// All defaults but the image's width, on about 2000 prompts.
  void few_counts_keep_their_activity() {
    io::Job few = job("few");
    few.simulation = {.phantom = "orientation", .scanner = "small", .duration_s = 0.02};
    few.image.voxel_size_mm = {2, 2, 2};
    few.image.size = {0, 0, 0};
    few.algorithm = {};
    Spectator spectator(false);
    const app::RunResult chosen = app::run_job(few, spectator);
    QVERIFY(chosen.provenance.prompts_used > 1000 && chosen.provenance.prompts_used < 4000);
    QCOMPARE(chosen.provenance.subsets, 1);
    QVERIFY2(chosen.provenance.warnings.size() == 1, chosen.provenance.warnings.back().c_str());  // of the sensitivity
    QVERIFY(std::ranges::any_of(
        spectator.notes, [](const std::string& note) { return note.starts_with("OSEM takes 1 subset instead of 8"); }));
    few.output.name = "few_mlem";
    few.algorithm.name = recon::AlgorithmName::mlem;
    const app::RunResult mlem = app::run_job(few, silent_);
    QCOMPARE(chosen.image.values, mlem.image.values);

    few.output.name = "few_in_subsets";
    few.algorithm.name = recon::AlgorithmName::osem;
    few.algorithm.subsets = 8;  // obeyed
    const app::RunResult obeyed = app::run_job(few, silent_);
    QCOMPARE(obeyed.provenance.subsets, 8);
    // More than this is lost only beyond eight times too many subsets, which no job is given.
    QVERIFY2(sum(obeyed.image) < 0.95 * sum(mlem.image),
             qPrintable(QString::number(sum(obeyed.image) / sum(mlem.image))));
    const auto warns_of = [&](const char* words) {
      return std::ranges::any_of(obeyed.provenance.warnings, [words](const std::string& warning) {
        return warning.find(words) != std::string::npos;
      });
    };
    QVERIFY(warns_of("algorithm.subsets = 8 leaves"));
    QVERIFY(!warns_of("image.size"));  // the wrong cause
    const app::JobPlan plan = app::plan_job(few, silent_);
    QVERIFY(std::ranges::any_of(
        plan.warnings, [](const std::string& warning) { return warning.starts_with("algorithm.subsets = 8 leaves"); }));
  }

  void randoms_that_cannot_be_corrected_are_told() {
    io::Job simulation = job("without_randoms");
    simulation.simulation = {.phantom = "cylinder", .scanner = "small", .duration_s = 0.1, .randoms_fraction = 0};
    const auto tells = [](const std::vector<std::string>& warnings) {
      return std::ranges::any_of(warnings, [](const std::string& warning) {
        return warning.find("randoms are not corrected") != std::string::npos;
      });
    };
    QVERIFY(!tells(app::run_job(simulation, silent_).provenance.warnings));  // there are none
    io::Job measured = reconstruction("no_delayeds");
    measured.input.data = path("results/without_randoms.petsird");
    const io::Provenance record = app::run_job(measured, silent_).provenance;
    QVERIFY(tells(record.warnings));
    const auto randoms = std::ranges::find(record.corrections, "randoms", &std::pair<std::string, std::string>::first);
    QCOMPARE(randoms->second, std::string("not corrected: there are no delayed coincidences"));
    QVERIFY(tells(app::plan_job(measured, silent_).warnings));
    measured.corrections.randoms = recon::RandomsMethod::none;  // as it is meant
    QVERIFY(!tells(app::run_job(measured, silent_).provenance.warnings));
    QVERIFY(!tells(app::plan_job(measured, silent_).warnings));
    QVERIFY(!tells(app::run_job(reconstruction("with_delayeds"), silent_).provenance.warnings));
  }

  /// Body and bed are images of their own, each of which is moved to its place.
  void hardware_is_added_in_its_place() {
    io::Job job = reconstruction("hardware");
    const auto measured = [&] {
      const recon::Image mu = *app::prepare_job(job).attenuation;
      double all = 0, y = 0;
      for (std::int64_t i = 0; i < mu.grid.shape[0]; ++i) {
        for (std::int64_t j = 0; j < mu.grid.shape[1]; ++j) {
          for (std::int64_t k = 0; k < mu.grid.shape[2]; ++k) {
            all += mu.at(i, j, k);
            y += mu.at(i, j, k) * (double{mu.grid.origin_mm[1]} + static_cast<double>(j) * mu.grid.voxel_size_mm[1]);
          }
        }
      }
      return std::pair{all, y / all};
    };
    const auto [body, place_of_body] = measured();
    QVERIFY(std::abs(place_of_body) < 0.01);
    job.corrections.hardware = job.corrections.attenuation;
    job.corrections.hardware_place.shift_mm = {0, 30, 0};
    const auto [both, place_of_both] = measured();
    QVERIFY(std::abs(both / body - 2) < 1e-4 && std::abs(place_of_both - 15) < 0.01);
    job.corrections.attenuation_place.shift_mm = {0, -10, 0};
    QVERIFY(std::abs(measured().second - 10) < 0.01);
  }

  /// What is bad for `--info` is a warning of the run and its plan.
  void checks_of_the_data_are_made_in_a_run() {
    const auto source = io::open_listmode(path("results/simulated.petsird"));
    io::PetsirdWriter writer(path("exchanged.petsird"), source->scanner(), source->efficiencies());
    recon::EventBlock all;
    recon::EventBlock block;
    while (source->read(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        all.crystal_a.push_back(block.crystal_a[i]);
        all.crystal_b.push_back(block.crystal_b[i]);
        all.tof_bin.push_back(block.tof_bin[i]);
        all.time_ms.push_back(0);
        all.delayed.push_back(block.delayed[i] != 0 ? 0 : 1);
      }
    }
    writer.write({0, 200}, all);
    writer.finish();
    io::Job exchanged = reconstruction("exchanged");
    exchanged.input.data = path("exchanged.petsird");
    const auto tells = [](const std::vector<std::string>& warnings) {
      return std::ranges::any_of(warnings, [](const std::string& warning) {
        return warning.find("Delayeds: ") != std::string::npos && warning.find("exchanged") != std::string::npos;
      });
    };
    QVERIFY(tells(app::run_job(exchanged, silent_).provenance.warnings));
    QVERIFY(tells(app::plan_job(exchanged, silent_).warnings));
  }

  void a_result_outlives_its_inputs() {
    io::Job job = reconstruction("outlives");
    fs::copy_file(job.input.data, path("passing.petsird"));
    job.input.data = path("passing.petsird");
    Remover remover(job.input.data);
    const app::RunResult result = app::run_job(job, remover);
    QCOMPARE(io::read_image(path("results/outlives.nii.gz")).values, result.image.values);
    QVERIFY(fs::exists(path("results/outlives.json")));
    const io::InputRecord& events = result.provenance.inputs.front();
    QVERIFY(events.role == "events" && events.sha256.empty());
    QVERIFY(std::ranges::any_of(remover.warnings, [](const std::string& warning) {
      return warning.find("passing.petsird") != std::string::npos;
    }));
  }

  /// Results of a reconstruction beside a measurement of the same name do not make it a simulation.
  void a_measurement_is_not_simulated_over() {
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    app::prepare_job(simulation);
    app::run_job(reconstruction("measured"), silent_);
    fs::copy_file(path("results/simulated.petsird"), path("results/measured.petsird"));
    simulation.output.name = "measured";
    QVERIFY_THROWS_EXCEPTION(InputError, app::prepare_job(simulation));
  }

  void a_spectator_sees_images_in_the_unit_of_the_result() {
    Spectator spectator(true);
    const app::RunResult seen = app::run_job(reconstruction("seen"), spectator);
    QCOMPARE(spectator.iterations, (std::vector<double>{0.5, 1, 1.5, 2}));
    QCOMPARE(spectator.images.back().unit, std::string("Bq/mL"));
    QCOMPARE(spectator.images.back().values, seen.image.values);
    QCOMPARE(spectator.passes.size(), seen.provenance.figures.size());
    QCOMPARE(spectator.passes.back().image_sum, seen.provenance.figures.back().image_sum);
    Spectator blind(false);
    QCOMPARE(app::run_job(reconstruction("unseen"), blind).image.values, seen.image.values);
    QVERIFY(blind.images.empty());
    QCOMPARE(blind.passes.size(), std::size_t{2});
  }

  void half_a_frame_shows_the_same_activity() {
    io::Job half = reconstruction("half");
    half.input.start_s = 0.1;
    const app::RunResult result = app::run_job(half, silent_);
    QCOMPARE(result.provenance.frame_start_s, 0.1);
    QVERIFY(std::abs(result.provenance.frame_duration_s - 0.1) < 0.02);
    const double whole = sum(io::read_image(path("results/simulated.nii.gz")));
    QVERIFY(std::abs(sum(result.image) / whole - 1) < 0.05);
  }

  void without_efficiencies_the_unit_is_arbitrary() {
    io::Job relative = reconstruction("relative");
    relative.corrections.efficiencies = false;
    const app::RunResult result = app::run_job(relative, silent_);
    QCOMPARE(result.image.unit, std::string("1"));
    QVERIFY(!result.provenance.warnings.empty());
  }

  /// What a cylinder's image gave divides the activity, and stands for a calibration that the file lacks.
  void a_calibration_divides_the_activity() {
    const app::RunResult usual = app::run_job(reconstruction("usual"), silent_);
    io::Job job = reconstruction("calibrated");
    job.quantification.calibration = 1.25;
    const app::RunResult calibrated = app::run_job(job, silent_);
    QVERIFY(std::abs(1.25 * sum(calibrated.image) / sum(usual.image) - 1) < 1e-6);
    QCOMPARE(record_of(calibrated, "calibration"), std::string("activities divided by 1.25"));
    const auto source = io::open_listmode(job.input.data);
    recon::Efficiencies unstated = source->efficiencies();
    unstated.calibration_factor = 42;  // which means none
    io::PetsirdWriter writer(path("uncalibrated.petsird"), source->scanner(), unstated);
    recon::EventBlock block, events;
    while (source->read(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        events.crystal_a.push_back(block.crystal_a[i]);
        events.crystal_b.push_back(block.crystal_b[i]);
        events.tof_bin.push_back(block.tof_bin[i]);
        events.delayed.push_back(block.delayed[i]);
      }
    }
    writer.write({0, 200}, events);
    writer.finish();
    job.input.data = path("uncalibrated.petsird");
    QCOMPARE(app::run_job(job, silent_).image.unit, std::string("Bq/mL"));
    job.quantification.calibration = 0;
    QCOMPARE(app::run_job(job, silent_).image.unit, std::string("1"));
  }

  void a_start_image_in_activity_continues() {
    io::Job both = reconstruction("both");
    both.stop.passes = 3;
    both.algorithm.subsets = 1;
    io::Job first = both;
    first.stop.passes = 1;
    first.output.name = "first";
    app::run_job(first, silent_);
    io::Job second = both;
    second.stop.passes = 2;
    second.algorithm.start_image = path("results/first.nii.gz");
    second.output.name = "second";
    const app::RunResult continued = app::run_job(second, silent_);
    const app::RunResult at_once = app::run_job(both, silent_);
    const double largest = *std::ranges::max_element(at_once.image.values);
    for (std::size_t i = 0; i < at_once.image.values.size(); ++i) {
      QVERIFY(std::abs(at_once.image.values[i] - continued.image.values[i]) < 1e-4 * largest);
    }
  }

  /// Unit, times, place and description come from the data alone, whatever the start image says of itself.
  void a_start_image_gives_nothing_but_its_values() {
    io::Job plain = reconstruction("plain");
    plain.stop.passes = 1;
    const app::RunResult expected = app::run_job(plain, silent_);
    recon::Image bare(expected.image.grid, 100, "1/cm");
    bare.frame_start_s = 99;
    bare.frame_duration_s = 1234;
    bare.description = "of another program";
    io::write_image(path("bare.nii"), bare);
    io::Job started = plain;
    started.output.name = "started";
    started.algorithm.start_image = path("bare.nii");
    const app::RunResult found = app::run_job(started, silent_);
    const recon::Image one = io::read_image(path("results/plain.nii.gz"));
    const recon::Image other = io::read_image(path("results/started.nii.gz"));
    QVERIFY(one.grid == other.grid);
    QCOMPARE(other.unit, one.unit);
    QCOMPARE(other.description, one.description);
    QVERIFY(!other.description.empty());
    QCOMPARE(found.image.frame_start_s, expected.image.frame_start_s);
    QCOMPARE(found.image.frame_duration_s, expected.image.frame_duration_s);
    QCOMPARE(found.provenance.unit, expected.provenance.unit);
    QCOMPARE(found.provenance.frame_start_s, expected.provenance.frame_start_s);
    QCOMPARE(found.provenance.frame_duration_s, expected.provenance.frame_duration_s);
    QCOMPARE(found.provenance.decay_factor, expected.provenance.decay_factor);
  }

  void stopping_early_leaves_a_record_but_no_image() {
    StopAt reporter("events");
    const app::RunResult result = app::run_job(reconstruction("early"), reporter);
    QVERIFY(result.stopped());
    QVERIFY(result.image.values.empty());
    QVERIFY(fs::exists(path("results/early.json")));
    QVERIFY(!fs::exists(path("results/early.nii.gz")));
  }

  void stopping_a_simulation_leaves_no_half_file() {
    io::Job simulation = job("stopped");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    StopAt reporter("simulation");
    QVERIFY(app::run_job(simulation, reporter).stopped());
    QVERIFY(!fs::exists(path("results/stopped.petsird")));
  }

  /// Of the run that is replaced, and only of that: what its record does not name stays, and so does an input.
  void no_image_of_an_earlier_run_stays_behind() {
    const auto exists = [&](const char* name) { return fs::exists(path("results") / name); };
    io::Job job = reconstruction("replaced");
    job.stop.passes = 4;
    job.output.save_every_iteration = true;
    app::run_job(job, silent_);
    QVERIFY(exists("replaced_it001.nii.gz") && exists("replaced_it003.nii.gz"));
    fs::copy_file(path("results/replaced_it003.nii.gz"), path("results/replaced_it009.nii.gz"));
    fs::copy_file(path("results/replaced_it003.nii.gz"), path("results/replaced_item.nii.gz"));
    StopAt at_once("reading events");
    app::run_job(job, at_once);  // replaces nothing
    QVERIFY(exists("replaced_it001.nii.gz") && exists("replaced_it003.nii.gz") && exists("replaced.nii.gz"));

    job.stop.passes = 2;
    app::run_job(job, silent_);
    QVERIFY(exists("replaced_it001.nii.gz"));
    QVERIFY(!exists("replaced_it002.nii.gz") && !exists("replaced_it003.nii.gz"));
    QVERIFY(exists("replaced_it009.nii.gz") && exists("replaced_item.nii.gz"));

    job.output.format = "nii";
    job.output.save_every_iteration = false;
    job.algorithm.start_image = path("results/replaced_it001.nii.gz");
    app::run_job(job, silent_);
    QVERIFY(exists("replaced.nii") && !exists("replaced.nii.gz"));
    QVERIFY(exists("replaced_it001.nii.gz"));

    job.output.format = "hv";  // an image of two files
    const app::RunResult result = app::run_job(job, silent_);
    QVERIFY(exists("replaced.hv") && exists("replaced.v") && !exists("replaced.nii"));
    const recon::Image read = io::read_image(path("results/replaced.hv"));
    QVERIFY(read.grid == result.image.grid);
    QCOMPARE(read.values, result.image.values);
    job.output.format = "mha";
    app::run_job(job, silent_);
    QVERIFY(exists("replaced.mha") && !exists("replaced.hv") && !exists("replaced.v"));
  }

  void a_free_name_has_no_result_yet() {
    io::Job job = reconstruction("free");
    QCOMPARE(app::free_result_name(job), std::string("free"));
    const auto touch = [&](const char* name) { std::ofstream(path("results") / name) << "x"; };
    touch("free.json");
    QCOMPARE(app::free_result_name(job), std::string("free_2"));
    touch("free_2.nii.gz");
    touch("free_3.log");
    QCOMPARE(app::free_result_name(job), std::string("free_4"));
    job.output.name = "free_2";
    QCOMPARE(app::free_result_name(job), std::string("free_4"));
    job.output.folder = path("not there");
    QCOMPARE(app::free_result_name(job), std::string("free_2"));
  }

  void units_follow_the_definition() {
    io::Job job;
    job.quantification.branching_ratio = 0.5;
    recon::TimeIntervals recorded;
    recorded.add({500, 20'500});
    const recon::UnitScale scale = recon::unit_scale(job.quantification, true, recorded, 500);
    // 1 annihilation per mm^3 in 20 s at half a positron per decay: 0.1 Bq/mm^3.
    QVERIFY(std::abs(scale.factor - 100) < 1e-9);
    QCOMPARE(scale.unit, std::string("Bq/mL"));
    QVERIFY(!scale.decay_corrected);
    QCOMPARE(recon::unit_scale(job.quantification, false, recorded, 500).factor, 2.0);  // what is known is corrected
    QCOMPARE(recon::unit_scale(job.quantification, false, recorded, 500).unit, std::string("1"));
    job.quantification.half_life_s = 20;
    const recon::UnitScale decayed = recon::unit_scale(job.quantification, true, recorded, 500);
    QVERIFY(decayed.decay_corrected);
    QVERIFY(std::abs(decayed.factor - 100 * 2 * std::numbers::ln2) < 1e-9);
    // Without a duration there is neither activity nor decay.
    const recon::UnitScale unknown = recon::unit_scale(job.quantification, true, {}, 500);
    QCOMPARE(unknown.unit, std::string("1"));
    QCOMPARE(unknown.factor, 2.0);
    QVERIFY(!unknown.decay_corrected);
  }

  /// All reasons in one sentence.
  void why_there_is_no_unit_is_said_once() {
    const recon::Scanner scanner = tests::small_scanner();
    recon::Efficiencies table;
    const auto why = [&](const recon::CorrectionOptions& options, const char* no_duration) {
      return recon::why_arbitrary_unit(recon::MultiplicativeModel(scanner, table, options), {}, no_duration);
    };
    QVERIFY(why({}, "").find("does not state how its efficiencies are calibrated") != std::string::npos);
    table.calibration_problem = "the calibration factor in the file is 0";
    QCOMPARE(why({}, "").find("does not state"), std::string::npos);
    QVERIFY(why({}, "").find("factor in the file is 0") != std::string::npos);
    table.calibration_stated = true;
    QCOMPARE(why({}, ""), std::string());
    const std::string all = why({.efficiencies = false, .geometric = recon::Switch::off}, "no block has a length");
    QCOMPARE(all.find("arbitrary unit"), all.rfind("arbitrary unit"));
    for (const char* reason : {"corrections.efficiencies", "corrections.geometric", "no block has a length"}) {
      QVERIFY2(all.find(reason) != std::string::npos, all.c_str());
    }
  }
};

COINCIDE_TEST_CLASS(RunJobTest)
#include "run_job_test.moc"
