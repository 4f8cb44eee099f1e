#pragma once

#include <QFrame>

#include "gui/services.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QScrollArea;

namespace coincide::gui {

/// Below the job form: what the job needs in memory and time, the plan's warnings, or why there is no estimate. As high
/// as that, up to some lines; more can be scrolled to.
class EstimateStrip : public QFrame {
  Q_OBJECT

 public:
  explicit EstimateStrip(QWidget* parent = nullptr);

  /// Memory, times and warnings; all of it is the tooltip.
  void show_estimate(const JobEstimate& estimate);
  /// Why there is none.
  void show_problem(const QString& sentence);
  void show_pending();
  /// Why none is asked for.
  void show_idle(const QString& why);
  /// What is shown belongs to the job before its last change.
  void set_outdated();

 signals:
  void check_requested();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void clear();
  void add_line(const QString& text, bool is_warning);
  void fit();

  QScrollArea* room_;
  QGridLayout* lines_;
  QPushButton* check_;
};

}  // namespace coincide::gui
