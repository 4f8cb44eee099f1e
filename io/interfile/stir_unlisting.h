#pragma once

#include <cstdint>
#include <vector>

#include "io/interfile/stir_axes.h"
#include "io/interfile/stir_sinogram_layout.h"
#include "recon/events.h"
#include "recon/reporter.h"

namespace coincide::io {

/// How events are sorted into a sinogram.
struct StirUnlistOptions {
  std::int64_t span = 1;            ///< ring differences in a segment, odd
  std::int64_t farthest_ring = -1;  ///< ring difference; -1: as far as the scanner has them
  std::int64_t view_mashing = 1;    ///< views of the scanner in one
  std::int64_t tof_mashing = 0;     ///< TOF bins of the scanner in one, odd; 0: without TOF
  std::int64_t tangential = 0;      ///< positions; 0: half as many as there are detectors in a ring
  bool delayeds = false;            ///< those, instead of the prompts
};

/// Which ring and detector of STIR's each crystal of a scanner is.
struct StirDetectors {
  StirScanner scanner;
  StirAxes axes;                        ///< head first, supine: nothing else is known of a patient
  std::vector<std::uint32_t> ring;      ///< by crystal
  std::vector<std::uint32_t> detector;  ///< by crystal
};

/// Throws InputError, with the reason, for a scanner that is no stack of equal rings of crystals evenly on circles
/// about z, at equal distances, with the same TOF bins for all pairs.
StirDetectors stir_detectors(const recon::Scanner& scanner);

/// A sinogram of events, and what had no place in it.
struct StirUnlisted {
  StirSinogramLayout layout;
  std::vector<float> counts;  ///< [LOR][TOF bin]
  std::uint64_t num_left_out = 0;
  double start_s = 0;
  double duration_s = 0;  ///< 0: not known
};

/// Sorts all events of a source. Throws InputError as stir_detectors(), and for options that do not suit the scanner;
/// FileError as the source. When the reporter asks to stop, the rest is left out.
StirUnlisted unlist(recon::EventSource& source, const StirDetectors& detectors, const StirUnlistOptions& options,
                    recon::Reporter& reporter);

}  // namespace coincide::io
