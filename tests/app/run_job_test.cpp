// A job from its inputs to its files, as the window and --batch run it.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>
#include <numeric>

#include "app/free_memory.h"
#include "app/job_setup.h"
#include "app/outputs.h"
#include "app/plan_job.h"
#include "app/run_job.h"
#include "app/sensitivity_cache.h"
#include "io/file_hash.h"
#include "io/image_file.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "io/yardl_bytes.h"
#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

namespace {

double sum(const recon::Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

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

class RunJobTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  recon::Reporter silent_;

  fs::path path(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

  /// Small, coarse and quick.
  io::Job job(const char* name) const {
    io::Job job;
    job.image.size = {24, 24, 0};
    job.image.voxel_size_mm = {5, 5, 5};
    job.sensitivity.fraction = 0.02;
    job.sensitivity.cache_folder = path("cache");
    job.stop.passes = 2;
    job.algorithm.subsets = 2;
    job.output.folder = path("results");
    job.output.name = name;
    return job;
  }
  io::Job reconstruction(const char* name) const {
    io::Job result = job(name);
    result.input.data = path("results/simulated.petsird");
    result.corrections.attenuation = path("results/simulated_mu.nii.gz");
    result.corrections.scatter = recon::ScatterMethod::none;  // as it was simulated
    return result;
  }

  static std::string record_of(const app::RunResult& result, const std::string& effect) {
    const auto& done = result.provenance.corrections;
    const auto found = std::ranges::find(done, effect, &std::pair<std::string, std::string>::first);
    return found == done.end() ? "" : found->second;
  }
  static bool warns(const app::RunResult& result, const std::string& words) {
    return std::ranges::any_of(result.provenance.warnings,
                               [&](const std::string& warning) { return warning.find(words) != std::string::npos; });
  }

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
  void initTestCase() {
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 0.2;
    const app::RunResult result = app::run_job(simulation, silent_);
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
    QVERIFY(sum(obeyed.image) < 0.8 * sum(mlem.image));
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
    job.corrections.hardware_shift_mm = {0, 30, 0};
    const auto [both, place_of_both] = measured();
    QVERIFY(std::abs(both / body - 2) < 1e-4 && std::abs(place_of_both - 15) < 0.01);
    job.corrections.attenuation_shift_mm = {0, -10, 0};
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

  void a_plan_can_be_stopped() {
    StopAt at_once("");
    at_once.progress("", 0);
    QCOMPARE(app::plan_job(reconstruction("planned"), at_once).iteration_s, 0.0);
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    QCOMPARE(app::plan_job(simulation, at_once).num_prompts, std::uint64_t{0});
  }

  /// The least of what the machine has and what any group above the process leaves it.
  void free_memory_knows_groups() {
    const fs::path root = path("machine");
    QVERIFY(!app::free_memory_bytes(root));
    const auto write = [&](const char* name, const char* text) {
      fs::create_directories((root / name).parent_path());
      std::ofstream(root / name) << text;
    };
    write("proc/meminfo", "MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(8'192'000));
    write("proc/self/cgroup", "0::/batch/job\n");
    write("sys/fs/cgroup/batch/job/memory.max", "max\n");
    write("sys/fs/cgroup/batch/job/memory.current", "5\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(8'192'000));
    write("sys/fs/cgroup/batch/memory.max", "3000000\n");
    write("sys/fs/cgroup/batch/memory.current", "2000000\n");
    write("sys/fs/cgroup/batch/memory.stat", "anon 1500000\ninactive_file 400000\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(1'400'000));
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "2000\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(0));
    const auto here = app::free_memory_bytes();
    QVERIFY(here && *here > 1'000'000);
  }

  /// Of an image that no machine can hold: said without taking the memory.
  void a_doubt_about_memory_takes_none() {
    io::Job large = reconstruction("large");
    QCOMPARE(app::doubt_about_memory(large), std::string());
    large.image.size = {20000, 20000, 20000};
    const std::string doubt = app::doubt_about_memory(large);
    QVERIFY2(doubt.find("needs about 256000 GB") != std::string::npos, doubt.c_str());
    large.input.data.clear();
    large.corrections.attenuation.clear();
    large.simulation.phantom = "cylinder";
    large.simulation.scanner = "small";
    QVERIFY(!app::doubt_about_memory(large).empty());
  }

  void a_plan_knows_the_simulation() {
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 0.2;
    simulation.simulation.randoms_fraction = 0.3;
    const app::JobPlan plan = app::plan_job(simulation, silent_);
    QVERIFY(plan.simulation_s > 0 && plan.total_s > plan.simulation_s);
    simulation.output.name = "planned_and_run";
    const auto prompts = static_cast<double>(app::run_job(simulation, silent_).provenance.counts.prompts);
    QVERIFY2(std::abs(static_cast<double>(plan.num_prompts) / prompts - 1) < 0.1, qPrintable(QString::number(prompts)));
  }

  void a_plan_leaves_nothing() {
    io::Job plan = reconstruction("planned");
    plan.output.folder = path("planned");
    const app::JobPlan result = app::plan_job(plan, silent_);
    QVERIFY(!fs::exists(path("planned")));
    QVERIFY(result.sensitivity_cached);
    QVERIFY(result.num_lors > 1'000'000);
    const auto prompts =
        static_cast<double>(app::run_job(reconstruction("counted"), silent_).provenance.counts.prompts);
    QVERIFY(std::abs(static_cast<double>(result.num_prompts) / prompts - 1) < 0.1);
  }

  void the_cache_gives_back_what_it_kept() {
    const app::SensitivityCache cache(path("own cache"));
    recon::Image image(recon::centred_grid({5, 7, 11}, {1.1F, 2.3F, 3.7F}, {0.1F, 0, -0.3F}), 0);
    std::iota(image.values.begin(), image.values.end(), 0.25F);
    QVERIFY(!cache.find("key", image.grid));
    QVERIFY(cache.keep("key", image));
    QCOMPARE(cache.find("key", image.grid)->values, image.values);
    QVERIFY(!cache.find("other", image.grid));
    recon::ImageGrid shifted = image.grid;
    shifted.origin_mm[1] += 1;
    QVERIFY(!cache.find("key", shifted));
    // One voxel damaged.
    const fs::path file = path("own cache/sensitivity-key.nii");
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(500);
    out.put('\x55');
    out.close();
    QVERIFY(!cache.find("key", image.grid));
    fs::resize_file(file, 400);
    QVERIFY(!cache.find("key", image.grid));
  }

  void a_full_cache_drops_the_oldest() {
    const app::SensitivityCache cache(path("full cache"));
    const recon::Image image(recon::centred_grid({1, 1, 1}, {1, 1, 1}, {0, 0, 0}), 1);
    for (int i = 0; i < 20; ++i) {
      QVERIFY(cache.keep(std::to_string(i), image));
      fs::last_write_time(path("full cache") / ("sensitivity-" + std::to_string(i) + ".nii"),
                          fs::file_time_type::clock::now() + std::chrono::hours(i - 20));
    }
    QVERIFY(!cache.find("0", image.grid));
    QVERIFY(cache.find("19", image.grid));
    QVERIFY(!app::SensitivityCache("/proc/no").keep("key", image));
  }

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

  void the_automatic_image_covers_the_bore() {
    const recon::Scanner scanner = tests::small_scanner();
    const recon::ImageGrid grid = app::automatic_grid(scanner, {2, 4, 1});
    const recon::Vec3 middle = scanner.centre_mm();
    for (int a = 0; a < 3; ++a) {
      const float centre = grid.origin_mm[a] + 0.5F * static_cast<float>(grid.shape[a] - 1) * grid.voxel_size_mm[a];
      QVERIFY(std::abs(centre - middle[a]) < 1e-3F);
    }
    const float width = static_cast<float>(grid.shape[0]) * grid.voxel_size_mm[0];
    const float radius_mm = recon::FieldOfView(scanner).bore_radius_mm();
    QVERIFY(width > 1.6F * radius_mm && width < 2 * radius_mm);
    QVERIFY(static_cast<float>(grid.shape[2]) * grid.voxel_size_mm[2] >= 2 * scanner.half_extent_mm()[2]);
  }
};

COINCIDE_TEST_CLASS(RunJobTest)
#include "run_job_test.moc"
