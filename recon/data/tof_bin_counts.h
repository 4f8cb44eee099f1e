#pragma once

namespace coincide::recon {

/// Expected counts of all LORs in one of their TOF bins, beside what was measured.
struct TofBinCounts {
  double centre_mm;
  double prompts;
  double randoms;
  double scatter;
};

}  // namespace coincide::recon
