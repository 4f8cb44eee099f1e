#include <QFileDialog>
#include <QStatusBar>
#include <algorithm>

#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/setting_words.h"
#include "io/atomic_file.h"

namespace coincide::gui {
namespace {

const char* const session_filter = "Sessions (*.coincide)";

/// None where the newest is looked at, or where the images are of frames or gates.
std::optional<double> iteration_gone_back_to(const ImageChoice& choice, const Run& run) {
  const bool is_newest = choice.index() + 1 >= choice.images().size();
  return is_newest || run.job.in_parts() ? std::nullopt : std::optional(choice.image().iteration);
}

/// The frame or gate that is looked at, if any.
std::optional<std::size_t> part_gone_to(const ImageChoice& choice) {
  return choice.image().part.empty() ? std::nullopt : std::optional(choice.index());
}

/// Of what was looked at: a part, or an iteration.
std::optional<std::size_t> index_of(std::optional<std::size_t> part, std::optional<double> iteration,
                                    const ImageChoice& choice) {
  const std::vector<KeptImage>& images = choice.images();
  if (part) {
    return *part < images.size() && !images[*part].part.empty() ? part : std::nullopt;
  }
  const auto found = std::ranges::find_if(images, [&](const KeptImage& kept) { return kept.iteration == iteration; });
  return found == images.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - images.begin()));
}

QString missing_iteration(double iteration, const Run& run) {
  return MainWindow::tr(
             "The image of iteration %1 of %2 has no file: its result is shown. With output.save_every_iteration a run "
             "leaves the images of all iterations.")
      .arg(QString::number(iteration, 'g', 4), QString::fromStdString(run.shown_name()));
}

}  // namespace

/// Whatever else held its images lets them go.
void MainWindow::Parts::remove_run(int number) {
  if (other_.run && other_.run->number == number) {
    end_compare();
  }
  runs->remove_run(number);
  details->set_runs(runs->runs());
  show_other_choices();
  refresh();
}

Session MainWindow::Parts::current_session() const {
  Session saved;
  saved.job = document.file();
  saved.colour_map = view.colour_map();
  saved.smooth = view.smooth();
  saved.in_suv = view.units().in_suv;
  saved.scene = view.has_image() ? scene.options() : other_options_;
  saved.slab = view.slab();
  saved.mosaic = view.mosaic();
  saved.looks = view.looks();
  for (const std::shared_ptr<Run>& run : session.runs()) {
    if (run->record) {
      if (run == runs->chosen_run()) {
        saved.chosen_run = saved.runs.size();
        saved.iteration = iteration_gone_back_to(runs->images(), *run);
        saved.part = part_gone_to(runs->images());
      }
      if (run == other_.run) {
        saved.comparison.emplace().run = saved.runs.size();
        saved.comparison->iteration = iteration_gone_back_to(other_.images, *run);
        saved.comparison->part = part_gone_to(other_.images);
      }
      saved.runs.push_back({run->name, run->note, record_file_of(*run)});
    }
  }
  for (const std::shared_ptr<const OpenedImage>& image : images.all()) {
    if (image->made.empty()) {
      if (image == images.chosen()) {
        saved.chosen_image = saved.images.size();
        saved.frame = images.frame();
      }
      if (image == other_.file) {
        saved.comparison.emplace().image = saved.images.size();
        saved.comparison->frame = other_.frame;
      }
      saved.images.push_back(image->path);
    }
  }
  if (saved.comparison && view.comparison()) {
    saved.comparison->combination = view.comparison()->combination;
    saved.comparison->part_of_b = view.comparison()->part_of_b;
  }
  return saved;
}

void MainWindow::Parts::save_session(const QString& path) {
  const bool is_saved = attempt(tr("The session cannot be saved"),
                                [&] { io::write_text_file(path.toStdString(), session_text(current_session())); });
  if (is_saved) {
    remember_file(path);
    constexpr int shown_ms = 5000;
    window.statusBar()->showMessage(tr("Saved %1. Runs and layers without files are not in it.").arg(path), shown_ms);
  }
}

void MainWindow::Parts::ask_where_to_save_session() {
  QString path = QFileDialog::getSaveFileName(&window, tr("Save the session"), {}, session_filter);
  if (!path.isEmpty()) {
    save_session(path.endsWith(".coincide") ? path : path + ".coincide");
  }
}

void MainWindow::Parts::ask_for_session() {
  const QString path = QFileDialog::getOpenFileName(&window, tr("Open a session"), {}, session_filter);
  if (!path.isEmpty()) {
    open_session(path);
  }
}

/// Beside what is open; the job becomes that of the session.
void MainWindow::Parts::open_session(const QString& path) {
  if (!may_discard_changes()) {
    return;
  }
  attempt(tr("This session cannot be opened"), [&] {
    Session found = read_session(path.toStdString());
    remember_file(path);
    window.statusBar()->showMessage(tr("Reading %1 ...").arg(path));
    session_task.request([session = std::move(found), make = services.job_image](const recon::Reporter&) {
      return std::make_shared<const RestoredSession>(restore(session, make));
    });
  });
}

void MainWindow::Parts::take_session(const RestoredSession& restored) {
  window.statusBar()->clearMessage();
  QStringList problems;
  for (const std::string& problem : restored.problems) {
    problems << shown_text(problem);
  }
  try {
    view.set_smooth(restored.session.smooth);
    view.set_slab(restored.session.slab);
    view.set_mosaic(restored.session.mosaic);
    view.set_colour_map(restored.session.colour_map);
    if (!restored.session.job.empty()) {
      document.open(restored.session.job);
    }
  } catch (const std::exception& error) {
    problems << QString::fromLocal8Bit(error.what());
  }
  for (const auto& [data, look] : restored.session.looks) {
    view.set_look(data, look);
  }
  for (const std::shared_ptr<Run>& run : restored.runs) {
    if (run) {
      session.add(run);
    }
  }
  for (const std::shared_ptr<const OpenedImage>& image : restored.images) {
    if (image) {
      images.add(image);
    }
  }
  images.choose_none();
  const Session& saved = restored.session;
  if (saved.chosen_image && restored.images[*saved.chosen_image]) {
    images.add(restored.images[*saved.chosen_image]);
  } else if (saved.chosen_run && restored.runs[*saved.chosen_run]) {
    runs->choose(restored.runs[*saved.chosen_run]);
    if (const auto index = index_of(saved.part, saved.iteration, runs->images())) {
      runs->choose_image(*index);
    } else if (saved.iteration) {
      problems << missing_iteration(*saved.iteration, *runs->chosen_run());
    }
  }
  if (const std::shared_ptr<const OpenedImage> image = images.chosen()) {
    images.choose_frame(std::min(saved.frame, image->frames.size() - 1));
  }
  UnitChoice units = view.units();
  units.in_suv = saved.in_suv;
  view.set_units(units);
  go_to(Mode::result);
  if (view.has_image()) {
    scene.set_options(saved.scene);
  } else {
    other_options_ = saved.scene;
  }
  restore_comparison(restored, problems);
  problems.removeDuplicates();
  if (!problems.isEmpty()) {
    show_error(tr("Not all of the session could be opened"), problems.join("\n"));
  }
}

/// None where the other image cannot be had.
void MainWindow::Parts::restore_comparison(const RestoredSession& restored, QStringList& problems) {
  const std::optional<SavedComparison>& saved = restored.session.comparison;
  end_compare();
  if (!saved || !view.has_image()) {
    return;
  }
  other_ = {};
  other_.run = saved->run ? restored.runs[*saved->run] : nullptr;
  other_.file = saved->image ? restored.images[*saved->image] : nullptr;
  other_.frame = other_.file ? std::min(saved->frame, other_.file->frames.size() - 1) : 0;
  other_.images.follow(other_.run);
  if (const auto index = index_of(saved->part, saved->iteration, other_.images)) {
    other_.images.choose(*index);
  } else if (saved->iteration && other_.run) {
    problems << missing_iteration(*saved->iteration, *other_.run);
  }
  show_other();
  if (view.comparison()) {
    Comparison comparison = *view.comparison();
    comparison.combination = saved->combination;
    comparison.part_of_b = saved->part_of_b;
    view.set_comparison(std::move(comparison));
  }
}

void MainWindow::Parts::add_of_frames(FramesAsOne kind) {
  if (const std::shared_ptr<const OpenedImage> series = frames_shown()) {
    images.add(std::make_shared<const OpenedImage>(frames_as_one(*series, kind)));
    show_chosen();
  }
}

}  // namespace coincide::gui
