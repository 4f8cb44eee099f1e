#include "gui/panels/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QUrl>
#include <cmath>
#include <utility>

#include "gui/panels/data_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/setting_words.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/view_header.h"
#include "io/image_file.h"
#include "io/itk_transform.h"

namespace coincide::gui {
namespace {

/// Where the results of a job go that has no place yet.
std::filesystem::path documents_folder() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  return std::filesystem::path((folder.isEmpty() ? QDir::homePath() : folder).toStdString()) / "Coincide";
}

}  // namespace

MainWindow::Parts::~Parts() {
  window.hide();  // while all is there that hears of it
  delete pages;
}

bool MainWindow::Parts::attempt(const QString& what, const std::function<void()>& action) {
  try {
    action();
    return true;
  } catch (const std::exception& error) {
    show_error(what, QString::fromLocal8Bit(error.what()));
    return false;
  }
}

void MainWindow::Parts::show_error(const QString& what, const QString& sentence) {
  auto* box = new QMessageBox(QMessageBox::Warning, what, shown_text(sentence.toStdString()), QMessageBox::Ok, &window);
  box->setObjectName("error_dialog");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setTextFormat(Qt::PlainText);
  box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  box->setDetailedText(what + ": " + sentence + "\n\n" + circumstances());  // to copy into a report
  box->open();  // the window goes on: a run may be under way
}

void MainWindow::Parts::go_to(Mode mode) {
  pages->setCurrentWidget(area);
  area->set_mode(mode);
  show_chosen();
  show_undo();
}

/// Titles, marks and what can be done now.
void MainWindow::Parts::refresh() {
  form->refresh();
  const bool other_data = std::exchange(data_of_job_, data_of(document.job())) != data_of_job_;
  data_session.follow(document.job());
  if (other_data) {
    if (document.job().input.data.empty()) {
      say_no_data();
    }
    show_data();
  } else if (area->mode() != Mode::result || runs->chosen_run() == nullptr) {
    show_chosen();  // the job's name may be another
  }
  window.setWindowTitle(QString::fromStdString(document.title()) + "[*] - Coincide");
  window.setWindowModified(document.is_modified());
  const bool running = is_running();
  show_undo();
  run->setEnabled(!document.has_errors());
  run->setText(running ? tr("&Run after it") : tr("&Run"));
  run->setIconText(running ? tr("Queue") : tr("&Run").remove('&'));
  pause->setEnabled(running);
  stop->setEnabled(running);
  pause->setText(running && session.current()->state == RunState::paused ? tr("Con&tinue") : tr("&Pause"));
}

void MainWindow::Parts::show_undo() {
  undo->setEnabled(undoes_job() ? document.can_undo() : view.can_undo());
  redo->setEnabled(redoes_job() ? document.can_redo() : view.can_redo());
}

/// In a result, too, right after a layer was kept in the job.
bool MainWindow::Parts::undoes_job() const {
  return area->mode() != Mode::result || (document.can_undo() && view.undo_steps() == kept_.after_steps &&
                                          io::job_text(document.job()) == kept_.job_after);
}

bool MainWindow::Parts::redoes_job() const {
  return area->mode() != Mode::result || (document.can_redo() && view.undo_steps() == kept_.after_steps &&
                                          io::job_text(document.job()) == kept_.job_before);
}

void MainWindow::Parts::undo_step() { undoes_job() ? document.undo() : view.undo(); }

void MainWindow::Parts::redo_step() { redoes_job() ? document.redo() : view.redo(); }

bool MainWindow::Parts::is_running() const { return session.is_running(); }

bool MainWindow::Parts::may_stop_run() {
  return !is_running() ||
         QMessageBox::question(&window, tr("Stop the run?"),
                               tr("A run is under way. Closing the window stops it; the image so far is written."),
                               QMessageBox::Close | QMessageBox::Cancel, QMessageBox::Cancel) == QMessageBox::Close;
}

void MainWindow::Parts::start_run() {
  form->commit();
  if (document.has_errors()) {
    show_error(tr("The job has settings to mend"), tr("Some settings are not valid; they are marked in the job form."));
    return;
  }
  constexpr int shown_ms = 10'000;
  if (is_running()) {
    session.start(document.job());
    window.statusBar()->showMessage(tr("Run %1 waits for the runs before it.").arg(session.runs().back()->number),
                                    shown_ms);
    return;
  }
  const bool was_estimating = estimate_task.is_busy();
  estimate_task.cancel();
  images.choose_none();  // the image that forms is what is wanted
  session.start(document.job());
  runs->choose(session.current());
  if (!session.current()->lines.empty()) {
    window.statusBar()->showMessage(shown_text(session.current()->lines.front().text), shown_ms);
  }
  go_to(Mode::result);
  if (was_estimating) {
    estimate();
  }
}

/// A run that waits until it is known whether it is wanted: the window goes on meanwhile.
void MainWindow::Parts::ask_about_memory(const QString& doubt) {
  auto* box = new QMessageBox(QMessageBox::Question, tr("Run all the same?"), shown_text(doubt.toStdString()),
                              QMessageBox::Cancel, &window);
  box->setObjectName("memory_question");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setTextFormat(Qt::PlainText);
  QPushButton* go_on = box->addButton(tr("&Run all the same"), QMessageBox::AcceptRole);
  box->setDefaultButton(QMessageBox::Cancel);
  connect(box, &QMessageBox::finished, this, [this, box, go_on] { session.answer(box->clickedButton() == go_on); });
  connect(&session, &RunSession::run_changed, box,
          [box, asking = session.current()](const std::shared_ptr<const Run>& run) {
            if (run == asking && run->is_over()) {
              box->close();  // it was stopped elsewhere
            }
          });
  box->open();
}

void MainWindow::Parts::check_job() {
  form->commit();
  go_to(Mode::job);
  estimate();
}

/// Leaves alone what is being typed: the form asks by itself.
void MainWindow::Parts::estimate() {
  estimate_waits_ = is_running();  // it times a short run: it would disturb the one under way and be wrong
  if (estimate_waits_) {
    form->show_no_estimate(tr("Memory and time are estimated when the run has ended."));
    return;
  }
  form->show_estimate_pending();
  estimate_task.request([service = services.estimate_job, job = document.job()](recon::Reporter& reporter) {
    return service(job, reporter);
  });
}

/// The settings of an earlier run in the open document.
void MainWindow::Parts::adopt_settings(const io::Job& job) {
  if (may_discard_changes()) {
    document.replace(job);
  }
}

void MainWindow::Parts::follow_run(const std::shared_ptr<const Run>& changed) {
  runs->show_run(changed);
  details->set_runs(runs->runs());
  if (changed == session.current()) {
    run_status->show_run(*changed);
  }
  follow_other(changed);
  if (runs->chosen_run() == changed) {
    show_chosen();
  }
  if (changed->state == RunState::failed && changed->error != shown_error_) {
    shown_error_ = changed->error;
    show_error(tr("The run failed"), QString::fromStdString(changed->error));
  }
  if (const std::filesystem::path events = simulated_events(*changed);
      !events.empty() && !simulated_.contains(events)) {
    simulated_[events] = data_of(changed->job);
    data_session.read(events, {});
  }
  refresh();
  if (changed->is_over() && estimate_waits_) {
    estimate();
  }
}

MainWindow::MainWindow(const Services& services, QWidget* parent)
    : QMainWindow(parent), parts_(std::make_unique<Parts>(*this, services)) {
  setAcceptDrops(true);
  resize(QSize(1280, 800).boundedTo(room()));
  parts_->make_widgets();
  parts_->device_task.request([find = services.devices](const recon::Reporter&) { return find(); });
  parts_->make_menus();
  parts_->connect_parts();
  parts_->show_recent_files();
  const QSettings settings;
  restoreGeometry(settings.value("geometry").toByteArray());
  resize(size().boundedTo(room()));  // it may have been on a larger screen
  parts_->area->restore(settings);
  parts_->apply(parts_->preferences);
  parts_->refresh();
}

MainWindow::~MainWindow() = default;

/// Of the screen, beside its bars.
QSize MainWindow::room() const { return screen()->availableSize(); }

void MainWindow::open_file(const QString& path) {
  if (!QFileInfo::exists(path.section('#', 0, 0))) {  // FOLDER#2 is the second series in it
    parts_->show_error(tr("This file cannot be opened"), tr("There is no file %1.").arg(path));
  } else if (QFileInfo(path).suffix().toLower() == "toml") {
    parts_->open_job(path);
  } else if (QFileInfo(path).suffix().toLower() == "coincide") {
    parts_->open_session(path);
  } else if (io::is_image(path.toStdString())) {
    parts_->open_image(path);
  } else if (io::is_itk_transform(path.toStdString())) {
    parts_->open_registration(path);
  } else {
    parts_->open_data(path);
  }
}

void MainWindow::try_phantom() {
  if (!parts_->may_discard_changes()) {
    return;
  }
  const bool ready = parts_->attempt(tr("The built-in phantom cannot be used"), [this] {
    parts_->document.open(parts_->services.demo_job);
    io::Job job = parts_->document.job();
    job.output.folder = documents_folder();
    parts_->preferences.put_into(job);
    job.output.folder /= "demo";
    job.file.clear();
    parts_->document.replace(job);
  });
  if (ready && !parts_->is_running()) {
    parts_->start_run();
  }
}

void MainWindow::write_report(const QString& path) { parts_->write_report_to(path); }

void MainWindow::save_registration(const QString& path) { parts_->save_registration(path); }

void MainWindow::save_session(const QString& path) { parts_->save_session(path); }

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!parts_->may_discard_changes() || !parts_->may_stop_run()) {
    event->ignore();
    return;
  }
  QSettings settings;
  settings.setValue("geometry", saveGeometry());
  parts_->area->save(settings);
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() && event->mimeData()->urls().first().isLocalFile()) {
    event->acceptProposedAction();
  }
}

void MainWindow::dropEvent(QDropEvent* event) { open_file(event->mimeData()->urls().first().toLocalFile()); }

}  // namespace coincide::gui
