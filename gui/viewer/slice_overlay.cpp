#include "gui/viewer/slice_overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "gui/model/contrast.h"
#include "gui/model/round_numbers.h"

namespace coincide::gui {
namespace {

/// One colour for dark grounds, one for light ones: at least 4.5 : 1 on black and white.
struct ColourPair {
  QRgb on_dark, on_light;
};
constexpr ColourPair crosshair_colour{qRgb(64, 160, 255), qRgb(20, 105, 200)};
constexpr ColourPair region_colour{qRgb(255, 110, 50), qRgb(196, 62, 0)};
constexpr ColourPair line_colour{qRgb(0, 190, 100), qRgb(0, 125, 65)};
constexpr ColourPair letter_colours{qRgb(230, 160, 40), qRgb(150, 88, 0)};

constexpr int margin_x = 6, margin_y = 4;

bool is_light(const QColor& ground) { return gui::is_light({ground.redF(), ground.greenF(), ground.blueF()}); }

QColor on(bool light, const ColourPair& pair) { return light ? pair.on_light : pair.on_dark; }

/// As a text on a ground of black or white, 4.5 : 1.
QColor legible(QColor colour, bool on_light) {
  constexpr double least = 4.5;
  constexpr int percent = 110, most_steps = 30;
  const auto rgb = [](const QColor& c) { return std::array<double, 3>{c.redF(), c.greenF(), c.blueF()}; };
  const std::array<double, 3> ground = on_light ? std::array<double, 3>{1, 1, 1} : std::array<double, 3>{0, 0, 0};
  for (int step = 0; step < most_steps && contrast(rgb(colour), ground) < least; ++step) {
    colour = on_light ? colour.darker(percent) : colour.lighter(percent);
  }
  return colour;
}

/// Of the side in that direction; in between "LA", the nearer one first. Patient axes are LPS.
QString side_name(const Eigen::Vector3d& direction, bool of_patient) {
  constexpr const char* patient_sides[3][2] = {{"R", "L"}, {"A", "P"}, {"F", "H"}};
  constexpr const char* scanner_sides[3][2] = {{"-x", "+x"}, {"-y", "+y"}, {"-z", "+z"}};
  constexpr double least = 0.35;  // of 20 degrees away from the other one
  std::array<int, 3> axes{0, 1, 2};
  std::ranges::stable_sort(axes, std::greater(), [&](int axis) { return std::abs(direction[axis]); });
  QString name;
  for (const int axis : axes) {
    if (std::abs(direction[axis]) > least) {
      name += (of_patient ? patient_sides : scanner_sides)[axis][direction[axis] > 0 ? 1 : 0];
    }
  }
  return name;
}

}  // namespace

QColor letter_colour(const QColor& ground) { return on(is_light(ground), letter_colours); }

SliceOverlay::SliceOverlay(QPainter& painter, const SliceProjection& projection, const QRect& view,
                           const QColor& ground)
    : painter_(painter),
      projection_(projection),
      view_(view),
      inner_(view.adjusted(margin_x, margin_y, -margin_x, -margin_y)),
      ground_(ground),
      on_light_(is_light(ground)) {
  ground_.setAlphaF(0.7F);
}

/// On a little of the ground, so that it can be read over the image, too.
void SliceOverlay::text(const QRect& inside, int alignment, const QString& what) {
  const QRect box = painter_.boundingRect(inside, alignment, what);
  painter_.fillRect(box.adjusted(-2, 0, 2, 0), ground_);
  painter_.drawText(inside, alignment, what);
}

void SliceOverlay::crosshair(const std::array<double, 3>& at_mm, const std::array<Eigen::Vector3d, 2>& directions) {
  const QPointF at = projection_.to_screen(at_mm);
  const double length = std::abs(at.x()) + std::abs(at.y()) + view_.width() + view_.height();  // beyond every corner
  painter_.setPen(on(on_light_, crosshair_colour));
  for (const Eigen::Vector3d& direction : directions) {
    const Eigen::Vector3d there = Eigen::Vector3d(at_mm[0], at_mm[1], at_mm[2]) + direction;
    const QLineF line(at, projection_.to_screen({there[0], there[1], there[2]}));
    if (line.length() > 0) {  // else the other slice lies in this one
      const QPointF along = (line.p2() - line.p1()) * length / line.length();
      painter_.drawLine(at - along, at + along);
    }
  }
}

void SliceOverlay::regions(const std::vector<SliceOutline>& outlines) {
  QList<QRect> names;
  for (const SliceOutline& outline : outlines) {
    QPointF top(0, inner_.bottom());
    painter_.setPen(QPen(outline.colour, 2));
    for (const QLineF& line : outline.lines) {
      painter_.drawLine(line);
      top = line.y1() < top.y() ? line.p1() : top;
    }
    if (outline.lines.empty()) {
      continue;
    }
    const QSize size = painter_.fontMetrics().size(0, outline.name);
    QRect place(QPoint(static_cast<int>(top.x()), static_cast<int>(top.y()) - 4 - size.height()), size);
    while (std::ranges::any_of(names, [&](const QRect& other) { return other.intersects(place); })) {
      place.translate(0, -size.height());  // never over each other
    }
    names << place;
    painter_.setPen(legible(outline.colour, on_light_));
    text(place, Qt::AlignLeft, outline.name);
  }
}

void SliceOverlay::polygon(const std::vector<std::array<double, 3>>& corners_mm) {
  QPolygonF line;
  for (const std::array<double, 3>& corner : corners_mm) {
    line << projection_.to_screen(corner);
  }
  const QColor colour = on(on_light_, region_colour);
  painter_.setPen(QPen(colour, 2));
  painter_.drawPolyline(line);
  for (const QPointF& corner : line) {
    painter_.drawEllipse(corner, 3, 3);
  }
  painter_.setPen(QPen(colour, 1, Qt::DotLine));
  painter_.drawLine(line.back(), line.front());
}

void SliceOverlay::profile_line(const ProfileLine& line) {
  const QPointF from = projection_.to_screen(line.start_mm);
  painter_.setPen(QPen(on(on_light_, line_colour), 2));
  painter_.drawLine(from, projection_.to_screen(line.end_mm));
  painter_.drawEllipse(from, 3, 3);
}

void SliceOverlay::letters(bool of_patient) {
  painter_.setPen(on(on_light_, letter_colours));
  const Eigen::Vector3d right = projection_.is_mirrored ? -projection_.plane.right : projection_.plane.right;
  const Eigen::Vector3d up = projection_.is_down ? -projection_.plane.vertical : projection_.plane.vertical;
  const QRect middle = inner_.translated(0, -painter_.fontMetrics().height());  // clear of a crosshair in the middle
  text(middle, Qt::AlignVCenter | Qt::AlignRight, side_name(right, of_patient));
  text(middle, Qt::AlignVCenter | Qt::AlignLeft, side_name(-right, of_patient));
  text(inner_, Qt::AlignTop | Qt::AlignRight, side_name(up, of_patient));
  text(inner_, Qt::AlignBottom | Qt::AlignRight, side_name(-up, of_patient));
}

int SliceOverlay::title_room(int view_width, const QFontMetrics& metrics) {
  return view_width - 2 * margin_x - metrics.horizontalAdvance("-x  ");
}

void SliceOverlay::title(const QStringList& from_long_to_short) {
  painter_.setPen(on(on_light_, letter_colours));
  const QFontMetrics metrics = painter_.fontMetrics();
  const int room = title_room(view_.width(), metrics);
  const auto fits = [&](const QString& what) { return metrics.horizontalAdvance(what) <= room; };
  const auto found = std::ranges::find_if(from_long_to_short, fits);
  text(
      inner_, Qt::AlignTop | Qt::AlignLeft,
      found != from_long_to_short.end() ? *found : metrics.elidedText(from_long_to_short.back(), Qt::ElideRight, room));
}

void SliceOverlay::scale_bar() {
  const double most_mm = 0.3 * inner_.width() / projection_.pixels_per_mm;
  if (!(most_mm > 0)) {
    return;
  }
  const double mm = round_below(most_mm);
  const int length = static_cast<int>(mm * projection_.pixels_per_mm);
  painter_.setPen(QPen(on(on_light_, letter_colours), 1));
  const QRect name = inner_.adjusted(0, 0, 0, -6);
  text(QRect(name.left(), name.top(), std::max(length, 60), name.height()), Qt::AlignBottom | Qt::AlignLeft,
       mm < 10 ? QString("%1 mm").arg(mm) : QString("%1 cm").arg(mm / 10));
  painter_.setPen(QPen(on(on_light_, letter_colours), 2));
  const int y = inner_.bottom() - 1;
  painter_.drawLine(inner_.left(), y, inner_.left() + length, y);
  for (const int x : {inner_.left(), inner_.left() + length}) {
    painter_.drawLine(x, y - 4, x, y);
  }
}

}  // namespace coincide::gui
