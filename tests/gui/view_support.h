#pragma once

#include <QMouseEvent>
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "gui/viewer/image_viewer.h"
#include "gui/viewer/scene_view.h"
#include "gui/viewer/slice_view.h"
#include "recon/image.h"
#include "support/patience.h"

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

/// The views of the bright image on the screen. A test calls open() before each of its functions, close() after it.
class ShownImage {
 protected:
  void open() {
    state_ = std::make_unique<gui::ViewState>();
    scene_ = std::make_unique<gui::SceneState>();
    scene_->set_options({.image_box = false, .crosshair = false, .fan = {}});
    state_->set_colour_map("grey");
    viewer_ = std::make_unique<gui::ImageViewer>(*state_, *scene_);
    viewer_->resize(700, 500);
    viewer_->show();
    QVERIFY(QTest::qWaitForWindowExposed(viewer_.get(), patience_ms));
    state_->set_image(bright_image());
    state_->set_window(0, 100);
    state_->set_cursor(bright);
    QTRY_VERIFY_WITH_TIMEOUT(slice("axial")->isVisible() && state_->pixels_per_mm() != 1, patience_ms);
  }
  void close() {
    viewer_.reset();
    scene_.reset();
    state_.reset();
  }

  gui::SliceView* slice(const char* name) const { return viewer_->findChild<gui::SliceView*>(name); }
  gui::SceneView* scene_view() const { return viewer_->findChild<gui::SceneView*>(); }
  QWidget* scene_picture() const { return scene_view()->findChild<QWidget*>("scene_picture"); }
  QPoint axial_place(std::int64_t x, std::int64_t y) const {
    return place(*slice("axial"), state_->pixels_per_mm(), {x, 24, 2}, {17 - y, 18, 3});
  }  // y runs down

  /// True once it has been drawn.
  bool look_from(const std::array<double, 3>& from, const std::array<double, 3>& up) {
    QSignalSpy rendered(scene_view(), &gui::SceneView::rendered);
    scene_view()->look_from(from, up);
    return !rendered.isEmpty() || rendered.wait(patience_ms);
  }

  std::unique_ptr<gui::ViewState> state_;
  std::unique_ptr<gui::SceneState> scene_;
  std::unique_ptr<gui::ImageViewer> viewer_;
};

}  // namespace coincide::tests
