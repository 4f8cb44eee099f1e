#pragma once

#include <vector>

#include "recon/image.h"
#include "recon/listmode_data.h"
#include "recon/options.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct IterationFigures {
  double iteration = 0;  ///< full passes done
  double log_likelihood =
      0;  ///< sum ln(m A x + b) - sum(s x) - sum(b), at the image before this pass; b's sum left out
  double image_sum = 0;
  double expected_counts = 0;  ///< sum(s x) after the pass; equals prompts minus randoms under MLEM
  double seconds = 0;
};

struct OsemResult {
  Image image;  ///< annihilations per mm^3 if m is absolute, else arbitrary
  double iterations_done = 0;
  bool stopped = false;  ///< the reporter asked to; the image is what had been reached
  std::vector<IterationFigures> figures;
};

/// Listmode OSEM (MLEM with one subset): x <- x / s * A^T(m / (m A x + b)) per subset, s the sensitivity of the subset.
/// `tof` false ignores the TOF bins of the events. Voxels that no LOR sees (s = 0) are 0, and so
/// are those behind the nearest crystals with s below 1 % of the largest.
/// Likelihood never falls with one subset. Source: Shepp and Vardi 1982; Hudson and Larkin 1994; Barrett, White and
/// Parra 1997 for listmode.
OsemResult osem(ListmodeData& data, const Scanner& scanner, const Image& sensitivity, const Image& start, bool tof,
                const OsemOptions& options, Reporter& reporter);

}  // namespace coincide::recon
