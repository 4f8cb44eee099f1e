#pragma once

#include <string>
#include <utility>
#include <vector>

#include "recon/algorithms/run.h"
#include "recon/measurement/problem.h"

namespace coincide::recon {

/// A loop that can go on, and what it belongs to.
struct RunCheckpoint {
  Checkpoint at;
  std::string device;   ///< that made it; another one gives other bits
  std::string problem;  ///< problem_hash()
  /// (key, value) of the settings that enter problem or algorithm, as in a job.
  std::vector<std::pair<std::string, std::string>> settings;
};

/// SHA-256, in hexadecimal digits, of all that a problem is made of: cells, factors, sensitivity, grid, PSF; and of the
/// prior's anatomical image, if there is one.
std::string problem_hash(const Problem& problem, const Image* anatomical);

/// Throws InputError that names what differs: settings with both values, else the data.
void check_resumes(const RunCheckpoint& checkpoint,
                   const std::vector<std::pair<std::string, std::string>>& settings, const std::string& problem);

}  // namespace coincide::recon
