#pragma once

#include <QWidget>

namespace coincide::gui {

/// Around a view that cannot show by itself that it has the keyboard's focus.
class FocusRing : public QWidget {
 public:
  /// Takes the view.
  explicit FocusRing(QWidget* inside, QWidget* parent = nullptr);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  QWidget* inside_;
};

}  // namespace coincide::gui
