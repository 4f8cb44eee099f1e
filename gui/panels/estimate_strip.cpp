#include "gui/panels/estimate_strip.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <algorithm>

#include "gui/panels/setting_words.h"

namespace coincide::gui {
namespace {

QString duration_text(double seconds) {
  if (seconds < 100) {
    return QString("%1 s").arg(seconds, 0, 'f', seconds < 10 ? 1 : 0);
  }
  return seconds < 6000 ? QString(QObject::tr("%1 min")).arg(seconds / 60, 0, 'f', 0)
                        : QString("%1 h").arg(seconds / 3600, 0, 'f', 1);
}

/// "About 1.2 GB, 3 min: sensitivity image 1 min, each iteration 30 s"
QString gist_of(const JobEstimate& estimate) {
  const double gigabytes = 1e-9 * static_cast<double>(estimate.memory_bytes);
  const QString memory = gigabytes < 10 ? QString::number(gigabytes, 'g', 2) : QString::number(gigabytes, 'f', 0);
  QStringList stages;
  if (estimate.simulation_s > 0) {
    stages << QObject::tr("simulation %1").arg(duration_text(estimate.simulation_s));
  }
  if (estimate.sensitivity_s > 0) {
    stages << QObject::tr("sensitivity image %1").arg(duration_text(estimate.sensitivity_s));
  }
  stages << QObject::tr("each iteration %1").arg(duration_text(estimate.iteration_s));
  return QObject::tr("About %1 GB, %2: %3").arg(memory, duration_text(estimate.total_s), stages.join(", "));
}

}  // namespace

EstimateStrip::EstimateStrip(QWidget* parent)
    : QFrame(parent), room_(new QScrollArea), lines_(new QGridLayout), check_(new QPushButton(tr("Chec&k"))) {
  setFrameShape(QFrame::StyledPanel);
  auto* content = new QWidget;
  content->setLayout(lines_);
  content->installEventFilter(this);
  lines_->setContentsMargins(0, 0, 0, 0);
  room_->setWidget(content);
  room_->setWidgetResizable(true);
  room_->setFrameShape(QFrame::NoFrame);
  room_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  lines_->setColumnStretch(1, 1);
  lines_->setVerticalSpacing(2);
  check_->setToolTip(tr("Checks the job and estimates its memory and time (F7)"));
  connect(check_, &QPushButton::clicked, this, &EstimateStrip::check_requested);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(8, 6, 6, 6);
  layout->addWidget(room_, 1);
  layout->addWidget(check_, 0, Qt::AlignTop);
}

void EstimateStrip::show_estimate(const JobEstimate& estimate) {
  clear();
  add_line(gist_of(estimate), false);
  for (const std::string& warning : estimate.warnings) {
    add_line(shown_text(warning), true);
  }
  QString table;
  for (const auto& [what, line] : estimate.lines) {
    table += QString("<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>")
                 .arg(shown_text(what).toHtmlEscaped(), shown_text(line).toHtmlEscaped());
  }
  setToolTip(table.isEmpty() ? QString() : "<table>" + table + "</table>");
}

void EstimateStrip::show_problem(const QString& sentence) {
  clear();
  add_line(shown_text(sentence.toStdString()), true);
}

void EstimateStrip::show_pending() { show_idle(tr("Estimating memory and time ...")); }

void EstimateStrip::show_idle(const QString& why) {
  clear();
  add_line(why, false);
}

void EstimateStrip::set_outdated() {
  for (auto* label : findChildren<QLabel*>()) {
    label->setEnabled(false);
  }
}

/// Lines count for the layout when they are to be seen, after they were added.
bool EstimateStrip::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::LayoutRequest) {
    fit();
  }
  return QFrame::eventFilter(watched, event);
}

void EstimateStrip::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  fit();
}

/// The form above keeps its room.
void EstimateStrip::fit() {
  constexpr int most_lines = 9;
  const int width = room_->viewport()->width();
  const int needed =
      lines_->hasHeightForWidth() ? lines_->totalHeightForWidth(width) : lines_->totalSizeHint().height();
  const int most = most_lines * fontMetrics().lineSpacing();
  room_->setFixedHeight(std::clamp(needed, check_->sizeHint().height(), std::max(most, check_->sizeHint().height())));
  room_->setFocusPolicy(needed > most ? Qt::StrongFocus : Qt::NoFocus);  // the keyboard scrolls
}

void EstimateStrip::clear() {
  while (QLayoutItem* item = lines_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  setToolTip({});
}

void EstimateStrip::add_line(const QString& text, bool is_warning) {
  const int row = lines_->count();
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  if (is_warning) {
    auto* icon = new QLabel;
    icon->setPixmap(style()->standardIcon(QStyle::SP_MessageBoxWarning).pixmap(fontMetrics().height()));
    lines_->addWidget(icon, row, 0, Qt::AlignTop);
    lines_->addWidget(label, row, 1);
  } else {
    lines_->addWidget(label, row, 0, 1, 2);
  }
}

}  // namespace coincide::gui
