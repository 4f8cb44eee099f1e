// Two runs never write the same files, and what a killed one left goes with the next.

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <fstream>
#include <optional>

#include "app/result_claim.h"
#include "app/simulate_events.h"
#include "app/small_jobs.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

class ResultClaimTest : public QObject, tests::SmallJobs {
  Q_OBJECT

 private slots:
  void init() { fs::create_directories(path("results")); }

  void a_name_has_one_run_at_a_time() {
    std::optional<app::ResultClaim> first(std::in_place, job("scan"));
    try {
      const app::ResultClaim second(job("scan"));
      QFAIL("two runs have the same name");
    } catch (const InputError& error) {
      QVERIFY2(std::string(error.what()).find("another run writes the results scan in ") == 0, error.what());
    }
    const app::ResultClaim other(job("scan_2"));
    first.reset();
    const app::ResultClaim next(job("scan"));
  }

  void a_pipe_in_the_place_of_the_log_is_not_waited_for() {
    fs::remove(path("results/scan.log"));
    QCOMPARE(mkfifo(path("results/scan.log").c_str(), 0600), 0);
    try {
      const app::ResultClaim claim(job("scan"));
      QFAIL("a pipe is no log");
    } catch (const FileError& error) {
      QVERIFY2(std::string(error.what()).find("scan.log: a pipe or a socket has that name") != std::string::npos,
               error.what());
    }
    fs::remove(path("results/scan.log"));
  }

  /// While it runs.
  void a_run_claims_its_name() {
    QVERIFY(!simulate().stopped());
    class Second final : public recon::Reporter {
     public:
      explicit Second(io::Job job) : job_(std::move(job)) {}
      void progress(std::string_view, double) override {
        try {
          const app::ResultClaim claim(job_);
          claimed = true;
        } catch (const InputError&) {
          refused = true;
        }
      }
      bool claimed = false, refused = false;

     private:
      io::Job job_;
    } second(reconstruction("claimed"));
    app::run_job(reconstruction("claimed"), second);
    QVERIFY(second.refused && !second.claimed);
    const app::ResultClaim free(reconstruction("claimed"));
  }

  /// Of the name, whatever its format; nobody else's.
  void unfinished_files_of_a_killed_run_go() {
    const pid_t gone = fork();
    if (gone == 0) {
      _exit(0);
    }
    waitpid(gone, nullptr, 0);
    const auto part = [&](const char* name) { return path("results") / fmt::format(".{}.{}.part", name, gone); };
    const auto of_run = {"scan.nii.gz", "scan_it003.h5", "scan.json", "scan.png", "scan.checkpoint"};
    const auto of_others = {"scan_2.nii.gz", "scan2.json", "other.png"};
    for (const auto& names : {QVector<const char*>(of_run), QVector<const char*>(of_others)}) {
      for (const char* name : names) {
        std::ofstream(part(name)) << "half";
      }
    }
    io::Job scan = job("scan");
    scan.output.checkpoint = 1;
    const app::ResultClaim claim(scan);
    for (const char* name : of_run) {
      QVERIFY2(!fs::exists(part(name)), name);
    }
    for (const char* name : of_others) {
      QVERIFY2(fs::exists(part(name)), name);
    }
  }

  /// Its own events are known again without the record, which is written last.
  void a_simulation_that_was_killed_is_repeated() {
    QVERIFY(!simulate().stopped());
    const io::Job simulated = job("simulated");
    fs::remove(path("results/simulated.json"));
    QVERIFY(app::is_simulated(simulated));
    QVERIFY(!simulate().stopped());
    fs::remove(path("results/simulated.json"));
    fs::remove(path("results/simulated.log"));
    QVERIFY(!app::is_simulated(simulated));
    QVERIFY_THROWS_EXCEPTION(InputError, simulate());
  }
};

COINCIDE_TEST_CLASS(ResultClaimTest)
#include "result_claim_test.moc"
