#pragma once

#include <QLabel>

namespace coincide::gui {

/// A line of text that gives up its middle where there is no room, and so keeps its end: "iteration 2 ... Bq/mL".
/// text() stays whole.
class ElidedLabel : public QLabel {
 public:
  using QLabel::QLabel;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace coincide::gui
