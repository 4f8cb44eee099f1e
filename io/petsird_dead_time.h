#pragma once

#include "io/yardl_bytes.h"
#include "io/yardl_value.h"
#include "recon/events.h"
#include "recon/scanner.h"

namespace coincide::io {

/// What the field `aliveTimeFractions` of a dead time block says, in any version of the model; the times are those of
/// the block. Throws FileError (a part of a sentence) for numbers that do not fit the scanner, or lie outside 0 ... 1.
recon::AliveFractions read_alive_fractions(const YardlValue& value, const recon::Scanner& scanner);

/// Appends the same field as model v0.12 has it, one table for each pair of types of modules. Throws InputError for
/// fractions that are not of this scanner.
void put_alive_fractions(const recon::AliveFractions& alive, const recon::Scanner& scanner, YardlBytes& bytes);

}  // namespace coincide::io
