#pragma once

#include <QDialog>

class QMenuBar;

namespace coincide::gui {

/// All that keys do: the actions that have one, by menus, then those of panels; and what the views say of mouse and
/// keys.
class ShortcutsDialog : public QDialog {
  Q_OBJECT

 public:
  /// `views`: their tooltips tell. Actions are those of the window that it stands over.
  ShortcutsDialog(const QMenuBar& menus, const QList<const QWidget*>& views, QWidget* window);
};

}  // namespace coincide::gui
