#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recon/psf_widths.h"

namespace coincide::io {

/// Columns radius_mm, radial_fwhm_mm, tangential_fwhm_mm and axial_fwhm_mm (CSV). Throws FileError.
std::vector<recon::PsfWidths> read_psf_table(const std::filesystem::path& path);

/// "0: 4.5 4.5 5; 100: 5 4.6 5.2", the same for the same table.
std::string psf_table_text(const std::vector<recon::PsfWidths>& table);

}  // namespace coincide::io
