#include "io/figure_table.h"

#include <fmt/format.h>

#include <fstream>

#include "io/csv_text.h"
#include "projectors/error.h"

namespace coincide::io {

std::string figures_csv(const recon::FigureReport& report, const std::string& title) {
  std::string text = csv_remark(title);
  for (const std::string& note : report.notes) {
    text += csv_remark(note);
  }
  text += "figure,of,value,unit\n";
  for (const recon::Figure& figure : report.figures) {
    text += fmt::format("{},{},{},{}\n", csv_cell(figure.name), csv_cell(figure.of), csv_cell(figure.value),
                        csv_cell(figure.unit));
  }
  return text;
}

std::vector<std::vector<std::string>> read_figures_csv(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) {
    throw FileError(fmt::format("{} cannot be read", path.string()));
  }
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') {
      rows.push_back(csv_cells(line));
    }
  }
  return rows;
}

std::string figures_text(const recon::FigureReport& report) {
  std::string text;
  for (const recon::Figure& figure : report.figures) {
    text += fmt::format("{:<24} {:<14} {:>10.4g} {}\n", figure.name, figure.of, figure.value, figure.unit);
  }
  for (const std::string& note : report.notes) {
    text += note + "\n";
  }
  return text;
}

}  // namespace coincide::io
