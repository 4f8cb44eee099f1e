#pragma once

#include <QStringList>
#include <QWidget>

#include "gui/model/view_state.h"

class QComboBox;
class QLabel;

namespace coincide::gui {

/// The line over the views that names what they show, with a picker of what else there is; below it, where there is no
/// image, why not and what to do. Follows the state by itself.
class ViewHeader : public QWidget {
  Q_OBJECT

 public:
  explicit ViewHeader(ViewState& state, QWidget* parent = nullptr);

  /// What can be shown, in order; `shown` is what is.
  void set_choices(const QStringList& names, int shown);

 signals:
  /// The user chose another entry.
  void chosen(int index);

 private:
  void refresh();

  ViewState& state_;
  QComboBox* subjects_;
  QLabel* detail_;
  QLabel* hint_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
