// The runs of a session: one after the other, named, compared, deleted, saved and opened again; frames as one image.

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QRegularExpression>
#include <QSemaphore>
#include <QSettings>
#include <QSlider>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/model/session_file.h"
#include "gui/panel_support.h"
#include "gui/panels/main_window.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/settings_table.h"
#include "gui/panels/value_line.h"
#include "gui/worker/run_session.h"
#include "io/image_file.h"
#include "io/provenance.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

namespace {

/// Leaves the test image times the passes of the job, with its record; the same times the iteration after each.
RunOutcome run_at_once(const io::Job& job, recon::Reporter& reporter) {
  auto image = test_image(static_cast<double>(job.passes()));
  std::filesystem::create_directories(job.output.folder);
  io::write_image(job.result_path(".nii.gz"), *image);
  auto record = std::make_shared<io::Provenance>();
  record->job = job;
  record->unit = "Bq/mL";
  record->iterations_done = static_cast<double>(job.passes());
  record->figures = {{1, -100, 3, 4, 0.1}};
  record->outputs = {job.result_name() + ".nii.gz", job.result_name() + ".json"};
  for (int iteration = 1; iteration <= job.passes() && job.output.save_every_iteration; ++iteration) {
    reporter.intermediate_image(*test_image(iteration), iteration);
    if (const std::string ending = "_it00" + std::to_string(iteration) + ".nii.gz"; iteration < job.passes()) {
      io::write_image(job.result_path(ending), *test_image(iteration));
      record->outputs.push_back(job.result_name() + ending);
    }
  }
  std::ofstream(job.result_path(".json")) << io::provenance_json(*record);
  return {.image = std::move(image),
          .stopped = false,
          .folder = job.output.folder,
          .files = record->outputs,
          .tof_profile = {},
          .record = record};
}

Services quick_services() {
  Services services = app::make_window_services();
  services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .lines = {}}; };
  services.doubt_about_memory = nullptr;
  services.run_job = run_at_once;
  return services;
}

}  // namespace

class RunsTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<MainWindow> window_;

  QString path(const char* name) const { return folder_->filePath(name); }
  RunPanel& runs() const { return *window_->findChild<RunPanel*>(); }
  QString shown() const { return window_->findChild<QComboBox*>("shown")->currentText(); }
  QAction& action(const char* name) const { return *window_->findChild<QAction*>(name); }
  /// The value at the crosshair, as the line at the bottom says it.
  double value() const {
    QString text = window_->findChild<ValueLine*>()->text().section(" · ", 2);
    return text.remove(QRegularExpression("^A ")).section(' ', 0, 0).toDouble();  // beside B, if there is one
  }
  static double at_crosshair(double factor) { return test_image(factor)->at(10, 11, 12); }
  void make_window() {
    window_ = std::make_unique<MainWindow>(quick_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
  }
  /// Of that many passes.
  void run(int passes, const char* more_output = "") const {
    std::ofstream(path("job.toml").toStdString())
        << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\n[output]\nfolder = \"results\"\n"
        << more_output << "[stop]\npasses = " << passes << "\n";
    window_->open_file(path("job.toml"));
    const std::size_t before = runs().runs().size();
    action("run").trigger();
    QTRY_VERIFY_WITH_TIMEOUT(runs().runs().size() == before + 1 && runs().runs().front()->is_over(), patience_ms);
  }
  void type(const char* line, const char* text) const {
    auto* edit = window_->findChild<QLineEdit*>(line);
    edit->setText(text);
    emit edit->editingFinished();
  }

 private slots:
  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    make_window();
  }
  void cleanup() { window_.reset(); }

  /// One after the other, each under a name that is free when it begins; one that waits can be taken back.
  void jobs_wait_for_each_other() {
    QSemaphore may_end;
    std::vector<std::string> names;
    Services services;
    services.run_job = [&](const io::Job& job, recon::Reporter&) {
      names.push_back(job.output.name);
      may_end.acquire();
      return RunOutcome{.image = nullptr, .stopped = false, .folder = {}, .files = {}};
    };
    RunWorker worker(services);
    int begun = 0;
    RunSession session(worker, [&begun](const io::Job&) { return "run_" + std::to_string(++begun); });
    for (int i = 0; i < 3; ++i) {
      session.start({});
    }
    const auto states = [&session] {
      std::vector<RunState> all;
      std::ranges::transform(session.runs(), std::back_inserter(all), [](const auto& run) { return run->state; });
      return all;
    };
    QCOMPARE(states(), (std::vector{RunState::running, RunState::waiting, RunState::waiting}));
    session.remove(*session.runs()[1]);
    session.remove(*session.runs()[0]);  // it runs: it has to be stopped first
    QCOMPARE(states(), (std::vector{RunState::running, RunState::waiting}));
    may_end.release();
    QTRY_COMPARE_WITH_TIMEOUT(states(), (std::vector{RunState::done, RunState::running}), patience_ms);
    may_end.release();
    QTRY_COMPARE_WITH_TIMEOUT(states(), (std::vector{RunState::done, RunState::done}), patience_ms);
    QCOMPARE(names, (std::vector<std::string>{"run_1", "run_2"}));
    QCOMPARE(session.runs()[1]->number, 3);
  }

  void a_deleted_run_leaves_the_memory() {
    run(2);
    run(3);
    QVERIFY(std::abs(value() / at_crosshair(3) - 1) < 1e-4);
    const std::weak_ptr<const recon::Image> image = runs().runs().front()->image;
    const std::weak_ptr<const Run> deleted = runs().runs().front();
    action("compare").trigger();  // whatever holds it
    QVERIFY(!image.expired());
    action("delete_run").trigger();
    QCOMPARE(runs().runs().size(), std::size_t{1});
    QVERIFY(shown().startsWith("Run 1"));
    QTRY_VERIFY_WITH_TIMEOUT(image.expired() && deleted.expired(), patience_ms);
    QCOMPARE(window_->findChild<QListWidget*>("runs")->count(), 1);
    action("delete_run").trigger();
    QVERIFY(runs().runs().empty());
    QVERIFY(shown().startsWith("Simulation"));
    QVERIFY(QFile::exists(path("results/job.nii.gz")) && QFile::exists(path("results/job_2.nii.gz")));
  }

  void runs_have_names_and_notes() {
    run(2);
    type("run_name", "the good one");
    type("run_note", "with the new normalization");
    QCOMPARE(shown(), QString("Run 1 · the good one"));
    const QListWidgetItem* row = window_->findChild<QListWidget*>("runs")->item(0);
    QVERIFY(row->text().startsWith("1 · the good one\n"));
    QVERIFY(row->toolTip().contains("with the new normalization"));
    window_->write_report(path("report.html"));
    QFile report(path("report.html"));
    QVERIFY(report.open(QIODevice::ReadOnly));
    QVERIFY(report.readAll().contains("with the new normalization"));
    type("run_name", "");
    QCOMPARE(shown(), QString("Run 1 · job"));
  }

  /// In a comparison beside those of B, else beside the defaults.
  void settings_of_two_runs_are_compared() {
    run(2);
    run(3);
    const auto* table = window_->findChild<QTreeWidget*>("settings");
    const auto rows = [table] {
      QStringList all;
      for (int i = 0; i < table->topLevelItemCount(); ++i) {
        const QTreeWidgetItem* row = table->topLevelItem(i);
        all << row->text(0) + ": " + row->text(1) + ", " + row->text(2);
      }
      return all;
    };
    QVERIFY(rows().contains("simulation.phantom: \"orientation\", \"\""));
    action("compare").trigger();
    QCOMPARE(rows(), (QStringList{"stop.passes: 3, 2", "output.name: \"job_2\", \"\""}));
    QCOMPARE(table->headerItem()->text(2), QString("Run 1"));
    action("compare").trigger();
    QVERIFY(rows().contains("simulation.phantom: \"orientation\", \"\""));
  }

  /// Runs with names, notes and images, image files, regions and window are there again.
  void a_session_is_opened_again() {
    run(2);
    run(3);
    type("run_name", "three");
    type("run_note", "a note");
    window_->findChild<RoiTable*>()->add(RoiShape::box);
    io::write_image(path("other.nii.gz").toStdString(), *test_image(5));
    window_->open_file(path("other.nii.gz"));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · other.nii.gz"), patience_ms);
    emit window_->findChild<QComboBox*>("shown")->activated(1);  // the newest run again
    QCOMPARE(shown(), QString("Run 2 · three"));
    window_->save_session(path("all.coincide"));
    make_window();
    window_->open_file(path("all.coincide"));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Run 2 · three"), patience_ms);
    QVERIFY(std::abs(value() / at_crosshair(3) - 1) < 1e-4);
    QCOMPARE(runs().runs().size(), std::size_t{2});
    QCOMPARE(runs().runs().front()->note, std::string("a note"));
    QCOMPARE(runs().runs().front()->image->values, test_image(3)->values);
    QCOMPARE(runs().runs().front()->figures.size(), std::size_t{1});
    QCOMPARE(runs().runs().back()->job.passes(), std::int64_t{2});
    QCOMPARE(window_->findChild<RoiTable*>()->findChild<QTableWidget*>()->rowCount(), 1);
    QVERIFY(window_->windowTitle().contains("job.toml"));
    QCOMPARE(window_->findChild<QComboBox*>("shown")->count(), 4);  // the job's data, two runs, an image
  }

  /// The one that was gone back to, in the views and as B, where the run has saved it; else that is told.
  void iterations_come_back() {
    run(3, "save_every_iteration = true\n");
    auto* slider = window_->findChild<QSlider*>("step");
    QTRY_COMPARE_WITH_TIMEOUT(slider->maximum(), 2, patience_ms);
    slider->setValue(1);
    QVERIFY2(std::abs(value() / at_crosshair(2) - 1) < 1e-4, qPrintable(window_->findChild<ValueLine*>()->text()));
    action("compare").trigger();  // with the iteration before the last of the run itself
    window_->save_session(path("all.coincide"));
    const Session saved = read_session(path("all.coincide").toStdString());
    QCOMPARE(saved.iteration, std::optional(2.0));
    QCOMPARE(saved.comparison->iteration, std::optional(2.0));
    make_window();
    window_->open_file(path("all.coincide"));
    QTRY_VERIFY_WITH_TIMEOUT(shown().startsWith("Run 1"), patience_ms);
    QVERIFY2(std::abs(value() / at_crosshair(2) - 1) < 1e-4, qPrintable(window_->findChild<ValueLine*>()->text()));
    slider = window_->findChild<QSlider*>("step");
    QCOMPARE(slider->maximum(), 2);
    slider->setValue(0);
    QVERIFY(std::abs(value() / at_crosshair(1) - 1) < 1e-4);
    QVERIFY(window_->findChild<QMessageBox*>("error_dialog") == nullptr);
    QVERIFY(QFile::remove(path("results/job_it002.nii.gz")));
    make_window();
    window_->open_file(path("all.coincide"));
    const auto dialog = [this] { return window_->findChild<QMessageBox*>("error_dialog"); };
    QTRY_VERIFY_WITH_TIMEOUT(dialog() != nullptr, patience_ms);
    QVERIFY2(dialog()->text().contains("iteration 2 of job has no file"), qPrintable(dialog()->text()));
    QVERIFY(std::abs(value() / at_crosshair(3) - 1) < 1e-4);
  }

  /// What has gone is told, the rest opens.
  void a_session_opens_without_what_is_missing() {
    run(2);
    run(3);
    window_->save_session(path("all.coincide"));
    QVERIFY(QFile::remove(path("results/job.nii.gz")));
    make_window();
    window_->open_file(path("all.coincide"));
    const auto dialog = [this] { return window_->findChild<QMessageBox*>("error_dialog"); };
    QTRY_VERIFY_WITH_TIMEOUT(dialog() != nullptr, patience_ms);
    QVERIFY2(dialog()->text().contains("job.json is left out"), qPrintable(dialog()->text()));
    QCOMPARE(runs().runs().size(), std::size_t{1});
    QCOMPARE(runs().runs().front()->job.passes(), std::int64_t{3});
    std::ofstream(path("bad.coincide").toStdString()) << "{}";
    QVERIFY_THROWS_EXCEPTION(FileError, read_session(path("bad.coincide").toStdString()));
  }

  /// Of 1, 4 and 2.5 times the image in 60, 120 and 60 s: 2.875 times it, and 690 times it in Bq/mL s.
  void frames_become_one_image() {
    recon::ImageSeries series{.grid = test_image()->grid, .unit = "Bq/mL"};
    double start = 0;
    for (const auto& [factor, duration] : {std::pair{1.0, 60.0}, {4.0, 120.0}, {2.5, 60.0}}) {
      series.frames.push_back(
          {.values = test_image(factor)->values, .start_s = start, .duration_s = duration, .decay_factor = 1});
      start += duration;
    }
    io::write_image_series(path("series.nii.gz").toStdString(), series);
    QVERIFY(!action("mean_frames").isEnabled());
    window_->open_file(path("series.nii.gz"));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · series.nii.gz"), patience_ms);
    action("mean_frames").trigger();
    QCOMPARE(shown(), QString("Image · series.nii.gz · mean of 3 frames"));
    QCOMPARE(window_->findChild<QLabel*>("shown_detail")->text(), QString("mean of 3 frames, 0 to 240 s · Bq/mL"));
    QVERIFY(std::abs(value() / at_crosshair(2.875) - 1) < 1e-4);
    QVERIFY(!action("sum_frames").isEnabled());
    auto* choices = window_->findChild<QComboBox*>("shown");
    emit choices->activated(1);
    action("sum_frames").trigger();
    QCOMPARE(window_->findChild<QLabel*>("shown_detail")->text(), QString("sum of 3 frames, 0 to 240 s · Bq/mL s"));
    QVERIFY(std::abs(value() / at_crosshair(690) - 1) < 1e-4);
    QCOMPARE(choices->count(), 4);
  }
};

COINCIDE_TEST_CLASS(RunsTest)
#include "runs_test.moc"
