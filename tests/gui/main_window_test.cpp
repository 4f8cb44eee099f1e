// The window as a user drives it, with the program's real services.

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QSemaphore>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QThread>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <numbers>

#include "app/run_job.h"
#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/estimate_strip.h"
#include "gui/panels/job_form.h"
#include "gui/panels/main_window.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/view_tools.h"
#include "gui/viewer/image_viewer.h"
#include "io/image_file.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::gui;
namespace fs = std::filesystem;

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
  /// What the views say that they show: over them, and in the picture of them.
  QString title() const {
    const QString name = window_->findChild<QComboBox*>("shown")->currentText();
    const QString title = window_->findChild<ImageViewer*>()->screenshot().text("Title");
    const QString detail = window_->findChild<QLabel*>("shown_detail")->text();
    return title == (detail.isEmpty() ? name : name + " · " + detail) ? title : "header and picture differ";
  }
  /// Runs that give one image of 1 when they are allowed to, and wait to be stopped.
  static Services services_that_wait(const std::shared_ptr<QSemaphore>& image_wanted) {
    Services services = app::make_window_services();
    services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .text = {}}; };
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
      return RunOutcome{
          .image = has_image ? image : nullptr, .stopped = true, .folder = job.output.folder, .files = {}};
    };
    return services;
  }
  void make_window(const Services& services) {
    window_ = std::make_unique<MainWindow>(services);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), tests::patience_ms));
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

 private slots:
  void init() {
    QSettings().clear();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), tests::patience_ms));
  }
  void cleanup() {
    delete window_->findChild<QMessageBox*>("error_dialog");
    window_.reset();
  }

  /// Whatever has the focus, and however it takes over what was typed into it.
  void window_goes_while_something_is_edited() {
    write_job("going.toml", 1, 1);
    const QList<const char*> settings{"stop.passes", "image.voxel_size_mm", "output.folder",
                                      "input.data",  "algorithm.name",      "algorithm.tof"};
    for (const char* setting : settings) {
      open("going.toml");
      window_->activateWindow();  // nobody else does where there is no window manager
      QVERIFY(QTest::qWaitForWindowActive(window_.get(), tests::patience_ms));
      auto* editor = window_->findChild<JobForm*>()->editor(setting);
      editor->setFocus();
      QTRY_VERIFY_WITH_TIMEOUT(editor->hasFocus(), tests::patience_ms);
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
    type("stop.passes", "2");
    trigger("save");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run() && runs()->chosen_run()->figures.size() >= 2, tests::patience_ms);
    trigger("pause");
    QTRY_COMPARE_WITH_TIMEOUT(runs()->chosen_run()->state, RunState::paused, tests::patience_ms);
    trigger("pause");
    QTRY_COMPARE_WITH_TIMEOUT(runs()->chosen_run()->state, RunState::running, tests::patience_ms);
    const std::size_t before = runs()->chosen_run()->figures.size();
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run()->figures.size() > before, tests::patience_ms);
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
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
    type("stop.passes", "1");
    emit window_->findChild<JobForm*>()->estimate_requested();
    trigger("undo");  // nothing has been taken over that could be undone
    QVERIFY(!window_->isWindowModified());
    QTest::keyClicks(window_->findChild<JobForm*>()->editor("stop.passes"), "2");
    trigger("save");
    QCOMPARE(io::load_job(path("typing.toml")).stop.passes, 12);
  }

  /// What is said of one job's file does not stay for the next job.
  void data_go_with_their_job() {
    std::ofstream(path("no_file.toml")) << "[input]\nevents = \"nothing_here.petsird\"\n";
    open("no_file.toml");
    const auto* sentence = window_->findChild<QLabel*>("data_sentence");
    QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains("nothing_here.petsird"), tests::patience_ms);
    write_job("simulated.toml", 1, 1);
    open("simulated.toml");
    QTRY_VERIFY_WITH_TIMEOUT(!sentence->text().contains("nothing_here.petsird"), tests::patience_ms);
  }

  /// What was folded stays folded the next time.
  void layout_is_remembered() {
    write_job("layout.toml", 1, 1);
    open("layout.toml");
    trigger("mode_result");
    QVERIFY(runs()->isVisible());
    trigger("shows_runs");
    QVERIFY(!runs()->isVisible());
    window_->close();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    open("layout.toml");
    trigger("mode_result");
    QVERIFY(!runs()->isVisible());
    QVERIFY(window_->findChild<QTabWidget*>("side")->isVisible());
  }

  void dropped_file_is_opened() {
    write_job("dropped.toml", 1, 1);
    QVERIFY(drop(text_path("dropped.toml")));
    QVERIFY(window_->windowTitle().contains("dropped.toml"));
  }

  void dropped_data_of_any_format_are_shown_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"petsird/points/points_head.petsird", "stir/osem-span3/prompts.hs",
                             "stir/mmr/PET_ACQ_small.l.hdr.STIR", "stir/safir-generic/listmode_input_SAFIR.par"}) {
      QTest::newRow(file) << QString(COINCIDE_SHARED_DATA "/") + file;
    }
    QTest::newRow("table") << QString();
  }

  /// Its facts are shown, and a job on it is there to be run.
  void dropped_data_of_any_format_are_shown() {
    QFETCH(QString, file);
    if (file.isEmpty()) {
      write_table("table.csv");
      file = text_path("table.csv");
    } else if (!QFile::exists(file)) {
      QSKIP("the files of other programs are not beside the checkout");
    }
    QVERIFY(drop(file));
    QCOMPARE(take_error(), QString());
    const auto* sentence = window_->findChild<QLabel*>("data_sentence");
    QTRY_COMPARE_WITH_TIMEOUT(sentence->text(), QFileInfo(file).fileName(), tests::patience_ms);
    QVERIFY(window_->findChild<QAction*>("run")->isEnabled());
  }

  void dropped_file_of_no_use_says_why() {
    std::ofstream(path("letter.txt")) << "Dear physicist,\n";
    QVERIFY(drop(text_path("letter.txt")));
    QVERIFY(take_error().contains("letter.txt"));
  }

  /// A job that cannot run says why, and the window goes on.
  void failed_run() {
    std::ofstream(path("bad.toml")) << "[input]\nevents = \"nothing_here.petsird\"\n";
    open("bad.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
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
    auto* editor = window_->findChild<JobForm*>()->editor("input.data");
    QVERIFY(editor != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_TOF sign") != nullptr, tests::patience_ms);
    QVERIFY(window_->findChild<QLabel*>("check_TOF sign")->text().contains("as documented"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Image grid") != nullptr, tests::patience_ms);
  }

  /// A number that is still being typed counts when the job is run or saved by a shortcut.
  void typed_text_counts() {
    write_job("typed.toml", 1, 2);
    open("typed.toml");
    type("stop.passes", "3");
    trigger("save");
    QCOMPARE(io::load_job(path("typed.toml")).stop.passes, 3);
    type("stop.passes", "2");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(says("each iteration"), tests::patience_ms);
    QVERIFY(estimates->load() >= 2);  // the form may ask by itself, too
  }

  /// A driver takes its time; the window does not wait for it.
  void devices_come_when_they_are_found() {
    const auto answer = std::make_shared<QSemaphore>();
    Services services = app::make_window_services();
    services.devices = [answer] {
      answer->tryAcquire(1, tests::patience_ms);
      return std::vector<DeviceChoice>{{"cpu", "CPU", true, ""}, {"cuda:0", "a GPU", true, ""}};
    };
    window_ = std::make_unique<MainWindow>(services);
    const auto* box = qobject_cast<QComboBox*>(window_->findChild<JobForm*>()->editor("compute.device"));
    QCOMPARE(box->count(), 2);
    answer->release();
    QTRY_COMPARE_WITH_TIMEOUT(box->count(), 3, tests::patience_ms);
    QCOMPARE(box->currentText(), QString("auto"));
    QVERIFY(!window_->isWindowModified());
  }

  /// A second run of a job does not replace what the first one left.
  void results_of_earlier_runs_stay() {
    write_job("twice.toml", 1, 1);
    open("twice.toml");
    for (const char* name : {"twice", "twice_2", "twice_3"}) {
      trigger("run");
      QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
      const std::shared_ptr<const Run> run = runs()->chosen_run();
      QCOMPARE(run->state, RunState::done);
      QCOMPARE(run->job.result_name(), std::string(name));
      QVERIFY(fs::exists(run->folder / (std::string(name) + ".nii.gz")));
      QVERIFY(std::ranges::find(run->files, std::string(name) + ".json") != run->files.end());
    }
    QVERIFY(!window_->isWindowModified());
    QVERIFY(fs::exists(path("twice.toml-results/twice.nii.gz")));
  }

  /// A job that may not fit into the memory begins when the user says so.
  void a_job_that_cannot_fit_asks_first() {
    const auto begun = std::make_shared<std::atomic<int>>(0);
    Services services = app::make_window_services();
    services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .text = {}}; };
    services.doubt_about_memory = [](const io::Job&) { return std::string("The job needs about 60 GB."); };
    services.run_job = [begun](const io::Job&, recon::Reporter&) {
      ++*begun;
      return RunOutcome{.image = nullptr, .stopped = false, .folder = {}, .files = {}};
    };
    make_window(services);
    write_job("large.toml", 1, 1);
    open("large.toml");
    const auto question = [&] { return window_->findChild<QMessageBox*>("memory_question"); };
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, tests::patience_ms);
    QVERIFY(question()->text().contains("60 GB"));
    question()->button(QMessageBox::Cancel)->click();
    QTRY_VERIFY_WITH_TIMEOUT(is_over() && question() == nullptr, tests::patience_ms);
    QCOMPARE(runs()->chosen_run()->state, RunState::stopped);

    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, tests::patience_ms);
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over() && question() == nullptr, tests::patience_ms);
    QCOMPARE(begun->load(), 0);

    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, tests::patience_ms);
    coincide::tests::button_of(*question(), "Run all the same")->click();
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    QCOMPARE(runs()->chosen_run()->state, RunState::done);
    QCOMPARE(begun->load(), 1);
  }

  /// A run that has no image yet, and data that are opened, never stand beside the image of another run.
  void views_name_what_they_show() {
    const auto image_wanted = std::make_shared<QSemaphore>();
    make_window(services_that_wait(image_wanted));
    const auto has_image = [&] { return window_->findChild<QAction*>("save_image")->isEnabled(); };
    auto* shown = window_->findChild<QComboBox*>("shown");
    auto* hint = window_->findChild<QLabel*>("shown_hint");
    write_job("first.toml", 2, 1);
    open("first.toml");
    QCOMPARE(title(), QString("Simulation · orientation in small · no image yet"));
    QVERIFY(hint->isVisible());
    trigger("run");
    QCOMPARE(title(), QString("Run 1 · first · no image · OSEM, 4 subsets"));
    image_wanted->release();
    QTRY_VERIFY_WITH_TIMEOUT(has_image(), tests::patience_ms);
    QCOMPARE(title(), QString("Run 1 · first · iteration 1 of 2 · OSEM, 4 subsets · Bq/mL"));
    QVERIFY(!hint->isVisible());
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);

    trigger("run");  // another run on the same data has no image yet
    QVERIFY(!has_image());
    QCOMPARE(title(), QString("Run 2 · first · no image · OSEM, 4 subsets"));
    QTRY_VERIFY_WITH_TIMEOUT(hint->text().contains("Run 2 has no image yet"), tests::patience_ms);
    shown->setCurrentIndex(2);
    emit shown->activated(2);  // as the user does
    QVERIFY(has_image());
    QVERIFY(title().startsWith("Run 1 · first · iteration 1"));
    image_wanted->release();  // an image of run 2 does not take the place of the one that is looked at
    QTRY_VERIFY_WITH_TIMEOUT(runs()->runs().front()->image != nullptr, tests::patience_ms);
    QVERIFY(title().startsWith("Run 1 · first"));

    std::ofstream(path("other.toml")) << "[input]\nevents = \"other.petsird\"\n";
    open("other.toml");
    QVERIFY(!has_image());
    QCOMPARE(title(), QString("Data · other.petsird · no image yet"));
    QVERIFY(!runs()->chosen_run());
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(runs()->runs().front()->is_over(), tests::patience_ms);
    QCOMPARE(title(), QString("Data · other.petsird · no image yet"));
    runs()->choose(runs()->runs().front());
    QVERIFY(title().startsWith("Run 2 · first · iteration 1"));
  }

  /// What the user draws and sets belongs to the data that it was drawn on. (Qt Test would not run a name in _data.)
  void regions_and_window_go_with_their_data_set() {
    const auto image_wanted = std::make_shared<QSemaphore>();
    make_window(services_that_wait(image_wanted));
    const auto run_until_image = [&](const char* job) {
      open(job);
      trigger("run");
      image_wanted->release();
      QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, tests::patience_ms);
      trigger("stop");
      QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    };
    const auto num_regions = [&] { return window_->findChild<RoiTable*>()->findChild<QTableWidget*>()->rowCount(); };
    auto* high = window_->findChild<ViewTools*>()->findChild<QDoubleSpinBox*>("image_high");
    write_job("one.toml", 1, 1);
    run_until_image("one.toml");
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    high->setValue(7);
    QCOMPARE(num_regions(), 1);

    std::ofstream(path("two.toml")) << "[input]\nevents = \"two.petsird\"\n[output]\nfolder = \"two\"\n";
    run_until_image("two.toml");
    QCOMPARE(num_regions(), 0);
    QCOMPARE(high->value(), 1.0);
    run_until_image("one.toml");  // another run of the first data
    QCOMPARE(num_regions(), 1);
    QCOMPARE(high->value(), 7.0);
    runs()->choose(runs()->runs()[1]);
    QCOMPARE(num_regions(), 0);
    runs()->choose(runs()->runs()[2]);
    QCOMPARE(num_regions(), 1);
    QCOMPARE(high->value(), 7.0);
  }

  /// The slider goes back to the image after an earlier iteration; the data that were simulated are shown.
  void iterations_are_kept() {
    write_job("kept.toml", 3, 5);
    open("kept.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    const std::shared_ptr<const Run> run = runs()->chosen_run();
    QCOMPARE(run->kept.size(), std::size_t{3});
    QCOMPARE(run->kept[0].iteration, 1.0);
    QVERIFY(run->kept[2].image->values == run->image->values);
    auto* slider = window_->findChild<QSlider*>("step");
    QSignalSpy chosen(runs(), &RunPanel::iteration_chosen);
    slider->setValue(slider->minimum());
    QCOMPARE(chosen.size(), 1);
    QVERIFY(runs()->chosen_image().image == run->kept[0].image);
    QCOMPARE(title(), QString("Run 1 · kept · iteration 1 of 3 · OSEM, 4 subsets · Bq/mL"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Ids") != nullptr, tests::patience_ms);
  }
};

COINCIDE_TEST_CLASS(MainWindowTest)
#include "main_window_test.moc"
