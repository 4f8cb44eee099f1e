#include "app/job_parts.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "app/job_inputs.h"
#include "io/image_file.h"
#include "io/job_facts.h"
#include "io/time_tables.h"
#include "projectors/error.h"
#include "recon/data/time_activity.h"
#include "recon/resample.h"

namespace coincide::app {
namespace {

/// Names what the messages are of.
template <class Work>
auto with_key(const char* key, const std::string& value, const Work& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{} = \"{}\": {}.", key, value, error.what()));
  }
}

std::vector<recon::TimePart> frames_of(const io::Job& job) {
  const std::string& text = job.frames.durations;
  const auto frames =
      with_key("frames.durations", text, [&] { return recon::parse_durations(text, job.input.start_s); });
  std::vector<recon::TimePart> parts = recon::parts_of(frames);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].name = fmt::format("frame {} of {}", i + 1, parts.size());
  }
  return parts;
}

std::vector<recon::TimePart> gates_of(const io::Job& job) {
  const double zero_s = table_zero_s(job, job.frames.gates_zero, "frames.gates_zero");
  require_file("frames.gates", job.frames.gates);
  const std::vector<recon::GateTime> times = io::read_gates(job.frames.gates);
  return with_key("frames.gates", job.frames.gates.string(), [&] { return recon::make_gates(times, zero_s); });
}

}  // namespace

void check_parts(const io::Job& job) {
  recon::ImageSeries facts;
  io::put_job_facts(job, facts);
  zero_of_poses(job);
  if (!job.frames.durations.empty() && !job.frames.gates.empty()) {
    throw InputError("the job has both frames.durations and frames.gates; leave one of them empty.");
  }
  if (job.in_parts() && job.input.stop_s > 0) {
    throw InputError(fmt::format("input.stop_s = {} and {} both say when to stop; leave input.stop_s at 0.",
                                 job.input.stop_s, job.frames.gates.empty() ? "frames.durations" : "frames.gates"));
  }
  if (!job.frames.gates.empty() && job.input.start_s > 0) {
    throw InputError(
        fmt::format("input.start_s = {} and frames.gates both say when to start; leave it at 0.", job.input.start_s));
  }
}

std::optional<double> decay_reference_s(const io::Job& job) {
  const std::optional<double> injection = io::injection_s(job);
  return injection || !job.in_parts() ? injection : 0.0;
}

double table_zero_s(const io::Job& job, io::TableZero zero, const char* key) {
  if (zero == io::TableZero::scan) {
    return 0;
  }
  const std::optional<double> injection = io::injection_s(job);
  if (!injection) {
    throw InputError(fmt::format("{} = \"injection\", but input.injection does not say when that was.", key));
  }
  return *injection;
}

recon::MotionOptions zero_of_poses(const io::Job& job) {
  const double after_s = job.input.motion_zero_s;
  switch (job.input.motion_zero) {
    case io::PoseZero::scan:
      return {recon::TableZero::scan, after_s};
    case io::PoseZero::clock:
      return {recon::TableZero::clock, after_s};
    case io::PoseZero::injection:
      break;
  }
  return {recon::TableZero::clock, after_s + table_zero_s(job, io::TableZero::injection, "input.motion_zero")};
}

std::vector<recon::TimePart> job_parts(const io::Job& job) {
  if (!job.frames.gates.empty()) {
    return gates_of(job);
  }
  return job.frames.durations.empty() ? std::vector<recon::TimePart>() : frames_of(job);
}

void open_parts(const io::Job& job, JobSetup& setup) {
  setup.parts = job_parts(job);
  if (!job.frames.gates.empty()) {
    setup.inputs.emplace_back("gates", job.frames.gates);
  }
  if (!job.frames.durations.empty() && !job.output.regions.empty()) {
    require_image("output.regions", job.output.regions);
    setup.regions = io::read_labels(job.output.regions, setup.warnings);
    setup.inputs.emplace_back("regions", job.output.regions);
  }
}

void fit_regions(const io::Job& job, JobSetup& setup) {
  if (setup.regions) {
    setup.regions = recon::resampled_to_nearest(*setup.regions, setup.grid);
    with_key("output.regions", job.output.regions.string(),
             [&] { return recon::regions_of(*setup.regions, setup.grid); });
  }
}

}  // namespace coincide::app
