#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/events.h"
#include "recon/reporter.h"

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
};

/// What one pass over listmode data tells about it.
struct DataSummary {
  recon::EventCounts counts;
  bool complete = true;                            ///< false: the reporter asked to stop
  std::vector<std::uint64_t> prompts_per_crystal;  ///< by crystal id; both crystals of a prompt count
  std::vector<std::uint64_t> prompts_per_second;   ///< from the first time block on
  std::vector<DataCheck> checks;
};

/// Reads the source from its start to its end. Throws FileError as the source does.
DataSummary check_data(recon::EventSource& source, recon::Reporter& reporter);

}  // namespace coincide::io
