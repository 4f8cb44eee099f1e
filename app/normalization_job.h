#pragma once

#include "app/job_setup.h"
#include "recon/normalization/fit.h"

namespace coincide::app {

/// Estimates the efficiencies of a scanner from a scan of a known source (normalization.source), and leaves them as
/// NAME_normalization.petsird, which is corrections.normalization of other jobs, and by crystal as
/// NAME_efficiencies.csv. Notes tell what was found, warnings what is wrong with it. Throws as run_job().
recon::NormalizationFit run_normalization(const io::Job& job, JobSetup& setup, recon::Reporter& reporter);

/// Memory that the estimate takes for what it keeps of each pair of crystals.
std::uint64_t normalization_bytes(const io::Job& job, std::uint64_t num_pairs);

/// Endings of those files.
inline constexpr const char* normalization_ending = "_normalization.petsird";
inline constexpr const char* efficiencies_ending = "_efficiencies.csv";

}  // namespace coincide::app
