#include "io/figure_table.h"

#include <fmt/format.h>

#include "io/csv_text.h"

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
