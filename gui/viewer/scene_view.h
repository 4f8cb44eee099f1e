#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <memory>

#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

/// The 3-D view: the image as a projection of maxima that turns or as a volume, crosshair and regions; the scanner's
/// crystals, a sample of the events, the possible partners of one crystal and the image's box. Follows both states by
/// itself. Only the far half of the crystals is drawn, so that one looks into the bore from all sides.
/// Mouse: left turns, wheel or right zooms, middle moves. Keys: arrows turn, + and - zoom. Where there is no OpenGL it
/// says so.
class SceneView : public QWidget {
  Q_OBJECT

 public:
  SceneView(ViewState& view, SceneState& scene, QWidget* parent = nullptr);
  ~SceneView() override;

  void reset_view();
  /// Looks at the middle of what is shown from that direction, with that one upwards.
  void look_from(const std::array<double, 3>& from, const std::array<double, 3>& up);
  /// Lets the scene turn by itself, or stops it.
  void set_turning(bool turning);
  /// About the axis that is upwards.
  void turn(double degrees);
  /// As SceneDrawing::is_up_to_date(); true without OpenGL.
  bool is_up_to_date() const;
  /// As SceneDrawing::picture(); null without OpenGL.
  QImage picture(const QSize& pixels, double pixels_per_mm, const std::array<double, 3>& centre_mm, double pixel_ratio);

 signals:
  /// A picture has been drawn.
  void rendered();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  /// False for a key that means nothing here.
  bool take_key(int key);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
