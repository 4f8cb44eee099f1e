#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/job.h"
#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::app {

/// What a job will do and need. Counts, memory and times are estimates.
struct JobPlan {
  std::string scanner;
  std::string events;  ///< format of the file, or "simulation of ..."
  std::string bins;    ///< of a histogram, HistogramFacts::bins; empty: there is none
  std::string device;
  recon::ImageGrid grid;
  std::size_t parts = 0;  ///< frames or gates; 0: one frame
  bool tof = false;
  std::uint64_t num_lors = 0;  ///< crystal pairs that can be in coincidence, or the LORs of a histogram
  std::uint64_t num_prompts = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t gpu_memory_bytes = 0;  ///< 0 on the CPU. Where it has less, events come in parts
  double simulation_s = 0;
  double reading_s = 0;      ///< of events from a file
  double sensitivity_s = 0;  ///< 0: none needs to be computed
  bool sensitivity_cached = false;
  double attenuation_s = 0;  ///< of the events or LORs
  double scatter_s = 0;      ///< 0: none is estimated
  double iteration_s = 0;
  double total_s = 0;
  bool normalizes = false;  ///< efficiencies are estimated instead of an image
  std::string result_file;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};

/// Checks a job as run_job() would and estimates what it needs, from a part of the events and a short timed run of the
/// projectors on a coarse grid. Writes nothing. Throws what run_job() would throw at once. If the reporter asks to
/// stop, the plan is not whole.
JobPlan plan_job(const io::Job& job, recon::Reporter& reporter);

/// The plan for a person to read: what each line is of, and what there is to say of it.
std::vector<std::pair<std::string, std::string>> plan_lines(const JobPlan& plan);
/// Its lines as one text, in two columns.
std::string plan_text(const JobPlan& plan);

}  // namespace coincide::app
