#pragma once

#include <QFrame>

class QGridLayout;
class QLabel;
class QPushButton;

namespace coincide::gui {

/// Below the job form: what the job needs in memory and time, the plan's warnings, or why there is no estimate.
class EstimateStrip : public QFrame {
  Q_OBJECT

 public:
  explicit EstimateStrip(QWidget* parent = nullptr);

  /// The lines of a plan (app/plan_job.h): the gist is shown, all of it is the tooltip. `problem`: it is the sentence
  /// that says why there is none.
  void show_estimate(const QString& text, bool problem);
  void show_pending();
  /// Why none is asked for.
  void show_idle(const QString& why);
  /// What is shown belongs to the job before its last change.
  void set_outdated();

 signals:
  void check_requested();

 private:
  void show_lines(const QString& gist, bool problem, const QStringList& warnings, const QString& tip);
  void add_line(const QString& text, bool is_warning);

  QGridLayout* lines_;
  QPushButton* check_;
};

}  // namespace coincide::gui
