#pragma once

#include <QWidget>
#include <array>

#include "gui/model/layer.h"

class QDoubleSpinBox;
class QLabel;
class QMenu;
class QToolButton;

namespace coincide::gui {

/// Where a layer lies: shift and turn in numbers, a switch for dragging it in the slices, and what keeps it in the job.
class PlaceBoxes : public QWidget {
  Q_OBJECT

 public:
  explicit PlaceBoxes(QWidget* parent = nullptr);

  /// Follows a layer, and whether the mouse drags it.
  void set_layer(const Layer& layer, bool is_dragged);

 signals:
  // By the user.
  void changed(const recon::Registration& place);
  void drag_wanted(bool on);
  /// In the setting of the job.
  void keep_wanted(const QString& setting);

 private:
  void make_buttons();
  recon::Registration typed() const;

  std::array<QDoubleSpinBox*, 3> shift_, turn_;
  QToolButton *drag_, *reset_, *keep_;
  QMenu* keep_menu_;
};

}  // namespace coincide::gui
