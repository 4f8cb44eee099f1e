#include "gui/viewer/chart_view.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "gui/viewer/captioned.h"
#include "gui/viewer/chart_drawing.h"
#include "gui/viewer/focus_ring.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/paper.h"
#include "gui/viewer/save_csv.h"
#include "gui/viewer/view_gestures.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

constexpr double key_step = 0.1;    ///< of the width or height
constexpr double wheel_step = 120;  // of a mouse; touch pads send smaller ones

}  // namespace

struct ChartView::Parts {
  Chart chart;
  std::optional<ChartRange> chosen;  ///< by the user; else all
  VtkWidget* widget = nullptr;       ///< null where there is no OpenGL, as the drawing
  std::optional<ChartDrawing> drawing;
  QPointF last_position;
  QRect drawn_for;  ///< the area between the axes, as it was when the chart was drawn
  int passes = 0;   ///< since the chart, its range or its size has changed

  QString file_name(const QString& suffix) const;
};

/// "Run 2 · squares_head" and "Log likelihood" become "Run_2_squares_head_Log_likelihood.csv".
QString ChartView::Parts::file_name(const QString& suffix) const {
  static const QRegularExpression odd("[^\\w.-]+", QRegularExpression::UseUnicodePropertiesOption);
  QString name = QString::fromStdString(chart.subject + " " + chart.title).trimmed().replace(odd, "_");
  return (name.isEmpty() ? "chart" : name) + "." + suffix;
}

ChartView::ChartView(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  if (opengl_problem().isEmpty()) {
    auto* widget = new VtkWidget;
    widget->setFocusPolicy(Qt::StrongFocus);
    widget->setToolTip(
        tr("Drag or arrow keys: move. Wheel, + and -: zoom. Double click or Home: all. Right button: save or copy."));
    parts_->widget = widget;
    parts_->drawing.emplace(*widget);
    layout->addWidget(new FocusRing(widget));
    connect(widget, &VtkWidget::rendered, this, &ChartView::settle);
    widget->installEventFilter(this);
    setFocusProxy(widget);
  } else {
    auto* sentence =
        new QLabel(tr("Charts cannot be drawn. %1 The right button saves the data.").arg(opengl_problem()));
    sentence->setWordWrap(true);
    sentence->setAlignment(Qt::AlignCenter);
    layout->addWidget(sentence);
  }
}

ChartView::~ChartView() = default;

void ChartView::show_chart(const Chart& chart) {
  const Chart& before = parts_->chart;
  const bool is_other = chart.title != before.title || chart.x_label != before.x_label || chart.log_y != before.log_y;
  parts_->chart = chart;
  setAccessibleName(QString::fromStdString(chart.title));
  choose(is_other ? std::nullopt : parts_->chosen);
}

const Chart& ChartView::chart() const { return parts_->chart; }

ChartRange ChartView::range() const { return parts_->chosen.value_or(whole_range(parts_->chart)); }

QRectF ChartView::plot_area() const {
  if (parts_->widget == nullptr) {
    return {};
  }
  const double ratio = devicePixelRatioF();
  const QRect pixels = parts_->drawing->plot_area();
  const QPointF upper_left(pixels.left() / ratio, parts_->widget->height() - pixels.bottom() / ratio);
  const QPointF lower_right(pixels.right() / ratio, parts_->widget->height() - pixels.top() / ratio);
  return {upper_left + parts_->widget->mapTo(this, QPoint()), lower_right + parts_->widget->mapTo(this, QPoint())};
}

void ChartView::choose(const std::optional<ChartRange>& range) {
  parts_->chosen = range;
  draw();
}

void ChartView::draw() {
  parts_->passes = 0;
  pass();
}

/// Ticks and title are laid out for where the axes lie, which is known once they have been drawn.
void ChartView::settle() {
  constexpr int most = 3;  // other ticks may move the axes once more
  if (parts_->drawing->plot_area() != parts_->drawn_for && parts_->passes < most) {
    pass();
  }
}

void ChartView::pass() {
  if (parts_->widget != nullptr) {
    ++parts_->passes;
    parts_->drawn_for = parts_->drawing->plot_area();
    parts_->drawing->draw(
        parts_->chart, range(),
        {.palette = palette(), .font = font(), .size = parts_->widget->size(), .pixel_ratio = devicePixelRatioF()});
    parts_->widget->request_render();
  }
}

QImage ChartView::paper_picture(const QSize& points, double dots_per_inch) {
  if (parts_->widget == nullptr) {
    return {};
  }
  const double ratio = dots_per_inch / 96;
  parts_->drawing->draw(parts_->chart, range(),
                        {.palette = paper_palette(), .font = paper_font(), .size = points, .pixel_ratio = ratio});
  QImage picture = parts_->widget->picture((QSizeF(points) * ratio).toSize(), ratio);
  draw();
  return picture;
}

bool ChartView::write_vector(const QString& path) {
  constexpr QSize points(480, 320);
  bool is_written = false;
  if (parts_->widget != nullptr) {
    parts_->widget->at_size(points, 1, [&] {
      is_written = parts_->drawing->write_vector(
          path, title(), parts_->chart, range(),
          {.palette = paper_palette(), .font = paper_font(), .size = points, .pixel_ratio = 1});
    });
    draw();
  }
  return is_written;
}

QString ChartView::title() const {
  return QString::fromStdString(parts_->chart.title +
                                (parts_->chart.subject.empty() ? "" : " · " + parts_->chart.subject));
}

void ChartView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
    draw();
  }
}

/// Other ticks fit.
void ChartView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  draw();
}

bool ChartView::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      parts_->last_position = static_cast<QMouseEvent*>(event)->position();
      return false;
    case QEvent::MouseMove: {
      const auto* move = static_cast<QMouseEvent*>(event);
      const QRectF area = plot_area();
      const QPointF moved = move->position() - parts_->last_position;
      parts_->last_position = move->position();
      if ((move->buttons() & Qt::LeftButton) != 0 && !area.isEmpty()) {
        choose(range().moved(-moved.x() / area.width(), moved.y() / area.height()));
      }
      return true;
    }
    case QEvent::MouseButtonDblClick:
      choose({});
      return true;
    case QEvent::Wheel: {
      const auto* wheel = static_cast<QWheelEvent*>(event);
      zoom_at(wheel->position(), std::pow(zoom_step, wheel->angleDelta().y() / wheel_step));
      return true;
    }
    case QEvent::KeyPress:
      return press_key(static_cast<QKeyEvent*>(event)->key());
    default:
      return QWidget::eventFilter(watched, event);
  }
}

/// `position` in the widget inside.
void ChartView::zoom_at(const QPointF& position, double factor) {
  const QRectF area = plot_area();
  if (!area.isEmpty()) {
    const QPointF from_corner = parts_->widget->mapTo(this, position.toPoint()) - area.bottomLeft();
    choose(range().zoomed(factor, from_corner.x() / area.width(), -from_corner.y() / area.height()));
  }
}

bool ChartView::press_key(int key) {
  switch (key) {
    case Qt::Key_Left:
      choose(range().moved(-key_step, 0));
      return true;
    case Qt::Key_Right:
      choose(range().moved(key_step, 0));
      return true;
    case Qt::Key_Up:
      choose(range().moved(0, key_step));
      return true;
    case Qt::Key_Down:
      choose(range().moved(0, -key_step));
      return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      choose(range().zoomed(zoom_step, 0.5, 0.5));
      return true;
    case Qt::Key_Minus:
      choose(range().zoomed(1 / zoom_step, 0.5, 0.5));
      return true;
    case Qt::Key_Home:
      choose({});
      return true;
    default:
      return false;
  }
}

void ChartView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu;
  if (parts_->widget != nullptr) {
    menu.addAction(tr("Show &all"), this, [this] { choose({}); });
    menu.addSeparator();
  }
  menu.addAction(tr("Save the &data as CSV..."), this, [this] {
    save_csv(this, tr("Save the data of the chart"), parts_->file_name("csv"), chart_csv(parts_->chart));
  });
  menu.addAction(tr("&Copy the data as CSV"), this,
                 [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(chart_csv(parts_->chart))); });
  menu.addAction(tr("Save the &picture..."), this, &ChartView::save_picture);
  menu.exec(event->globalPos());
}

void ChartView::save_picture() {
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save a picture of the chart"), parts_->file_name("png"),
      tr("As on the screen (*.png);;Vector graphics on white (*.svg);;Vector graphics on white (*.pdf)"));
  if (path.isEmpty()) {
    return;
  }
  const bool is_vector = path.endsWith(".svg", Qt::CaseInsensitive) || path.endsWith(".pdf", Qt::CaseInsensitive);
  if (!(is_vector ? write_vector(path) : captioned(grab().toImage(), title()).save(path))) {
    QMessageBox::warning(this, tr("The picture cannot be saved"),
                         tr("%1 cannot be written. Choose another folder.").arg(path));
  }
}

}  // namespace coincide::gui
