#pragma once

#include <filesystem>
#include <vector>

#include "gui/model/chart.h"
#include "io/data_checks.h"
#include "io/data_facts.h"
#include "io/listmode_file.h"
#include "recon/efficiencies.h"
#include "recon/reporter.h"
#include "recon/scanner.h"

namespace coincide::gui {

/// A file of data as the data panel shows it; of a histogram, facts and scanner alone.
struct LoadedData {
  std::filesystem::path path;
  recon::Scanner scanner;
  recon::Efficiencies efficiencies;
  std::vector<io::DataFact> facts;
  io::DataSummary summary;  ///< empty until the file has been read
  bool complete = false;    ///< the summary is of the whole file
};

/// "good", "the data cannot tell", "unusual", "wrong".
std::string verdict_text(io::Verdict verdict);

/// The header alone, at once. Throws FileError.
LoadedData open_data(const std::filesystem::path& path, const io::ListmodeOptions& options);

/// The whole file, or what was read when the reporter asked to stop. Throws FileError.
LoadedData read_data(const std::filesystem::path& path, const io::ListmodeOptions& options, recon::Reporter& reporter);

/// Prompts and delayeds per second over the time since the first event, in at most 500 steps of equal whole seconds;
/// the last one is divided by the time that it has data of. The last point repeats the value and ends the last step.
Chart rate_chart(const LoadedData& data);

/// Prompts per TOF bin over the bin's place along the LOR; one series for all pairs of module types with equal bins.
/// The last point repeats the value and ends the last bin. Empty without TOF.
Chart tof_chart(const LoadedData& data);

}  // namespace coincide::gui
