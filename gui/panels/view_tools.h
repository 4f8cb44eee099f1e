#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/roi.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

/// Beside the viewer: window and level as numbers, colour map, smoothing, position and value under the crosshair, and
/// regions of interest with their figures, which can be saved as CSV.
class ViewTools : public QWidget {
  Q_OBJECT

 public:
  explicit ViewTools(ViewState& state, QWidget* parent = nullptr);
  ~ViewTools() override;

  /// A sphere, box or threshold region around the crosshair.
  void add_roi(RoiShape shape);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
