#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/petsird_singles.h"
#include "io/yardl_schema.h"
#include "io/yardl_value.h"
#include "recon/efficiencies.h"
#include "recon/motion/pose.h"
#include "recon/scanner.h"

namespace coincide::io {

/// What a PETSIRD header says, whatever version of the model it was written with.
struct PetsirdHeader {
  recon::Scanner scanner;
  recon::Efficiencies efficiencies;
  PetsirdSingles singles;
  std::string version;                  ///< "v0.10": the model that has these fields; files do not state it
  recon::Pose alignment{};              ///< of the gantry; the scanner is in its axes
  std::uint32_t block_duration_ms = 0;  ///< of event blocks without a stop time (v0.2), else 0
  std::vector<std::string> warnings;
  std::vector<std::string> not_used;  ///< what the header states beside, a few words each
};

/// Understands a header by the names of its fields. Lengths and directions as recon::Scanner has them, in the axes that
/// the gantry is aligned to; one whose alignment is no turn and shift stays in its own, with a warning. Throws
/// FileError for a missing essential field or numbers that do not fit.
PetsirdHeader understand_petsird_header(const YardlValue& header, const YardlSchema& schema);

/// The release of the PETSIRD model that a schema looks like, e.g. "v0.7".
std::string petsird_version(const YardlSchema& schema);

}  // namespace coincide::io
