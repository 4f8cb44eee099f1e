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

  /// Another run than before is shown anew, with its newest image chosen; of the same one only what has been added.
  void show_run(const std::shared_ptr<const Run>& run);
  /// The chosen image is the newest, and a newer one will be chosen in its place.
  bool follows_newest() const;

 signals:
  /// The user chose the image of another iteration.
  void iteration_chosen(const std::shared_ptr<const coincide::recon::Image>& image);

 private:
  void show_iterations();
  void choose_iteration();
  void show_curve();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
