// The window as a user drives it, with the program's real services.

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QDropEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QSemaphore>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QThread>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <fstream>

#include "app/run_job.h"
#include "app/window_services.h"
#include "gui/panels/estimate_strip.h"
#include "gui/panels/job_form.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/image_viewer.h"
#include "io/image_file.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::gui;
namespace fs = std::filesystem;

namespace {

constexpr int patience_ms = 120'000;  ///< before a run that hangs is called a failure

}  // namespace

class MainWindowTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;

  fs::path path(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }
  QString text_path(const char* name) const { return QString::fromStdString(path(name).string()); }

  fs::path write_job(const char* name, int iterations, double duration_s) const {
    std::ofstream(path(name)) << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\nduration_s = "
                              << duration_s
                              << "\n[image]\nvoxel_size_mm = [4, 4, 4]\n[algorithm]\nname = \"osem\"\nsubsets = 4\n"
                              << "iterations = " << iterations
                              << "\n[sensitivity]\nuse_cache = false\n[output]\nfolder = \"" << name << "-results\"\n";
    return path(name);
  }

  void open(const char* name) { window_->open_file(text_path(name)); }
  RunPanel* runs() const { return window_->findChild<RunPanel*>(); }
  void trigger(const char* action) const { window_->findChild<QAction*>(action)->trigger(); }
  /// Leaves the line with the text cursor in it.
  void type(const char* setting, const char* text) const {
    auto* editor = window_->findChild<JobForm*>()->editor(setting);
    editor->setFocus();
    QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(editor, text);
  }
  bool is_over() const { return runs()->chosen_run() != nullptr && runs()->chosen_run()->is_over(); }
  /// The text of the error dialog, which is closed; empty if there is none.
  QString take_error() const {
    auto* box = window_->findChild<QMessageBox*>("error_dialog");
    const QString text = box != nullptr ? box->text() : QString();
    delete box;
    return text;
  }

 private slots:
  void init() {
    QSettings().clear();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
  }
  void cleanup() {
    delete window_->findChild<QMessageBox*>("error_dialog");
    window_.reset();
  }

  /// Whatever has the focus, and however it takes over what was typed into it.
  void window_goes_while_something_is_edited() {
    write_job("going.toml", 1, 1);
    const QList<const char*> settings{"algorithm.iterations", "image.voxel_size_mm", "output.folder",
                                      "input.events",         "algorithm.name",      "algorithm.tof"};
    for (const char* setting : settings) {
      open("going.toml");
      QVERIFY(QTest::qWaitForWindowActive(window_.get()));
      auto* editor = window_->findChild<JobForm*>()->editor(setting);
      editor->setFocus();
      QTRY_VERIFY(editor->hasFocus());
      QTest::keyClicks(editor, "7");
      window_ = std::make_unique<MainWindow>(app::make_window_services());
      window_->show();
    }
  }

  /// A job that is opened, edited, saved and run gives the voxels that --batch gives with the saved file.
  void run_equals_batch() {
    write_job("equal.toml", 7, 5);
    open("equal.toml");
    QVERIFY(take_error().isEmpty());
    type("algorithm.iterations", "2");
    trigger("save");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), patience_ms);
    const std::shared_ptr<const Run> run = runs()->chosen_run();
    QCOMPARE(run->state, RunState::done);
    QCOMPARE(run->figures.size(), std::size_t{2});
    QVERIFY(run->image != nullptr);

    recon::Reporter silent;
    io::Job job = io::load_job(path("equal.toml"));
    job.output.folder = path("batch");
    const app::RunResult batch = app::run_job(job, silent);
    QCOMPARE(run->image->unit, batch.image.unit);
    QVERIFY(run->image->values == batch.image.values);
    QVERIFY(fs::exists(run->folder / "equal.nii.gz"));
  }

  void pause_holds_and_stop_keeps() {
    write_job("long.toml", 900, 5);
    open("long.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run() && runs()->chosen_run()->figures.size() >= 2, patience_ms);
    trigger("pause");
    QTRY_COMPARE(runs()->chosen_run()->state, RunState::paused);
    trigger("pause");
    QTRY_COMPARE(runs()->chosen_run()->state, RunState::running);
    const std::size_t before = runs()->chosen_run()->figures.size();
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run()->figures.size() > before, patience_ms);
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), patience_ms);
    const std::shared_ptr<const Run> run = runs()->chosen_run();
    QCOMPARE(run->state, RunState::stopped);
    QVERIFY(run->image != nullptr && run->iteration > 2);
    QVERIFY(fs::exists(run->folder / "long.nii.gz"));
  }

  void wrong_files_are_explained() {
    std::ofstream(path("not_data.petsird")) << "no listmode data at all";
    open("not_data.petsird");
    QVERIFY(take_error().contains("not_data.petsird"));

    std::ofstream(path("typo.toml")) << "[algorithm]\niteratoins = 3\n";
    open("typo.toml");
    const QString error = take_error();
    QVERIFY2(error.contains("iteratoins") && error.contains("algorithm.iterations"), qPrintable(error));

    open("missing.petsird");
    QVERIFY(take_error().contains("missing.petsird"));
    QVERIFY(window_->windowTitle().contains("new job"));  // nothing was opened
  }

  /// The estimate that the form asks for by itself must not take "1" for the "12" that is being typed.
  void estimate_leaves_typing_alone() {
    write_job("typing.toml", 7, 1);
    open("typing.toml");
    type("algorithm.iterations", "1");
    emit window_->findChild<JobForm*>()->estimate_requested();
    trigger("undo");  // nothing has been taken over that could be undone
    QVERIFY(!window_->isWindowModified());
    QTest::keyClicks(window_->findChild<JobForm*>()->editor("algorithm.iterations"), "2");
    trigger("save");
    QCOMPARE(io::load_job(path("typing.toml")).algorithm.iterations, 12);
  }

  /// What is said of one job's file does not stay for the next job.
  void data_go_with_their_job() {
    std::ofstream(path("no_file.toml")) << "[input]\nevents = \"nothing_here.petsird\"\n";
    open("no_file.toml");
    const auto* sentence = window_->findChild<QLabel*>("data_sentence");
    QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains("nothing_here.petsird"), patience_ms);
    write_job("simulated.toml", 1, 1);
    open("simulated.toml");
    QTRY_VERIFY_WITH_TIMEOUT(!sentence->text().contains("nothing_here.petsird"), patience_ms);
  }

  /// A panel that was closed stays closed the next time.
  void layout_is_remembered() {
    write_job("layout.toml", 1, 1);
    open("layout.toml");
    auto* panel = window_->findChild<QDockWidget*>("Runs");
    QVERIFY(panel->isVisible());
    panel->hide();
    window_->close();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    open("layout.toml");
    QVERIFY(!window_->findChild<QDockWidget*>("Runs")->isVisible());
    QVERIFY(window_->findChild<QDockWidget*>("View")->isVisible());
  }

  void dropped_file_is_opened() {
    write_job("dropped.toml", 1, 1);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(text_path("dropped.toml"))});
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &drop);
    QVERIFY(window_->windowTitle().contains("dropped.toml"));
  }

  /// A job that cannot run says why, and the window goes on.
  void failed_run() {
    std::ofstream(path("bad.toml")) << "[input]\nevents = \"nothing_here.petsird\"\n";
    open("bad.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), patience_ms);
    QCOMPARE(runs()->chosen_run()->state, RunState::failed);
    QVERIFY(take_error().contains("nothing_here.petsird"));
    QVERIFY(window_->findChild<QAction*>("run")->isEnabled());
  }

  void data_become_a_job() {
    const QString points = QStringLiteral(COINCIDE_SHARED_DATA "/petsird/points/points_head.petsird");
    if (!QFile::exists(points)) {
      QSKIP("the PETSIRD points file is not beside the checkout");
    }
    window_->open_file(points);
    QVERIFY(take_error().isEmpty());
    auto* editor = window_->findChild<JobForm*>()->editor("input.events");
    QVERIFY(editor != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_TOF sign") != nullptr, patience_ms);
    QVERIFY(window_->findChild<QLabel*>("check_TOF sign")->text().contains("as documented"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Image grid") != nullptr, patience_ms);
  }

  /// A number that is still being typed counts when the job is run or saved by a shortcut.
  void typed_text_counts() {
    write_job("typed.toml", 1, 2);
    open("typed.toml");
    type("algorithm.iterations", "3");
    trigger("save");
    QCOMPARE(io::load_job(path("typed.toml")).algorithm.iterations, 3);
    type("algorithm.iterations", "2");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), patience_ms);
    QCOMPARE(runs()->chosen_run()->figures.size(), std::size_t{2});
  }

  /// It would disturb the run, and be wrong.
  void an_estimate_waits_for_the_end_of_a_run() {
    const auto estimates = std::make_shared<std::atomic<int>>(0);
    const auto until_stopped = [](const recon::Reporter& reporter) {
      while (!reporter.stop_requested()) {
        QThread::yieldCurrentThread();
      }
    };
    Services services = app::make_window_services();
    services.estimate_job = [=](const io::Job&, const recon::Reporter& reporter) {
      if (++*estimates == 1) {
        until_stopped(reporter);
      }
      return JobEstimate{.total_s = 1, .warnings = {}, .text = {}};
    };
    services.run_job = [=](const io::Job&, const recon::Reporter& reporter) {
      until_stopped(reporter);
      return RunOutcome{.image = nullptr, .stopped = true, .folder = {}, .files = {}};
    };
    window_ = std::make_unique<MainWindow>(services);
    write_job("waits.toml", 1, 1);
    open("waits.toml");
    emit window_->findChild<JobForm*>()->estimate_requested();
    trigger("run");
    const auto* strip = window_->findChild<EstimateStrip*>();
    const auto says = [&](const QString& words) {
      return std::ranges::any_of(strip->findChildren<QLabel*>(),
                                 [&](const QLabel* label) { return label->text().contains(words); });
    };
    QVERIFY(says("when the run has ended"));
    trigger("stop");
    QTRY_VERIFY(is_over());
    QTRY_VERIFY(says("each iteration"));
    QVERIFY(estimates->load() >= 2);  // the form may ask by itself, too
  }

  /// A driver takes its time; the window does not wait for it.
  void devices_come_when_they_are_found() {
    const auto answer = std::make_shared<QSemaphore>();
    Services services = app::make_window_services();
    services.devices = [answer] {
      answer->tryAcquire(1, patience_ms);
      return std::vector<DeviceChoice>{{"cpu", "CPU", true, ""}, {"cuda:0", "a GPU", true, ""}};
    };
    window_ = std::make_unique<MainWindow>(services);
    const auto* box = qobject_cast<QComboBox*>(window_->findChild<JobForm*>()->editor("compute.device"));
    QCOMPARE(box->count(), 2);
    answer->release();
    QTRY_COMPARE(box->count(), 3);
    QCOMPARE(box->currentText(), QString("auto"));
    QVERIFY(!window_->isWindowModified());
  }

  /// The slider goes back to the image after an earlier iteration; the data that were simulated are shown.
  void iterations_are_kept() {
    write_job("kept.toml", 3, 5);
    open("kept.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), patience_ms);
    const std::shared_ptr<const Run> run = runs()->chosen_run();
    QCOMPARE(run->kept.size(), std::size_t{3});
    QCOMPARE(run->kept[0].iteration, 1.0);
    QVERIFY(run->kept[2].image->values == run->image->values);
    auto* slider = runs()->findChild<QSlider*>();
    QSignalSpy chosen(runs(), &RunPanel::iteration_chosen);
    slider->setValue(slider->minimum());
    QCOMPARE(chosen.size(), 1);
    QVERIFY(chosen.first().first().value<std::shared_ptr<const recon::Image>>() == run->kept[0].image);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Ids") != nullptr, patience_ms);
  }
};

COINCIDE_TEST_CLASS(MainWindowTest)
#include "main_window_test.moc"
