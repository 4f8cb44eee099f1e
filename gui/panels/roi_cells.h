#pragma once

#include <QString>
#include <array>

#include "gui/model/roi.h"

class QTableWidget;

namespace coincide::gui {

/// Figures before geometry: they are what is read in a narrow panel.
enum RoiColumn {
  name,
  mean,
  deviation,
  most,
  volume,
  least,
  shape,
  centre,
  size,
  threshold,
  other_mean,
  other_deviation,
  other_most,
  quotient,
  num_roi_columns
};

QString shape_name(RoiShape shape);
QString number(double value);
QString three(const std::array<double, 3>& values);

/// Changes what `column` holds. Returns what is wrong with the text; empty: nothing.
QString assign(Roi& roi, int column, const QString& text);

/// Without rows.
QTableWidget* make_roi_table();

}  // namespace coincide::gui
