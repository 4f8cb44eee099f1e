#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gui/model/run_list.h"
#include "gui/model/scene_state.h"
#include "io/job.h"
#include "io/listmode_file.h"
#include "io/provenance.h"
#include "recon/algorithms/figures.h"
#include "recon/data/suv.h"
#include "recon/data/tof_bin_counts.h"
#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::gui {

/// What a run leaves. Its files are written already.
struct RunOutcome {
  std::shared_ptr<const recon::Image> image;  ///< null if the run was stopped before its first update
  bool stopped = false;
  std::filesystem::path folder;
  std::vector<std::string> files;                  ///< names in `folder`
  recon::SuvFactor suv{};                          ///< of `image`, and of those before it
  std::vector<recon::TofBinCounts> tof_profile{};  ///< as recon::RunRecord's
  std::shared_ptr<const io::Provenance> record{};  ///< as it was written; null: there is none
  std::vector<KeptImage> parts{};                  ///< of frames or gates, of which `image` is the mean
};

/// What a job needs, as far as a short trial tells.
struct JobEstimate {
  std::uint64_t memory_bytes = 0;
  double total_s = 0;
  double simulation_s = 0;
  double sensitivity_s = 0;  ///< 0: no sensitivity image has to be computed
  double iteration_s = 0;
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, std::string>> lines{};  ///< what `--batch --dry-run` prints, by what it is of
};

/// A device that a job may name.
struct DeviceChoice {
  std::string word;  ///< value of compute.device: "cpu", "cuda:0"
  std::string name;  ///< "CPU, AVX2, 8 threads"
  bool available = false;
  std::string why_unavailable;  ///< a sentence; empty if available
};

/// What the program hands to its window, so that gui/ need not know app/. The functions throw coincide::Error and are
/// called from worker threads.
struct Services {
  /// Runs a job to its result files: the same function as `--batch`.
  std::function<RunOutcome(const io::Job&, recon::Reporter&)> run_job;
  /// A sentence if the job may not fit into the memory that is free; else empty. Not set: nothing is said.
  std::function<std::string(const io::Job&)> doubt_about_memory;
  /// The name of a job's results, or another with a number where there are results of that name: nothing is replaced.
  std::function<std::string(const io::Job&)> free_result_name;
  /// Checks a job and estimates what it needs.
  std::function<JobEstimate(const io::Job&, recon::Reporter&)> estimate_job;
  /// How a job wants its data read. Not set: as the file says.
  std::function<io::ListmodeOptions(const io::Job&)> listmode_options;
  /// The scanner of a job and the image grid in it; reads the header of its data only.
  std::function<JobGeometry(const io::Job&)> job_geometry;
  /// The image that a setting of a job names (gui/model/job_images.h), where its file has it: attenuation in 1/cm, or
  /// what the job's phantom attenuates. Throws InputError if there is nothing. May take seconds.
  std::function<std::shared_ptr<const recon::Image>(const io::Job&, const std::string& setting)> job_image;
  /// Those of this machine, and those that it lacks with the reason. A driver may take seconds to answer.
  std::function<std::vector<DeviceChoice>()> devices;
  std::vector<std::string> phantoms, scanners;  ///< words for those that come with the program
  std::filesystem::path demo_job;  ///< the built-in phantom, simulated and reconstructed in about half a minute
  std::filesystem::path manual;    ///< the first page of the manual; empty: it has not been made
  std::string version;
};

}  // namespace coincide::gui
