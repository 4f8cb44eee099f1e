#include "gui/panels/roi_cells.h"

#include <QHeaderView>
#include <QRegularExpression>
#include <QTableWidget>
#include <algorithm>
#include <cmath>
#include <optional>

namespace coincide::gui {
namespace {

/// One or three finite numbers; one stands for all three.
std::optional<std::array<double, 3>> read_three(const QString& text, bool one_for_all) {
  const QStringList words = text.split(QRegularExpression("[,;\\s]+"), Qt::SkipEmptyParts);
  if (words.size() != 3 && !(one_for_all && words.size() == 1)) {
    return {};
  }
  std::array<double, 3> values{};
  for (std::size_t i = 0; i < 3; ++i) {
    bool ok = false;
    values[i] = words[words.size() == 3 ? static_cast<qsizetype>(i) : 0].toDouble(&ok);
    if (!ok || !std::isfinite(values[i])) {
      return {};
    }
  }
  return values;
}

/// "41 %" of the maximum in the box, or a value.
QString assign_threshold(Roi& roi, const QString& text) {
  const bool is_percent = text.trimmed().endsWith('%');
  bool is_number = false;
  const double value = text.trimmed().remove('%').toDouble(&is_number);
  if (!is_number || !std::isfinite(value) || (is_percent && !(value > 0 && value <= 100))) {
    return QString(QObject::tr("\"%1\" is no threshold. Write a value, or 41 % for a part of the maximum.")).arg(text);
  }
  (is_percent ? roi.threshold_percent : roi.threshold) = value;
  roi.threshold_percent = is_percent ? value : 0;
  return {};
}

}  // namespace

QString shape_name(RoiShape shape) { return QObject::tr(roi_shape_name(shape).c_str()); }

QString number(double value) { return QString::number(value, 'g', 5); }

QString three(const std::array<double, 3>& values) {
  return QString("%1, %2, %3").arg(number(values[0]), number(values[1]), number(values[2]));
}

QString assign(Roi& roi, int column, const QString& text) {
  if (column == RoiColumn::name) {
    roi.name = text.trimmed().toStdString();
    return roi.name.empty() ? QObject::tr("A region needs a name.") : QString();
  }
  const auto values = read_three(text, column == RoiColumn::size);
  if (column == RoiColumn::centre) {
    roi.centre_mm = values.value_or(roi.centre_mm);
    return values ? QString() : QString(QObject::tr("\"%1\" is no centre. Write x, y, z in mm.")).arg(text);
  }
  if (column == RoiColumn::threshold) {
    return assign_threshold(roi, text);
  }
  if (!values || !std::ranges::all_of(*values, [](double edge) { return edge > 0; })) {
    return QString(QObject::tr("\"%1\" is no size. Write one or three numbers in mm above 0.")).arg(text);
  }
  std::ranges::transform(*values, roi.half_size_mm.begin(), [](double edge) { return edge / 2; });
  return {};
}

QTableWidget* make_roi_table() {
  auto* table = new QTableWidget(0, num_roi_columns);
  table->setTabKeyNavigation(false);  // Tab leaves it
  table->setHorizontalHeaderLabels({QObject::tr("Name"), QObject::tr("Mean"), QObject::tr("SD"), QObject::tr("Max"),
                                    QObject::tr("mL"), QObject::tr("Min"), QObject::tr("Shape"),
                                    QObject::tr("Centre, mm"), QObject::tr("Size, mm"), QObject::tr("Threshold"),
                                    QObject::tr("B mean"), "B SD", QObject::tr("B max"), "A / B"});
  table->horizontalHeaderItem(deviation)->setToolTip(QObject::tr("Standard deviation between the voxels"));
  table->horizontalHeaderItem(quotient)->setToolTip(QObject::tr("Of the means"));
  table->horizontalHeaderItem(volume)->setToolTip(QObject::tr("Volume of the voxels whose middles lie in the region"));
  table->horizontalHeaderItem(centre)->setToolTip(QObject::tr("x, y, z in scanner axes; double-click to edit"));
  table->horizontalHeaderItem(size)->setToolTip(QObject::tr(
      "Diameter of a sphere, diameters or edges of others; of a threshold or peak the box that is searched; "
      "double-click to edit"));
  table->horizontalHeaderItem(threshold)->setToolTip(
      QObject::tr("Voxels at or above it, a value or a part of the maximum in the box, belong to a threshold region"));
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  // Of a comparison what belongs together stands beside each other.
  int place = 0;
  for (const int column : {name, mean, other_mean, quotient, deviation, other_deviation, most, other_most}) {
    table->horizontalHeader()->moveSection(table->horizontalHeader()->visualIndex(column), place++);
  }
  table->verticalHeader()->hide();
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table->setAccessibleName(QObject::tr("Regions of interest"));
  table->setMinimumHeight(6 * table->fontMetrics().height());
  return table;
}

}  // namespace coincide::gui
