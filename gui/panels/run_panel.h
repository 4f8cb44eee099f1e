#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// The runs of the session: a list with state and result, and of the chosen one the progress with time left, the
/// figures of each iteration, its messages, its settings that differ from the defaults.
class RunPanel : public QWidget {
  Q_OBJECT

 public:
  explicit RunPanel(QWidget* parent = nullptr);
  ~RunPanel() override;

  /// Adds a run and chooses it, or shows what changed in the one of the same number. A run's figures and lines only
  /// grow; a line that begins with "Warning: " is marked.
  void show_run(const std::shared_ptr<const Run>& run);
  /// Null if there is none.
  std::shared_ptr<const Run> chosen_run() const;

 signals:
  /// Of these four a button sends only what the run under way allows.
  void start_requested();
  void pause_requested();
  void resume_requested();
  void stop_requested();
  /// The user chose another run of the list: its image is to be shown.
  void run_chosen(const std::shared_ptr<const coincide::gui::Run>& run);

 private:
  void show_chosen();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
