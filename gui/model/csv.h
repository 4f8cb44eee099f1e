#pragma once

#include <string>

namespace coincide::gui {

/// Quoted where a comma, a quote or a line end would end the cell (RFC 4180).
std::string csv_cell(const std::string& text);
/// With 10 significant digits.
std::string csv_cell(double value);

}  // namespace coincide::gui
