#include "gui/panels/work_area.h"

#include <QResizeEvent>
#include <QSettings>
#include <algorithm>

namespace coincide::gui {
namespace {

enum Part { data_part, job_part, runs_part, viewer_part, side_part };

constexpr int narrow = 1100;  ///< below, the pictures need all the width

}  // namespace

WorkArea::WorkArea(const Parts& parts, QWidget* parent) : QSplitter(Qt::Horizontal, parent) {
  setChildrenCollapsible(false);
  setHandleWidth(3);
  for (QWidget* part : {parts.data, parts.job, parts.runs, parts.viewer, parts.side}) {
    addWidget(part);
  }
  setStretchFactor(viewer_part, 1);
  connect(this, &QSplitter::splitterMoved, this, &WorkArea::note_widths);
  arrange();
}

bool WorkArea::is_shown(int part) const {
  switch (part) {
    case data_part:
      return mode_ == Mode::data;
    case job_part:
      return mode_ == Mode::job;
    case runs_part:
      return mode_ == Mode::result && shows_runs();
    case side_part:
      return mode_ == Mode::result && shows_side();
    default:
      return true;
  }
}

int WorkArea::default_width(int part) const {
  constexpr int runs_width = 122, side_width = 250, most_job_width = 430;
  switch (part) {
    case data_part:
      return width() / 2;
    case job_part:
      return std::min(most_job_width, width() * 2 / 5);
    case runs_part:
      return runs_width;
    default:
      return side_width;
  }
}

/// The views get what the others leave.
void WorkArea::arrange() {
  QList<int> sizes;
  int left = width();
  for (int part = 0; part < count(); ++part) {
    const int drawn = widths_[static_cast<std::size_t>(part)];
    widget(part)->setVisible(is_shown(part));
    sizes << (part == viewer_part ? 0 : drawn > 0 ? drawn : default_width(part));
    left -= part != viewer_part && is_shown(part) ? sizes.last() + handleWidth() : 0;
  }
  sizes[viewer_part] = std::max(1, left);
  setSizes(sizes);
}

void WorkArea::note_widths() {
  for (int part = 0; part < count(); ++part) {
    if (is_shown(part) && part != viewer_part) {
      widths_[static_cast<std::size_t>(part)] = sizes()[part];
    }
  }
}

void WorkArea::set_mode(Mode mode) {
  mode_ = mode;
  arrange();
  emit rearranged();
}

void WorkArea::show_runs(bool shown) {
  fold().runs = shown;
  arrange();
  emit rearranged();
}

void WorkArea::show_side(bool shown) {
  fold().side = shown;
  arrange();
  emit rearranged();
}

void WorkArea::restore_default() {
  folds_ = new_folds;
  widths_ = {};
  arrange();
  emit rearranged();
}

void WorkArea::save(QSettings& settings) const {
  QVariantList widths, folds;
  for (const int width : widths_) {
    widths << width;
  }
  for (const Fold& fold : folds_) {
    folds << fold.runs << fold.side;
  }
  settings.setValue("work_area/widths", widths);
  settings.setValue("work_area/folds", folds);
}

void WorkArea::restore(const QSettings& settings) {
  const QVariantList widths = settings.value("work_area/widths").toList();
  const QVariantList folds = settings.value("work_area/folds").toList();
  for (std::size_t part = 0; part < widths_.size() && widths.size() == std::ssize(widths_); ++part) {
    widths_[part] = widths[static_cast<qsizetype>(part)].toInt();
  }
  for (std::size_t i = 0; i < folds_.size() && folds.size() == 2 * std::ssize(folds_); ++i) {
    folds_[i] = {.runs = folds[2 * static_cast<qsizetype>(i)].toBool(),
                 .side = folds[2 * static_cast<qsizetype>(i) + 1].toBool()};
  }
  arrange();
  emit rearranged();
}

void WorkArea::resizeEvent(QResizeEvent* event) {
  const bool was_narrow = std::exchange(is_narrow_, event->size().width() < narrow);
  QSplitter::resizeEvent(event);
  if (was_narrow != is_narrow_ || event->oldSize().width() <= 0) {
    arrange();
    emit rearranged();
  }
}

}  // namespace coincide::gui
