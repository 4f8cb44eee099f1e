#include <QAction>
#include <cmath>
#include <utility>

#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {

void MainWindow::Parts::show(const Subject& subject, const std::shared_ptr<const recon::Image>& image) {
  if (view.subject() == subject && view.measured_image() == image) {
    return;
  }
  const bool had_image = view.has_image();
  view.show(subject, image);
  if (view.has_image() != had_image) {  // events and crystals would hide an image, and are all there is without one
    const SceneOptions now = scene.options();
    scene.set_options(std::exchange(other_options_, now));
  }
  show_known();
  for (QAction* action : {save_image, report, compare, mosaic, film}) {
    action->setEnabled(view.has_image());
  }
}

void MainWindow::Parts::show_chosen() {
  const std::shared_ptr<const OpenedImage> series = area->mode() == Mode::result ? images.chosen() : nullptr;
  const std::shared_ptr<const OpenedImage> frames = frames_shown();
  view.set_frames(frames ? frames->frames : gates_shown());
  view.set_suv(series ? series->suv : recon::SuvFactor{});
  const std::shared_ptr<const Run> run = area->mode() == Mode::result ? runs->chosen_run() : nullptr;
  if (series) {
    show(subject_of(*series, images.frame()), series->frames[images.frame()]);
  } else if (run) {
    show_run(*run);
  } else {
    show(subject_of(document.job()), nullptr);
  }
  for (QAction* action : {mean_frames, sum_frames}) {
    action->setEnabled(frames != nullptr);
  }
  show_choices();
}

void MainWindow::Parts::show_run(const Run& run) {
  const KeptImage chosen = runs->chosen_image();
  view.set_suv(run.suv);
  show(subject_of(run, chosen), chosen.image);
  // The first subsets say little about the values to come; frames and gates are compared, in the window of their mean.
  const bool is_whole = run.is_over() || chosen.iteration == std::floor(chosen.iteration);
  if (view.has_image() && view.window_is_automatic() && is_whole && chosen.part.empty()) {
    view.auto_window();
  }
}

void MainWindow::Parts::show_data() {
  images.choose_none();
  runs->choose(nullptr);
  show_chosen();
}

/// In the header: the data of the job, then the runs, then the image files.
void MainWindow::Parts::show_choices() {
  QStringList names{QString::fromStdString(subject_of(document.job()).name)};
  int shown = 0;
  for (const std::shared_ptr<const Run>& run : runs->runs()) {
    shown = run == runs->chosen_run() ? static_cast<int>(names.size()) : shown;
    names << QString::fromStdString(subject_of(*run, KeptImage{}).name);
  }
  if (images.chosen_index()) {
    shown = static_cast<int>(static_cast<std::size_t>(names.size()) + *images.chosen_index());
  }
  for (const std::shared_ptr<const OpenedImage>& image : images.all()) {
    names << QString::fromStdString(subject_of(*image, 0).name);
  }
  viewer->header().set_choices(names, area->mode() == Mode::result ? shown : 0);
  show_steps();
}

void MainWindow::Parts::show_steps() {
  ViewHeader& header = viewer->header();
  header.set_steps(area->mode() == Mode::result ? steps_shown() : Steps{});
}

Steps MainWindow::Parts::steps_shown() const {
  const std::shared_ptr<const OpenedImage> image = images.chosen();
  return image ? steps_of(*image, images.frame()) : steps_of(runs->images());
}

std::shared_ptr<const OpenedImage> MainWindow::Parts::frames_shown() const {
  const std::shared_ptr<const OpenedImage> series = images.chosen() ? images.chosen() : frames_of(runs->images());
  return area->mode() == Mode::result && series && series->frames.size() > 1 ? series : nullptr;
}

Frames MainWindow::Parts::gates_shown() const {
  return area->mode() == Mode::result && !images.chosen() ? runs->images().parts() : Frames{};
}

void MainWindow::Parts::choose(std::size_t choice) {
  const std::vector<std::shared_ptr<const Run>> all_runs = runs->runs();
  images.choose_none();
  runs->choose(choice >= 1 && choice <= all_runs.size() ? all_runs[choice - 1] : nullptr);
  if (choice > all_runs.size()) {
    images.choose(choice - all_runs.size() - 1);
  }
  go_to(choice > 0 ? Mode::result : area->mode());
}

void MainWindow::Parts::choose_step(std::size_t step) {
  if (images.chosen()) {
    images.choose_frame(step);
    show_chosen();
  } else {
    runs->choose_image(step);
  }
}

void MainWindow::Parts::know(const std::string& data, const std::function<void(Known&)>& change) {
  change(known_[data]);
  show_known();
}

/// Scanner and events of what is shown, not of another job that is being edited.
void MainWindow::Parts::show_known() {
  const Known& known = known_[view.subject().data];
  if (scene.geometry() != known.geometry) {
    scene.set_geometry(known.geometry);
  }
  if (scene.data() != known.events) {
    scene.set_data(known.events);
  }
}

}  // namespace coincide::gui
