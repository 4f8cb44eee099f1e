#pragma once

#include <QAction>
#include <QList>
#include <QWidget>

class QMenuBar;

namespace coincide::gui {

/// The line at the top of the window: menus, modes, and what is done with a run.
class TopBar : public QWidget {
  Q_OBJECT

 public:
  explicit TopBar(QWidget* parent = nullptr);

  QMenuBar& menus() { return *menus_; }
  /// One of them is chosen at a time. They are tabs in the middle of the line.
  void set_modes(const QList<QAction*>& modes);
  /// Buttons at its end.
  void set_run_actions(const QList<QAction*>& actions);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void style_menus();
  void style_modes();
  QWidget* add_buttons(const QList<QAction*>& actions, Qt::ToolButtonStyle style);

  QMenuBar* menus_;
  QWidget* modes_ = nullptr;
};

}  // namespace coincide::gui
