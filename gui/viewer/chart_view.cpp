#include "gui/viewer/chart_view.h"

#include <vtkAxis.h>
#include <vtkBrush.h>
#include <vtkChartLegend.h>
#include <vtkChartXY.h>
#include <vtkContextMouseEvent.h>
#include <vtkContextScene.h>
#include <vtkContextView.h>
#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkPen.h>
#include <vtkPlot.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkTable.h>
#include <vtkTextProperty.h>

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/viewer/captioned.h"
#include "gui/viewer/focus_ring.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/save_csv.h"
#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

/// Okabe and Ito's colours, told apart by all kinds of colour vision and on light and dark ground (K. Ito and M. Okabe,
/// Color Universal Design, 2008).
constexpr std::array<std::array<unsigned char, 3>, 6> series_colours{
    {{0, 114, 178}, {230, 159, 0}, {0, 158, 115}, {204, 121, 167}, {213, 94, 0}, {86, 180, 233}}};

vtkNew<vtkDoubleArray> column(const char* name) {
  vtkNew<vtkDoubleArray> values;
  values->SetName(name);
  return values;
}

/// The corners of the line: for steps, two per bin and down to 0 at both ends.
vtkNew<vtkTable> table_of(const Chart::Series& series, Chart::Style style) {
  const vtkNew<vtkDoubleArray> x = column("x");
  const vtkNew<vtkDoubleArray> y = column(series.name.c_str());
  const auto add = [&](double at, double value) {
    x->InsertNextValue(at);
    y->InsertNextValue(value);
  };
  if (style == Chart::Style::line) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      add(series.x[i], series.y[i]);
    }
  } else if (series.x.size() > 1) {
    add(series.x.front(), 0);
    for (std::size_t i = 0; i + 1 < series.x.size(); ++i) {
      add(series.x[i], series.y[i]);
      add(series.x[i + 1], series.y[i]);
    }
    add(series.x.back(), 0);
  }
  vtkNew<vtkTable> table;
  table->AddColumn(x);
  table->AddColumn(y);
  return table;
}

}  // namespace

struct ChartView::Parts {
  Chart chart;
  VtkWidget* widget = nullptr;  ///< null where there is no OpenGL
  vtkNew<vtkContextView> view;
  vtkNew<vtkChartXY> plot;

  QString file_name(const QString& suffix) const;
  void connect(VtkWidget& to);
  void draw(double pixel_ratio);
  void set_ticks();
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
  plot->SetActionToButton(vtkChart::PAN, vtkContextMouseEvent::LEFT_BUTTON);
  plot->SetActionToButton(vtkChart::ZOOM, vtkContextMouseEvent::MIDDLE_BUTTON);
  plot->SetActionToButton(vtkChart::SELECT, -1);  // the right button opens the menu
  plot->GetLegend()->SetHorizontalAlignment(vtkChartLegend::RIGHT);
  plot->GetLegend()->SetVerticalAlignment(vtkChartLegend::TOP);
}

void ChartView::Parts::draw(double pixel_ratio) {
  plot->ClearPlots();
  plot->SetTitle(chart.title);
  plot->GetAxis(vtkAxis::BOTTOM)->SetTitle(chart.x_label);
  plot->GetAxis(vtkAxis::LEFT)->SetTitle(chart.y_label);
  plot->SetShowLegend(chart.series.size() > 1);
  std::size_t number = 0;
  for (const Chart::Series& series : chart.series) {
    const vtkNew<vtkTable> table = table_of(series, chart.style);
    if (table->GetNumberOfRows() < 2) {
      continue;
    }
    vtkPlot* line = plot->AddPlot(vtkChart::LINE);
    line->SetInputData(table, 0, 1);
    line->SetWidth(static_cast<float>(1.5 * pixel_ratio));
    const auto& [red, green, blue] = series_colours[number++ % series_colours.size()];
    line->SetColor(red, green, blue, 255);
  }
  set_ticks();
}

/// Ticks at whole numbers, as far apart as fits; else where VTK likes them.
void ChartView::Parts::set_ticks() {
  vtkAxis* axis = plot->GetAxis(vtkAxis::BOTTOM);
  const vtkNew<vtkDoubleArray> ticks;
  if (chart.whole_x && !chart.is_empty()) {
    constexpr int most_ticks = 8;
    const double last = std::ranges::max(chart.series.front().x);
    const double step = std::max(1.0, std::ceil(last / most_ticks));
    for (double tick = 0; tick <= last; tick += step) {
      ticks->InsertNextValue(tick);
    }
  }
  // Without positions of its own the axis goes back to VTK's.
  axis->SetCustomTickPositions(ticks->GetNumberOfValues() > 0 ? ticks.Get() : nullptr);
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
    axis->GetTitleProperties()->SetBold(0);
  }
}

ChartView::ChartView(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  if (opengl_problem().isEmpty()) {
    auto* widget = new VtkWidget;
    widget->setToolTip("Drag: move. Wheel: zoom. Right button: save or copy, show all.");
    parts_->connect(*widget);
    parts_->take_colours(palette());
    layout->addWidget(new FocusRing(widget));
  } else {
    auto* sentence = new QLabel("Charts cannot be drawn. " + opengl_problem() + " The right button saves the data.");
    sentence->setWordWrap(true);
    sentence->setAlignment(Qt::AlignCenter);
    layout->addWidget(sentence);
  }
}

ChartView::~ChartView() = default;

void ChartView::show_chart(const Chart& chart) {
  const bool is_other = chart.title != parts_->chart.title;
  parts_->chart = chart;
  if (parts_->widget != nullptr) {
    parts_->draw(devicePixelRatioF());
    if (is_other) {
      parts_->plot->RecalculateBounds();
    }
    parts_->widget->request_render();
  }
}

const Chart& ChartView::chart() const { return parts_->chart; }

void ChartView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && parts_->widget != nullptr) {
    parts_->take_colours(palette());
    parts_->widget->request_render();
  }
}

void ChartView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu;
  if (parts_->widget != nullptr) {
    menu.addAction("Show &all", this, [this] {
      parts_->plot->RecalculateBounds();
      parts_->widget->request_render();
    });
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
