#include "app/run_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <optional>
#include <span>

#include "app/checked_inputs.h"
#include "app/input_records.h"
#include "app/job_kinetics.h"
#include "app/job_memory.h"
#include "app/job_setup.h"
#include "app/normalization_job.h"
#include "app/outputs.h"
#include "app/part_outputs.h"
#include "app/result_claim.h"
#include "app/run_reporter.h"
#include "app/simulate_events.h"
#include "io/checkpoint_file.h"
#include "io/dicom/write_dicom.h"
#include "io/image_file.h"
#include "io/interfile/stir_factors.h"
#include "io/listmode_file.h"
#include "io/scatter_file.h"
#include "projectors/device.h"
#include "projectors/error.h"
#include "recon/claim_threads.h"
#include "recon/compute_device.h"
#include "recon/pipeline/run_parts.h"
#include "recon/pipeline/stages.h"

namespace coincide::app {
namespace {

std::string device_name(projectors::Device device) {
  const std::vector<projectors::DeviceInfo> devices = projectors::available_devices();
  const auto found = std::ranges::find(devices, device, &projectors::DeviceInfo::device);
  return found != devices.end() ? found->name : "";
}

/// For checkpoints; other numbers of processes end in other bits.
recon::ProblemSettings settings_of_problem(const io::Job& job, const recon::Communicator& ranks) {
  recon::ProblemSettings settings = io::problem_settings(job);
  if (!ranks.is_alone()) {
    settings.emplace_back(recon::number_of_processes, std::to_string(ranks.size()));
  }
  return settings;
}

/// Each process of a machine on a GPU of its own, as far as there are some.
projectors::Device device_of_rank(const io::Job& job, projectors::Device device, const recon::Communicator& ranks) {
  if (ranks.is_alone() || job.compute.device != "auto" || device.kind != projectors::DeviceKind::cuda) {
    return device;
  }
  std::vector<projectors::Device> usable;
  for (const projectors::DeviceInfo& info : projectors::available_devices()) {
    if (info.device.kind == projectors::DeviceKind::cuda && info.available) {
      usable.push_back(info.device);
    }
  }
  return usable.empty() ? device : usable[static_cast<std::size_t>(ranks.local_rank()) % usable.size()];
}

/// One run: what goes into the pipeline, and the files that come of it.
class JobRun {
 public:
  JobRun(const io::Job& job, JobSetup& setup, Resume resume, RunReporter& reporter, recon::Communicator& ranks)
      : job_(job),
        setup_(setup),
        reporter_(reporter),
        resume_(resume),
        ranks_(ranks),
        device_(setup.device, job.compute.device == "auto", ranks) {
    provenance_.job = job;
    provenance_.grid = setup.grid;
    provenance_.stopped = true;
  }

  RunResult run() {
    begin();
    if (!job_.normalization.source.empty()) {
      if (ranks_.is_first()) {
        normalize();
      }
      return finish();
    }
    if (job_.simulates()) {
      simulate();
    }
    if (!reporter_.stop_requested()) {
      reconstruct();
    }
    return finish();
  }

  RunResult run_simulation() {
    begin();
    simulate();
    provenance_.scanner = setup_.description.scanner.name;
    provenance_.stopped = reporter_.stop_requested();
    return finish();
  }

 private:
  void normalize() {
    run_normalization(job_, setup_, reporter_);
    provenance_.stopped = reporter_.stop_requested();
    if (!provenance_.stopped) {
      for (const char* ending : {normalization_ending, efficiencies_ending}) {
        provenance_.outputs.push_back(job_.result_path(ending).filename().string());
      }
    }
  }

  std::filesystem::path image_path(const std::string& ending) const {
    return job_.result_path(ending + "." + job_.output.format);
  }

  void write(const std::string& ending, const recon::Image& image) {
    io::write_image(image_path(ending), image);
    record_image(job_, ending, provenance_);
  }

  void write_series(const recon::ImageSeries& series) {
    io::write_image_frames(image_path(""), series);
    record_image(job_, "", provenance_);
    if (job_.output.format == "dicom") {
      for (const std::string& sentence : io::dicom::lost_in_dicom(series)) {
        reporter_.note(sentence);
      }
    }
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
    provenance_.threads = projectors::thread_count(static_cast<int>(job_.compute.threads));
    if (!job_.file.empty()) {
      job_record_ =
          record_input("job", job_.file, reporter_);  // as it was read: it may be edited for the next run meanwhile
    }
    provenance_.outputs.push_back(job_.result_path(".log").filename().string());
    reporter_.note(fmt::format("Computing on {} ({}); threads used: {}{}.", provenance_.device,
                               device_name(setup_.device), provenance_.threads,
                               ranks_.is_alone() ? "" : fmt::format(" in each of {} processes", ranks_.size())));
  }

  void simulate() {
    reporter_.begin_stage("simulation");
    SimulatedFiles files;
    if (ranks_.is_first()) {
      files = simulate_events(job_, setup_, reporter_);
    }
    if (!ranks_.of_first(!files.events.empty())) {
      return;  // stopped
    }
    if (!ranks_.is_first()) {
      files = simulated_elsewhere(job_, setup_);
    }
    for (const auto& path : files.paths) {
      provenance_.outputs.push_back(path.filename().string());
    }
    setup_.events = io::open_listmode(files.events);
    if (files.attenuation && !setup_.attenuation) {
      setup_.attenuation = std::move(files.attenuation);
    }
  }

  void reconstruct() {
    recon::RunSettings settings = run_settings(job_);
    settings.memory_limit_bytes = memory_left_for_events(job_, setup_);
    CheckedInputs checked(job_, setup_);
    recon::RunInputs& inputs = checked.inputs();
    inputs.problem_settings = settings_of_problem(job_, ranks_);
    inputs.find_checkpoint = [this](const std::string& part) { return find(part); };
    inputs.keep_checkpoint = [this](const std::string& part, const recon::RunCheckpoint& checkpoint) {
      keep(part, checkpoint);
    };
    bool has_scatter = false;
    if (job_.output.scatter && ranks_.is_first()) {
      inputs.keep_scatter = [this, &has_scatter](const std::string& part, const recon::ScatterResult& result) {
        const std::filesystem::path path = job_.result_path(ending_of_part(part, scatter_ending));
        io::write_scatter(path, result);
        has_scatter = true;
        provenance_.outputs.push_back(path.filename().string());
      };
    }
    if (job_.output.factors) {
      inputs.keep_factors = [this](const auto& factor, const auto& additive) { keep_factors(factor, additive); };
    }
    if (job_.in_parts()) {
      reconstruct_parts(inputs, settings);
    } else {
      reconstruct_frame(inputs, settings);
    }
    if (inputs.keep_scatter && !has_scatter) {
      reporter_.note("No scatter was estimated, so output.scatter leaves no file; the record says why.");
    }
    provenance_.data_checks = checked.checks();
    provenance_.device = projectors::device_word(device_.get());
  }

  void keep_factors(const std::vector<float>& factor, const std::vector<float>& additive) {
    const auto* sinogram = dynamic_cast<const io::StirSinogram*>(setup_.histogram.get());
    if (ranks_.is_first() && sinogram != nullptr) {
      for (const auto& path :
           io::write_stir_factors(*sinogram, factor, additive, ranks_.size(), job_.result_path(""))) {
        provenance_.outputs.push_back(path.filename().string());
      }
    }
  }

  void reconstruct_frame(const recon::RunInputs& inputs, const recon::RunSettings& settings) {
    recon::RunState state(inputs, settings, device_, reporter_);
    reporter_.on_image = [this](const recon::Image& image, double iteration) { keep_iteration(image, iteration); };
    recon::run_stages(state);
    reporter_.on_image = nullptr;
    static_cast<recon::RunRecord&>(provenance_) = std::move(state.record);
    image_ = std::move(state.image);
  }

  void reconstruct_parts(const recon::RunInputs& inputs, const recon::RunSettings& settings) {
    const recon::TimeParts parts(setup_.parts);
    const recon::JointWork joint = direct_patlak(job_, setup_, device_, patlak_);
    std::vector<recon::PartResult> done = recon::run_parts(inputs, settings, parts, joint, device_, reporter_);
    const bool stopped = done.size() < parts.count() || (patlak_ && patlak_->stopped);
    static_cast<recon::RunRecord&>(provenance_) = recon::record_of_all(done, stopped);
    provenance_.grid = setup_.grid;
    for (const recon::PartResult& part : done) {
      provenance_.parts.push_back(part.record);
    }
    const bool are_gates = !job_.frames.gates.empty();
    if (are_gates) {  // an image each: they are no frames in time
      for (const auto& [image, record] : done) {
        write(io::part_ending(record.part), image);
      }
    }
    series_ = series_of(job_, done);
    image_ = picture_of(series_, are_gates ? "gates" : "frames");
    if (are_gates) {
      gates_ = std::exchange(series_, {});
    }
  }

  /// First, so that nothing that follows can lose it.
  void write_result() {
    if (image_.values.empty()) {
      return;
    }
    if (series_.frames.empty()) {
      recon::ImageSeries one = series_of(job_, image_, provenance_);
      write_series(one);
      image_.values = std::move(one.frames.front().values);
      return;
    }
    write_series(series_);
    write_what_follows_from_frames();
  }

  /// What is made of the frames is worth less than they are.
  void write_what_follows_from_frames() {
    try {
      if (setup_.regions) {
        provenance_.outputs.push_back(write_time_activity(job_, *setup_.regions, series_));
      }
      if (setup_.blood) {
        write_patlak(job_, *setup_.blood, series_, patlak_, provenance_);
        if (series_.unit != "Bq/mL") {
          reporter_.warning("Patlak's K and V have an arbitrary scale, as the frames are not in Bq/mL.");
        }
      }
    } catch (const InputError& error) {
      reporter_.warning(
          fmt::format("The frames are written, but not all that was to be made of them: {}.", error.what()));
    }
  }

  std::string stopped_text() const {
    if (patlak_ && patlak_->stopped) {
      return fmt::format("Stopped after {} of {} iterations of Patlak's K and V; the frames are finished.",
                         patlak_->passes_done, job_.passes());
    }
    if (job_.in_parts() && !image_.values.empty()) {
      return fmt::format("Stopped after {} of {} {}, which are kept.", provenance_.parts.size(), setup_.parts.size(),
                         job_.frames.gates.empty() ? "frames" : "gates");
    }
    if (image_.values.empty()) {
      return job_.in_parts() ? "Stopped before the first image was finished: none was written."
                             : "Stopped before the first update of the image: no image was written.";
    }
    return fmt::format("Stopped after {:.3g} of {} iterations; the image so far is kept.", provenance_.iterations_done,
                       job_.passes());
  }

  /// The checkpoint of a part, or of the image of a job without parts, if the run goes on from an earlier one.
  std::optional<recon::RunCheckpoint> find(const std::string& part) {
    const std::filesystem::path path = job_.result_path(ending_of_part(part, checkpoint_ending));
    if (resume_ == Resume::no || !std::filesystem::exists(path)) {
      return std::nullopt;
    }
    recon::RunCheckpoint found = io::read_checkpoint(path);
    adopt_kept_iterations(found.at.state.pass);
    return found;
  }

  void keep(const std::string& part, const recon::RunCheckpoint& checkpoint) {
    if (!ranks_.is_first()) {
      return;
    }
    if (resume_ == Resume::no && !has_checkpoint_) {
      remove_earlier_checkpoints();
    }
    has_checkpoint_ = true;
    io::write_checkpoint(job_.result_path(ending_of_part(part, checkpoint_ending)), checkpoint);
  }

  /// What a run that began anew leaves must not be mixed with what another one left.
  void remove_earlier_checkpoints() const {
    for (const std::string& ending : checkpoint_endings(job_)) {
      std::error_code error;  // one that stays is refused when the run is resumed, unless it fits
      std::filesystem::remove(job_.result_path(ending), error);
    }
  }

  /// Of the passes that were done before.
  void adopt_kept_iterations(int passes) {
    for (int pass = 1; pass <= passes; ++pass) {
      if (const std::string ending = iteration_ending(pass); std::filesystem::exists(image_path(ending))) {
        record_image(job_, ending, provenance_);
      }
    }
  }

  void keep_iteration(const recon::Image& image, double iteration) {
    const bool is_whole = std::abs(iteration - std::round(iteration)) < 1e-6;
    if (ranks_.is_first() && job_.output.save_every_iteration && is_whole &&
        iteration < static_cast<double>(job_.passes())) {
      write(iteration_ending(std::llround(iteration)), image);
    }
  }

  void hash_inputs() {
    reporter_.begin_stage("hash of the inputs");
    for (const auto& [role, path] : setup_.inputs) {
      provenance_.inputs.push_back(job_record_ && path == job_record_->path ? *job_record_
                                                                            : record_input(role, path, reporter_));
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
    if (!ranks_.is_first()) {
      return result();
    }
    reporter_.begin_stage("writing");
    write_result();
    for (const std::string& ending : checkpoint_endings(job_)) {
      const std::filesystem::path path = job_.result_path(ending);
      if (job_.keeps_checkpoints() && std::filesystem::exists(path)) {
        provenance_.outputs.push_back(path.filename().string());
      }
    }
    hash_inputs();
    if (provenance_.stopped) {
      reporter_.warning(stopped_text());
    }
    reporter_.end_stage();
    provenance_.stage_seconds = reporter_.stage_seconds();
    provenance_.warnings = reporter_.warnings();
    if (image_.values.empty() && std::filesystem::exists(image_path(""))) {
      reporter_.note("The image and the record of an earlier run stay as they are.");
      return result();
    }
    remove_images_of_earlier_run();
    write_side_files(job_, image_, series_, provenance_);
    if (!image_.values.empty()) {
      reporter_.note(fmt::format("Written: {}", image_path("").string()));
    }
    reporter_.log("end");
    return result();
  }

  RunResult result() { return {std::move(image_), std::move(series_), std::move(gates_), std::move(provenance_)}; }

  const io::Job& job_;
  JobSetup& setup_;
  RunReporter& reporter_;
  Resume resume_;
  recon::Communicator& ranks_;
  bool has_checkpoint_ = false;
  recon::ComputeDevice device_;
  io::Provenance provenance_;
  std::optional<io::InputRecord> job_record_;
  recon::Image image_;
  recon::ImageSeries series_, gates_;
  std::optional<recon::JointPatlak> patlak_;
};

/// A sentence about memory names what asked for it.
RunResult in_memory(JobRun&& run, RunResult (JobRun::*work)(), const JobSetup& setup, const RunReporter& reporter) {
  try {
    return (run.*work)();
  } catch (const std::bad_alloc&) {
    throw DeviceError(fmt::format("the memory is not enough for the stage \"{}\". {}", reporter.stage(),
                                  memory_of_image(setup.grid)));
  }
}

/// At once; the data follow when they are loaded. One of several parts' checkpoints stands for all, and some parts may
/// have none yet.
void check_resumes_job(const io::Job& job, const recon::Communicator& ranks) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& ending : checkpoint_endings(job)) {
    paths.push_back(job.result_path(ending));
  }
  const auto first = std::ranges::find_if(paths, [](const auto& path) { return std::filesystem::exists(path); });
  const recon::RunCheckpoint found = io::read_checkpoint(first != paths.end() ? *first : paths.front());
  recon::check_resumes(found, settings_of_problem(job, ranks), "");
}

/// Its end is told in the log, whatever it is.
RunResult run_logged(const io::Job& job, JobSetup& setup, Resume resume, recon::Reporter& reporter,
                     recon::Communicator& ranks, RunResult (JobRun::*work)()) {
  recon::claim_threads(static_cast<int>(job.compute.threads));
  std::optional<ResultClaim> claim;
  if (ranks.is_first()) {
    make_output_folder(job.output.folder);
    claim.emplace(job);
  }
  RunReporter run_reporter(reporter, ranks.is_first() ? job.result_path(".log") : "");
  try {
    return in_memory(JobRun(job, setup, resume, run_reporter, ranks), work, setup, run_reporter);
  } catch (const std::exception& error) {
    run_reporter.log(fmt::format("FAILED: {}", error.what()));
    throw;
  }
}

}  // namespace

RunResult run_job(const io::Job& job, recon::Reporter& reporter, Resume resume, recon::Communicator& ranks) {
  JobSetup setup = prepare_job(job);
  setup.device = device_of_rank(job, setup.device, ranks);
  measure_program();
  if (resume == Resume::yes) {
    check_resumes_job(job, ranks);
  }
  return run_logged(job, setup, resume, reporter, ranks, &JobRun::run);
}

RunResult simulate_job(const io::Job& job, recon::Reporter& reporter) {
  if (!job.simulates()) {
    throw InputError("the job simulates nothing: set simulation.scanner and simulation.phantom.");
  }
  JobSetup setup = prepare_job(job);
  return run_logged(job, setup, Resume::no, reporter, recon::no_others(), &JobRun::run_simulation);
}

}  // namespace coincide::app
