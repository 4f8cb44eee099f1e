#pragma once

#include <QWidget>
#include <memory>

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
  /// What can be done with it; the buttons do the same.
  QList<QAction*> menu() const;

 signals:
  /// The job of the window is to become this one, of the run.
  void settings_requested(const coincide::io::Job& job);

 private:
  QWidget* make_head();
  QAction* make_action(const QString& text, const QString& tool_tip);
  void show_curve();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
