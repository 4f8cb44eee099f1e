#include "gui/model/chart.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gui/model/translated.h"
#include "io/csv_text.h"

namespace coincide::gui {
namespace {

void add_row(std::string& csv, const std::vector<std::string>& cells) {
  csv += fmt::format("{}\n", fmt::join(cells, ","));
}

std::string column_name(const Chart& chart, const Chart::Series& series) {
  const bool both = !series.name.empty() && !chart.y_label.empty();
  return series.name + (both ? ": " : "") + chart.y_label;
}

/// The cells of x in the head line: a bin has two ends.
std::vector<std::string> x_names(const Chart& chart) {
  if (chart.style == Chart::Style::line) {
    return {io::csv_cell(chart.x_label)};
  }
  return {io::csv_cell("bin begin: " + chart.x_label), io::csv_cell("bin end: " + chart.x_label)};
}

std::size_t num_rows(const Chart& chart, const Chart::Series& series) {
  const std::size_t points = std::min(series.x.size(), series.y.size());
  return chart.style == Chart::Style::steps && points > 0 ? points - 1 : points;
}

std::vector<std::string> x_cells(const Chart& chart, const Chart::Series& series, std::size_t row) {
  if (chart.style == Chart::Style::line) {
    return {io::csv_cell(series.x[row])};
  }
  return {io::csv_cell(series.x[row]), io::csv_cell(series.x[row + 1])};
}

std::string side_by_side(const Chart& chart) {
  std::vector<std::string> head = x_names(chart);
  for (const Chart::Series& series : chart.series) {
    head.push_back(io::csv_cell(chart.series.size() == 1 ? chart.y_label : column_name(chart, series)));
  }
  std::string csv;
  add_row(csv, head);
  for (std::size_t row = 0; row < num_rows(chart, chart.series.front()); ++row) {
    std::vector<std::string> cells = x_cells(chart, chart.series.front(), row);
    for (const Chart::Series& series : chart.series) {
      cells.push_back(io::csv_cell(series.y[row]));
    }
    add_row(csv, cells);
  }
  return csv;
}

std::string one_below_the_other(const Chart& chart) {
  std::vector<std::string> head = x_names(chart);
  head.insert(head.begin(), "series");
  head.push_back(io::csv_cell(chart.y_label));
  std::string csv;
  add_row(csv, head);
  for (const Chart::Series& series : chart.series) {
    for (std::size_t row = 0; row < num_rows(chart, series); ++row) {
      std::vector<std::string> cells = x_cells(chart, series, row);
      cells.insert(cells.begin(), io::csv_cell(series.name));
      cells.push_back(io::csv_cell(series.y[row]));
      add_row(csv, cells);
    }
  }
  return csv;
}

}  // namespace

bool Chart::is_empty() const {
  return std::ranges::all_of(series, [](const Series& one) { return one.x.empty(); });
}

std::string shown_unit(const std::string& unit) { return unit == "1" ? "" : unit; }

std::string value_label(const std::string& unit) {
  const std::string shown = shown_unit(unit);
  return shown.empty() ? translated("value") : translated_with("value ({})", shown);
}

std::string chart_csv(const Chart& chart) {
  const bool shared = !chart.series.empty() && std::ranges::all_of(chart.series, [&](const Chart::Series& series) {
    return series.x == chart.series.front().x && series.y.size() == series.x.size();
  });
  return io::csv_remark(chart.subject) + (shared ? side_by_side(chart) : one_below_the_other(chart));
}

}  // namespace coincide::gui
