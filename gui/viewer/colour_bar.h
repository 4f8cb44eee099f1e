#pragma once

#include <QWidget>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// The colours of the values from bottom to top, with numbers and the image's unit. Follows the state by itself.
class ColourBar : public QWidget {
  Q_OBJECT

 public:
  explicit ColourBar(ViewState& state, SliceContent content = SliceContent::image, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  /// What it needs in that font.
  int width_for(const QFontMetrics& metrics) const;
  /// What is on the screen, at the origin and in another size; in the painter's font.
  void paint(QPainter& painter, const QSize& size) const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ViewState& state_;
  SliceContent content_;
};

}  // namespace coincide::gui
