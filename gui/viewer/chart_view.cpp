#include "gui/viewer/chart_view.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QRegularExpression>
#include <cmath>

#include "gui/viewer/captioned.h"
#include "gui/viewer/save_csv.h"

namespace coincide::gui {
namespace {

constexpr double zoom_step = 1.2;
constexpr double key_step = 0.1;    ///< of the width or height
constexpr double wheel_step = 120;  // of a mouse; touch pads send smaller ones

}  // namespace

ChartView::ChartView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setToolTip("Drag or arrow keys: move. Wheel, + and -: zoom. Double click or Home: all. Right button: save or copy.");
}

void ChartView::show_chart(const Chart& chart) {
  const bool is_other = chart.title != chart_.title || chart.x_label != chart_.x_label || chart.log_y != chart_.log_y;
  chart_ = chart;
  setAccessibleName(QString::fromStdString(chart.title));
  choose(is_other ? std::nullopt : chosen_);
}

void ChartView::choose(const std::optional<ChartRange>& range) {
  chosen_ = range;
  update();
}

void ChartView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const ChartRange shown = range();
  ChartPainter drawing(painter, chart_, shown, palette());
  drawing.draw(rect());
  area_ = drawing.plot_area();
  if (hasFocus()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
  }
}

void ChartView::mousePressEvent(QMouseEvent* event) { last_position_ = event->position(); }

void ChartView::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton && !area_.isEmpty()) {
    const QPointF moved = event->position() - last_position_;
    choose(range().moved(-moved.x() / area_.width(), moved.y() / area_.height()));
  }
  last_position_ = event->position();
}

void ChartView::mouseDoubleClickEvent(QMouseEvent*) { choose({}); }

void ChartView::wheelEvent(QWheelEvent* event) {
  if (!area_.isEmpty()) {
    const QPointF from_corner = event->position() - area_.bottomLeft();
    choose(range().zoomed(std::pow(zoom_step, event->angleDelta().y() / wheel_step), from_corner.x() / area_.width(),
                          -from_corner.y() / area_.height()));
  }
}

void ChartView::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return choose(range().moved(-key_step, 0));
    case Qt::Key_Right:
      return choose(range().moved(key_step, 0));
    case Qt::Key_Up:
      return choose(range().moved(0, key_step));
    case Qt::Key_Down:
      return choose(range().moved(0, -key_step));
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return choose(range().zoomed(zoom_step, 0.5, 0.5));
    case Qt::Key_Minus:
      return choose(range().zoomed(1 / zoom_step, 0.5, 0.5));
    case Qt::Key_Home:
      return choose({});
    default:
      QWidget::keyPressEvent(event);
  }
}

/// "Run 2 · squares_head" and "Log likelihood" become "Run_2_squares_head_Log_likelihood.csv".
QString ChartView::file_name(const QString& suffix) const {
  static const QRegularExpression odd("[^\\w.-]+", QRegularExpression::UseUnicodePropertiesOption);
  QString name = QString::fromStdString(chart_.subject + " " + chart_.title).trimmed().replace(odd, "_");
  return (name.isEmpty() ? "chart" : name) + "." + suffix;
}

void ChartView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu;
  menu.addAction("Show &all", this, [this] { choose({}); });
  menu.addSeparator();
  menu.addAction("Save the &data as CSV...", this,
                 [this] { save_csv(this, "the data of the chart", file_name("csv"), chart_csv(chart_)); });
  menu.addAction("&Copy the data as CSV", this,
                 [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(chart_csv(chart_))); });
  menu.addAction("Save the &picture...", this, &ChartView::save_picture);
  menu.exec(event->globalPos());
}

void ChartView::save_picture() {
  const QString path =
      QFileDialog::getSaveFileName(this, "Save a picture of the chart", file_name("png"), "Pictures (*.png)");
  const QString title = QString::fromStdString(chart_.title + " · " + chart_.subject);
  if (!path.isEmpty() && !captioned(grab().toImage(), title).save(path)) {
    QMessageBox::warning(this, "The picture cannot be saved", path + " cannot be written. Choose another folder.");
  }
}

}  // namespace coincide::gui
