#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/image_choice.h"
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
  /// As if the user had chosen it; null: none.
  void choose(const std::shared_ptr<const Run>& run);
  /// The newest of the chosen run, or that of the iteration gone back to. Without image if there is none.
  KeptImage chosen_image() const { return images().image(); }
  /// Of the chosen run.
  const ImageChoice& images() const;
  void choose_image(std::size_t index);
  /// The newest first.
  std::vector<std::shared_ptr<const Run>> runs() const;

 signals:
  /// Of these four a button sends only what the run under way allows.
  void start_requested();
  void pause_requested();
  void resume_requested();
  void stop_requested();
  /// Another run is the chosen one, or none.
  void run_chosen();
  /// Another iteration of the chosen run is.
  void iteration_chosen();
  /// The job of the window is to become this one, of a run.
  void settings_requested(const coincide::io::Job& job);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
