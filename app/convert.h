#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/interfile/stir_unlisting.h"
#include "io/listmode_file.h"
#include "recon/reporter.h"

namespace coincide::app {

/// What the files alone leave open.
struct ConvertOptions {
  io::ListmodeOptions reading;        ///< of measured data
  io::StirUnlistOptions unlisting{};  ///< of events into a sinogram
};

/// `coincide --convert IN OUT`: what IN holds, an image or measured data, in the format of OUT's ending. Returns
/// sentences for the user. Throws InputError where IN's kind has no such format, FileError as readers and writers do.
std::vector<std::string> convert(const std::filesystem::path& in, const std::filesystem::path& out,
                                 const ConvertOptions& options, recon::Reporter& reporter);

}  // namespace coincide::app
