// The worker and the panel of runs, on a program whose runs do what the test says.

#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSemaphore>
#include <QThread>
#include <QTreeWidget>
#include <QtTest>
#include <atomic>
#include <new>

#include "gui/panels/run_panel.h"
#include "gui/worker/latest_task.h"
#include "gui/worker/run_worker.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using gui::LatestTask;
using gui::Run;
using gui::RunOutcome;
using gui::RunState;
using gui::RunWorker;
using recon::Reporter;

recon::Image image_of(float value) { return {recon::centred_grid({2, 3, 4}, {1, 1, 1}, {0, 0, 0}), value, "Bq/mL"}; }

using RunFunction = std::function<RunOutcome(const io::Job&, Reporter&)>;

gui::Services program(RunFunction run) {
  gui::Services services;
  services.run_job = std::move(run);
  return services;
}

/// Reports until it is told to stop, then returns an image of 7.
RunOutcome run_until_stopped(const io::Job&, Reporter& reporter) {
  double fraction = 0;
  while (!reporter.stop_requested()) {
    reporter.progress("reconstruction", fraction = 0.5 * (fraction + 1));
    QThread::yieldCurrentThread();
  }
  RunOutcome outcome;
  outcome.image = std::make_shared<const recon::Image>(image_of(7));
  outcome.stopped = true;
  return outcome;
}

/// The names of a worker's signals as they come; `image` and `progress` of one stage in a row count once.
struct Record {
  explicit Record(RunWorker& worker) {
    QObject::connect(&worker, &RunWorker::started, &context, [this] { add("started"); });
    QObject::connect(&worker, &RunWorker::progress, &context, [this](const QString& stage, double new_fraction) {
      add("progress " + stage);
      fraction = new_fraction;
      ++num_progress;
    });
    QObject::connect(&worker, &RunWorker::note, &context, [this](const QString& sentence, bool is_warning) {
      add((is_warning ? "warning " : "note ") + sentence);
    });
    QObject::connect(&worker, &RunWorker::image_ready, &context,
                     [this](const std::shared_ptr<const recon::Image>& new_image, double new_iteration) {
                       add("image");
                       image = new_image;
                       iteration = new_iteration;
                       ++num_images;
                     });
    QObject::connect(&worker, &RunWorker::figures_ready, &context, [this](const recon::IterationFigures& figures) {
      add(QString("figures %1").arg(figures.iteration));
    });
    QObject::connect(&worker, &RunWorker::finished, &context, [this](const RunOutcome& new_outcome) {
      add("finished");
      outcome = new_outcome;
      over = true;
    });
    QObject::connect(&worker, &RunWorker::failed, &context, [this](const QString& sentence) {
      add("failed " + sentence);
      over = true;
    });
  }

  void add(const QString& name) {
    if (signal_names.isEmpty() || signal_names.last() != name) {
      signal_names << name;
    }
  }

  QObject context;
  QStringList signal_names;
  double fraction = -1;
  double iteration = -1;
  int num_progress = 0, num_images = 0;
  bool over = false;
  std::shared_ptr<const recon::Image> image;
  RunOutcome outcome;
};

}  // namespace

class WorkerTest : public QObject {
  Q_OBJECT

 private slots:
  void signals_come_in_order() {
    RunWorker worker(program([](const io::Job& job, Reporter& reporter) {
      reporter.note("begun as " + job.output.name);
      reporter.progress("events", 1);
      reporter.warning("few counts");
      recon::Image image = image_of(0);
      for (int iteration = 1; iteration <= 3; ++iteration) {
        reporter.figures({.iteration = static_cast<double>(iteration)});
        image.values.assign(image.values.size(), static_cast<float>(iteration));
        reporter.intermediate_image(image, iteration);
      }
      reporter.progress("writing", 1);
      RunOutcome outcome;
      outcome.image = std::make_shared<const recon::Image>(image);
      outcome.files = {"a.nii.gz"};
      return outcome;
    }));
    Record record(worker);
    io::Job job;
    job.output.name = "first";
    worker.start(job);
    QVERIFY(worker.is_running());
    job.output.name = "changed later";
    QTRY_VERIFY(record.over);
    QVERIFY(!worker.is_running());
    QStringList rest = record.signal_names;
    rest.removeAll("image");
    rest.removeAll("progress events");  // may have been overtaken by the next
    QCOMPARE(rest, (QStringList{"started", "note begun as first", "warning few counts", "figures 1", "figures 2",
                                "figures 3", "progress writing", "finished"}));
    QCOMPARE(record.iteration, 3.0);
    QCOMPARE(record.image->values, image_of(3).values);
    QCOMPARE(record.outcome.image->values, image_of(3).values);
    QCOMPARE(record.outcome.files, std::vector<std::string>{"a.nii.gz"});
    QVERIFY(!record.outcome.stopped);
  }

  /// The newest arrive even if the run then says nothing for long, and not each one does.
  void a_flood_is_thinned_but_the_newest_arrive() {
    QSemaphore go_on;
    constexpr int flood = 2000;
    RunWorker worker(program([&](const io::Job&, Reporter& reporter) {
      for (int i = 1; i <= flood; ++i) {
        reporter.progress("reconstruction", static_cast<double>(i) / flood);
        reporter.intermediate_image(image_of(static_cast<float>(i)), i);
      }
      go_on.acquire();
      return RunOutcome{};
    }));
    Record record(worker);
    worker.start({});
    QTRY_COMPARE(record.fraction, 1.0);
    QTRY_COMPARE(record.iteration, static_cast<double>(flood));
    QCOMPARE(record.image->values.front(), static_cast<float>(flood));
    QVERIFY(!record.over);
    QVERIFY2(record.num_progress < flood / 4, qPrintable(QString::number(record.num_progress)));
    QVERIFY2(record.num_images < flood / 4, qPrintable(QString::number(record.num_images)));
    go_on.release();
    QTRY_VERIFY(record.over);
  }

  void a_pause_holds_until_resumed() {
    std::atomic<int> steps{0};
    QSemaphore allowed, reached;
    RunWorker worker(program([&](const io::Job&, Reporter& reporter) {
      for (int i = 0; i < 3; ++i) {
        reached.release();
        allowed.acquire();
        reporter.progress("reconstruction", 0.1 * i);
        ++steps;
      }
      return RunOutcome{};
    }));
    Record record(worker);
    worker.start({});
    reached.acquire();  // the run is before its first report
    worker.pause();
    allowed.release(3);
    // Held, the run does not reach its next step; there is no signal of something that does not happen.
    QVERIFY(!reached.tryAcquire(1, 200));
    QCOMPARE(steps.load(), 0);
    QVERIFY(worker.is_running());
    worker.resume();
    QTRY_VERIFY(record.over);
    QCOMPARE(steps.load(), 3);
  }

  void stop_keeps_the_outcome_data() {
    QTest::addColumn<bool>("paused");
    QTest::newRow("while it runs") << false;
    QTest::newRow("while it is paused") << true;
  }
  void stop_keeps_the_outcome() {
    QFETCH(const bool, paused);
    RunWorker worker(program(run_until_stopped));
    Record record(worker);
    worker.start({});
    QTRY_VERIFY(record.num_progress > 0);
    if (paused) {
      worker.pause();
    }
    worker.stop();
    QTRY_VERIFY(record.over);
    QVERIFY(record.outcome.stopped);
    QCOMPARE(record.outcome.image->values, image_of(7).values);
    QCOMPARE(record.signal_names.last(), QString("finished"));
  }

  void failures_become_sentences_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("of the program") << 0 << "failed the grid is empty: choose a size";
    QTest::newRow("memory") << 1 << "failed Out of memory. ";
    QTest::newRow("of a library") << 2 << "failed Unexpected: strange. ";
    QTest::newRow("no exception class") << 3 << "failed Something unexpected failed. ";
  }
  void failures_become_sentences() {
    QFETCH(const int, kind);
    QFETCH(const QString, sentence);
    RunWorker worker(program([kind](const io::Job&, Reporter& reporter) -> RunOutcome {
      reporter.note("so far");
      switch (kind) {
        case 0:
          throw InputError("the grid is empty: choose a size");
        case 1:
          throw std::bad_alloc();
        case 2:
          throw std::runtime_error("strange");
        default:
          throw 42;  // NOLINT(hicpp-exception-baseclass): what the last handler is for
      }
    }));
    Record record(worker);
    worker.start({});
    QTRY_VERIFY(record.over);
    QVERIFY2(record.signal_names.last().startsWith(sentence), qPrintable(record.signal_names.last()));
    QVERIFY(record.signal_names.contains("note so far"));
    QVERIFY(!worker.is_running());
  }

  void another_run_follows() {
    std::atomic<int> runs{0};
    RunWorker worker(program([&](const io::Job& job, Reporter& reporter) {
      ++runs;
      return job.output.name.empty() ? run_until_stopped(job, reporter) : RunOutcome{};
    }));
    Record record(worker);
    worker.start({});
    worker.start({});  // one at a time
    worker.pause();
    worker.stop();
    QTRY_VERIFY(record.over);
    QVERIFY(record.outcome.stopped);
    record.over = false;
    io::Job job;
    job.output.name = "second";
    worker.start(job);
    QTRY_VERIFY(record.over);
    QVERIFY(!record.outcome.stopped);  // neither pause nor stop of the first is left
    QCOMPARE(runs.load(), 2);
  }

  void destroying_stops_and_waits() {
    std::atomic<int> ended{0};
    const auto until_stopped = [&](Reporter& reporter) {
      while (!reporter.stop_requested()) {
        QThread::yieldCurrentThread();
      }
      ++ended;
    };
    gui::Services services = program([&](const io::Job&, Reporter& reporter) {
      until_stopped(reporter);
      return RunOutcome{};
    });
    auto worker = std::make_unique<RunWorker>(services);
    Record record(*worker);
    worker->start({});
    worker->pause();
    auto task = std::make_unique<LatestTask<int>>(LatestTask<int>::Receiver{.answered = [](int) {}});
    task->request([&](Reporter& reporter) {
      until_stopped(reporter);
      return 0;
    });
    worker.reset();
    task.reset();
    QCOMPARE(ended.load(), 2);
    QCOMPARE(record.signal_names, QStringList{"started"});
  }

  void only_the_newest_request_is_answered() {
    QStringList answers;
    LatestTask<std::string> task({.answered = [&](std::string&& text) { answers << QString::fromStdString(text); },
                                  .failed = [&](const QString& sentence) { answers << "failed: " + sentence; }});
    for (const std::string name : {"long", "dropped", "newest"}) {
      task.request([name](const Reporter& reporter) {
        while (name == "long" && !reporter.stop_requested()) {
          QThread::yieldCurrentThread();
        }
        return "answer to " + name;
      });
    }
    QTRY_COMPARE(answers, QStringList{"answer to newest"});
    task.request([](Reporter&) -> std::string { throw FileError("x.petsird is not there"); });
    QTRY_COMPARE(answers.size(), 2);
    QCOMPARE(answers.last(), "failed: x.petsird is not there");
  }

  void a_task_tells_its_progress_and_can_be_cancelled() {
    double fraction = 0;
    bool is_answered = false;
    QSemaphore go_on;
    LatestTask<int> task(
        {.answered = [&](int) { is_answered = true; }, .progressed = [&](double reached) { fraction = reached; }});
    task.request([&](Reporter& reporter) {
      reporter.progress("reading", 0.25);
      go_on.acquire();
      return 1;
    });
    QTRY_COMPARE(fraction, 0.25);
    task.cancel();
    go_on.release();
    QTRY_VERIFY(!task.is_busy());
    QVERIFY(!is_answered);
  }

  void the_panel_shows_what_a_run_does() {
    gui::RunPanel panel;
    auto* list = panel.findChild<QTreeWidget*>("runs");
    auto* figures = panel.findChild<QTreeWidget*>("figures");
    auto* messages = panel.findChild<QListWidget*>("messages");
    auto* start = panel.findChild<QPushButton*>("start");
    auto* pause = panel.findChild<QPushButton*>("pause");
    auto* stop = panel.findChild<QPushButton*>("stop");
    QVERIFY(!panel.chosen_run());
    QVERIFY(start->isEnabled() && !pause->isEnabled() && !stop->isEnabled());

    auto run = std::make_shared<Run>();
    run->number = 1;
    run->job.output.name = "brain";
    run->job.algorithm.iterations = 6;
    run->stage = "reconstruction";
    run->fraction = 0.25;
    run->seconds = 61;
    run->seconds_left = 183;
    run->figures = {{.iteration = 1, .log_likelihood = -1234.5, .expected_counts = 1000}};
    run->lines = {"100 prompts.", "Warning: few counts"};
    panel.show_run(run);
    QCOMPARE(panel.chosen_run(), std::shared_ptr<const Run>(run));
    QVERIFY(!start->isEnabled() && pause->isEnabled() && stop->isEnabled());
    const QTreeWidgetItem* row = list->topLevelItem(0);
    QCOMPARE(row->text(1), QString("brain"));
    QCOMPARE(row->text(2), QString::fromStdString(run_state_name(RunState::running)));
    QCOMPARE(row->text(3), QString("1 of 6"));
    QCOMPARE(row->text(4), QString("1:01"));
    QCOMPARE(panel.findChild<QLabel*>("progress")->text(), QString("reconstruction, 3:03 left"));
    const auto* bar = panel.findChild<QProgressBar*>();
    QCOMPARE(4 * bar->value(), bar->maximum());
    QCOMPARE(figures->topLevelItem(0)->text(1), QString("-1234.5"));
    QCOMPARE(messages->count(), 2);
    QCOMPARE(messages->item(1)->text(), QString("few counts"));
    const QString settings = panel.findChild<QPlainTextEdit*>("settings")->toPlainText();
    QVERIFY2(settings.contains("algorithm.iterations = 6"), qPrintable(settings));

    run->figures.push_back({.iteration = 2});
    run->error = "the disk is full";
    run->state = RunState::failed;
    panel.show_run(run);
    panel.show_run(run);
    QCOMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(figures->topLevelItemCount(), 2);
    QCOMPARE(messages->count(), 3);
    QCOMPARE(messages->item(2)->text(), QString("the disk is full"));
    QCOMPARE(row->text(2), QString::fromStdString(run_state_name(RunState::failed)));
    QVERIFY(start->isEnabled() && !pause->isEnabled() && !stop->isEnabled());
  }

  void the_buttons_ask_for_what_is_possible() {
    gui::RunPanel panel;
    auto* pause = panel.findChild<QPushButton*>("pause");
    QSignalSpy starts(&panel, &gui::RunPanel::start_requested);
    QSignalSpy pauses(&panel, &gui::RunPanel::pause_requested);
    QSignalSpy resumes(&panel, &gui::RunPanel::resume_requested);
    QSignalSpy stops(&panel, &gui::RunPanel::stop_requested);
    panel.findChild<QPushButton*>("start")->click();
    QCOMPARE(starts.size(), 1);
    auto run = std::make_shared<Run>();
    run->number = 1;
    panel.show_run(run);
    pause->click();
    QCOMPARE(pauses.size(), 1);
    run->state = RunState::paused;
    panel.show_run(run);
    QCOMPARE(pause->text(), QString("Continue"));
    pause->click();
    QCOMPARE(resumes.size(), 1);
    QCOMPARE(pauses.size(), 1);
    panel.findChild<QPushButton*>("stop")->click();
    QCOMPARE(stops.size(), 1);
    run->state = RunState::stopping;
    panel.show_run(run);
    QVERIFY(!pause->isEnabled() && !panel.findChild<QPushButton*>("stop")->isEnabled());
  }

  void an_older_run_can_be_chosen() {
    gui::RunPanel panel;
    auto* list = panel.findChild<QTreeWidget*>("runs");
    QSignalSpy chosen(&panel, &gui::RunPanel::run_chosen);
    std::vector<std::shared_ptr<Run>> runs;
    for (int number = 1; number <= 2; ++number) {
      runs.push_back(std::make_shared<Run>());
      runs.back()->number = number;
      runs.back()->state = RunState::done;
      runs.back()->lines = {"of run " + std::to_string(number)};
      panel.show_run(runs.back());
    }
    QCOMPARE(panel.chosen_run()->number, 2);
    QCOMPARE(chosen.size(), 0);
    list->setCurrentItem(list->topLevelItem(1));
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(panel.chosen_run()->number, 1);
    const auto* messages = panel.findChild<QListWidget*>("messages");
    QCOMPARE(messages->item(0)->text(), QString("of run 1"));
    runs[1]->state = RunState::running;
    runs[1]->lines.emplace_back("more");
    panel.show_run(runs[1]);  // not the chosen one
    QCOMPARE(messages->count(), 1);
    QCOMPARE(list->topLevelItem(0)->text(2), QString::fromStdString(run_state_name(RunState::running)));
    QVERIFY(panel.findChild<QPushButton*>("stop")->isEnabled());
  }
};

COINCIDE_TEST_CLASS(WorkerTest)

}  // namespace coincide::tests

#include "worker_test.moc"
