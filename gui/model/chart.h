#pragma once

#include <string>
#include <vector>

namespace coincide::gui {

/// One diagram: what a chart view draws and what a CSV file of it holds.
struct Chart {
  struct Series {
    std::string name;
    std::vector<double> x, y;  ///< of the same length
    std::string colour = {};   ///< "#rrggbb"; empty: by its place in the list
  };
  enum class Style { line, steps };  ///< steps: y[i] is the count of the bin that begins at x[i] and ends at x[i + 1]

  std::string title;
  std::string x_label, y_label;  ///< with the unit: "time (s)"
  Style style = Style::line;
  std::vector<Series> series;
  std::string subject = {};  ///< whose: "Run 2 · squares_head"; empty: nobody's
  bool whole_x = false;      ///< x counts something: no ticks between whole numbers
  bool log_y = false;        ///< y is drawn by its logarithm; it counts something, and 0 stands below 1

  bool is_empty() const;
};

/// A unit as it stands behind a value: nothing for "1".
std::string shown_unit(const std::string& unit);

/// "value (Bq/mL)", or "value" where the unit is none: empty or "1".
std::string value_label(const std::string& unit);

/// A line "# " with the subject if there is one, a head line with the labels, then one row per x; series that do not
/// share their x stand one below the other, named in the first column.
std::string chart_csv(const Chart& chart);

}  // namespace coincide::gui
