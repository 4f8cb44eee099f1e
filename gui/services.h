#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "io/job.h"
#include "recon/image.h"
#include "recon/osem.h"
#include "recon/reporter.h"

namespace coincide::gui {

/// What a run leaves. Its files are written already.
struct RunOutcome {
  recon::Image image;  ///< no values if the run was stopped before its first update
  bool stopped = false;
  std::filesystem::path folder;
  std::vector<std::string> files;  ///< names in `folder`
};

/// What the program hands to its window, so that gui/ need not know app/. All throw coincide::Error and are called from
/// a worker thread, save the paths.
struct Services {
  /// Runs a job to its result files: the same function as `--batch`.
  std::function<RunOutcome(const io::Job&, recon::Reporter&)> run_job;
  /// Checks a job and estimates what it needs: several lines to read, as `--batch --dry-run` prints.
  std::function<std::string(const io::Job&, recon::Reporter&)> plan_job;
  /// What `--info FILE` prints of a listmode file.
  std::function<std::string(const std::filesystem::path&, recon::Reporter&)> describe_data;
  std::filesystem::path demo_job;  ///< the built-in phantom, simulated and reconstructed in about a minute
  std::vector<std::string> device_lines;  ///< the devices of this machine, or why one is missing
  std::string version;
};

}  // namespace coincide::gui
