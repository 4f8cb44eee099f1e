#pragma once

#include <vector>

#include "io/yardl_value.h"
#include "recon/motion/pose.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Adds the crystals of all types of modules, `replicated_modules` in the header, to the scanner's columns and the
/// types to module_types (without energy windows), all of them moved by the gantry's `alignment`. A crystal's centre is
/// the mean of its corners; its depth is the edge of its box along which the other crystals lie on one side. Throws
/// FileError.
void add_modules(const std::vector<YardlValue>& replicated_modules, const recon::Pose& alignment,
                 recon::Scanner& scanner);

}  // namespace coincide::io
