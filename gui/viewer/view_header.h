#pragma once

#include <QStringList>
#include <QWidget>

#include "gui/model/view_state.h"
#include "gui/worker/latest_task.h"

class QAction;
class QHBoxLayout;
class QLabel;

namespace coincide::gui {

class ChoiceBox;
class StepPicker;
struct Steps;

/// The line over the views that names what they show, with pickers of what else there is and of its iteration or frame;
/// below it, where there is no image, why not and what to do, and where voxels of it hold no number, how many. Follows
/// the state by itself.
class ViewHeader : public QWidget {
  Q_OBJECT

 public:
  explicit ViewHeader(ViewState& state, QWidget* parent = nullptr);

  /// What can be shown, in order; `shown` is what is.
  void set_choices(const QStringList& names, int shown);
  /// The images of what is shown that follow each other: `what` they are ("Iteration"), and the name of each.
  void set_steps(const Steps& steps);
  /// A button at the begin or the end of the line.
  void add_button(QAction* action, Qt::Edge edge);

 signals:
  /// The user chose another entry.
  void chosen(int index);
  /// And another one of the images that follow each other.
  void step_chosen(int index);

 private:
  void refresh();
  void show_hint(const std::string& hint);

  ViewState& state_;
  QLabel* letter_;  ///< of what is compared: A
  ChoiceBox* subjects_;
  StepPicker* steps_;
  QLabel* detail_;
  QLabel* hint_;
  QHBoxLayout *begin_, *end_;
  std::shared_ptr<const recon::Image> counted_;  ///< or being counted: no image for the window's own thread
  LatestTask<std::int64_t> no_numbers_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
