// The worker and its tasks, on a program whose runs do what the test says.

#include <QSemaphore>
#include <QThread>
#include <QtTest>
#include <atomic>
#include <new>

#include "gui/worker/latest_task.h"
#include "gui/worker/run_worker.h"
#include "projectors/error.h"
#include "support/patience.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using gui::LatestTask;
using gui::RunOutcome;
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
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_COMPARE_WITH_TIMEOUT(record.fraction, 1.0, tests::patience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(record.iteration, static_cast<double>(flood), tests::patience_ms);
    QCOMPARE(record.image->values.front(), static_cast<float>(flood));
    QVERIFY(!record.over);
    QVERIFY2(record.num_progress < flood / 4, qPrintable(QString::number(record.num_progress)));
    QVERIFY2(record.num_images < flood / 4, qPrintable(QString::number(record.num_images)));
    go_on.release();
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(record.num_progress > 0, tests::patience_ms);
    if (paused) {
      worker.pause();
    }
    worker.stop();
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
    QVERIFY(record.outcome.stopped);
    record.over = false;
    io::Job job;
    job.output.name = "second";
    worker.start(job);
    QTRY_VERIFY_WITH_TIMEOUT(record.over, tests::patience_ms);
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
    QTRY_COMPARE_WITH_TIMEOUT(answers, QStringList{"answer to newest"}, tests::patience_ms);
    task.request([](Reporter&) -> std::string { throw FileError("x.petsird is not there"); });
    QTRY_COMPARE_WITH_TIMEOUT(answers.size(), 2, tests::patience_ms);
    QCOMPARE(answers.last(), "failed: x.petsird is not there");
  }

  /// Neither does a further request touch it, nor does the task keep it alive.
  void an_answer_is_its_receivers() {
    QList<int> answers;
    std::weak_ptr<const int> last;
    LatestTask<std::shared_ptr<const int>> task({.answered = [&](std::shared_ptr<const int>&& answer) {
      if (answers.isEmpty()) {
        task.request([](Reporter&) { return std::make_shared<const int>(2); });
      }
      answers << *answer;
      last = answer;
    }});
    task.request([](Reporter&) { return std::make_shared<const int>(1); });
    QTRY_COMPARE_WITH_TIMEOUT(answers, (QList<int>{1, 2}), tests::patience_ms);
    QVERIFY(last.expired());
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
    QTRY_COMPARE_WITH_TIMEOUT(fraction, 0.25, tests::patience_ms);
    task.cancel();
    go_on.release();
    QTRY_VERIFY_WITH_TIMEOUT(!task.is_busy(), tests::patience_ms);
    QVERIFY(!is_answered);
  }
};

COINCIDE_TEST_CLASS(WorkerTest)

}  // namespace coincide::tests

#include "worker_test.moc"
