#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

#include "gui/panels/job_form.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/start_page.h"
#include "gui/panels/theme.h"
#include "gui/panels/view_tools.h"
#include "gui/viewer/image_viewer.h"

namespace coincide::gui {
namespace {

QStringList to_list(const std::vector<std::string>& lines) {
  QStringList list;
  for (const std::string& line : lines) {
    list << QString::fromStdString(line);
  }
  return list;
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
  viewer = new ImageViewer(view);
  pages->addWidget(start_page);
  pages->addWidget(viewer);
  window.setCentralWidget(pages);

  form = new JobForm(document, to_list(services.device_lines));
  data = new QPlainTextEdit;
  data->setObjectName("data_text");
  data->setReadOnly(true);
  data->setLineWrapMode(QPlainTextEdit::NoWrap);
  QFont fixed("monospace");
  fixed.setStyleHint(QFont::Monospace);
  data->setFont(fixed);
  data->setPlaceholderText("Open a listmode file to see its scanner, counts and checks.");
  tools = new ViewTools(view);
  runs = new RunPanel;

  QDockWidget* job_dock = add_dock("Job", form, Qt::LeftDockWidgetArea);
  data_dock = add_dock("Data", data, Qt::LeftDockWidgetArea);
  window.tabifyDockWidget(job_dock, data_dock);
  job_dock->raise();
  QDockWidget* view_dock = add_dock("View", tools, Qt::RightDockWidgetArea);
  QDockWidget* run_dock = add_dock("Runs", runs, Qt::BottomDockWidgetArea);
  window.resizeDocks({job_dock, view_dock}, {330, 300}, Qt::Horizontal);
  window.resizeDocks({run_dock}, {230}, Qt::Vertical);
}

void MainWindow::Parts::make_menus() {
  QMenu* file = window.menuBar()->addMenu("&File");
  file->addAction("&New job", QKeySequence::New, this, &Parts::new_job);
  file->addAction("&Open job...", QKeySequence::Open, this, &Parts::ask_for_job);
  file->addAction("Open &data...", QKeySequence("Ctrl+D"), this, &Parts::ask_for_data);
  file->addAction("Try the built-in &phantom", QKeySequence("Ctrl+T"), &window, &MainWindow::try_phantom);
  recent_menu = file->addMenu("&Recent");
  file->addSeparator();
  save = file->addAction("&Save job", QKeySequence::Save, this, [this] { save_job(false); });
  file->addAction("Save job &as...", QKeySequence::SaveAs, this, [this] { save_job(true); });
  save_image = file->addAction("Save &image as...", QKeySequence("Ctrl+E"), this, &Parts::save_shown_image);
  file->addAction("Save s&creenshot...", QKeySequence("Ctrl+P"), this, &Parts::save_screenshot);
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
  menu->addSeparator();
  auto* themes = new QActionGroup(this);
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
  document.on_change = [this] { refresh(); };
  connect(start_page, &StartPage::open_job_requested, this, [this] { ask_for_job(); });
  connect(start_page, &StartPage::open_data_requested, this, [this] { ask_for_data(); });
  connect(start_page, &StartPage::phantom_requested, &window, &MainWindow::try_phantom);
  connect(start_page, &StartPage::file_requested, &window, &MainWindow::open_file);
  connect(runs, &RunPanel::start_requested, this, [this] { start_run(); });
  connect(runs, &RunPanel::pause_requested, &session, &RunSession::pause);
  connect(runs, &RunPanel::resume_requested, &session, &RunSession::resume);
  connect(runs, &RunPanel::stop_requested, &session, &RunSession::stop);
  connect(runs, &RunPanel::run_chosen, this, [this](const std::shared_ptr<const Run>& chosen) {
    if (chosen->image) {
      view.set_image(chosen->image);
    }
  });
  connect(&session, &RunSession::run_changed, this, [this](const std::shared_ptr<const Run>& changed, bool new_image) {
    runs->show_run(changed);
    if (new_image && runs->chosen_run() == changed) {
      view.set_image(changed->image);
    }
    if (changed->state == RunState::failed && changed->error != shown_error_) {
      shown_error_ = changed->error;
      show_error("The run ended early", QString::fromStdString(changed->error));
    }
    refresh();
  });
  connect(&worker, &RunWorker::text_ready, this, [this](const QString&, const QString& text, bool error) {
    data->setPlainText(text);
    data_dock->raise();
    window.statusBar()->showMessage(error ? "The check found something to mend" : "Checked", 5000);
  });
}

}  // namespace coincide::gui
