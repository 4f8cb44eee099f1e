#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QStatusBar>

#include "gui/panels/data_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/start_page.h"
#include "gui/viewer/image_viewer.h"
#include "io/data_file.h"
#include "io/image_file.h"

namespace coincide::gui {
namespace {

constexpr int most_recent_files = 8;
const char* const job_filter = "Jobs (*.toml)";

std::filesystem::path to_path(const QString& path) { return path.toStdString(); }

}  // namespace

bool MainWindow::Parts::may_discard_changes() {
  form->commit();  // what is being typed is a change too
  if (!document.is_modified()) {
    return true;
  }
  const auto answer =
      QMessageBox::question(&window, tr("Save the job?"),
                            tr("%1 has changes that are not saved.").arg(QString::fromStdString(document.title())),
                            QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
  return answer == QMessageBox::Discard || (answer == QMessageBox::Save && save_job(false));
}

void MainWindow::Parts::new_job() {
  if (may_discard_changes()) {
    io::Job job;
    preferences.put_into(job);
    document.replace(job);
    show_data();
    go_to(Mode::job);
  }
}

void MainWindow::Parts::ask_for_job() {
  const QString path = QFileDialog::getOpenFileName(&window, tr("Open a job"), {}, job_filter);
  if (!path.isEmpty()) {
    open_job(path);
  }
}

void MainWindow::Parts::ask_for_data() {
  const QString path = QFileDialog::getOpenFileName(&window, tr("Open measured data"));
  if (!path.isEmpty()) {
    open_data(path);
  }
}

void MainWindow::Parts::ask_for_image() {
  const QString path = QFileDialog::getOpenFileName(&window, tr("Open an image (of a DICOM series one of its files)"));
  if (!path.isEmpty()) {
    open_image(path);
  }
}

/// Beside the job, which stays what it is.
void MainWindow::Parts::open_image(const QString& path) {
  window.statusBar()->showMessage(tr("Reading %1 ...").arg(path));
  image_task.request([file = to_path(QFileInfo(path).absoluteFilePath())](const recon::Reporter&) {
    return std::make_shared<const OpenedImage>(gui::open_image(file));
  });
}

void MainWindow::Parts::take_image(std::shared_ptr<const OpenedImage> image) {
  remember_file(QString::fromStdString(image->path.string()));
  QStringList warnings;
  for (const std::string& warning : image->warnings) {
    warnings << shown_text(warning);
  }
  constexpr int shown_ms = 20'000;
  window.statusBar()->showMessage(warnings.join(' '), shown_ms);
  images.add(std::move(image));
  go_to(Mode::result);
}

void MainWindow::Parts::open_job(const QString& path) {
  if (may_discard_changes() && attempt(tr("This job cannot be opened"), [&] { document.open(to_path(path)); })) {
    remember_file(path);
    show_data();
    go_to(Mode::job);
  }
}

/// A new job on the data, with results beside them.
void MainWindow::Parts::open_data(const QString& path) {
  if (!may_discard_changes()) {
    return;
  }
  const QFileInfo file(path);
  const bool opened = attempt(tr("This file cannot be opened"), [&] {
    io::open_data(to_path(path), {});  // its header, before anything of the window changes
    io::Job job;
    job.input.data = to_path(file.absoluteFilePath());
    job.output.folder = to_path(file.absolutePath()) / "results";
    preferences.put_into(job);
    job.output.name = file.completeBaseName().toStdString();
    document.replace(job);
  });
  if (opened) {
    remember_file(path);
    show_data();
    go_to(Mode::data);
  }
}

bool MainWindow::Parts::save_job(bool ask) {
  form->commit();
  QString path = QString::fromStdString(document.file().string());
  if (ask || path.isEmpty()) {
    path = QFileDialog::getSaveFileName(&window, tr("Save the job"), path, job_filter);
    if (path.isEmpty()) {
      return false;
    }
    if (QFileInfo(path).suffix().isEmpty()) {
      path += ".toml";
    }
  }
  const bool saved = attempt(tr("The job cannot be saved"), [&] { document.save(to_path(path)); });
  if (saved) {
    remember_file(path);
  }
  return saved;
}

void MainWindow::Parts::remember_file(const QString& path) {
  QSettings settings;
  QStringList recent = settings.value("recent_files").toStringList();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  recent.removeAll(absolute);
  recent.prepend(absolute);
  settings.setValue("recent_files", recent.mid(0, most_recent_files));
  show_recent_files();
}

void MainWindow::Parts::show_recent_files() {
  const QStringList recent = QSettings().value("recent_files").toStringList();
  start_page->set_recent_files(recent);
  recent_menu->clear();
  for (const QString& path : recent) {
    recent_menu->addAction(path, this, [this, path] { window.open_file(path); });
  }
  recent_menu->setEnabled(!recent.isEmpty());
}

}  // namespace coincide::gui
