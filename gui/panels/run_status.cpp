#include "gui/panels/run_status.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "gui/panels/form_parts.h"

namespace coincide::gui {

RunStatus::RunStatus(QWidget* parent) : QWidget(parent), text_(new QLabel), bar_(part_bar()), stop_(new QToolButton) {
  setObjectName("run_status");
  text_->setTextFormat(Qt::PlainText);
  bar_->setFixedWidth(120);
  stop_->setText(tr("Stop"));
  stop_->setToolTip(tr("End the run; the image so far is written (Shift+F5)"));
  stop_->setFocusPolicy(Qt::StrongFocus);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addStretch(1);  // a message at the left leaves it the rest of the line
  for (QWidget* part : {static_cast<QWidget*>(text_), static_cast<QWidget*>(bar_), static_cast<QWidget*>(stop_)}) {
    layout->addWidget(part);
  }
  connect(stop_, &QToolButton::clicked, this, &RunStatus::stop_requested);
  hide();
}

void RunStatus::show_run(const Run& run) {
  const QString time = QString::fromStdString(clock_text(run.seconds));
  text_->setText(QString(tr("Run %1: %2 · %3")).arg(run.number).arg(QString::fromStdString(progress_text(run)), time));
  show_part(*bar_, shown_fraction(run));
  bar_->setVisible(!run.is_over());  // what a run that is over has done, the text says
  stop_->setEnabled(!run.is_over() && run.state != RunState::stopping);
  stop_->setVisible(!run.is_over());
  show();
}

}  // namespace coincide::gui
