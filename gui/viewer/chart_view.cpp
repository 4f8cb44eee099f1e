#include "gui/viewer/chart_view.h"

#include <vtkAxis.h>
#include <vtkBrush.h>
#include <vtkChartLegend.h>
#include <vtkChartXY.h>
#include <vtkContextScene.h>
#include <vtkContextView.h>
#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkPen.h>
#include <vtkPlot.h>
#include <vtkPlotPoints.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkStringArray.h>
#include <vtkTable.h>
#include <vtkTextProperty.h>

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
#include <array>
#include <cmath>

#include "gui/model/contrast.h"
#include "gui/viewer/captioned.h"
#include "gui/viewer/focus_ring.h"
#include "gui/viewer/font_file.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/save_csv.h"
#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

constexpr double zoom_step = 1.2;
constexpr double key_step = 0.1;    ///< of the width or height
constexpr double wheel_step = 120;  // of a mouse; touch pads send smaller ones

/// Okabe and Ito's colours, told apart by all kinds of colour vision and on light and dark ground (K. Ito and M. Okabe,
/// Color Universal Design, 2008).
constexpr std::array<QRgb, 6> series_colours{qRgb(0, 114, 178),   qRgb(230, 159, 0), qRgb(0, 158, 115),
                                             qRgb(204, 121, 167), qRgb(213, 94, 0),  qRgb(86, 180, 233)};

/// On a dark ground the two blues change places: the lighter one comes first.
QColor colour_of(std::size_t series, const QColor& ground) {
  const std::size_t index = series % series_colours.size();
  const bool is_blue = index == 0 || index + 1 == series_colours.size();
  const bool is_dark = !is_light({ground.redF(), ground.greenF(), ground.blueF()});
  return series_colours[is_blue && is_dark ? series_colours.size() - 1 - index : index];
}

/// The corners of the line: for steps, two per bin and down to 0 at both ends.
class Corners {
 public:
  Corners(const Chart& chart, const Chart::Series& series) : chart_(chart) {
    const std::size_t points = std::min(series.x.size(), series.y.size());
    if (chart.style == Chart::Style::line) {
      for (std::size_t i = 0; i < points; ++i) {
        add(series.x[i], series.y[i]);
      }
    } else if (points > 1) {
      add(series.x.front(), 0);
      for (std::size_t i = 0; i + 1 < points; ++i) {
        add(series.x[i], series.y[i]);
        add(series.x[i + 1], series.y[i]);
      }
      add(series.x[points - 1], 0);
    }
  }

  vtkIdType count() const { return x_->GetNumberOfValues(); }
  vtkNew<vtkTable> table(const std::string& name) const {
    x_->SetName("x");
    y_->SetName(name.c_str());
    vtkNew<vtkTable> table;
    table->AddColumn(x_);
    table->AddColumn(y_);
    return table;
  }

 private:
  void add(double x, double y) {
    if (std::isfinite(x) && std::isfinite(y)) {
      x_->InsertNextValue(x);
      y_->InsertNextValue(shown_y(chart_, y));
    }
  }

  const Chart& chart_;
  vtkNew<vtkDoubleArray> x_;
  vtkNew<vtkDoubleArray> y_;
};

void set_ticks(vtkAxis& axis, const ChartTicks& ticks) {
  const vtkNew<vtkDoubleArray> at;
  const vtkNew<vtkStringArray> text;
  for (std::size_t i = 0; i < ticks.at.size(); ++i) {
    at->InsertNextValue(ticks.at[i]);
    text->InsertNextValue(ticks.text[i]);
  }
  axis.SetCustomTickPositions(at, text);
}

/// Of as many screen pixels as Qt draws the font.
void set_font(vtkTextProperty& text, const QFont& font, const std::string& file, double pixel_ratio) {
  if (!file.empty()) {
    text.SetFontFamily(VTK_FONT_FILE);
    text.SetFontFile(file.c_str());
  }
  // VTK counts in points of 1/72 inch at 72 dots per inch; Qt's pixels are those of the widget.
  text.SetFontSize(static_cast<int>(std::lround(QFontInfo(font).pixelSize() * pixel_ratio)));
  text.SetBold(0);
}

}  // namespace

struct ChartView::Parts {
  Chart chart;
  std::optional<ChartRange> chosen;  ///< by the user; else all
  VtkWidget* widget = nullptr;       ///< null where there is no OpenGL
  QPointF last_position;
  vtkNew<vtkContextView> view;
  vtkNew<vtkChartXY> plot;

  QString file_name(const QString& suffix) const;
  void connect(VtkWidget& to);
  void draw_series(const QPalette& palette, double pixel_ratio);
  void draw_axes(const ChartRange& range, const QFontMetrics& metrics);
  void take_font(const QFont& font, double pixel_ratio);
  void take_colours(const QPalette& palette);
};

/// "Run 2 · squares_head" and "Log likelihood" become "Run_2_squares_head_Log_likelihood.csv".
QString ChartView::Parts::file_name(const QString& suffix) const {
  static const QRegularExpression odd("[^\\w.-]+", QRegularExpression::UseUnicodePropertiesOption);
  QString name = QString::fromStdString(chart.subject + " " + chart.title).trimmed().replace(odd, "_");
  return (name.isEmpty() ? "chart" : name) + "." + suffix;
}

void ChartView::Parts::connect(VtkWidget& to) {
  widget = &to;
  view->SetRenderWindow(&to.render_window());
  view->SetInteractor(&to.interactor());
  view->GetScene()->AddItem(plot);
  plot->SetInteractive(false);
  plot->GetLegend()->SetHorizontalAlignment(vtkChartLegend::RIGHT);
  plot->GetLegend()->SetVerticalAlignment(vtkChartLegend::TOP);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    plot->GetAxis(side)->SetBehavior(vtkAxis::FIXED);
  }
}

void ChartView::Parts::draw_series(const QPalette& palette, double pixel_ratio) {
  plot->ClearPlots();
  plot->SetShowLegend(chart.series.size() > 1);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Corners corners(chart, chart.series[i]);
    if (corners.count() == 0) {
      continue;
    }
    const bool is_point = corners.count() == 1;  // the first of what is to come
    vtkPlot* line = plot->AddPlot(is_point ? vtkChart::POINTS : vtkChart::LINE);
    line->SetInputData(corners.table(chart.series[i].name), 0, 1);
    line->SetWidth(static_cast<float>((is_point ? 4 : 1.5) * pixel_ratio));
    const QColor colour = colour_of(i, palette.color(QPalette::Base));
    line->SetColor(static_cast<unsigned char>(colour.red()), static_cast<unsigned char>(colour.green()),
                   static_cast<unsigned char>(colour.blue()), 255);
  }
}

void ChartView::Parts::draw_axes(const ChartRange& range, const QFontMetrics& metrics) {
  vtkAxis* bottom = plot->GetAxis(vtkAxis::BOTTOM);
  vtkAxis* left = plot->GetAxis(vtkAxis::LEFT);
  const int room = widget->width() - 6 * widget->fontMetrics().height();  // it stands over the middle of the axis
  plot->SetTitle(
      QFontMetrics(widget->font()).elidedText(QString::fromStdString(chart.title), Qt::ElideRight, room).toStdString());
  bottom->SetTitle(chart.x_label);
  left->SetTitle(chart.y_label);
  bottom->SetRange(range.x_low, range.x_high);
  left->SetRange(range.y_low, range.y_high);
  const int widest = 8 * metrics.averageCharWidth() + metrics.height();
  set_ticks(*bottom, x_ticks(chart, range, std::max(2, widget->width() / widest - 1)));
  set_ticks(*left, y_ticks(chart, range, std::max(2, widget->height() / (2 * metrics.height()) - 2)));
}

void ChartView::Parts::take_font(const QFont& font, double pixel_ratio) {
  const std::string file = font_file(font);
  set_font(*plot->GetTitleProperties(), font, file, pixel_ratio);
  set_font(*plot->GetLegend()->GetLabelProperties(), font, file, pixel_ratio);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    vtkAxis* axis = plot->GetAxis(side);
    set_font(*axis->GetLabelProperties(), font, file, pixel_ratio);
    set_font(*axis->GetTitleProperties(), font, file, pixel_ratio);
    axis->GetPen()->SetWidth(static_cast<float>(pixel_ratio));
    axis->GetGridPen()->SetWidth(static_cast<float>(pixel_ratio));
  }
}

void ChartView::Parts::take_colours(const QPalette& palette) {
  const QColor ground = palette.color(QPalette::Base);
  const QColor ink = palette.color(QPalette::Text);
  const QColor faint =
      QColor::fromRgbF(0.8F * ground.redF() + 0.2F * ink.redF(), 0.8F * ground.greenF() + 0.2F * ink.greenF(),
                       0.8F * ground.blueF() + 0.2F * ink.blueF());
  view->GetRenderer()->SetBackground(ground.redF(), ground.greenF(), ground.blueF());
  plot->GetTitleProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  plot->GetLegend()->GetLabelProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  plot->GetLegend()->GetBrush()->SetColor(ground.red(), ground.green(), ground.blue(), 200);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    vtkAxis* axis = plot->GetAxis(side);
    axis->GetPen()->SetColor(ink.red(), ink.green(), ink.blue());
    axis->GetGridPen()->SetColor(faint.red(), faint.green(), faint.blue());
    axis->GetLabelProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
    axis->GetTitleProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  }
}

ChartView::ChartView(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  if (opengl_problem().isEmpty()) {
    auto* widget = new VtkWidget;
    widget->setFocusPolicy(Qt::StrongFocus);
    widget->setToolTip(
        "Drag or arrow keys: move. Wheel, + and -: zoom. Double click or Home: all. Right button: save or copy.");
    parts_->connect(*widget);
    layout->addWidget(new FocusRing(widget));
    widget->installEventFilter(this);
    setFocusProxy(widget);
  } else {
    auto* sentence = new QLabel("Charts cannot be drawn. " + opengl_problem() + " The right button saves the data.");
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
  const int* low = parts_->plot->GetPoint1();
  const int* high = parts_->plot->GetPoint2();
  const QPointF upper_left(low[0] / ratio, parts_->widget->height() - high[1] / ratio);
  const QPointF lower_right(high[0] / ratio, parts_->widget->height() - low[1] / ratio);
  return {upper_left + parts_->widget->mapTo(this, QPoint()), lower_right + parts_->widget->mapTo(this, QPoint())};
}

void ChartView::choose(const std::optional<ChartRange>& range) {
  parts_->chosen = range;
  draw();
}

void ChartView::draw() {
  if (parts_->widget == nullptr) {
    return;
  }
  const double ratio = devicePixelRatioF();
  parts_->draw_series(palette(), ratio);
  parts_->draw_axes(range(), fontMetrics());
  parts_->take_font(font(), ratio);
  parts_->take_colours(palette());
  parts_->widget->request_render();
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
    menu.addAction("Show &all", this, [this] { choose({}); });
    menu.addSeparator();
  }
  menu.addAction("Save the &data as CSV...", this, [this] {
    save_csv(this, "the data of the chart", parts_->file_name("csv"), chart_csv(parts_->chart));
  });
  menu.addAction("&Copy the data as CSV", this,
                 [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(chart_csv(parts_->chart))); });
  menu.addAction("Save the &picture...", this, &ChartView::save_picture);
  menu.exec(event->globalPos());
}

void ChartView::save_picture() {
  const QString path =
      QFileDialog::getSaveFileName(this, "Save a picture of the chart", parts_->file_name("png"), "Pictures (*.png)");
  const QString title = QString::fromStdString(parts_->chart.title + " · " + parts_->chart.subject);
  if (!path.isEmpty() && !captioned(grab().toImage(), title).save(path)) {
    QMessageBox::warning(this, "The picture cannot be saved", path + " cannot be written. Choose another folder.");
  }
}

}  // namespace coincide::gui
