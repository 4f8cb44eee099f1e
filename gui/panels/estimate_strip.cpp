#include "gui/panels/estimate_strip.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QStyle>

namespace coincide::gui {
namespace {

/// What follows the word at the beginning of each line that begins with it.
QStringList lines_of(const QString& plan, const QString& word) {
  QStringList found;
  for (const QString& line : plan.split('\n', Qt::SkipEmptyParts)) {
    if (line.startsWith(word + ' ')) {
      found << line.mid(word.size()).trimmed();
    }
  }
  return found;
}

/// "about 1.2 GB" and "about 3 min (an estimate ...): ..." become "About 1.2 GB, 3 min: ...". A plan without these
/// lines is its own gist.
QString gist_of(const QString& plan) {
  const QString about = "about ";
  QString memory = lines_of(plan, "Memory").value(0);
  QString time = lines_of(plan, "Time").value(0);
  if (memory.isEmpty() || time.isEmpty()) {
    return plan.trimmed();
  }
  if (memory.startsWith(about) && time.startsWith(about)) {
    time.remove(0, about.size());
  }
  static const QRegularExpression in_brackets("\\s*\\([^)]*\\)");
  time.remove(in_brackets);
  memory[0] = memory[0].toUpper();
  return memory + ", " + time;
}

}  // namespace

EstimateStrip::EstimateStrip(QWidget* parent)
    : QFrame(parent), lines_(new QGridLayout), check_(new QPushButton("Chec&k")) {
  setFrameShape(QFrame::StyledPanel);
  lines_->setColumnStretch(1, 1);
  lines_->setVerticalSpacing(2);
  check_->setToolTip("Checks the job and estimates its memory and time (F7)");
  connect(check_, &QPushButton::clicked, this, &EstimateStrip::check_requested);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(8, 6, 6, 6);
  layout->addLayout(lines_, 1);
  layout->addWidget(check_, 0, Qt::AlignTop);
}

void EstimateStrip::show_estimate(const QString& text, bool problem) {
  show_lines(problem ? text : gist_of(text), problem, problem ? QStringList() : lines_of(text, "Warning"), text);
}

void EstimateStrip::show_pending() { show_lines("Estimating memory and time ...", false, {}, {}); }

void EstimateStrip::show_idle(const QString& why) { show_lines(why, false, {}, {}); }

void EstimateStrip::set_outdated() {
  for (auto* label : findChildren<QLabel*>()) {
    label->setEnabled(false);
  }
}

void EstimateStrip::show_lines(const QString& gist, bool problem, const QStringList& warnings, const QString& tip) {
  while (QLayoutItem* item = lines_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  add_line(gist, problem);
  for (const QString& warning : warnings) {
    add_line(warning, true);
  }
  setToolTip(tip.isEmpty() ? QString() : "<pre>" + tip.toHtmlEscaped() + "</pre>");
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
