#pragma once

#include <QWidget>
#include <array>

#include "gui/model/layer.h"

class QDoubleSpinBox;
class QLabel;
class QMenu;
class QToolButton;

namespace coincide::gui {

/// Where a layer lies: shift and turn in numbers, a switch for dragging it in the slices, what takes it from a file or
/// saves it, and what keeps it in the job.
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
  void open_wanted();
  void save_wanted();

 private:
  void make_buttons();

  std::array<QDoubleSpinBox*, 3> shift_, turn_;
  QToolButton *drag_, *reset_, *file_, *keep_;
  QMenu *file_menu_, *keep_menu_;
  recon::Registration place_;  ///< as it is: the boxes round
};

}  // namespace coincide::gui
