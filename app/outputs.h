#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/job.h"
#include "io/provenance.h"
#include "recon/image.h"
#include "recon/model.h"
#include "recon/time_intervals.h"

namespace coincide::app {

/// From the unit of the algorithm to that of the file.
struct UnitScale {
  double factor = 1;
  std::string unit = "1";
  double decay_factor = 1;  ///< part of `factor`
  bool decay_corrected = false;
};

/// Annihilations per mm^3 of the frame to Bq/mL at the frame's start, `start_ms`, if the model is absolute; else only
/// decay during the frame and the branching ratio are corrected, and without `recorded` time the latter alone.
UnitScale unit_scale(const io::Job& job, bool is_absolute, const recon::TimeIntervals& recorded,
                     std::uint32_t start_ms);

/// One sentence with all reasons why the image is not in Bq/mL; empty if it is. `no_duration` as in EventCounts.
std::string why_arbitrary_unit(const recon::MultiplicativeModel& model, const std::string& no_duration);

/// Whether data without delayed coincidences may have randoms all the same: not if they are simulated without.
bool may_have_randoms(const io::Job& job);
/// What follows from data without any, as the end of a sentence.
inline constexpr const char* without_delayeds =
    ": randoms are not corrected and stay in the image as a background. Convert the delayed window, too, if the "
    "scanner records one; corrections.randoms = \"none\" says that this is meant.";
/// One sentence with what a file states and the run does not use; empty if there is nothing.
std::string not_used_sentence(const std::vector<std::string>& not_used);

/// A copy in the file's unit.
recon::Image in_unit(const recon::Image& image, const UnitScale& scale);

/// One line for the picture and for images: "listmode OSEM, 4 iterations, 8 subsets, TOF".
std::string method_line(const io::Job& job, double iterations_done, std::int64_t subsets, bool tof);

/// What the name of an image kept after a whole iteration ends in, before the suffix: "_it003".
std::string iteration_ending(std::int64_t iteration);

/// What the names of all files that a run of the job may write end in: job.result_path(ending) is one.
std::vector<std::string> result_endings(const io::Job& job);

/// The name of the job's results, or the next one with a number ("scan_2") that no file of a result has in the job's
/// folder: a run under it replaces nothing.
std::string free_result_name(const io::Job& job);

/// Removes the images of the job's result name that an earlier run wrote, as its record says, and that are not among
/// `written`: they would look as if they belonged to the new ones. Files in `keep` stay. Returns their names.
std::vector<std::string> remove_earlier_images(const io::Job& job, const std::vector<std::string>& written,
                                               const std::vector<std::filesystem::path>& keep);

/// Makes the folder. Throws InputError if that is not possible.
void make_output_folder(const std::filesystem::path& folder);

/// Writes the picture and the JSON file beside the image; adds their names to provenance.outputs. An image without
/// values has no picture.
void write_side_files(const io::Job& job, const recon::Image& image, io::Provenance& provenance);

}  // namespace coincide::app
