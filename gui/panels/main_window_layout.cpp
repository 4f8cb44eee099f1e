#include <QAction>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/panels/analysis_panel.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/start_page.h"
#include "gui/panels/top_bar.h"
#include "gui/panels/turn_tools.h"
#include "gui/panels/value_line.h"
#include "gui/panels/view_tools.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {
namespace {

/// It never has to be moved sideways, unless the user's text is so large that the window would not fit the screen.
class ScrollingPage : public QScrollArea {
 public:
  QSize minimumSizeHint() const override {
    const int whole = widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width();
    return {std::min(whole, widest), QScrollArea::minimumSizeHint().height()};
  }

 private:
  static constexpr int widest = 250;  ///< as wide as the panel begins
};

/// On a small screen a panel is seen in part rather than holding the window large.
QScrollArea* scrolling(QWidget* panel) {
  auto* area = new ScrollingPage;
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
  form->offer("simulation.phantom", services.phantoms);
  form->offer("simulation.scanner", services.scanners);
  form->offer("input.scanner", services.scanners);
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
  connect(layers, &LayerPanel::keep_wanted, this, &Parts::keep_layer_in_job);
  connect(layers, &LayerPanel::open_place_wanted, this, &Parts::ask_for_registration);
  connect(layers, &LayerPanel::save_place_wanted, this, &Parts::ask_where_to_save_registration);
  auto* images_page = new QWidget;
  auto* layers_column = new QVBoxLayout(images_page);
  layers_column->setContentsMargins(2, 8, 2, 8);  // with a scroll bar beside it, too, a small window shows all
  layers_column->setSpacing(12);
  layers_column->addWidget(new ViewTools(view));
  layers_column->addWidget(new TurnTools(view));
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
  side->setUsesScrollButtons(false);  // rather cut a word than hide a tab
  side->setElideMode(Qt::ElideRight);
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

void MainWindow::Parts::connect_parts() {
  follows_document = document.listen([this] { refresh(); });
  follows_view = view.listen([this] {
    show_undo();
    mosaic->setChecked(view.mosaic().has_value());
  });
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

void MainWindow::Parts::say_no_data() {
  data->show_sentence(document.job().simulates()
                          ? tr("The job simulates its data. They are shown here when it has run (F5).")
                          : tr("Open measured data to see their scanner, counts and checks."),
                      false);
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
    data->show_sentence(shown_text(sentence.toStdString()), true);
    know(data_of_job_, [](Known& known) { known.events = nullptr; });
  });
  connect(&data_session, &DataSession::no_data, this, &Parts::say_no_data);
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
