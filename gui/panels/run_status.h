#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/run_list.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace coincide::gui {

/// The run under way in a line of the window's status bar: how far it is, and the way to stop it, whatever else is
/// open. What came of it stays there when it is over.
class RunStatus : public QWidget {
  Q_OBJECT

 public:
  explicit RunStatus(QWidget* parent = nullptr);
  /// To be called for the newest run, whenever something of it has changed.
  void show_run(const Run& run);

 signals:
  void stop_requested();

 private:
  QLabel* text_;
  QProgressBar* bar_;
  QToolButton* stop_;
};

}  // namespace coincide::gui
