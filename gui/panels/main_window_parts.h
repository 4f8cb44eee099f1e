#pragma once

#include <QObject>
#include <functional>
#include <string>

#include "gui/model/job_document.h"
#include "gui/model/view_state.h"
#include "gui/panels/main_window.h"
#include "gui/worker/run_session.h"

class QAction;
class QDockWidget;
class QMenu;
class QPlainTextEdit;
class QStackedWidget;

namespace coincide::gui {

class ImageViewer;
class JobForm;
class RunPanel;
class StartPage;
class ViewTools;

/// What the window is made of: main_window_layout.cpp builds it, main_window.cpp acts.
class MainWindow::Parts : public QObject {
 public:
  Parts(MainWindow& window, Services services)
      : window(window), services(std::move(services)), worker(this->services), session(worker) {}

  MainWindow& window;
  Services services;
  JobDocument document;
  ViewState view;
  RunWorker worker;
  RunSession session;

  QStackedWidget* pages = nullptr;
  StartPage* start_page = nullptr;
  ImageViewer* viewer = nullptr;
  JobForm* form = nullptr;
  RunPanel* runs = nullptr;
  ViewTools* tools = nullptr;
  QPlainTextEdit* data = nullptr;
  QList<QDockWidget*> docks;
  QDockWidget* data_dock = nullptr;
  QMenu* recent_menu = nullptr;
  QAction *save = nullptr, *undo = nullptr, *redo = nullptr, *run = nullptr, *pause = nullptr, *stop = nullptr,
          *save_image = nullptr;

  void make_widgets();
  void make_menus();
  void make_view_menu();
  void connect_parts();
  QDockWidget* add_dock(const QString& title, QWidget* widget, Qt::DockWidgetArea area);

  void show_work();
  void refresh();
  void show_error(const QString& what, const QString& sentence);
  /// Runs `action`; an exception becomes a dialog that begins with `what`. False if there was one.
  bool attempt(const QString& what, const std::function<void()>& action);
  bool may_discard_changes();

  void new_job();
  void ask_for_job();
  void ask_for_data();
  void open_job(const QString& path);
  void open_data(const QString& path);
  bool save_job(bool ask);
  void start_run();
  void check_job();
  void save_shown_image();
  void save_screenshot();
  void about();
  void remember_file(const QString& path);
  void show_recent_files();

 private:
  std::string shown_error_;
};

}  // namespace coincide::gui
