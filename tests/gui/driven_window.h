#pragma once

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QSemaphore>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <numbers>

#include "app/window_services.h"
#include "gui/panels/job_form.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/image_viewer.h"
#include "support/patience.h"

namespace coincide::tests {

/// A window with the program's real services, driven as a user drives it, and a folder for its files.
class DrivenWindow : public QObject {
 protected:
  QTemporaryDir folder_;
  std::unique_ptr<gui::MainWindow> window_;

  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  QString text_path(const char* name) const { return QString::fromStdString(path(name).string()); }

  std::filesystem::path write_job(const char* name, int iterations, double duration_s) const {
    std::ofstream(path(name)) << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\nduration_s = "
                              << duration_s
                              << "\n[image]\nvoxel_size_mm = [4, 4, 4]\n[algorithm]\nname = \"osem\"\nsubsets = 4\n"
                              << "iterations = " << iterations
                              << "\n[sensitivity]\nuse_cache = false\n[output]\nfolder = \"" << name << "-results\"\n";
    return path(name);
  }

  void open(const char* name) { window_->open_file(text_path(name)); }
  gui::RunPanel* runs() const { return window_->findChild<gui::RunPanel*>(); }
  void trigger(const char* action) const { window_->findChild<QAction*>(action)->trigger(); }
  /// Leaves the line with the text cursor in it.
  void type(const char* setting, const char* text) const {
    auto* editor = window_->findChild<gui::JobForm*>()->editor(setting);
    editor->setFocus();
    QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(editor, text);
  }
  /// What the views say that they show: over them, and in the picture of them.
  QString title() const {
    const QString name = window_->findChild<QComboBox*>("shown")->currentText();
    const QString title = window_->findChild<gui::ImageViewer*>()->screenshot().text("Title");
    const QString detail = window_->findChild<QLabel*>("shown_detail")->text();
    return title == (detail.isEmpty() ? name : name + " · " + detail) ? title : "header and picture differ";
  }
  /// Runs that give one image of 1 when they are allowed to, and wait to be stopped.
  static gui::Services services_that_wait(const std::shared_ptr<QSemaphore>& image_wanted) {
    gui::Services services = coincide::app::make_window_services();
    services.estimate_job = [](const io::Job&, recon::Reporter&) {
      return gui::JobEstimate{.warnings = {}, .lines = {}};
    };
    services.doubt_about_memory = nullptr;  // their data need not exist
    services.run_job = [image_wanted](const io::Job& job, recon::Reporter& reporter) {
      const auto image =
          std::make_shared<const recon::Image>(recon::centred_grid({20, 20, 20}, {4, 4, 4}, {0, 0, 0}), 1.F, "Bq/mL");
      bool has_image = false;
      while (!reporter.stop_requested()) {
        if (image_wanted->tryAcquire(1, 1)) {
          has_image = true;
          reporter.intermediate_image(*image, 1);
        }
      }
      return gui::RunOutcome{
          .image = has_image ? image : nullptr, .stopped = true, .folder = job.output.folder, .files = {}};
    };
    return services;
  }
  void make_window(const gui::Services& services) {
    window_ = std::make_unique<gui::MainWindow>(services);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
  }
  bool is_over() const { return runs()->chosen_run() != nullptr && runs()->chosen_run()->is_over(); }
  /// Coincidences between the crystals of a ring of eight.
  void write_table(const char* name) const {
    std::ofstream table(path(name));
    table << "# duration_s = 1\nx1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm,time_s\n";
    const auto put_end = [&table](int crystal) {
      const double angle = crystal * std::numbers::pi / 4;
      table << 100 * std::cos(angle) << ',' << 100 * std::sin(angle) << ',' << (crystal % 2) * 5 << ',';
    };
    for (int a = 0; a < 8; ++a) {
      for (int b = 3; b < 6; ++b) {
        put_end(a);
        put_end((a + b) % 8);
        table << 0.1 * a << '\n';
      }
    }
  }
  /// False if it is not let in.
  bool drop(const QString& file) const {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QDropEvent dropped({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &dropped);
    return enter.isAccepted();
  }
  /// The text of the error dialog, which is closed; empty if there is none.
  QString take_error() const {
    auto* box = window_->findChild<QMessageBox*>("error_dialog");
    QString text = box != nullptr ? box->text() : QString();
    delete box;
    return text;
  }

  void open_new_window() {
    QSettings().clear();
    make_window(app::make_window_services());
  }
  void close_window() {
    delete window_->findChild<QMessageBox*>("error_dialog");
    window_.reset();
  }
};

}  // namespace coincide::tests
