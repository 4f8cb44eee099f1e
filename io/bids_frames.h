#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "recon/data/image_series.h"

namespace coincide::io {

// What image files cannot say of frames stands in a JSON file of the same name beside them, in the words of BIDS (the
// Brain Imaging Data Structure's PET part, 1.9). Times are in s from TimeZero, the zero of the data's clock.

/// NAME.json for NAME.nii or NAME.nii.gz.
std::filesystem::path side_file(const std::filesystem::path& image);

/// Adds Units, times, decay correction and put_facts(). Throws InputError for a series without times.
void put_frames(const recon::ImageSeries& series, nlohmann::ordered_json& json);

/// Adds what is known beside the frames: TimeZero, ScanStart (0), InjectionStart, half-life, tracer and patient. Throws
/// InputError for a TimeZero other than hh:mm:ss of 24 h.
void put_facts(const recon::ImageSeries& series, nlohmann::ordered_json& json);

/// Fills unit, times, decay correction, tracer and patient of a series whose frames have their values. Returns
/// sentences that warn: what a reader of the images ought to know and the file does not say. Throws FileError, with the
/// name of the file, for lists that are not as long as the frames are many, times that are no numbers of seconds, and
/// for damaged JSON.
std::vector<std::string> read_frames(const std::filesystem::path& json, recon::ImageSeries& series);

}  // namespace coincide::io
