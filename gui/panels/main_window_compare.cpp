#include <QAction>

#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/compare_bar.h"
#include "gui/viewer/image_viewer.h"

namespace coincide::gui {

/// Begins with what is most likely meant: the run before the one that is shown; without another, an image file; else an
/// earlier iteration of the run itself.
void MainWindow::Parts::begin_compare() {
  const std::vector<std::shared_ptr<const Run>> all_runs = runs->runs();
  other_ = {};
  for (const std::shared_ptr<const Run>& run : all_runs) {
    if (run->image && run != runs->chosen_run() && !other_.run) {
      other_.run = run;
    }
  }
  if (!other_.run) {
    for (const std::shared_ptr<const OpenedImage>& image : images.all()) {
      other_.file = image != images.chosen() && !other_.file ? image : other_.file;
    }
  }
  const bool is_itself = !other_.run && !other_.file;
  if (is_itself) {
    other_.run = runs->chosen_run();
    other_.file = other_.run ? nullptr : images.chosen();
  }
  other_.images.follow(other_.run);
  if (is_itself && other_.images.images().size() > 1) {
    other_.images.choose(other_.images.index() - 1);
  }
  show_other();
}

/// Runs with an image, then image files.
void MainWindow::Parts::choose_other(std::size_t choice) {
  other_ = {};
  for (const std::shared_ptr<const Run>& run : runs->runs()) {
    if (run->image && choice-- == 0) {
      other_.run = run;
      break;
    }
  }
  if (!other_.run) {
    other_.file = images.all().at(choice);
  }
  other_.images.follow(other_.run);
  show_other();
}

void MainWindow::Parts::choose_other_step(std::size_t step) {
  if (other_.run) {
    other_.images.choose(step);
  } else {
    other_.frame = step;
  }
  show_other();
}

void MainWindow::Parts::end_compare() {
  other_ = {};
  view.set_comparison({});
  compare->setChecked(false);
  details->compare_with(nullptr);
}

/// B in the views, and in the line over them.
void MainWindow::Parts::show_other() {
  Comparison comparison = view.comparison().value_or(Comparison{});
  if (other_.run && other_.images.image().image) {
    const KeptImage chosen = other_.images.image();
    comparison.subject = subject_of(*other_.run, chosen);
    comparison.other = layer_of("B", chosen.image);
    comparison.suv = other_.run->suv;
  } else if (other_.file) {
    comparison.subject = subject_of(*other_.file, other_.frame);
    comparison.other = layer_of("B", other_.file->frames[other_.frame]);
    comparison.suv = other_.file->suv;
  } else {
    end_compare();
    return;
  }
  comparison.measured = comparison.other.image;
  view.set_comparison(std::move(comparison));
  compare->setChecked(true);
  details->compare_with(other_.run);
  show_other_choices();
}

void MainWindow::Parts::show_other_choices() {
  QStringList names;
  int shown = 0;
  for (const std::shared_ptr<const Run>& run : runs->runs()) {
    if (run->image) {
      shown = run == other_.run ? static_cast<int>(names.size()) : shown;
      names << QString::fromStdString(subject_of(*run, KeptImage{}).name);
    }
  }
  for (const std::shared_ptr<const OpenedImage>& image : images.all()) {
    shown = image == other_.file ? static_cast<int>(names.size()) : shown;
    names << QString::fromStdString(subject_of(*image, 0).name);
  }
  CompareBar& bar = viewer->compare_bar();
  bar.set_choices(names, shown);
  bar.set_steps(other_.file ? steps_of(*other_.file, other_.frame) : steps_of(other_.images));
}

/// What came to the run that is B.
void MainWindow::Parts::follow_other(const std::shared_ptr<const Run>& changed) {
  if (other_.run == changed) {
    const std::shared_ptr<const recon::Image> before = other_.images.image().image;
    other_.images.follow(changed);
    if (other_.images.image().image != before) {
      show_other();
    }
  }
}

void MainWindow::Parts::connect_compare() {
  CompareBar& bar = viewer->compare_bar();
  connect(&bar, &CompareBar::chosen, this, [this](int index) { choose_other(static_cast<std::size_t>(index)); });
  connect(&bar, &CompareBar::step_chosen, this,
          [this](int step) { choose_other_step(static_cast<std::size_t>(step)); });
  connect(&bar, &CompareBar::end_requested, this, &Parts::end_compare);
  connect(compare, &QAction::triggered, this, [this](bool on) { on ? begin_compare() : end_compare(); });
}

}  // namespace coincide::gui
