#pragma once

#include <QPointF>
#include <QSizeF>

#include "gui/model/view_state.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

inline constexpr double zoom_step = 1.2;  ///< of a key, or of one step of a wheel

/// What a mouse that has moved so far in a view of that size does to the window. Upwards or to the left: the last
/// colour sooner; the lower end, mostly 0, stays where it is.
void drag_upper_end(ViewState& state, const QPointF& moved, const QSizeF& view);
/// To the right: wider; upwards: brighter colours sooner.
void drag_both_ends(ViewState& state, const QPointF& moved, const QSizeF& view);

/// The image goes along with the mouse.
void move_camera(ViewState& state, const SliceProjection& projection, const QPointF& moved);
/// What is under that place stays there.
void zoom_camera(ViewState& state, const SliceProjection& projection, double factor, const QPointF& about);

/// Enter ends the polygon that is being drawn, Backspace takes its last corner away, Escape gives it up. True if the
/// key was one of these and there is one.
bool draw_by_key(ViewState& state, int key);

/// Whole steps of a wheel out of what it has turned; touch pads send parts of them.
class WheelSteps {
 public:
  int take(int turned);

 private:
  int rest_ = 0;
};

}  // namespace coincide::gui
