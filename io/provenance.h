#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/data_checks.h"
#include "io/job.h"
#include "recon/data/image_series.h"
#include "recon/pipeline/run_state.h"

namespace coincide::io {

/// Version of this program: "2.1.0".
std::string program_version();

/// A file that went into a result.
struct InputRecord {
  std::string role;  ///< "events", "attenuation", ...
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< empty if the run was stopped before it was computed, or the file had gone
};

/// Where a result comes from: all that is needed to judge it and to make it again.
struct Provenance : recon::RunRecord {
  Job job;
  std::string version = program_version();  ///< of the program that made it
  std::vector<InputRecord> inputs;
  std::vector<DataCheck> data_checks;  ///< of the events; a histogram has none
  std::string device;
  std::string instruction_set;
  int threads = 0;
  std::vector<std::pair<std::string, double>> stage_seconds;
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, std::string>> kinetics;  ///< (what, how it was done); empty: none
  std::vector<recon::RunRecord> parts;                        ///< frames or gates, where there are several images
  std::vector<std::string> outputs;                           ///< file names beside the JSON file
};

/// As JSON: the keys of BIDS-PET that are known (Units, FrameTimesStart, ReconMethodName ...) and, under "Coincide",
/// the rest. The times of a series of frames are those of `series`. Source of the former: BIDS 1.9, PET.
std::string provenance_json(const Provenance& provenance, const recon::ImageSeries& series = {});

/// What provenance_json() has written, as far as the program shows it again: neither the resolution model nor the
/// intervals that were recorded, and nothing of settings that there are no more. Throws FileError for a file that is no
/// such record.
Provenance read_provenance(const std::filesystem::path& json);

/// Whether the file is the record, as above, of a job that simulated its events.
bool records_simulation(const std::filesystem::path& json);

/// Names of the files that a run wrote beside its record, as above; empty if the file is no such record.
std::vector<std::string> recorded_outputs(const std::filesystem::path& json);

}  // namespace coincide::io
