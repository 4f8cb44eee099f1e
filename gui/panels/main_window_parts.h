#pragma once

#include <QObject>
#include <functional>
#include <map>
#include <string>

#include "gui/model/image_choice.h"
#include "gui/model/job_document.h"
#include "gui/model/opened_images.h"
#include "gui/model/report.h"
#include "gui/model/scene_state.h"
#include "gui/model/session_file.h"
#include "gui/model/view_state.h"
#include "gui/panels/job_form.h"
#include "gui/panels/main_window.h"
#include "gui/panels/preferences.h"
#include "gui/panels/shown_steps.h"
#include "gui/panels/work_area.h"
#include "gui/worker/data_session.h"
#include "gui/worker/latest_task.h"
#include "gui/worker/run_session.h"

class QAction;
class QMenu;
class QStackedWidget;
class QTabWidget;

namespace coincide::gui {

class DataPanel;
class ImageViewer;
class LayerPanel;
class RunDetails;
class RunPanel;
class RunStatus;
class StartPage;
class TopBar;
class ValueLine;

/// What the window is made of: main_window_layout.cpp and main_window_menus.cpp build it, main_window_files.cpp opens
/// and saves, main_window_shown.cpp chooses what is shown, main_window_help.cpp tells of the program itself,
/// main_window.cpp does the rest.
class MainWindow::Parts : public QObject {
 public:
  Parts(MainWindow& window, Services services)
      : window(window),
        services(std::move(services)),
        worker(this->services),
        session(worker, this->services.free_result_name),
        data_session(this->services),
        estimate_task({.answered = [this](JobEstimate&& answer) { form->show_estimate(answer); },
                       .failed = [this](const QString& sentence) { form->show_no_estimate(sentence); }}),
        image_task(
            {.answered = [this](std::shared_ptr<const OpenedImage>&& image) { take_image(std::move(image)); },
             .failed = [this](const QString& sentence) { show_error("This image cannot be opened", sentence); }}),
        layer_task({.answered = [this](std::shared_ptr<const Layer>&& layer) { add_layer(*layer); },
                    .failed = [this](const QString& sentence) { show_error(tr("There is no such layer"), sentence); }}),
        session_task({.answered = [this](std::shared_ptr<const RestoredSession>&& found) { take_session(*found); }}),
        device_task({.answered = [this](std::vector<DeviceChoice>&& found) {
          devices = std::move(found);
          form->show_devices(devices);
        }}) {}
  /// The widgets go first: they look at what is here, and some speak as they go (a line that loses the focus takes over
  /// its text).
  ~Parts() override;

  MainWindow& window;
  Services services;
  JobDocument document;
  ViewState view;
  SceneState scene;
  OpenedImages images;
  Subscription follows_document, follows_view;
  RunWorker worker;
  RunSession session;
  DataSession data_session;
  LatestTask<JobEstimate> estimate_task;
  LatestTask<std::shared_ptr<const OpenedImage>> image_task;
  LatestTask<std::shared_ptr<const Layer>> layer_task;
  LatestTask<std::shared_ptr<const RestoredSession>> session_task;
  Preferences preferences = Preferences::saved();
  std::vector<DeviceChoice> devices;  ///< empty until they have been found
  LatestTask<std::vector<DeviceChoice>> device_task;

  QStackedWidget* pages = nullptr;
  StartPage* start_page = nullptr;
  ImageViewer* viewer = nullptr;
  JobForm* form = nullptr;
  RunPanel* runs = nullptr;
  RunDetails* details = nullptr;
  RunStatus* run_status = nullptr;
  ValueLine* value_line = nullptr;
  LayerPanel* layers = nullptr;
  DataPanel* data = nullptr;
  QTabWidget* side = nullptr;  ///< layers, regions, curves, run
  WorkArea* area = nullptr;
  TopBar* top_bar = nullptr;
  QMenu* recent_menu = nullptr;
  QAction *save = nullptr, *undo = nullptr, *redo = nullptr, *run = nullptr, *pause = nullptr, *stop = nullptr,
          *save_image = nullptr, *report = nullptr, *mean_frames = nullptr, *sum_frames = nullptr,
          *shows_runs = nullptr, *shows_side = nullptr, *compare = nullptr, *mosaic = nullptr, *film = nullptr;
  QList<QAction*> modes;  ///< by Mode

  void make_widgets();
  void make_menus();
  void make_side();
  void make_file_menu();
  void make_run_menu();
  void make_view_menu();
  void make_mode_actions(QMenu& menu);
  void make_help_menu();
  void connect_parts();
  void connect_data();
  void say_no_data();
  void connect_runs();
  void take_data(const std::shared_ptr<const LoadedData>& loaded);
  void restore_default_layout();

  /// Leaves the start page for that mode.
  void go_to(Mode mode);
  /// Marks what the work area shows.
  void show_arrangement();
  void refresh();
  void show_undo();
  void undo_step();
  void redo_step();
  void show_error(const QString& what, const QString& sentence);
  /// Runs `action`; an exception becomes a dialog that begins with `what`. False if there was one.
  bool attempt(const QString& what, const std::function<void()>& action);
  QString circumstances() const;
  QStringList device_lines() const;
  bool is_running() const;
  bool may_discard_changes();
  bool may_stop_run();

  void new_job();
  void ask_for_job();
  void ask_for_data();
  void ask_for_image();
  void open_job(const QString& path);
  void open_data(const QString& path);
  void open_image(const QString& path);
  void take_image(std::shared_ptr<const OpenedImage> image);
  bool save_job(bool ask);
  void start_run();
  void ask_about_memory(const QString& doubt);
  void check_job();
  void estimate();
  void adopt_settings(const io::Job& job);
  /// Shows the data of the job, of which there is no image: no run is chosen any more.
  void show_data();
  /// Of results: the chosen image file; else the image of the chosen run and iteration, or that there is none yet;
  /// without a chosen run the data. In the other modes the data of the job.
  void show_chosen();
  void show_run(const Run& run);
  /// An entry of the header.
  void choose(std::size_t choice);
  void choose_step(std::size_t step);
  void show(const Subject& subject, const std::shared_ptr<const recon::Image>& image);
  void show_choices();
  void show_steps();
  /// What the slider over the views goes through.
  Steps steps_shown() const;
  /// All frames of what is shown, where there are several; else null.
  std::shared_ptr<const OpenedImage> frames_shown() const;
  /// Likewise those of gates; else none.
  Frames gates_shown() const;
  /// Something of a run has changed.
  void follow_run(const std::shared_ptr<const Run>& changed);
  void remove_run(int number);
  Session current_session() const;
  void ask_where_to_save_session();
  void ask_for_session();
  void save_session(const QString& path);
  void open_session(const QString& path);
  void take_session(const RestoredSession& restored);
  void restore_comparison(const RestoredSession& restored, QStringList& problems);
  /// The mean of the frames that are shown, or their sum over time, as an image of its own.
  void add_of_frames(FramesAsOne kind);
  void begin_compare();
  void end_compare();
  void choose_other(std::size_t choice);
  void choose_other_step(std::size_t step);
  void show_other();
  void show_other_choices();
  void follow_other(const std::shared_ptr<const Run>& changed);
  void connect_compare();
  void add_layer(Layer layer);
  void fill_layer_menu();
  void add_job_layer(const std::string& setting);
  void keep_layer_in_job(const QString& setting);
  void open_layer(const QString& path);
  void ask_for_registration();
  /// Brings the layer that is edited to where a registration made elsewhere has it.
  void open_registration(const QString& path);
  void ask_where_to_save_registration();
  void save_registration(const QString& path);
  void save_shown_image();
  void save_picture(const QString& view);
  void save_film();
  Report report_of_shown();
  void ask_for_report();
  /// Of what is shown, as PDF or HTML by the ending.
  void write_report_to(const QString& path);
  void about();
  void show_manual();
  void show_shortcuts();
  void ask_for_preferences();
  void apply(const Preferences& preferences);
  void remember_file(const QString& path);
  void show_recent_files();

 private:
  /// What is known of some data besides images of them.
  struct Known {
    std::shared_ptr<const JobGeometry> geometry;
    std::shared_ptr<const io::DataSummary> events;
  };
  void know(const std::string& data, const std::function<void(Known&)>& change);
  void show_known();

  std::map<std::string, Known> known_;                      ///< by Subject::data
  std::map<std::filesystem::path, std::string> simulated_;  ///< which data a file of simulated events is of
  std::string data_of_job_;
  SceneOptions other_options_{
      .crystals = CrystalColours::hidden, .events = false, .fan = {}};  ///< with an image, or without
  /// The image that the one that is shown is compared with: of a run, or of a file.
  struct Other {
    std::shared_ptr<const Run> run;
    ImageChoice images;
    std::shared_ptr<const OpenedImage> file;
    std::size_t frame = 0;
  };
  Other other_;
  std::string shown_error_;
  /// That a layer was kept in the job, and after which step in the views: there it is undone, too.
  struct KeptInJob {
    std::size_t after_steps = 0;
    std::string job_before, job_after;
  };
  KeptInJob kept_;
  /// What undo and redo go to: steps in the regions and layers of a result, or in the job.
  bool undoes_job() const;
  bool redoes_job() const;
  bool estimate_waits_ = false;  ///< for the end of the run
};

}  // namespace coincide::gui
