#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/job_setup.h"
#include "io/job.h"
#include "recon/image.h"
#include "recon/reporter.h"
#include "recon/simulation/simulation.h"

namespace coincide::app {

/// What a job says of its simulation.
recon::SimulationOptions simulation_options(const io::Job& job);

/// Whether NAME.petsird beside the job's results is from an earlier simulation: the record says so, or the log of a run
/// that did not get as far as that.
bool is_simulated(const io::Job& job);

struct SimulatedFiles {
  std::filesystem::path events;              ///< empty if the reporter asked to stop
  std::optional<recon::Image> attenuation;   ///< of the phantom, 1/cm, over the whole bore; if the job simulates it
  std::vector<std::filesystem::path> paths;  ///< all files written
};

/// Simulates the job's phantom in its scanner: writes NAME.petsird, NAME_truth (the activity on the grid of the result)
/// and NAME_mu. Throws FileError if that is not possible.
SimulatedFiles simulate_events(const io::Job& job, const JobSetup& setup, recon::Reporter& reporter);

/// The same, for a process that another one has simulated for; without paths.
SimulatedFiles simulated_elsewhere(const io::Job& job, const JobSetup& setup);

}  // namespace coincide::app
