#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// What is known of one run: its iterations to go back to, the figures of each as numbers and as curves, its messages,
/// its settings that differ from the defaults.
class RunDetails : public QWidget {
  Q_OBJECT

 public:
  explicit RunDetails(QWidget* parent = nullptr);
  ~RunDetails() override;

  /// Null: of no run. Another run than before is shown anew, with its newest image chosen; of the same one only what
  /// has been added.
  void show_run(const std::shared_ptr<const Run>& run);
  /// Of the iteration that the slider is at: at its end the newest. Without image if the run has none.
  KeptImage chosen_image() const;

 signals:
  /// The user chose the image of another iteration.
  void iteration_chosen();

 private:
  void show_iterations();
  void show_curve();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
