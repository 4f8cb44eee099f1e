#pragma once

#include <string>
#include <utility>
#include <vector>

#include "recon/algorithms/run.h"
#include "recon/measurement/problem.h"

namespace coincide::recon {

/// (key, value), as in a job, of the settings that enter problem or algorithm.
using ProblemSettings = std::vector<std::pair<std::string, std::string>>;
/// A key of them, where there are several.
inline constexpr const char* number_of_processes = "the number of processes";

/// A loop that can go on, and what it belongs to.
struct RunCheckpoint {
  Checkpoint at;
  std::string device;   ///< that made it; another one gives other bits
  std::string problem;  ///< problem_hash()
  ProblemSettings settings;
};

/// SHA-256, in hexadecimal digits, of all that a problem is made of: cells, factors, sensitivity, grid, PSF; and of the
/// prior's anatomical image, if there is one.
std::string problem_hash(const Problem& problem, const Image* anatomical, Communicator& ranks = no_others());

/// Throws InputError that names what differs: settings with both values, else the data. `problem`: problem_hash(), or
/// empty where it is not known yet.
void check_resumes(const RunCheckpoint& checkpoint, const ProblemSettings& settings, const std::string& problem);

}  // namespace coincide::recon
