#pragma once

#include <string>

#include "io/interfile/interfile_header.h"
#include "recon/scanner.h"

namespace coincide::io {

/// How STIR's gantry axes, which are left-handed (x to the right and y down as seen from the bed, z along the bed out
/// of the gantry), lie to a patient's: LPS = sign * STIR, axis by axis.
struct StirAxes {
  recon::Vec3 sign{1, 1, -1};
  std::string patient = "head first, supine";
  bool is_assumed = true;  ///< the header does not say; STIR takes it so as well

  recon::Vec3 lps(const recon::Vec3& stir) const { return {sign[0] * stir[0], sign[1] * stir[1], sign[2] * stir[2]}; }
  /// "head first, supine (assumed: the header does not say)".
  std::string sentence() const;
};

/// From "patient orientation" and "patient rotation", or Siemens' "%patient orientation := HFS". Throws FileError for a
/// patient who lies on a side.
StirAxes read_stir_axes(const InterfileHeader& header);

}  // namespace coincide::io
