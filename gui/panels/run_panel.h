#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// The runs of the session: a list with state and result, and of the chosen one the progress with time left and its
/// details.
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
  /// The newest image of the chosen run is to be shown, not that of an iteration gone back to.
  bool follows_newest() const;

 signals:
  /// Of these four a button sends only what the run under way allows.
  void start_requested();
  void pause_requested();
  void resume_requested();
  void stop_requested();
  /// The user chose another run of the list: its image is to be shown.
  void run_chosen(const std::shared_ptr<const coincide::gui::Run>& run);
  /// The user chose an iteration of the chosen run: its image is to be shown.
  void iteration_chosen(const std::shared_ptr<const coincide::recon::Image>& image);
  /// The job of the window is to become this one, of a run.
  void settings_requested(const coincide::io::Job& job);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
