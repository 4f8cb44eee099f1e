#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

/// Quoted where a comma, a quote or a line end would end the cell (RFC 4180).
std::string csv_cell(const std::string& text);
/// With 10 significant digits.
std::string csv_cell(double value);

/// Without the blanks around it and the quotes that some programs put. Lives as long as the text does.
std::string_view bare_cell(std::string_view text);

/// The cells of a line of such a table.
std::vector<std::string> csv_cells(const std::string& line);

/// A line "# text" that says what the table is of; nothing for an empty text.
std::string csv_remark(const std::string& text);

}  // namespace coincide::io
