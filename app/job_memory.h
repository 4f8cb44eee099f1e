#pragma once

#include <cstdint>
#include <string>

#include "app/job_setup.h"
#include "io/job.h"
#include "recon/image.h"
#include "recon/psf.h"

namespace coincide::app {

/// What a run takes of the machine's memory [bytes], estimated from its sizes.
struct JobMemory {
  std::uint64_t program = 0;      ///< with what it has loaded
  std::uint64_t images = 0;       ///< while it reconstructs, and a histogram's bins
  std::uint64_t results = 0;      ///< images of frames or gates beside these, when most events have gone
  std::uint64_t reading = 0;      ///< while events or bins are read and put in order, before there are images
  std::uint64_t scatter = 0;      ///< while it is estimated, before there are most images
  std::uint64_t events = 0;       ///< all of them, or what makes a histogram's subsets quicker
  std::uint64_t last_events = 0;  ///< those of the last frame or gate
  std::uint64_t limit = 0;        ///< of all together; 0: none

  /// With events in a file.
  std::uint64_t least() const;
  /// With as many events in memory as the limit allows.
  std::uint64_t most() const;
};

/// Of a run with about so many events, or the bins of a histogram, of whose LORs this part has counts.
JobMemory memory_with_events(const io::Job& job, const recon::ImageGrid& grid, const recon::Psf& psf,
                             std::uint64_t prompts);
JobMemory memory_with_bins(const io::Job& job, const recon::ImageGrid& grid, const recon::Psf& psf,
                           const recon::HistogramInputs& inputs, double part_with_counts = 1);

/// What the program takes by itself is measured once: now, or when that is asked for first. To be called before
/// something is read that is not part of a run's memory, as a checkpoint is for its settings.
void measure_program();

/// What the job's limit leaves for events, when its data are there; 0: it has none. Throws DeviceError if the rest of
/// the run needs more than the limit.
std::uint64_t memory_left_for_events(const io::Job& job, const JobSetup& setup);

/// A sentence if a run needs more than is free; else empty.
std::string doubt_if_too_large(const JobMemory& memory);
/// The same of a job whose data need not have been opened. Reads headers only, and takes no memory itself. Throws what
/// opening the data throws.
std::string doubt_about_memory(const io::Job& job);

std::uint64_t image_bytes(const recon::ImageGrid& grid);

/// "2.3 GB"
std::string memory_text(std::uint64_t bytes);

}  // namespace coincide::app
