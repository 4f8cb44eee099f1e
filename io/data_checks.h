#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/events.h"
#include "recon/image.h"
#include "recon/reporter.h"
#include "recon/scanner.h"

namespace coincide::io {

enum class Verdict {
  good,
  unknown,  ///< the data cannot tell
  notice,   ///< unusual; the result may suffer
  bad,      ///< the file is wrong, or read wrongly
};

struct DataCheck {
  std::string name;
  Verdict verdict = Verdict::good;
  std::string sentence;  ///< what was found, with numbers
  std::string remedy;    ///< what the user can do, one short sentence; empty for what is good
};

/// Prompts that a summary keeps for pictures, at most.
inline constexpr std::size_t most_sampled = 4000;

/// What one pass over listmode data tells about it.
struct DataSummary {
  recon::EventCounts counts;
  bool complete = true;                            ///< false: the reporter asked to stop
  std::vector<std::uint64_t> prompts_per_crystal;  ///< by crystal id; both crystals of a prompt count
  std::uint32_t first_event_ms = 0;                ///< start of the time block of the first prompt or delayed
  std::vector<std::uint64_t> prompts_per_second;   ///< from first_event_ms on
  std::vector<std::uint64_t> delayeds_per_second;  ///< of the same seconds
  std::vector<std::uint64_t> prompts_per_tof_bin;  ///< by index into Scanner::tof_bins; empty without TOF
  /// Prompts drawn evenly at random from the whole file, the same ones each time: crystals, TOF bins and times; the
  /// other columns are empty.
  recon::EventBlock sample;
  std::vector<DataCheck> checks;
};

/// Reads the source from its start to its end. Throws FileError as the source does.
DataSummary check_data(recon::EventSource& source, recon::Reporter& reporter);

/// Whether an image lies where LORs pass: in front of the crystals, and between the outermost of them.
DataCheck check_grid(const recon::Scanner& scanner, const recon::ImageGrid& grid);

}  // namespace coincide::io
