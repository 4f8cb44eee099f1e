#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recon/figures/figure_report.h"

namespace coincide::io {

/// As CSV: one line for each figure, with the columns figure, of, value, unit, after the notes as remarks.
std::string figures_csv(const recon::FigureReport& report, const std::string& title);

/// The lines of such a table, head line first, without the remarks. Throws FileError for a file that cannot be read.
std::vector<std::vector<std::string>> read_figures_csv(const std::filesystem::path& path);

/// As text to read: the same in columns, then the notes.
std::string figures_text(const recon::FigureReport& report);

}  // namespace coincide::io
