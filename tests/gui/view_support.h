#pragma once

#include <QMouseEvent>
#include <QtTest>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "recon/image.h"

namespace coincide::tests {

/// 24 x 18 x 12 voxels of 2 x 3 x 4 mm, so that no two axes are alike, with one bright voxel off the middle.
inline constexpr std::array<std::int64_t, 3> bright{19, 5, 8};

inline std::shared_ptr<const recon::Image> bright_image() {
  recon::Image image(recon::centred_grid({24, 18, 12}, {2, 3, 4}, {10, -20, 30}), 0, "Bq/mL");
  image.at(bright[0], bright[1], bright[2]) = 100;
  return std::make_shared<const recon::Image>(std::move(image));
}

/// One of the two directions of a slice, in voxels and mm.
struct Side {
  std::int64_t voxel, voxels;
  double size_mm;
};

/// Where on the view a quarter of a voxel above the middle of a voxel lies, clear of the crosshair through it.
inline QPoint place(const QWidget& view, double scale, const Side& across, const Side& up) {
  const auto offset = [](const Side& side, double part) {
    return (static_cast<double>(side.voxel) + part - 0.5 * static_cast<double>(side.voxels)) * side.size_mm;
  };
  return QPointF(0.5 * view.width() + offset(across, 0.75) * scale, 0.5 * view.height() - offset(up, 0.75) * scale)
      .toPoint();
}

inline bool is_bright(QWidget* view, const QPoint& at) {
  return view->grab().toImage().pixelColor(at).lightness() > 200;
}

/// Middle of the pixels for which `belongs` is true, from the middle of the view, in its half width, upwards positive.
/// Nothing if there are none.
template <class Belongs>
std::optional<QPointF> middle_of(QWidget* view, Belongs&& belongs) {
  const QImage picture = view->grab().toImage();
  QPointF sum;
  int count = 0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      if (belongs(picture.pixelColor(x, y))) {
        sum += QPointF(x, y);
        ++count;
      }
    }
  }
  if (count == 0) {
    return {};
  }
  const QPointF middle = sum / count - QPointF(0.5 * picture.width(), 0.5 * picture.height());
  return QPointF(middle.x(), -middle.y()) / (0.5 * picture.width());
}

inline bool is_white(const QColor& colour) { return colour.lightness() > 80 && colour.saturation() < 40; }

inline void drag(QWidget* view, Qt::MouseButton button, Qt::KeyboardModifiers keys, const QPoint& from,
                 const QPoint& to) {
  QTest::mousePress(view, button, keys, from);
  QMouseEvent move(QEvent::MouseMove, to, view->mapToGlobal(to), Qt::NoButton, button, keys);
  QCoreApplication::sendEvent(view, &move);
  QTest::mouseRelease(view, button, keys, to);
}

}  // namespace coincide::tests
