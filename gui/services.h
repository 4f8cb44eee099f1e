#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gui/model/scene_state.h"
#include "io/job.h"
#include "recon/image.h"
#include "recon/osem.h"
#include "recon/reporter.h"

namespace coincide::gui {

/// What a run leaves. Its files are written already.
struct RunOutcome {
  std::shared_ptr<const recon::Image> image;  ///< null if the run was stopped before its first update
  bool stopped = false;
  std::filesystem::path folder;
  std::vector<std::string> files;  ///< names in `folder`
};

/// A device that a job may name.
struct DeviceChoice {
  std::string word;  ///< value of compute.device: "cpu", "cuda:0"
  std::string name;  ///< "CPU, AVX2, 8 threads"
  bool available = false;
  std::string why_unavailable;  ///< a sentence; empty if available
};

/// What the program hands to its window, so that gui/ need not know app/. All throw coincide::Error and are called from
/// a worker thread, save the paths.
struct Services {
  /// Runs a job to its result files: the same function as `--batch`.
  std::function<RunOutcome(const io::Job&, recon::Reporter&)> run_job;
  /// Checks a job and estimates what it needs: several lines to read, as `--batch --dry-run` prints.
  std::function<std::string(const io::Job&, recon::Reporter&)> plan_job;
  /// The scanner of a job and the image grid in it; reads the header of its data only.
  std::function<JobGeometry(const io::Job&)> job_geometry;
  std::filesystem::path demo_job;     ///< the built-in phantom, simulated and reconstructed in about a minute
  std::vector<DeviceChoice> devices;  ///< of this machine, and those that it lacks with the reason
  std::string version;
};

}  // namespace coincide::gui
