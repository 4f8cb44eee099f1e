#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/run_list.h"

class QComboBox;
class QLabel;
class QTreeWidget;

namespace coincide::gui {

/// The settings of a run that differ from the defaults, or from those of another run.
class SettingsTable : public QWidget {
  Q_OBJECT

 public:
  explicit SettingsTable(QWidget* parent = nullptr);

  /// Null: of no run.
  void show_run(const std::shared_ptr<const Run>& run);
  /// Those that it can be compared with.
  void set_runs(const std::vector<std::shared_ptr<const Run>>& runs);
  /// Null: with the defaults.
  void compare_with(const std::shared_ptr<const Run>& other);

 private:
  void refresh();

  std::shared_ptr<const Run> run_;
  std::vector<std::shared_ptr<const Run>> runs_;
  QComboBox* other_;  ///< the defaults, then runs_
  QTreeWidget* table_;
  QLabel* note_;
};

}  // namespace coincide::gui
