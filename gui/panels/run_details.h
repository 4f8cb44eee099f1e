#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// What is known of one run: the figures of its iterations as numbers and as curves, its messages, its settings that
/// differ from the defaults.
class RunDetails : public QWidget {
  Q_OBJECT

 public:
  explicit RunDetails(QWidget* parent = nullptr);
  ~RunDetails() override;

  /// Null: of no run. Another run than before is shown anew; of the same one only what has been added.
  void show_run(const std::shared_ptr<const Run>& run);

 private:
  void show_curve();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
