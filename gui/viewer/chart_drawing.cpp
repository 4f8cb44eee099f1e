#include "gui/viewer/chart_drawing.h"

#include <vtkAxis.h>
#include <vtkBrush.h>
#include <vtkChartLegend.h>
#include <vtkChartXY.h>
#include <vtkContextScene.h>
#include <vtkContextView.h>
#include <vtkDoubleArray.h>
#include <vtkPDFExporter.h>
#include <vtkPen.h>
#include <vtkPlot.h>
#include <vtkPlotPoints.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkSVGExporter.h>
#include <vtkStringArray.h>
#include <vtkTable.h>
#include <vtkTextProperty.h>

#include <QFile>
#include <QFileInfo>
#include <QFontInfo>
#include <QFontMetrics>
#include <algorithm>
#include <cmath>
#include <functional>

#include "gui/model/contrast.h"
#include "gui/viewer/font_file.h"
#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

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
  Corners(const Chart& chart, const Chart::Series& series, const ChartScale& scale) : chart_(chart), scale_(scale) {
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
      x_->InsertNextValue(scale_.x(x));
      y_->InsertNextValue(scale_.y(shown_y(chart_, y)));
    }
  }

  const Chart& chart_;
  const ChartScale& scale_;
  vtkNew<vtkDoubleArray> x_;
  vtkNew<vtkDoubleArray> y_;
};

void set_ticks(vtkAxis& axis, const ChartTicks& ticks, const std::function<double(double)>& place) {
  const vtkNew<vtkDoubleArray> at;
  const vtkNew<vtkStringArray> text;
  for (std::size_t i = 0; i < ticks.at.size(); ++i) {
    at->InsertNextValue(place(ticks.at[i]));
    text->InsertNextValue(ticks.text[i]);
  }
  axis.SetCustomTickPositions(at, text);
}

/// As many as leave a gap between their texts.
ChartTicks x_ticks_that_fit(const Chart& chart, const ChartRange& range, const QFontMetrics& metrics, double length) {
  constexpr int most = 12, least = 2;
  for (int count = most;; --count) {
    ChartTicks ticks = x_ticks(chart, range, count);
    int widest = 0;
    for (const std::string& text : ticks.text) {
      widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(text)));
    }
    const double apart =
        ticks.at.size() > 1 ? length * (ticks.at[1] - ticks.at[0]) / (range.x_high - range.x_low) : length;
    if (count == least || apart >= widest + metrics.averageCharWidth()) {
      return ticks;
    }
  }
}

/// Cut where there is not room for two.
QString in_two_lines(const QString& text, const QFontMetrics& metrics, int room) {
  if (metrics.horizontalAdvance(text) <= room) {
    return text;
  }
  qsizetype end = 0;  // of the words that fit
  for (qsizetype space = text.indexOf(' '); space > 0; space = text.indexOf(' ', space + 1)) {
    const bool splits_equation = text.first(space).endsWith('=') || text.sliced(space).startsWith(" =");
    end = !splits_equation && metrics.horizontalAdvance(text.first(space)) <= room ? space : end;
  }
  const QString rest = metrics.elidedText(text.sliced(end).trimmed(), Qt::ElideRight, room);
  return end == 0 ? rest : text.first(end) + '\n' + rest;
}

/// Of as many points as Qt draws the font with: VTK counts in 1/72 inch, and the render window's dots per inch are 72
/// times its pixel ratio.
void set_font(vtkTextProperty& text, const QFont& font, const std::string& file) {
  if (!file.empty()) {
    text.SetFontFamily(VTK_FONT_FILE);
    text.SetFontFile(file.c_str());
  }
  text.SetFontSize(QFontInfo(font).pixelSize());
  text.SetBold(0);
}

}  // namespace

ChartDrawing::ChartDrawing(VtkWidget& widget) {
  view_->SetRenderWindow(&widget.render_window());
  view_->SetInteractor(&widget.interactor());
  view_->GetScene()->AddItem(plot_);
  plot_->SetInteractive(false);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    plot_->GetAxis(side)->SetBehavior(vtkAxis::FIXED);
  }
}

ChartScale ChartDrawing::scale_of(const ChartRange& range, const ChartLook& look) const {
  const QRect area = plot_area();  // as long as the size stays the same it is right, and else does no harm
  const double width = area.width() > 1 ? area.width() : look.size.width();
  const double height = area.height() > 1 ? area.height() : look.size.height();
  return {range.x_low, width / (range.x_high - range.x_low), range.y_low, height / (range.y_high - range.y_low)};
}

void ChartDrawing::draw_series(const Chart& chart, const ChartScale& scale, const ChartLook& look) {
  plot_->ClearPlots();
  // Of more than there are colours it would tell nothing, and hide much.
  plot_->SetShowLegend(chart.series.size() > 1 && chart.series.size() <= series_colours.size());
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Corners corners(chart, chart.series[i], scale);
    if (corners.count() == 0) {
      continue;
    }
    const bool is_point = corners.count() == 1;  // the first of what is to come
    vtkPlot* line = plot_->AddPlot(is_point ? vtkChart::POINTS : vtkChart::LINE);
    line->SetInputData(corners.table(chart.series[i].name), 0, 1);
    line->SetWidth(static_cast<float>((is_point ? 4 : 1.5) * look.pixel_ratio));
    const std::string& own = chart.series[i].colour;
    const QColor colour =
        own.empty() ? colour_of(i, look.palette.color(QPalette::Base)) : QColor(QString::fromStdString(own));
    line->SetColor(static_cast<unsigned char>(colour.red()), static_cast<unsigned char>(colour.green()),
                   static_cast<unsigned char>(colour.blue()), 255);
  }
}

/// Where it hides least.
void ChartDrawing::place_legend(const Chart& chart, const ChartRange& range, const ChartScale& scale,
                                const ChartLook& look) {
  const QFontMetrics metrics(look.font);
  int widest = 0;
  for (const Chart::Series& series : chart.series) {
    widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(series.name)));
  }
  const double width = widest + 3 * metrics.height();  // with the lines beside the names
  const double height = (static_cast<double>(chart.series.size()) + 1) * metrics.height();
  const ChartCorner corner = emptiest_corner(chart, range, look.pixel_ratio * width / scale.x(range.x_high),
                                             look.pixel_ratio * height / scale.y(range.y_high));
  const bool left = corner == ChartCorner::top_left || corner == ChartCorner::bottom_left;
  const bool bottom = corner == ChartCorner::bottom_left || corner == ChartCorner::bottom_right;
  plot_->GetLegend()->SetHorizontalAlignment(left ? vtkChartLegend::LEFT : vtkChartLegend::RIGHT);
  plot_->GetLegend()->SetVerticalAlignment(bottom ? vtkChartLegend::BOTTOM : vtkChartLegend::TOP);
}

/// In points: it stands over the middle of the axis, however wide the numbers beside that are.
int ChartDrawing::title_room(const ChartLook& look) const {
  const QRect area = plot_area();
  const int height = QFontMetrics(look.font).height();
  if (area.width() <= 1 || pixels_ != QSizeF(look.size) * look.pixel_ratio) {
    return look.size.width() - 6 * height;  // until it is known where the axis comes to lie
  }
  const double middle = (area.left() + 0.5 * area.width()) / look.pixel_ratio;
  return static_cast<int>(2 * std::min(middle, look.size.width() - middle)) - height / 2;
}

void ChartDrawing::draw_axes(const Chart& chart, const ChartRange& range, const ChartScale& scale,
                             const ChartLook& look) {
  const QFontMetrics metrics(look.font);
  vtkAxis* bottom = plot_->GetAxis(vtkAxis::BOTTOM);
  vtkAxis* left = plot_->GetAxis(vtkAxis::LEFT);
  plot_->SetTitle(in_two_lines(QString::fromStdString(chart.title), metrics, title_room(look)).toStdString());
  bottom->SetTitle(chart.x_label);
  left->SetTitle(chart.y_label);
  bottom->SetRange(0, scale.x(range.x_high));
  left->SetRange(0, scale.y(range.y_high));
  const int length = plot_area().width() > 1 ? plot_area().width() : look.size.width();
  set_ticks(*bottom, x_ticks_that_fit(chart, range, metrics, length / look.pixel_ratio),
            [&scale](double x) { return scale.x(x); });
  set_ticks(*left, y_ticks(chart, range, std::max(2, look.size.height() / (2 * metrics.height()) - 2)),
            [&scale](double y) { return scale.y(y); });
}

void ChartDrawing::take_font(const ChartLook& look) {
  const std::string file = font_file(look.font);
  set_font(*plot_->GetTitleProperties(), look.font, file);
  set_font(*plot_->GetLegend()->GetLabelProperties(), look.font, file);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    vtkAxis* axis = plot_->GetAxis(side);
    set_font(*axis->GetLabelProperties(), look.font, file);
    set_font(*axis->GetTitleProperties(), look.font, file);
    axis->GetPen()->SetWidth(static_cast<float>(look.pixel_ratio));
    axis->GetGridPen()->SetWidth(static_cast<float>(look.pixel_ratio));
  }
}

void ChartDrawing::take_colours(const QPalette& palette) {
  const QColor ground = palette.color(QPalette::Base);
  const QColor ink = palette.color(QPalette::Text);
  const QColor faint =
      QColor::fromRgbF(0.8F * ground.redF() + 0.2F * ink.redF(), 0.8F * ground.greenF() + 0.2F * ink.greenF(),
                       0.8F * ground.blueF() + 0.2F * ink.blueF());
  view_->GetRenderer()->SetBackground(ground.redF(), ground.greenF(), ground.blueF());
  plot_->GetTitleProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  plot_->GetLegend()->GetLabelProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  plot_->GetLegend()->GetBrush()->SetColor(ground.red(), ground.green(), ground.blue(), 200);
  for (const int side : {vtkAxis::BOTTOM, vtkAxis::LEFT}) {
    vtkAxis* axis = plot_->GetAxis(side);
    axis->GetPen()->SetColor(ink.red(), ink.green(), ink.blue());
    axis->GetGridPen()->SetColor(faint.red(), faint.green(), faint.blue());
    axis->GetLabelProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
    axis->GetTitleProperties()->SetColor(ink.redF(), ink.greenF(), ink.blueF());
  }
}

ChartDrawing::~ChartDrawing() = default;

void ChartDrawing::draw(const Chart& chart, const ChartRange& range, const ChartLook& look) {
  const ChartScale scale = scale_of(range, look);
  draw_series(chart, scale, look);
  place_legend(chart, range, scale, look);
  draw_axes(chart, range, scale, look);
  pixels_ = QSizeF(look.size) * look.pixel_ratio;
  take_font(look);
  take_colours(look.palette);
}

QRect ChartDrawing::plot_area() const {
  const int* low = plot_->GetPoint1();
  const int* high = plot_->GetPoint2();
  return {QPoint(low[0], low[1]), QPoint(high[0], high[1])};
}

bool ChartDrawing::write_vector(const QString& path, const QString& title, const Chart& chart, const ChartRange& range,
                                const ChartLook& look) {
  QFile::remove(path);  // the exporters say nothing of what they cannot write
  const auto write = [&](auto& exporter) {
    exporter.SetRenderWindow(view_->GetRenderWindow());
    exporter.SetTitle(title.toUtf8().constData());
    exporter.SetFileName(QFile::encodeName(path).constData());
    for (int pass = 0; pass < 2; ++pass) {  // the first one finds where the axes come to lie
      draw(chart, range, look);
      exporter.Write();
    }
  };
  if (path.endsWith(".pdf", Qt::CaseInsensitive)) {
    const vtkNew<vtkPDFExporter> exporter;
    write(*exporter);
  } else {
    const vtkNew<vtkSVGExporter> exporter;
    write(*exporter);
  }
  return QFileInfo(path).size() > 0;
}

}  // namespace coincide::gui
