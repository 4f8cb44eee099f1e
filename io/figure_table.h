#pragma once

#include <string>

#include "recon/figures/figure_report.h"

namespace coincide::io {

/// As CSV: one line for each figure, with the columns figure, of, value, unit, after the notes as remarks.
std::string figures_csv(const recon::FigureReport& report, const std::string& title);

/// As text to read: the same in columns, then the notes.
std::string figures_text(const recon::FigureReport& report);

}  // namespace coincide::io
