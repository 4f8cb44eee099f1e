#include "gui/viewer/view_gestures.h"

#include <cmath>

#include "projectors/error.h"

namespace coincide::gui {

void drag_upper_end(ViewState& state, const QPointF& moved, const QSizeF& view) {
  const double width_now = state.window_high() - state.window_low();
  const double factor = std::exp(2 * (moved.x() / view.width() + moved.y() / view.height()));
  state.set_window(state.window_low(), state.window_low() + width_now * factor);
}

void drag_both_ends(ViewState& state, const QPointF& moved, const QSizeF& view) {
  const double width_now = state.window_high() - state.window_low();
  const double level = 0.5 * (state.window_high() + state.window_low()) + moved.y() / view.height() * width_now;
  const double new_width = width_now * std::exp(2 * moved.x() / view.width());
  state.set_window(level - 0.5 * new_width, level + 0.5 * new_width);
}

void move_camera(ViewState& state, const SliceProjection& projection, const QPointF& moved) {
  Camera camera = state.camera();
  camera.centre_mm = projection.to_mm(projection.middle - moved, camera.centre_mm);
  state.set_camera(camera);
}

void zoom_camera(ViewState& state, const SliceProjection& projection, double factor, const QPointF& about) {
  Camera camera = state.camera();
  camera.zoom_about(factor, projection.to_mm(about, camera.centre_mm));
  state.set_camera(camera);
}

bool draw_by_key(ViewState& state, int key) {
  if (!state.polygon_draft()) {
    return false;
  }
  switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (state.polygon_draft()->corners_mm.size() > 2) {
        try {
          state.finish_polygon();
        } catch (const InputError&) {  // it can be seen to enclose nothing, and be gone on with
        }
      }
      return true;
    case Qt::Key_Backspace:
      state.remove_last_corner();
      return true;
    case Qt::Key_Escape:
      state.draw_polygon(false);
      return true;
    default:
      return false;
  }
}

int WheelSteps::take(int turned) {
  constexpr int step = 120;  // of a mouse
  rest_ += turned;
  const int steps = rest_ / step;
  rest_ -= steps * step;
  return steps;
}

}  // namespace coincide::gui
