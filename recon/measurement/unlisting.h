#pragma once

#include <cstdint>

#include "recon/data/histogram.h"
#include "recon/image.h"
#include "recon/listmode_data.h"
#include "recon/model.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct UnlistOptions {
  bool tof = true;  ///< keep the TOF bins of the events, if the scanner has any
  int num_threads = 0;
  std::uint64_t memory_limit_bytes = std::uint64_t{8} << 30;  ///< of the histogram's columns
};

/// A histogram made of events.
struct Unlisted {
  Histogram histogram;
  std::uint64_t num_left_out = 0;  ///< prompts between crystals whose line misses the grid, or has factor 0
};

/// The prompts by pair of crystals, with m of the model over all energy windows, so far without attenuation, and b = 0:
/// multiply_attenuation() and add_randoms() complete them. It holds all pairs that the sensitivity image sees: those
/// that can be in coincidence and whose line meets the grid, crystal numbers ascending from start to end.
/// Throws InputError, before anything is allocated, if the columns of all pairs that can be in coincidence need more
/// than the limit, or if pairs of module types differ in their TOF bins. When the reporter asks to stop, the rest is
/// left out.
Unlisted histogram_of(ListmodeData& data, const MultiplicativeModel& model, const ImageGrid& grid,
                      const UnlistOptions& options, const Reporter& reporter);

}  // namespace coincide::recon
