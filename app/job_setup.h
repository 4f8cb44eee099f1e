#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/job.h"
#include "io/scanner_file.h"
#include "projectors/device.h"
#include "recon/data/frames.h"
#include "recon/data/histogram_source.h"
#include "recon/events.h"
#include "recon/image.h"
#include "recon/kinetics/blood_curve.h"
#include "recon/phantom.h"
#include "recon/pipeline/run_state.h"
#include "recon/pipeline/subset_choice.h"

namespace coincide::app {

/// A job whose settings fit together and whose files have been opened: what both a dry run and a run start from.
struct JobSetup {
  projectors::Device device;
  std::unique_ptr<recon::EventSource> events;              ///< null for a job that simulates, or that has a histogram
  std::unique_ptr<recon::HistogramSource> histogram;       ///< measured instead of events
  std::unique_ptr<recon::HistogramSource> multiplicative;  ///< of its bins
  std::unique_ptr<recon::HistogramSource> additive;
  io::ScannerDescription description;  ///< of a simulated scanner
  std::optional<recon::Phantom> phantom;
  recon::ImageGrid grid;
  std::optional<recon::Image> attenuation;              ///< 1/cm, of all that is said to attenuate
  bool attenuation_of_ct = false;                       ///< a part of it at least
  std::string attenuation_made;                         ///< what it was made from, if it was not read as it is
  std::optional<recon::Image> anatomical;               ///< on the grid of the result
  std::optional<recon::Image> start_image;              ///< as read
  recon::Psf psf;                                       ///< resolution model
  std::shared_ptr<const recon::ScatterResult> scatter;  ///< of an earlier job; null: none
  std::vector<recon::PoseRow> poses;
  std::vector<double> singles_background_per_s;                       ///< by crystal; empty: none
  std::vector<std::pair<std::string, std::filesystem::path>> inputs;  ///< (role, file)
  std::vector<recon::TimePart> parts;                                 ///< frames or gates; empty: one frame
  std::optional<recon::Image> regions;                                ///< labels on the grid of the result
  std::optional<recon::BloodCurve> blood;                             ///< corrected for decay as the frames are
  std::vector<std::string> notes;                                     ///< what the user may want to know
  std::vector<std::string> warnings;                                  ///< what may make the image wrong

  const recon::Scanner& scanner() const {
    return events ? events->scanner() : histogram ? histogram->scanner() : description.scanner;
  }
  const recon::Efficiencies& efficiencies() const { return events ? events->efficiencies() : description.efficiencies; }
  recon::HistogramInputs histogram_inputs() const {
    return {.counts = histogram.get(), .multiplicative = multiplicative.get(), .additive = additive.get()};
  }
  bool uses_tof(const io::Job& job) const { return (job.algorithm.tof || histogram) && scanner().has_tof(); }
};

/// Checks the job and opens its files. Writes nothing that stays. Throws InputError for a job that cannot work,
/// FileError for a bad input file, DeviceError for a missing device.
JobSetup prepare_job(const io::Job& job);

/// Into how many subsets the prompts go.
recon::SubsetChoice subset_choice(const io::Job& job, const JobSetup& setup, std::uint64_t num_prompts);

/// What the pipeline is given; they refer to their arguments.
recon::RunSettings run_settings(const io::Job& job);
/// `events`: those of the setup, or what stands before them; null for a histogram. Takes the prior's image out of the
/// setup.
recon::RunInputs run_inputs(const io::Job& job, JobSetup& setup, recon::EventSource* events);

/// "Each image of 200 x 200 x 71 voxels takes 0.011 GB, and ...": for a sentence about too little memory.
std::string memory_of_image(const recon::ImageGrid& grid);

/// Voxels of the given size over the bore of the scanner: what a patient can fill, and all crystals along the axis.
recon::ImageGrid automatic_grid(const recon::Scanner& scanner, const std::array<double, 3>& voxel_size_mm);

/// The resolution model of a job. Throws FileError for a table that is none, InputError for one that does not suit the
/// job or the scanner.
recon::Psf job_psf(const io::Job& job, const recon::Scanner& scanner);

/// The grid of a job's result.
recon::ImageGrid job_grid(const io::Job& job, const recon::Scanner& scanner);

}  // namespace coincide::app
