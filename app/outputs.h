#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/job.h"
#include "io/provenance.h"
#include "recon/data/image_series.h"
#include "recon/image.h"

namespace coincide::app {

/// Whether data without delayed coincidences may have randoms all the same: not if they are simulated without.
bool may_have_randoms(const io::Job& job);
/// What the names of the files that --resume reads end in.
inline constexpr const char* checkpoint_ending = ".checkpoint";
/// And of the estimates of scatter that output.scatter keeps.
inline constexpr const char* scatter_ending = "_scatter.h5";
/// Of all such files of the job: one, or one for each frame or gate.
std::vector<std::string> endings_of_parts(const io::Job& job, const std::string& ending);
/// Of all that a job may leave.
std::vector<std::string> checkpoint_endings(const io::Job& job);
/// Of the file of the part of that name; "": of a job without parts.
std::string ending_of_part(const std::string& part, const std::string& ending);

/// What the name of an image kept after a whole iteration ends in, before the suffix: "_it003".
std::string iteration_ending(std::int64_t iteration);

/// The same for all files of an image whose name ends in `ending` before the suffix: of some formats there are two.
std::vector<std::string> image_endings(const io::Job& job, const std::string& ending);

/// Adds them to provenance.outputs.
void record_image(const io::Job& job, const std::string& ending, io::Provenance& provenance);

/// What the names of all files that a run of the job may write end in: job.result_path(ending) is one.
std::vector<std::string> result_endings(const io::Job& job);

/// Whether a run of this result name may have written a file of that name, with these settings or others.
bool is_result_of(const io::Job& job, const std::string& file);

/// The name of the job's results, or the next one with a number ("scan_2") that no file of a result has in the job's
/// folder: a run under it replaces nothing.
std::string free_result_name(const io::Job& job);

/// Removes the images of the job's result name that an earlier run wrote, as its record says, and that are not among
/// `written`: they would look as if they belonged to the new ones. Files in `keep` stay. Returns their names.
std::vector<std::string> remove_earlier_images(const io::Job& job, const std::vector<std::string>& written,
                                               const std::vector<std::filesystem::path>& keep);

/// Makes the folder. Throws InputError if that is not possible.
void make_output_folder(const std::filesystem::path& folder);

/// Writes the picture and the JSON file beside the image or `series`, of which `image` is then the mean; adds their
/// names to provenance.outputs. An image without values has no picture.
void write_side_files(const io::Job& job, const recon::Image& image, const recon::ImageSeries& series,
                      io::Provenance& provenance);

}  // namespace coincide::app
