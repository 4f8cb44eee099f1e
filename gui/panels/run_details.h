#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// What is known of one run: how far it is, the figures of its iterations as curves and as numbers, its messages, its
/// settings that differ from the defaults.
class RunDetails : public QWidget {
  Q_OBJECT

 public:
  explicit RunDetails(QWidget* parent = nullptr);
  ~RunDetails() override;

  /// Null: of no run. Another run than before is shown anew; of the same one only what has been added.
  void show_run(const std::shared_ptr<const Run>& run);
  /// All of the session, to compare settings with.
  void set_runs(const std::vector<std::shared_ptr<const Run>>& runs);
  /// Its settings are shown beside those of that run; null: beside the defaults.
  void compare_with(const std::shared_ptr<const Run>& other);
  /// What can be done with it; the buttons do the same.
  QList<QAction*> menu() const;

 signals:
  /// The job of the window is to become this one, of the run.
  void settings_requested(const coincide::io::Job& job);
  /// The user wants the run to be called so, empty: as its results, or to have that note.
  void renamed(const coincide::gui::Run& run, const QString& name);
  void noted(const coincide::gui::Run& run, const QString& note);
  void removal_requested(const coincide::gui::Run& run);

 private:
  QWidget* make_head();
  QWidget* make_names();
  QAction* make_action(const QString& text, const QString& tool_tip);
  void show_curve();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
