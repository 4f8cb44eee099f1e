#pragma once

#include <QStringList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace coincide::gui {

/// Images that follow each other.
struct Steps {
  QString what = {};       ///< they are: "Iteration"
  QStringList names = {};  ///< of each
  int shown = 0;
  int played = 0;  ///< how many of them follow each other in time, from the first on: the loop leaves out the rest
};

/// A slider over images that follow each other, iterations or frames, with the name of the one it is at, and a button
/// that lets them follow each other by themselves, at a speed of its menu. Hidden where there is nothing to choose.
class StepPicker : public QWidget {
  Q_OBJECT

 public:
  explicit StepPicker(QWidget* parent = nullptr);
  void set_steps(const Steps& steps);

 signals:
  /// The user chose that one.
  void chosen(int index);

 private:
  void show_name();
  void make_play_button();

  QLabel* what_;
  QSlider* slider_;
  QLabel* name_;
  QToolButton* play_;
  QTimer next_;
  Steps steps_;
};

}  // namespace coincide::gui
