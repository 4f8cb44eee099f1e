#pragma once

#include <QWidget>

#include "gui/model/view_state.h"

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace coincide::gui {

/// The line over a mosaic: of which slices it is, how many, and how far apart. Edits the state and follows it; hidden
/// without a mosaic.
class MosaicBar : public QWidget {
  Q_OBJECT

 public:
  explicit MosaicBar(ViewState& state, QWidget* parent = nullptr);

 private:
  void refresh();
  void take();

  ViewState& state_;
  QComboBox* plane_;
  QSpinBox *columns_, *rows_;
  QDoubleSpinBox* spacing_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
