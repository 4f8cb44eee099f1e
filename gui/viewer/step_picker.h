#pragma once

#include <QStringList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace coincide::gui {

/// A slider over images that follow each other, iterations or frames, with the name of the one it is at, and a button
/// that lets them follow each other by themselves, at a speed of its menu. Hidden where there is nothing to choose.
class StepPicker : public QWidget {
  Q_OBJECT

 public:
  explicit StepPicker(QWidget* parent = nullptr);
  /// `what` they are ("Iteration"), the name of each, and which one is shown.
  void set_steps(const QString& what, const QStringList& names, int shown);

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
  QStringList names_;
};

}  // namespace coincide::gui
