#include <QAction>
#include <QActionGroup>
#include <QMenuBar>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include "gui/panels/analysis_panel.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/start_page.h"
#include "gui/panels/theme.h"
#include "gui/panels/top_bar.h"
#include "gui/panels/value_line.h"
#include "gui/panels/view_tools.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/line_icon.h"
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

void MainWindow::Parts::make_widgets() {
  start_page = new StartPage;
  viewer = new ImageViewer(view, scene);
  form = new JobForm(document);
  data = new DataPanel;
  runs = new RunPanel;
  make_side();
  runs->set_menu(details->menu());
  area = new WorkArea({.data = scrolling(data), .job = form, .runs = runs, .viewer = viewer, .side = side});
  pages = new QStackedWidget(&window);
  pages->addWidget(scrolling(start_page));
  pages->addWidget(area);
  window.setCentralWidget(pages);
  top_bar = new TopBar;
  window.setMenuWidget(top_bar);
  value_line = new ValueLine(view);
  run_status = new RunStatus;
  window.statusBar()->addWidget(value_line, 1);
  window.statusBar()->addPermanentWidget(run_status);
}

void MainWindow::Parts::make_side() {
  layers = new LayerPanel(view);
  connect(&layers->add_menu(), &QMenu::aboutToShow, this, &Parts::fill_layer_menu);
  auto* images_page = new QWidget;
  auto* layers_column = new QVBoxLayout(images_page);
  layers_column->setContentsMargins(8, 8, 8, 8);
  layers_column->setSpacing(12);
  layers_column->addWidget(new ViewTools(view));
  layers_column->addWidget(layers);
  layers_column->addStretch(1);
  auto* curves = new QWidget;
  auto* curves_column = new QVBoxLayout(curves);
  curves_column->setContentsMargins(0, 0, 0, 0);
  for (const AnalysisPanel::First first : {AnalysisPanel::First::profile, AnalysisPanel::First::histogram}) {
    curves_column->addWidget(new AnalysisPanel(view, first), 1);
  }
  details = new RunDetails;
  side = new QTabWidget;
  side->setObjectName("side");
  side->setDocumentMode(true);
  side->addTab(scrolling(images_page), tr("Layers"));
  side->addTab(scrolling(new RoiTable(view)), tr("Regions"));
  side->addTab(scrolling(curves), tr("Curves"));
  side->addTab(scrolling(details), tr("Run"));
}

void MainWindow::Parts::restore_default_layout() {
  area->restore_default();
  side->setCurrentIndex(0);
}

/// The marks of the actions follow what is there.
void MainWindow::Parts::show_arrangement() {
  const bool is_result = area->mode() == Mode::result;
  modes[static_cast<qsizetype>(area->mode())]->setChecked(pages->currentWidget() == area);
  for (const auto& [action, is_shown] : {std::pair{shows_runs, area->shows_runs()}, {shows_side, area->shows_side()}}) {
    action->setEnabled(is_result && pages->currentWidget() == area);
    action->setChecked(is_shown);
  }
}

void MainWindow::Parts::make_menus() {
  make_file_menu();
  QMenu* edit = top_bar->menus().addMenu("&Edit");
  undo = edit->addAction("&Undo", QKeySequence::Undo, this,
                         [this] { undoes_regions() ? view.undo_rois() : document.undo(); });
  redo = edit->addAction("&Redo", QKeySequence::Redo, this,
                         [this] { undoes_regions() ? view.redo_rois() : document.redo(); });
  make_run_menu();
  make_view_menu();
  top_bar->menus().addMenu("&Help")->addAction("&About Coincide", this, &Parts::about);
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
  QMenu* file = top_bar->menus().addMenu("&File");
  file->addAction("&New job", QKeySequence::New, this, &Parts::new_job);
  file->addAction("&Open job...", QKeySequence::Open, this, &Parts::ask_for_job);
  file->addAction("Open &data...", QKeySequence("Ctrl+D"), this, &Parts::ask_for_data);
  file->addAction("Open &image...", QKeySequence("Ctrl+I"), this, &Parts::ask_for_image);
  file->addAction("Try the built-in &phantom", QKeySequence("Ctrl+T"), &window, &MainWindow::try_phantom);
  recent_menu = file->addMenu("&Recent");
  file->addAction(tr("Start pa&ge"), this, [this] {
    pages->setCurrentIndex(0);
    show_arrangement();
  });
  file->addAction(tr("Open sess&ion..."), this, &Parts::ask_for_session);
  file->addAction(tr("Save sessi&on as..."), this, &Parts::ask_where_to_save_session);
  file->addSeparator();
  save = file->addAction("&Save job", QKeySequence::Save, this, [this] { save_job(false); });
  file->addAction("Save job &as...", QKeySequence::SaveAs, this, [this] { save_job(true); });
  save_image = file->addAction("&Export image as...", QKeySequence("Ctrl+E"), this, &Parts::save_shown_image);
  QMenu* pictures = file->addMenu("Save a pi&cture");
  pictures->addAction("&All views...", QKeySequence("Ctrl+P"), this, [this] { save_picture({}); });
  for (const QString& view_name : ImageViewer::view_names()) {
    pictures->addAction(view_name == "scene" ? "3-D view..." : view_name + "...", this,
                        [this, view_name] { save_picture(view_name); });
  }
  report = file->addAction(tr("Repor&t..."), QKeySequence("Ctrl+R"), this, &Parts::ask_for_report);
  report->setToolTip(tr("What is shown and how it was made, on one or two pages"));
  file->addSeparator();
  file->addAction("&Quit", QKeySequence("Ctrl+Q"), &window, &QWidget::close);
}

void MainWindow::Parts::make_run_menu() {
  QMenu* menu = top_bar->menus().addMenu("&Run");
  menu->addAction("&Check the job", QKeySequence("F7"), this, &Parts::check_job);
  run = menu->addAction(line_icon(Glyph::run), "&Run", QKeySequence("F5"), this, &Parts::start_run);
  pause = menu->addAction(line_icon(Glyph::pause), "&Pause", QKeySequence("F6"), this, [this] {
    session.current()->state == RunState::paused ? session.resume() : session.pause();
  });
  stop =
      menu->addAction(line_icon(Glyph::stop), "&Stop and keep", QKeySequence("Shift+F5"), &session, &RunSession::stop);
  stop->setIconText(tr("Stop"));
  run->setToolTip(tr("Run the job as the form has it (F5), after those that run already"));
  pause->setToolTip(tr("Hold the run, or go on with it (F6)"));
  stop->setToolTip(tr("End the run; the image so far is written (Shift+F5)"));
}

void MainWindow::Parts::make_view_menu() {
  QMenu* menu = top_bar->menus().addMenu("&View");
  make_mode_actions(*menu);
  menu->addSeparator();
  menu->addAction("R&eset views", QKeySequence("Ctrl+0"), viewer, &ImageViewer::reset_views);
  menu->addAction("&Window automatically", QKeySequence("Ctrl+L"), this, [this] { view.auto_window(); });
  menu->addSeparator();
  shows_runs =
      menu->addAction(line_icon(Glyph::runs_column), tr("R&uns"), QKeySequence("F8"), area, &WorkArea::show_runs);
  shows_side =
      menu->addAction(line_icon(Glyph::side_panel), tr("&Panel"), QKeySequence("F9"), area, &WorkArea::show_side);
  shows_runs->setObjectName("shows_runs");
  shows_side->setObjectName("shows_side");
  shows_runs->setToolTip(tr("The runs of this session, in a column (F8)"));
  shows_side->setToolTip(tr("Layers, regions, curves and what is known of the run (F9)"));
  for (QAction* action : {shows_runs, shows_side}) {
    action->setCheckable(true);
  }
  mean_frames = menu->addAction(tr("&Mean of the frames"), this, [this] { add_of_frames(FramesAsOne::mean); });
  sum_frames = menu->addAction(tr("S&um of the frames over time"), this, [this] { add_of_frames(FramesAsOne::sum); });
  mean_frames->setObjectName("mean_frames");
  sum_frames->setObjectName("sum_frames");
  compare = menu->addAction(tr("&Compare"));
  compare->setShortcut(QKeySequence("F4"));
  compare->setObjectName("compare");
  compare->setCheckable(true);
  compare->setEnabled(false);
  compare->setToolTip(tr("Another run, iteration or image beside this one, and their difference (F4)"));
  viewer->header().add_button(shows_runs, Qt::LeftEdge);
  viewer->header().add_button(compare, Qt::RightEdge);
  viewer->header().add_button(shows_side, Qt::RightEdge);
  menu->addAction("&Default layout", this, &Parts::restore_default_layout)->setObjectName("default_layout");
  menu->addSeparator();
  make_theme_actions(*menu);
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

void MainWindow::Parts::make_theme_actions(QMenu& menu) {
  auto* themes = new QActionGroup(this);
  themes->setExclusive(true);
  const QString chosen = QSettings().value("theme", theme_names().first()).toString();
  for (const QString& name : theme_names()) {
    QAction* action = menu.addAction("Colours: " + name, this, [name] {
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
  follows_view = view.listen([this] { show_undo(); });
  connect(start_page, &StartPage::open_job_requested, this, [this] { ask_for_job(); });
  connect(start_page, &StartPage::open_data_requested, this, [this] { ask_for_data(); });
  connect(start_page, &StartPage::open_image_requested, this, [this] { ask_for_image(); });
  connect(start_page, &StartPage::phantom_requested, &window, &MainWindow::try_phantom);
  connect(start_page, &StartPage::file_requested, &window, &MainWindow::open_file);
  connect(form, &JobForm::estimate_requested, this, [this] { estimate(); });
  connect(viewer, &ImageViewer::hovered, value_line, &ValueLine::set_pointer);
  connect(area, &WorkArea::rearranged, this, &Parts::show_arrangement);
  connect_data();
  connect_runs();
  connect_compare();
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
  connect(details, &RunDetails::settings_requested, this, [this](const io::Job& job) {
    adopt_settings(job);
    go_to(Mode::job);
  });
  connect(details, &RunDetails::renamed, this,
          [this](const Run& run, const QString& name) { session.rename(run, name.toStdString()); });
  connect(details, &RunDetails::noted, this,
          [this](const Run& run, const QString& note) { session.set_note(run, note.toStdString()); });
  connect(details, &RunDetails::removal_requested, &session, &RunSession::remove);
  connect(&session, &RunSession::run_removed, this, &Parts::remove_run);
  connect(runs, &RunPanel::chosen_run_changed, details, [this] { details->show_run(runs->chosen_run()); });
  connect(runs, &RunPanel::iteration_chosen, this, &Parts::show_chosen);
  connect(runs, &RunPanel::run_chosen, this, [this] {
    images.choose_none();
    go_to(runs->chosen_run() ? Mode::result : area->mode());
  });
  connect(run_status, &RunStatus::stop_requested, &session, &RunSession::stop);
  connect(&session, &RunSession::run_changed, this, &Parts::follow_run);
  connect(&session, &RunSession::asked, this, &Parts::ask_about_memory);
  connect(&viewer->header(), &ViewHeader::chosen, this, [this](int index) { choose(static_cast<std::size_t>(index)); });
  connect(&viewer->header(), &ViewHeader::step_chosen, this,
          [this](int index) { choose_step(static_cast<std::size_t>(index)); });
}

}  // namespace coincide::gui
