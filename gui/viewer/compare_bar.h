#pragma once

#include <QWidget>

#include "gui/model/view_state.h"

class QComboBox;
class QLabel;
class QSlider;

namespace coincide::gui {

class ChoiceBox;
class StepPicker;
struct Steps;

/// The second line over the views while two images are compared: which is B, and what is shown beside the two. Follows
/// the state by itself, and is hidden without a comparison.
class CompareBar : public QWidget {
  Q_OBJECT

 public:
  explicit CompareBar(ViewState& state, QWidget* parent = nullptr);

  /// What B can be, in order; `shown` is what it is.
  void set_choices(const QStringList& names, int shown);
  /// As ViewHeader::set_steps(), of B.
  void set_steps(const Steps& steps);

 signals:
  void chosen(int index);
  void step_chosen(int index);
  void end_requested();

 private:
  void refresh();

  ViewState& state_;
  ChoiceBox* others_;
  StepPicker* steps_;
  QComboBox* combinations_;
  QSlider* part_of_b_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
