#include <QAction>
#include <QActionGroup>
#include <QMenuBar>
#include <QStackedWidget>

#include "gui/panels/main_window_parts.h"
#include "gui/panels/top_bar.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/line_icon.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {

void MainWindow::Parts::make_menus() {
  make_file_menu();
  QMenu* edit = top_bar->menus().addMenu(tr("&Edit"));
  undo = edit->addAction(line_icon("undo"), tr("&Undo"), QKeySequence::Undo, this, &Parts::undo_step);
  redo = edit->addAction(line_icon("redo"), tr("&Redo"), QKeySequence::Redo, this, &Parts::redo_step);
  edit->addSeparator();
  edit->addAction(tr("&Preferences..."), QKeySequence("Ctrl+,"), this, &Parts::ask_for_preferences)
      ->setObjectName("preferences");
  make_run_menu();
  make_view_menu();
  make_help_menu();
  for (const auto& [action, name] : {std::pair{save, "save"},
                                     {undo, "undo"},
                                     {redo, "redo"},
                                     {run, "run"},
                                     {pause, "pause"},
                                     {stop, "stop"},
                                     {save_image, "save_image"},
                                     {report, "report"}}) {
    action->setObjectName(name);
  }
  top_bar->set_modes(modes);
  top_bar->set_run_actions({run, pause, stop});
}

void MainWindow::Parts::make_file_menu() {
  QMenu* file = top_bar->menus().addMenu(tr("&File"));
  file->addAction(tr("&New job"), QKeySequence::New, this, &Parts::new_job);
  file->addAction(line_icon("open"), tr("&Open job..."), QKeySequence::Open, this, &Parts::ask_for_job);
  file->addAction(tr("Open &data..."), QKeySequence("Ctrl+D"), this, &Parts::ask_for_data);
  file->addAction(tr("Open &image..."), QKeySequence("Ctrl+I"), this, &Parts::ask_for_image);
  file->addAction(tr("Try the &built-in phantom"), QKeySequence("Ctrl+T"), &window, &MainWindow::try_phantom);
  recent_menu = file->addMenu(tr("&Recent"));
  file->addAction(tr("Start pa&ge"), this, [this] {
    pages->setCurrentIndex(0);
    show_arrangement();
  });
  file->addAction(tr("O&pen session..."), this, &Parts::ask_for_session);
  file->addAction(tr("Sa&ve session as..."), this, &Parts::ask_where_to_save_session);
  file->addSeparator();
  save = file->addAction(line_icon("save"), tr("&Save job"), QKeySequence::Save, this, [this] { save_job(false); });
  file->addAction(tr("Save job &as..."), QKeySequence::SaveAs, this, [this] { save_job(true); });
  save_image = file->addAction(tr("&Export image as..."), QKeySequence("Ctrl+E"), this, &Parts::save_shown_image);
  QMenu* pictures = file->addMenu(line_icon("picture"), tr("Save a pi&cture"));
  pictures->addAction(tr("&All views..."), QKeySequence("Ctrl+P"), this, [this] { save_picture({}); });
  for (const QString& view_name : ImageViewer::view_names()) {
    pictures->addAction(view_name == "scene" ? tr("3-D view...") : view_name + "...", this,
                        [this, view_name] { save_picture(view_name); });
  }
  film = file->addAction(line_icon("film"), tr("Fil&m..."), this, &Parts::save_film);
  film->setObjectName("film");
  film->setEnabled(false);
  report = file->addAction(line_icon("report"), tr("Repor&t..."), QKeySequence("Ctrl+R"), this, &Parts::ask_for_report);
  report->setToolTip(tr("What is shown and how it was made, on one or two pages"));
  file->addSeparator();
  file->addAction(tr("&Quit"), QKeySequence("Ctrl+Q"), &window, &QWidget::close);
}

void MainWindow::Parts::make_run_menu() {
  QMenu* menu = top_bar->menus().addMenu(tr("&Run"));
  menu->addAction(tr("&Check the job"), QKeySequence("F7"), this, &Parts::check_job);
  run = menu->addAction(line_icon("run"), tr("&Run"), QKeySequence("F5"), this, &Parts::start_run);
  pause = menu->addAction(line_icon("pause"), tr("&Pause"), QKeySequence("F6"), this, [this] {
    session.current()->state == RunState::paused ? session.resume() : session.pause();
  });
  stop =
      menu->addAction(line_icon("stop"), tr("&Stop and keep"), QKeySequence("Shift+F5"), &session, &RunSession::stop);
  stop->setIconText(tr("Stop"));
  run->setToolTip(tr("Run the job as the form has it (F5), after those that run already"));
  pause->setToolTip(tr("Hold the run, or go on with it (F6)"));
  stop->setToolTip(tr("End the run; the image so far is written (Shift+F5)"));
}

void MainWindow::Parts::make_view_menu() {
  QMenu* menu = top_bar->menus().addMenu(tr("&View"));
  make_mode_actions(*menu);
  menu->addSeparator();
  menu->addAction(tr("R&eset views"), QKeySequence("Ctrl+0"), viewer, &ImageViewer::reset_views);
  menu->addAction(tr("&Window automatically"), QKeySequence("Ctrl+L"), this, [this] { view.auto_window(); });
  menu->addSeparator();
  shows_runs = menu->addAction(line_icon("runs_column"), tr("R&uns"), QKeySequence("F8"), area, &WorkArea::show_runs);
  shows_side = menu->addAction(line_icon("side_panel"), tr("&Panel"), QKeySequence("F9"), area, &WorkArea::show_side);
  shows_runs->setObjectName("shows_runs");
  shows_side->setObjectName("shows_side");
  shows_runs->setToolTip(tr("The runs of this session, in a column (F8)"));
  shows_side->setToolTip(tr("Layers, regions, curves and what is known of the run (F9)"));
  for (QAction* action : {shows_runs, shows_side}) {
    action->setCheckable(true);
  }
  mean_frames = menu->addAction(tr("&Mean of the frames"), this, [this] { add_of_frames(FramesAsOne::mean); });
  sum_frames = menu->addAction(tr("&Sum of the frames over time"), this, [this] { add_of_frames(FramesAsOne::sum); });
  mean_frames->setObjectName("mean_frames");
  sum_frames->setObjectName("sum_frames");
  compare = menu->addAction(tr("&Compare"));
  compare->setShortcut(QKeySequence("F4"));
  compare->setObjectName("compare");
  compare->setCheckable(true);
  compare->setEnabled(false);
  compare->setToolTip(tr("Another run, iteration or image beside this one, and their difference (F4)"));
  mosaic = menu->addAction(tr("M&osaic"));
  mosaic->setShortcut(QKeySequence("F3"));
  mosaic->setObjectName("mosaic");
  mosaic->setCheckable(true);
  mosaic->setEnabled(false);
  mosaic->setToolTip(tr("Many slices side by side, in place of the three (F3)"));
  connect(mosaic, &QAction::triggered, this,
          [this](bool on) { view.set_mosaic(on ? std::optional(Mosaic{}) : std::nullopt); });
  viewer->header().add_button(shows_runs, Qt::LeftEdge);
  viewer->header().add_button(mosaic, Qt::RightEdge);
  viewer->header().add_button(compare, Qt::RightEdge);
  viewer->header().add_button(shows_side, Qt::RightEdge);
  menu->addAction(tr("Default &layout"), this, &Parts::restore_default_layout)->setObjectName("default_layout");
}

void MainWindow::Parts::make_mode_actions(QMenu& menu) {
  auto* group = new QActionGroup(this);
  const auto add = [&](const QString& text, const char* name, const QString& tip, Mode mode) {
    const QKeySequence keys(QString("Ctrl+%1").arg(static_cast<int>(mode) + 1));
    QAction* action = menu.addAction(text, keys, this, [this, mode] { go_to(mode); });
    action->setObjectName(name);
    action->setToolTip(QString("%1 (%2)").arg(tip, keys.toString()));
    action->setCheckable(true);
    group->addAction(action);
    modes << action;
  };
  add(tr("&Data"), "mode_data", tr("The measured data: checks, counts, detectors, geometry"), Mode::data);
  add(tr("&Job"), "mode_job", tr("The settings, beside the geometry that they make"), Mode::job);
  add(tr("&Result"), "mode_result", tr("The images of the runs and of files"), Mode::result);
}

void MainWindow::Parts::make_help_menu() {
  QMenu* menu = top_bar->menus().addMenu(tr("&Help"));
  menu->addAction(tr("&Manual"), QKeySequence::HelpContents, this, &Parts::show_manual)->setObjectName("manual");
  menu->addAction(tr("&Keys and mouse..."), this, &Parts::show_shortcuts)->setObjectName("shortcuts");
  menu->addAction(tr("&About Coincide"), this, &Parts::about)->setObjectName("about");
}

}  // namespace coincide::gui
