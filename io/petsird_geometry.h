#pragma once

#include "io/yardl_value.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Adds the crystals of all modules of a type, `replicated_module` in the header, to the scanner's columns and its type
/// to module_types (without energy windows). A crystal's centre is the mean of its corners; its depth is the edge most
/// parallel to the line from the scanner's axis through the middle of its module. Throws FileError.
void add_module_type(const YardlValue& replicated_module, recon::Scanner& scanner);

}  // namespace coincide::io
