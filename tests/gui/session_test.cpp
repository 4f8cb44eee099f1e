// The sessions behind the panels: the runs of the window, and the data that its job names.

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QThread>
#include <QtTest>
#include <filesystem>

#include "gui/worker/data_session.h"
#include "gui/worker/run_session.h"
#include "support/patience.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

/// Reports until it is told to stop, and once more then.
gui::RunOutcome run_until_stopped(const io::Job&, recon::Reporter& reporter) {
  while (!reporter.stop_requested()) {
    reporter.progress("reconstruction", 0.5);
    QThread::yieldCurrentThread();
  }
  reporter.progress("writing", 1);
  return {.image = nullptr, .stopped = true, .folder = {}, .files = {}};
}

}  // namespace

class SessionTest : public QObject {
  Q_OBJECT

 private slots:
  void a_stop_ends_a_pause() {
    gui::Services services;
    services.run_job = run_until_stopped;
    gui::RunWorker worker(services);
    gui::RunSession session(worker);
    QElapsedTimer clock;
    clock.start();
    session.start({});
    const std::shared_ptr<const gui::Run> run = session.current();
    QTRY_VERIFY_WITH_TIMEOUT(run->seconds > 0.1, tests::patience_ms);
    session.pause();
    QCOMPARE(run->state, gui::RunState::paused);
    session.stop();
    QTRY_VERIFY_WITH_TIMEOUT(run->is_over(), tests::patience_ms);
    QCOMPARE(run->stage, std::string("writing"));
    QVERIFY(run->seconds > 0.1);
    QVERIFY2(run->seconds <= 1e-3 * static_cast<double>(clock.elapsed()), qPrintable(QString::number(run->seconds)));
  }

  /// A stage may have nothing to say for a long time; the user's clock goes on, and stands while the run does.
  void the_clock_goes_on_in_silence() {
    gui::Services services;
    services.run_job = [](const io::Job&, recon::Reporter& reporter) {
      while (!reporter.stop_requested()) {
        QThread::msleep(1);
      }
      return gui::RunOutcome{.image = nullptr, .stopped = true, .folder = {}, .files = {}};
    };
    gui::RunWorker worker(services);
    gui::RunSession session(worker);
    session.start({});
    const std::shared_ptr<const gui::Run> run = session.current();
    QTRY_VERIFY_WITH_TIMEOUT(run->seconds > 0.1, tests::patience_ms);
    const double first = run->seconds;
    QTRY_VERIFY_WITH_TIMEOUT(run->seconds > first, tests::patience_ms);
    session.pause();
    const double paused = run->seconds;
    QSignalSpy changes(&session, &gui::RunSession::run_changed);
    QTRY_VERIFY_WITH_TIMEOUT(changes.count() >= 2, tests::patience_ms);
    QCOMPARE(run->seconds, paused);
    session.stop();
    QTRY_VERIFY_WITH_TIMEOUT(run->is_over(), tests::patience_ms);
  }

  void a_file_that_ends_early_is_read_where_the_job_allows_it() {
    const QTemporaryDir folder;
    io::Job job;
    job.input.data = fs::path(folder.path().toStdString()) / "early.petsird";
    fs::copy_file(fs::path(COINCIDE_TEST_DATA) / "petsird" / "kitchen_head.petsird", job.input.data);
    fs::resize_file(job.input.data, fs::file_size(job.input.data) - 10);
    gui::DataSession session({});
    QSignalSpy failed(&session, &gui::DataSession::data_failed);
    std::shared_ptr<const gui::LoadedData> data;
    connect(&session, &gui::DataSession::data_ready, this,
            [&](const std::shared_ptr<const gui::LoadedData>& ready) { data = ready; });
    session.follow(job);
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, tests::patience_ms);
    QVERIFY(failed.first().first().toString().contains("input.allow_truncated"));
    job.input.allow_truncated = true;
    session.follow(job);
    QTRY_VERIFY_WITH_TIMEOUT(data && data->complete, tests::patience_ms);
    QCOMPARE(data->summary.counts.prompts, std::uint64_t{5});
    QVERIFY(!data->summary.counts.truncated.empty());
    QCOMPARE(failed.count(), 1);
  }
};

COINCIDE_TEST_CLASS(SessionTest)

}  // namespace coincide::tests

#include "session_test.moc"
