#pragma once

#include <QImage>
#include <QWidget>
#include <memory>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// Axial, coronal and sagittal slices with a linked crosshair. Follows the state by itself.
/// Mouse: left sets the crosshair, wheel steps through slices, right drag changes window and level, Ctrl + wheel zooms,
/// middle drag moves, double click resets the view.
class ImageViewer : public QWidget {
  Q_OBJECT

 public:
  explicit ImageViewer(ViewState& state, QWidget* parent = nullptr);
  ~ImageViewer() override;

  void reset_views();
  /// All views as they are on the screen.
  QImage screenshot();

 private:
  struct Views;
  std::unique_ptr<Views> views_;
};

}  // namespace coincide::gui
