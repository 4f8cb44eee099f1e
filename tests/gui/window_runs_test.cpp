// Runs as a user starts, holds and ends them in the window.

#include <QAction>
#include <QLabel>
#include <QMessageBox>
#include <QThread>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <fstream>

#include "app/run_job.h"
#include "gui/driven_window.h"
#include "gui/panel_support.h"
#include "gui/panels/estimate_strip.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
namespace fs = std::filesystem;

class WindowRunsTest : public tests::DrivenWindow {
  Q_OBJECT

 private slots:
  void init() { open_new_window(); }
  void cleanup() { close_window(); }

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
      return JobEstimate{.total_s = 1, .warnings = {}, .lines = {}};
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
    services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .lines = {}}; };
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
};

COINCIDE_TEST_CLASS(WindowRunsTest)
#include "window_runs_test.moc"
