#pragma once

#include "io/job.h"
#include "io/provenance.h"
#include "recon/communicator.h"
#include "recon/data/image_series.h"
#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::app {

/// What a job leaves. The files are written already.
struct RunResult {
  recon::Image image;         ///< of frames or gates the mean; no values if the run was stopped before its first update
  recon::ImageSeries series;  ///< of a job with frames.durations: those that were finished
  recon::ImageSeries gates;   ///< of a job with frames.gates likewise; they are no frames in time
  io::Provenance provenance;

  bool stopped() const { return provenance.stopped; }
};

/// Whether a run goes on where an earlier one of the job left its checkpoint.
enum class Resume { no, yes };

/// Runs a job from its inputs to its result files; the window and `--batch` both call this. When the reporter asks to
/// stop, what has been reached is written, and the result says so. Throws InputError for a job that cannot work or
/// is not the one to be resumed,
/// FileError for a bad file, DeviceError for device and memory.
/// Of several processes, which all call it, the first writes; the result is whole in all.
RunResult run_job(const io::Job& job, recon::Reporter& reporter, Resume resume = Resume::no,
                  recon::Communicator& ranks = recon::no_others());

/// Only the simulation that a job begins with: its events, truth and attenuation image, with log and record; the result
/// has no image. Throws as run_job(), and InputError for a job that simulates nothing.
RunResult simulate_job(const io::Job& job, recon::Reporter& reporter);

}  // namespace coincide::app
