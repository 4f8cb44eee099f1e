#include "app/run_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <optional>

#include "app/job_setup.h"
#include "app/outputs.h"
#include "app/plan_job.h"
#include "app/run_reporter.h"
#include "app/sensitivity_cache.h"
#include "app/simulate_events.h"
#include "io/data_checks.h"
#include "io/file_hash.h"
#include "io/image_file.h"
#include "io/listmode_file.h"
#include "projectors/device.h"
#include "projectors/error.h"
#include "recon/algorithms/run.h"
#include "recon/attenuation.h"
#include "recon/listmode_data.h"
#include "recon/measurement/listmode_measurements.h"
#include "recon/model.h"
#include "recon/randoms.h"
#include "recon/sensitivity.h"

namespace coincide::app {
namespace {

std::string device_name(projectors::Device device) {
  const std::vector<projectors::DeviceInfo> devices = projectors::available_devices();
  const auto found = std::ranges::find(devices, device, &projectors::DeviceInfo::device);
  return found != devices.end() ? found->name : "";
}

/// One run; each stage leaves what the next ones need in the members.
class JobRun {
 public:
  JobRun(const io::Job& job, JobSetup& setup, RunReporter& reporter)
      : job_(job),
        setup_(setup),
        reporter_(reporter),
        threads_(static_cast<int>(job.compute.threads)),
        device_(setup.device, job.compute.device == "auto") {
    provenance_.job = job;
  }

  RunResult run() {
    begin();
    if (job_.simulates()) {
      simulate();
    }
    if (!reporter_.stop_requested()) {
      make_model();
      load_events();  // before the sensitivity image, which takes long: what is wrong with the file shows at once
    }
    if (!reporter_.stop_requested()) {
      make_sensitivity();
    }
    if (!reporter_.stop_requested()) {
      correct_attenuation();
    }
    if (!reporter_.stop_requested()) {
      estimate_randoms();
    }
    if (!reporter_.stop_requested()) {
      reconstruct();
    }
    return finish();
  }

 private:
  bool tof() const { return setup_.uses_tof(job_); }
  std::filesystem::path image_path(const std::string& ending) const {
    return job_.result_path(ending + "." + job_.output.format);
  }

  void write(const std::string& ending, const recon::Image& image) {
    io::write_image(image_path(ending), image);
    provenance_.outputs.push_back(image_path(ending).filename().string());
  }

  void begin() {
    reporter_.log(
        fmt::format("Coincide {}, {:%Y-%m-%d %H:%M:%S} UTC", io::program_version(), fmt::gmtime(std::time(nullptr))));
    reporter_.log("settings that differ from the defaults:");
    for (const std::string& line : io::changed_settings(job_)) {
      reporter_.log("  " + line);
    }
    for (const std::string& warning : setup_.warnings) {
      reporter_.warning(warning);
    }
    if (const std::string doubt = doubt_about_memory(job_); !doubt.empty()) {
      reporter_.warning(doubt);
    }
    for (const std::string& note : setup_.notes) {
      reporter_.note(note);
    }
    provenance_.device = projectors::device_word(setup_.device);
    provenance_.instruction_set = projectors::cpu_instruction_set();
    provenance_.threads = projectors::thread_count(threads_);
    provenance_.grid = setup_.grid;
    if (!job_.file.empty()) {
      job_record_ = record_of("job", job_.file);  // as it was read: it may be edited for the next run meanwhile
    }
    provenance_.outputs.push_back(job_.result_path(".log").filename().string());
    reporter_.note(fmt::format("Computing on {} ({}); threads used: {}.", provenance_.device,
                               device_name(setup_.device), provenance_.threads));
  }

  void simulate() {
    reporter_.begin_stage("simulation");
    SimulatedFiles files = simulate_events(job_, setup_, reporter_);
    for (const auto& path : files.paths) {
      provenance_.outputs.push_back(path.filename().string());
    }
    if (files.events.empty()) {
      return;  // stopped
    }
    setup_.events = io::open_listmode(files.events);
    if (files.attenuation && !setup_.attenuation) {
      setup_.attenuation = std::move(files.attenuation);
    }
  }

  void make_model() {
    model_.emplace(setup_.scanner(), setup_.efficiencies(), job_.corrections);
    provenance_.events_format = setup_.events->format();
    provenance_.scanner = setup_.scanner().name;
    auto& done = provenance_.corrections;
    done.emplace_back("efficiencies", !model_->uses_efficiencies()          ? "not corrected"
                                      : model_->efficiencies().has_values() ? "those of the file"
                                                                            : "not corrected: the file has none");
    done.emplace_back("geometric", model_->uses_solid_angle()       ? "solid angle of each crystal pair"
                                   : model_->has_solid_angle_once() ? "held by the file's efficiencies of pairs"
                                                                    : "not corrected");
    done.emplace_back("scatter", "not corrected");
  }

  void make_sensitivity() {
    reporter_.begin_stage("sensitivity image");
    const recon::Image* attenuation = setup_.attenuation ? &*setup_.attenuation : nullptr;
    const recon::SensitivityOptions options{tof(), job_.sensitivity.fraction, threads_, &device_};
    if (!job_.sensitivity.use_cache) {
      sensitivity_ = recon::sensitivity_image(*model_, setup_.grid, attenuation, options, reporter_);
      return;
    }
    const SensitivityCache cache(job_.sensitivity.cache_folder);
    const std::string key = recon::sensitivity_key(*model_, setup_.grid, attenuation, options);
    if (std::optional<recon::Image> kept = cache.find(key, setup_.grid)) {
      reporter_.note("The sensitivity image of an earlier run is used again.");
      sensitivity_ = std::move(*kept);
      return;
    }
    sensitivity_ = recon::sensitivity_image(*model_, setup_.grid, attenuation, options, reporter_);
    if (!sensitivity_.values.empty() && !cache.keep(key, sensitivity_)) {
      reporter_.note(fmt::format("The sensitivity image could not be kept in {}.", cache.folder().string()));
    }
  }

  void load_events() {
    reporter_.begin_stage("events");
    recon::LoadOptions options;
    options.subsets = static_cast<int>(recon::most_subsets(job_.algorithm_kind(), job_.algorithm.subsets));
    options.start_s = job_.input.start_s;
    options.stop_s = job_.input.stop_s;
    options.num_threads = threads_;
    options.memory_limit_bytes = static_cast<std::uint64_t>(job_.compute.memory_limit_gb * 1e9);
    io::CheckedSource checked(*setup_.events, {.tof = tof(), .all_events = false});
    data_.emplace(recon::ListmodeData::load(checked, *model_, options, reporter_));
    use_live_time();
    const recon::EventCounts& counts = data_->counts();
    provenance_.counts = counts;
    if (leaves_live_time_out_) {
      provenance_.counts.not_used.emplace_back("dead time (corrections.live_time is off)");
    }
    provenance_.prompts_used = data_->num_prompts();
    provenance_.prompts_impossible = data_->num_impossible();
    provenance_.frame_start_s = 1e-3 * counts.first_ms;
    if (counts.no_duration.empty()) {
      recorded_ = data_->recorded();
    }
    provenance_.frame_duration_s = recorded_.total_s();
    provenance_.recorded = recorded_.list();
    reporter_.note(
        fmt::format("{} prompts and {} delayeds in {:.6g} s.", counts.prompts, counts.delayeds, data_->duration_s()));
    for (const std::string& warning : counts.all_warnings()) {
      reporter_.warning(warning);
    }
    if (const std::string list = not_used_sentence(provenance_.counts.not_used); !list.empty()) {
      reporter_.note(list);
    }
    if (const std::string why = why_arbitrary_unit(*model_, counts.no_duration); !why.empty()) {
      reporter_.warning(why);
    }
    const std::vector<std::string> findings = io::findings_for_image(checked.take_summary(true));
    for (const std::string& finding : findings) {
      reporter_.warning(finding);
    }
    if (job_.corrections.randoms == recon::RandomsMethod::delayeds && counts.delayeds == 0) {
      throw InputError(
          "corrections.randoms = \"delayeds\", but the frame has no delayed coincidences. Use \"auto\" or "
          "\"none\".");
    }
    const bool is_said =
        std::ranges::any_of(findings, [](const auto& finding) { return finding.starts_with("Pairs:"); });
    if (data_->num_impossible() > 0 && !is_said) {
      reporter_.warning(
          fmt::format("{} prompts between crystals that cannot be in coincidence, or have efficiency 0, "
                      "are left out.",
                      data_->num_impossible()));
    }
    if (!reporter_.stop_requested()) {
      choose_subsets();
      data_->sort_for(setup_.grid, setup_.scanner(), threads_, reporter_);
    }
  }

  void choose_subsets() {
    const recon::SubsetChoice choice = subset_choice(job_, setup_, data_->num_prompts());
    data_->limit_subsets(static_cast<int>(choice.subsets));
    provenance_.subsets = data_->num_subsets();
    too_many_subsets_ = !choice.warning.empty();
    if (too_many_subsets_) {
      reporter_.warning(choice.warning);
    }
    if (!choice.note.empty()) {
      reporter_.note(choice.note);
    }
  }

  /// Dead time that the file states becomes a factor of the model, for events and sensitivity alike.
  void use_live_time() {
    const auto record = [this](std::string done) {
      provenance_.corrections.emplace_back("live time", std::move(done));
    };
    const recon::Switch wanted = job_.corrections.live_time;
    recon::LiveTime live_time = data_->live_time(setup_.scanner(), job_.quantification.half_life_s);
    if (!live_time.is_stated()) {
      if (wanted == recon::Switch::on) {
        throw InputError(
            "corrections.live_time = \"on\", but the file states no dead time of the frame. Use \"auto\" or \"off\".");
      }
      if (wanted == recon::Switch::automatic && data_->counts().dead_time_blocks > 0) {
        reporter_.warning("The file states dead time, but none of the frame: it is not corrected.");
      }
      record(data_->counts().dead_time_blocks > 0 ? "not corrected: the file states no dead time of the frame"
                                                  : "the file states no dead time");
      return;
    }
    if (wanted == recon::Switch::off) {
      record("not corrected, though the file states dead time");
      leaves_live_time_out_ = true;
      return;
    }
    constexpr double all_but_rounding = 0.99;
    if (live_time.covered() < all_but_rounding) {
      reporter_.warning(
          fmt::format("The file states dead time for {:.3g} % of the frame; the rest is taken to be alike.",
                      100 * live_time.covered()));
    }
    model_->use_live_time(std::move(live_time));
    const double alive = data_->multiply_live_time(*model_);
    reporter_.note(
        fmt::format("Dead time is corrected: pairs of detectors were alive {:.3g} % of the time.", 100 * alive));
    record(fmt::format("alive fractions of the file, mean over the frame; {:.5g} for the mean prompt", alive));
  }

  void correct_attenuation() {
    if (!setup_.attenuation) {
      provenance_.corrections.emplace_back("attenuation", "not corrected");
      return;
    }
    reporter_.begin_stage("attenuation");
    recon::multiply_attenuation(*data_, setup_.scanner(), *setup_.attenuation, device_, threads_, reporter_);
    provenance_.corrections.emplace_back("attenuation", "line integrals of the attenuation image");
  }

  void estimate_randoms() {
    if (job_.corrections.randoms == recon::RandomsMethod::none) {
      provenance_.corrections.emplace_back("randoms", "not corrected");
      return;
    }
    if (data_->counts().delayeds == 0) {
      provenance_.corrections.emplace_back("randoms", "not corrected: there are no delayed coincidences");
      if (may_have_randoms(job_)) {
        reporter_.warning(fmt::format("The frame has no delayed coincidences{}", without_delayeds));
      }
      return;
    }
    reporter_.begin_stage("randoms");
    const std::vector<double> rates = recon::randoms_from_delayeds(setup_.scanner(), setup_.efficiencies(),
                                                                   data_->delayeds_per_crystal(), threads_, &reporter_);
    recon::add_randoms(*data_, setup_.scanner(), rates, tof(), threads_, &reporter_);
    provenance_.corrections.emplace_back("randoms", "smooth estimate from delayed coincidences, in the model");
    num_randoms_ = data_->counts().delayeds;
  }

  /// A uniform image that explains the prompts: the scale is right before the first update.
  recon::Image uniform_start() const {
    const double sum = std::accumulate(sensitivity_.values.begin(), sensitivity_.values.end(), 0.0);
    if (!(sum > 0)) {
      throw InputError(
          "the sensitivity image is 0 everywhere: no crystal pair sees the image. Check [image], [corrections] and "
          "sensitivity.fraction.");
    }
    return {setup_.grid, static_cast<float>(static_cast<double>(data_->num_prompts()) / sum)};
  }

  void note_what_is_not_corrected() {
    std::vector<std::string> effects;
    for (const auto& [effect, done] : provenance_.corrections) {
      if (done.starts_with("not corrected")) {
        effects.push_back(effect);
      }
    }
    if (!effects.empty()) {
      reporter_.note(fmt::format("Not corrected: {}.", fmt::join(effects, ", ")));
    }
  }

  void reconstruct() {
    reporter_.begin_stage("reconstruction");
    note_what_is_not_corrected();
    const UnitScale scale = unit_scale(job_, model_->is_absolute(), recorded_, data_->counts().first_ms);
    recon::Image start = uniform_start();
    if (setup_.start_image) {
      start = in_unit(*setup_.start_image, {1 / scale.factor, ""});
    }
    reporter_.on_image = [this, scale](const recon::Image& image, double iteration) {
      const bool whole = std::abs(iteration - std::round(iteration)) < 1e-6;
      const bool save = job_.output.save_every_iteration && whole && iteration < static_cast<double>(job_.passes());
      if (!save && !reporter_.wants_images()) {
        return;
      }
      const recon::Image result = described(in_unit(image, scale), iteration);
      if (save) {
        write(iteration_ending(std::llround(iteration)), result);
      }
      if (reporter_.wants_images()) {
        reporter_.show_image(result, iteration);
      }
    };
    const recon::ListmodeMeasurements measurements(*data_, setup_.scanner(), tof());
    const recon::Problem problem =
        recon::make_problem(measurements, setup_.scanner(), sensitivity_, job_.algorithm.psf_fwhm_mm, threads_);
    const recon::RunOptions options{.passes = static_cast<int>(job_.passes()),
                                    .num_threads = threads_,
                                    .device = &device_,
                                    .report_every_update = reporter_.wants_images()};
    const std::unique_ptr<recon::Algorithm> algorithm = job_.algorithm_kind().make(
        {.prior = job_.prior,
         .anatomical = setup_.anatomical ? std::make_shared<recon::Image>(std::move(*setup_.anatomical)) : nullptr,
         .stop_percent = job_.stop.change_percent,
         .num_threads = threads_});
    recon::RunResult result = recon::run(*algorithm, problem, start, options, reporter_);
    reporter_.on_image = nullptr;
    provenance_.device = projectors::device_word(device_.get());
    provenance_.figures = result.figures;
    provenance_.iterations_done = result.iterations_done;
    provenance_.unit = scale.unit;
    provenance_.decay_factor = scale.decay_factor;
    provenance_.tof = tof();
    provenance_.decay_corrected = scale.decay_corrected;
    provenance_.corrections.emplace_back("decay", decay_text());
    finished_ = !result.stopped;
    warn_of_missed_prompts();
    if (result.iterations_done > 0) {
      image_ = described(in_unit(result.image, scale), result.iterations_done);
    }
  }

  std::string decay_text() const {
    const double half_life_s = job_.quantification.half_life_s;
    if (!provenance_.decay_corrected) {
      return half_life_s > 0 ? "not corrected: the duration is not known" : "not corrected: no half-life is given";
    }
    return fmt::format(
        "to the start of the frame at {:g} s, by {:.7g}: half-life {:g} s, {:g} s recorded in {} intervals",
        provenance_.frame_start_s, provenance_.decay_factor, half_life_s, recorded_.total_s(), recorded_.count());
  }

  /// An image explains all prompts but the randoms (Shepp and Vardi 1982), unless their LORs do not cross it.
  void warn_of_missed_prompts() {
    constexpr double acceptable_part = 0.05;
    constexpr double sigmas = 3;  // of chance, in the last subset's counts
    if (provenance_.figures.empty()) {
      return;
    }
    const auto prompts = static_cast<double>(data_->num_prompts());
    const double missed =
        1 - (provenance_.figures.back().expected_counts + static_cast<double>(num_randoms_)) / prompts;
    const double by_chance = sigmas / std::sqrt(prompts / static_cast<double>(provenance_.subsets));
    if (missed <= std::max(acceptable_part, by_chance)) {
      return;
    }
    if (too_many_subsets_) {
      reporter_.warning(fmt::format(
          "The image does not explain about {:.0f} % of the prompts: with {} subsets, each has too few. Set "
          "algorithm.subsets to 0.",
          100 * missed, provenance_.subsets));
    } else {
      reporter_.warning(fmt::format(
          "About {:.0f} % of the prompts miss the image: there is activity outside it, or randoms or scatter "
          "are not corrected. Values near its edges are disturbed. Make the image larger or move it "
          "(image.size, image.centre_offset_mm).",
          100 * missed));
    }
  }

  recon::Image described(recon::Image image, double iterations) const {
    image.description = method_line(job_, iterations, provenance_.subsets, tof());
    image.frame_start_s = provenance_.frame_start_s;
    image.frame_duration_s = provenance_.frame_duration_s;
    return image;
  }

  /// An input that has gone meanwhile is no reason to lose what came of it.
  io::InputRecord record_of(const std::string& role, const std::filesystem::path& path) {
    io::InputRecord record{.role = role, .path = path, .bytes = 0, .sha256 = ""};
    try {
      record.bytes = std::filesystem::file_size(path);
      record.sha256 = io::sha256_of_file(path, [&](std::uint64_t read) {
        reporter_.progress("hash of the inputs", static_cast<double>(read) / static_cast<double>(record.bytes + 1));
        return !reporter_.stop_requested();
      });
    } catch (const std::exception& error) {
      reporter_.warning(fmt::format("The record has no hash of {}: {}", path.string(), error.what()));
    }
    return record;
  }

  void hash_inputs() {
    reporter_.begin_stage("hash of the inputs");
    for (const auto& [role, path] : setup_.inputs) {
      provenance_.inputs.push_back(job_record_ && path == job_record_->path ? *job_record_ : record_of(role, path));
    }
  }

  /// Those that this run has not replaced, while the record of that run still tells which they are.
  void remove_images_of_earlier_run() {
    std::vector<std::filesystem::path> inputs;
    std::ranges::transform(setup_.inputs, std::back_inserter(inputs), [](const auto& input) { return input.second; });
    const std::vector<std::string> removed = remove_earlier_images(job_, provenance_.outputs, inputs);
    if (!removed.empty()) {
      reporter_.note(fmt::format("Removed, being of the earlier run that is replaced: {}.", fmt::join(removed, ", ")));
    }
  }

  RunResult finish() {
    provenance_.stopped = !finished_;
    reporter_.begin_stage("writing");
    if (!image_.values.empty()) {
      write("", image_);  // first, so that nothing that follows can lose it
    }
    hash_inputs();
    if (provenance_.stopped) {
      reporter_.warning(image_.values.empty()
                            ? std::string("Stopped before the first update of the image: no image was written.")
                            : fmt::format("Stopped after {:.3g} of {} iterations; the image so far is kept.",
                                          provenance_.iterations_done, job_.passes()));
    }
    reporter_.end_stage();
    provenance_.stage_seconds = reporter_.stage_seconds();
    provenance_.warnings = reporter_.warnings();
    if (image_.values.empty() && std::filesystem::exists(image_path(""))) {
      reporter_.note("The image and the record of an earlier run stay as they are.");
      return {std::move(image_), std::move(provenance_)};
    }
    remove_images_of_earlier_run();
    write_side_files(job_, image_, provenance_);
    if (!image_.values.empty()) {
      reporter_.note(fmt::format("Written: {}", image_path("").string()));
    }
    reporter_.log("end");
    return {std::move(image_), std::move(provenance_)};
  }

  const io::Job& job_;
  JobSetup& setup_;
  RunReporter& reporter_;
  int threads_;
  recon::ComputeDevice device_;
  io::Provenance provenance_;
  std::optional<io::InputRecord> job_record_;
  std::optional<recon::MultiplicativeModel> model_;
  recon::Image sensitivity_;
  std::optional<recon::ListmodeData> data_;
  recon::TimeIntervals recorded_;  ///< of the frame; none where its duration is not known
  recon::Image image_;
  std::uint64_t num_randoms_ = 0;      ///< in the model
  bool leaves_live_time_out_ = false;  ///< that the file states
  bool too_many_subsets_ = false;
  bool finished_ = false;
};

/// A sentence about memory names what asked for it.
RunResult run_in_memory(const io::Job& job, JobSetup& setup, RunReporter& reporter) {
  try {
    return JobRun(job, setup, reporter).run();
  } catch (const std::bad_alloc&) {
    throw DeviceError(fmt::format("the memory is not enough for the stage \"{}\". {}", reporter.stage(),
                                  memory_of_image(setup.grid)));
  }
}

}  // namespace

RunResult run_job(const io::Job& job, recon::Reporter& reporter) {
  JobSetup setup = prepare_job(job);
  make_output_folder(job.output.folder);
  RunReporter run_reporter(reporter, job.result_path(".log"));
  try {
    return run_in_memory(job, setup, run_reporter);
  } catch (const std::exception& error) {
    run_reporter.log(fmt::format("FAILED: {}", error.what()));
    throw;
  }
}

}  // namespace coincide::app
