#include "io/psf_table.h"

#include <fmt/format.h>

#include "io/csv_table.h"

namespace coincide::io {

std::vector<recon::PsfWidths> read_psf_table(const std::filesystem::path& path) {
  const CsvTable table = CsvTable::read(path);
  const auto radius = table.column("radius_mm");
  const auto radial = table.column("radial_fwhm_mm");
  const auto tangential = table.column("tangential_fwhm_mm");
  const auto axial = table.column("axial_fwhm_mm");
  std::vector<recon::PsfWidths> rows;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    rows.push_back(
        {.radius_mm = radius[row], .radial_mm = radial[row], .tangential_mm = tangential[row], .axial_mm = axial[row]});
  }
  return rows;
}

std::string psf_table_text(const std::vector<recon::PsfWidths>& table) {
  std::string text;
  for (const recon::PsfWidths& row : table) {
    text += fmt::format("{}{}: {} {} {}", text.empty() ? "" : "; ", row.radius_mm, row.radial_mm, row.tangential_mm,
                        row.axial_mm);
  }
  return text;
}

}  // namespace coincide::io
