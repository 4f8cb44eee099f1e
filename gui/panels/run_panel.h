#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/image_choice.h"
#include "gui/model/run_list.h"

namespace coincide::gui {

/// The runs of the session in a column, the newest on top: a small picture of each, its state and how far it is.
class RunPanel : public QWidget {
  Q_OBJECT

 public:
  explicit RunPanel(QWidget* parent = nullptr);
  ~RunPanel() override;

  /// Adds a run, and chooses it unless it waits, or shows what changed in the one of the same number. A run's figures
  /// and lines only grow.
  void show_run(const std::shared_ptr<const Run>& run);
  /// Null if there is none.
  std::shared_ptr<const Run> chosen_run() const;
  /// Takes it off the list, with its picture.
  void remove_run(int number);
  /// As if the user had chosen it; null: none.
  void choose(const std::shared_ptr<const Run>& run);
  /// The newest of the chosen run, or that of the iteration gone back to. Without image if there is none.
  KeptImage chosen_image() const { return images().image(); }
  /// Of the chosen run.
  const ImageChoice& images() const;
  void choose_image(std::size_t index);
  /// The newest first.
  std::vector<std::shared_ptr<const Run>> runs() const;
  /// What a right click on a run offers.
  void set_menu(const QList<QAction*>& actions);

  QSize sizeHint() const override { return {122, 300}; }

 signals:
  /// Another run is the chosen one, or none.
  void run_chosen();
  /// Another iteration of the chosen run is.
  void iteration_chosen();
  /// Another run is the chosen one, or something of it has changed.
  void chosen_run_changed();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
