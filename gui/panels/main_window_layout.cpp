#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QMenuBar>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <algorithm>

#include "gui/panels/analysis_panel.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/start_page.h"
#include "gui/panels/theme.h"
#include "gui/panels/view_tools.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {
namespace {

/// On a small screen a panel is seen in part rather than holding the window large.
QScrollArea* scrolling(QWidget* panel) {
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setFocusPolicy(Qt::NoFocus);
  area->setWidget(panel);
  return area;
}

}  // namespace

QDockWidget* MainWindow::Parts::add_dock(const QString& title, QWidget* widget, Qt::DockWidgetArea area) {
  auto* dock = new QDockWidget(title, &window);
  dock->setObjectName(title);
  dock->setWidget(widget);
  window.addDockWidget(area, dock);
  docks << dock;
  return dock;
}

void MainWindow::Parts::make_widgets() {
  pages = new QStackedWidget(&window);
  start_page = new StartPage;
  viewer = new ImageViewer(view, scene);
  pages->addWidget(scrolling(start_page));
  pages->addWidget(viewer);
  window.setCentralWidget(pages);

  form = new JobForm(document);
  data = new DataPanel;
  tools = new ViewTools(view);
  runs = new RunPanel;
  analysis = new AnalysisPanel(view);
  run_status = new RunStatus;
  window.statusBar()->addPermanentWidget(run_status);

  window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);  // job and data are long lists
  job_dock = add_dock("Job", form, Qt::LeftDockWidgetArea);
  data_dock = add_dock("Data", scrolling(data), Qt::LeftDockWidgetArea);
  window.tabifyDockWidget(job_dock, data_dock);
  window.tabifyDockWidget(data_dock, add_dock("View", scrolling(tools), Qt::LeftDockWidgetArea));
  run_dock = add_dock("Runs", scrolling(runs), Qt::BottomDockWidgetArea);
  window.tabifyDockWidget(run_dock, add_dock("Profile and histogram", scrolling(analysis), Qt::BottomDockWidgetArea));
  arrange_docks();
  default_layout = window.saveState();
}

/// The pictures get what the panels leave, which is most of the window.
void MainWindow::Parts::arrange_docks() {
  job_dock->raise();
  run_dock->raise();
  window.resizeDocks({job_dock}, {std::min(330, window.width() / 3)}, Qt::Horizontal);
  window.resizeDocks({run_dock}, {std::min(240, window.height() * 3 / 10)}, Qt::Vertical);
}

void MainWindow::Parts::restore_default_layout() {
  window.restoreState(default_layout);
  shown_docks = docks;
  for (QDockWidget* dock : docks) {
    dock->setVisible(pages->currentWidget() == viewer);
  }
  arrange_docks();
}

void MainWindow::Parts::make_menus() {
  QMenu* file = window.menuBar()->addMenu("&File");
  file->addAction("&New job", QKeySequence::New, this, &Parts::new_job);
  file->addAction("&Open job...", QKeySequence::Open, this, &Parts::ask_for_job);
  file->addAction("Open &data...", QKeySequence("Ctrl+D"), this, &Parts::ask_for_data);
  file->addAction("Open &image...", QKeySequence("Ctrl+I"), this, &Parts::ask_for_image);
  file->addAction("Try the built-in &phantom", QKeySequence("Ctrl+T"), &window, &MainWindow::try_phantom);
  recent_menu = file->addMenu("&Recent");
  file->addSeparator();
  save = file->addAction("&Save job", QKeySequence::Save, this, [this] { save_job(false); });
  file->addAction("Save job &as...", QKeySequence::SaveAs, this, [this] { save_job(true); });
  save_image = file->addAction("&Export image as...", QKeySequence("Ctrl+E"), this, &Parts::save_shown_image);
  QMenu* pictures = file->addMenu("Save a pi&cture");
  pictures->addAction("&All views...", QKeySequence("Ctrl+P"), this, [this] { save_screenshot({}); });
  for (const QString& view_name : ImageViewer::view_names()) {
    pictures->addAction(view_name == "scene" ? "3-D view..." : view_name + "...", this,
                        [this, view_name] { save_screenshot(view_name); });
  }
  file->addSeparator();
  file->addAction("&Quit", QKeySequence("Ctrl+Q"), &window, &QWidget::close);

  QMenu* edit = window.menuBar()->addMenu("&Edit");
  undo = edit->addAction("&Undo", QKeySequence::Undo, this, [this] { document.undo(); });
  redo = edit->addAction("&Redo", QKeySequence::Redo, this, [this] { document.redo(); });

  QMenu* run_menu = window.menuBar()->addMenu("&Run");
  run_menu->addAction("&Check the job", QKeySequence("F7"), this, &Parts::check_job);
  run = run_menu->addAction("&Run", QKeySequence("F5"), this, &Parts::start_run);
  pause = run_menu->addAction("&Pause or continue", QKeySequence("F6"), this, [this] {
    session.newest()->state == RunState::paused ? session.resume() : session.pause();
  });
  stop = run_menu->addAction("&Stop and keep", QKeySequence("Shift+F5"), &session, &RunSession::stop);
  for (const auto& [action, name] : {std::pair{save, "save"},
                                     {undo, "undo"},
                                     {redo, "redo"},
                                     {run, "run"},
                                     {pause, "pause"},
                                     {stop, "stop"},
                                     {save_image, "save_image"}}) {
    action->setObjectName(name);
  }
  make_view_menu();
  window.menuBar()->addMenu("&Help")->addAction("&About Coincide", this, &Parts::about);
}

void MainWindow::Parts::make_view_menu() {
  QMenu* menu = window.menuBar()->addMenu("&View");
  menu->addAction("&Reset views", QKeySequence("Ctrl+0"), viewer, &ImageViewer::reset_views);
  menu->addAction("&Window automatically", QKeySequence("Ctrl+L"), this, [this] { view.auto_window(); });
  menu->addSeparator();
  for (QDockWidget* dock : docks) {
    menu->addAction(dock->toggleViewAction());
  }
  menu->addAction("&Default layout", this, &Parts::restore_default_layout)->setObjectName("default_layout");
  menu->addSeparator();
  auto* themes = new QActionGroup(this);
  themes->setExclusive(true);
  const QString chosen = QSettings().value("theme", theme_names().first()).toString();
  for (const QString& name : theme_names()) {
    QAction* action = menu->addAction("Colours: " + name, this, [name] {
      QSettings().setValue("theme", name);
      apply_theme(name);
    });
    action->setCheckable(true);
    action->setChecked(name == chosen);
    themes->addAction(action);
  }
}

void MainWindow::Parts::connect_parts() {
  follows_document = document.listen([this] { refresh(); });
  connect(start_page, &StartPage::open_job_requested, this, [this] { ask_for_job(); });
  connect(start_page, &StartPage::open_data_requested, this, [this] { ask_for_data(); });
  connect(start_page, &StartPage::open_image_requested, this, [this] { ask_for_image(); });
  connect(start_page, &StartPage::phantom_requested, &window, &MainWindow::try_phantom);
  connect(start_page, &StartPage::file_requested, &window, &MainWindow::open_file);
  connect(form, &JobForm::estimate_requested, this, [this] { estimate(); });
  connect(viewer, &ImageViewer::hovered, window.statusBar(), [this](const QString& text) {
    text.isEmpty() ? window.statusBar()->clearMessage() : window.statusBar()->showMessage(text);
  });
  connect_data();
  connect_runs();
}

void MainWindow::Parts::connect_data() {
  connect(&data_session, &DataSession::geometry_ready, this,
          [this](const std::shared_ptr<const JobGeometry>& geometry) {
            know(data_of_job_, [&](Known& known) { known.geometry = geometry; });
            data->show_grid_check(geometry ? std::optional(io::check_grid(geometry->scanner, geometry->grid))
                                           : std::nullopt);
          });
  connect(&data_session, &DataSession::data_ready, this, &Parts::take_data);
  connect(&data_session, &DataSession::data_failed, this, [this](const QString& sentence) {
    data->show_sentence(sentence, true);
    know(data_of_job_, [](Known& known) { known.events = nullptr; });
  });
  connect(&data_session, &DataSession::no_data, this,
          [this] { data->show_sentence("This job has no measured data.", false); });
  connect(&data_session, &DataSession::reading, data, &DataPanel::show_progress);
  connect(data, &DataPanel::stop_requested, &data_session, &DataSession::stop_reading);
  connect(data, &DataPanel::crystal_chosen, this, [this](int crystal) {
    if (scene.sample() == nullptr) {
      return;  // the data are of another scanner than the job's
    }
    SceneOptions options = scene.options();
    options.fan = static_cast<std::uint32_t>(crystal);
    scene.set_options(options);
  });
}

void MainWindow::Parts::take_data(const std::shared_ptr<const LoadedData>& loaded) {
  data->show_data(*loaded);
  data->show_progress(loaded->complete || !loaded->summary.checks.empty() ? 1 : 0);
  const auto simulated = simulated_.find(loaded->path);
  know(simulated != simulated_.end() ? simulated->second : loaded->path.string(),
       [&](Known& known) { known.events = std::shared_ptr<const io::DataSummary>(loaded, &loaded->summary); });
}

void MainWindow::Parts::connect_runs() {
  connect(runs, &RunPanel::start_requested, this, [this] { start_run(); });
  connect(runs, &RunPanel::pause_requested, &session, &RunSession::pause);
  connect(runs, &RunPanel::resume_requested, &session, &RunSession::resume);
  connect(runs, &RunPanel::stop_requested, &session, &RunSession::stop);
  connect(runs, &RunPanel::settings_requested, this, [this](const io::Job& job) { adopt_settings(job); });
  connect(runs, &RunPanel::iteration_chosen, this, &Parts::show_chosen);
  connect(runs, &RunPanel::run_chosen, this, [this] {
    images.choose_none();
    show_chosen();
  });
  connect(run_status, &RunStatus::stop_requested, &session, &RunSession::stop);
  connect(&session, &RunSession::run_changed, this, &Parts::follow_run);
  connect(&session, &RunSession::asked, this, &Parts::ask_about_memory);
  connect(&viewer->header(), &ViewHeader::chosen, this, [this](int index) { choose(static_cast<std::size_t>(index)); });
  connect(&viewer->header(), &ViewHeader::step_chosen, this,
          [this](int index) { choose_step(static_cast<std::size_t>(index)); });
}

}  // namespace coincide::gui
