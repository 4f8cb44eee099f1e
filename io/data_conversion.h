#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/interfile/stir_unlisting.h"
#include "io/listmode_file.h"
#include "recon/reporter.h"

namespace coincide::io {

/// Endings of the formats that measured data are written in, without a dot.
std::vector<std::string> data_suffixes();

bool can_write_data(const std::filesystem::path& out);

/// Writes measured data in the format of `out`'s ending; `unlisting` says how events are sorted into a sinogram (.hs).
/// Returns what a user is to be warned of, as what the format cannot hold; the reporter is told what was made. Throws
/// FileError as readers and writers do, InputError where the data have no such form, and if both names are of one file.
std::vector<std::string> convert_data(const std::filesystem::path& in, const std::filesystem::path& out,
                                      const ListmodeOptions& options, const StirUnlistOptions& unlisting,
                                      recon::Reporter& reporter);

}  // namespace coincide::io
