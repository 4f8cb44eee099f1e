#include "projectors/allowed_cores.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "projectors/device.h"
#include "support/test_main.h"

using namespace coincide::projectors;
namespace fs = std::filesystem;

class AllowedCoresTest : public QObject {
  Q_OBJECT

 private slots:
  void quota_of_a_group_and_of_those_it_lies_in() {
    write("membership", "0::/batch/job_7\n");
    write("mount/batch/job_7/cpu.max", "max 100000\n");
    QVERIFY(quota() > 1'000'000);
    write("mount/batch/cpu.max", "400000 100000\n");
    QCOMPARE(quota(), 4);
    write("mount/batch/job_7/cpu.max", "200000 100000\n");
    QCOMPARE(quota(), 2);
    write("mount/batch/job_7/cpu.max", "150000 100000\n");
    QCOMPARE(quota(), 2);
    write("mount/batch/job_7/cpu.max", "10000 100000\n");
    QCOMPARE(quota(), 1);
  }

  /// Its own group is the root of what it sees.
  void quota_in_a_container() {
    write("membership", "0::/\n");
    write("mount/cpu.max", "100000 100000\n");
    QCOMPARE(quota(), 1);
    write("membership", "0::/of/the/machine\n");  // which the container does not see
    QCOMPARE(quota(), 1);
  }

  void quota_of_version_1() {
    write("membership", "9:name=systemd:/\n4:cpu,cpuacct:/slurm/job\n1:memory:/\n");
    write("mount/cpu/slurm/job/cpu.cfs_quota_us", "-1\n");
    write("mount/cpu/slurm/job/cpu.cfs_period_us", "100000\n");
    QVERIFY(quota() > 1'000'000);
    write("mount/cpu/slurm/job/cpu.cfs_quota_us", "300000\n");
    QCOMPARE(quota(), 3);
  }

  void files_that_say_nothing_limit_nothing() {
    QVERIFY(cores_of_quota(path("nowhere"), path("mount")) > 1'000'000);
    for (const char* text : {"", "x y\n", "100000\n", "0 0\n", "-1 100000\n", "100000 0\n"}) {
      write("membership", "0::/\nno line of this kind\n::\n");
      write("mount/cpu.max", text);
      QVERIFY2(quota() > 1'000'000, text);
    }
  }

  void batch_system_tells_the_cores_of_a_task() {
    qputenv("SLURM_CPUS_PER_TASK", "1");
    QCOMPARE(allowed_cores(), 1);
    QCOMPARE(thread_count(0), 1);
    QCOMPARE(thread_count(3), 3);  // asked for by the user
    qunsetenv("SLURM_CPUS_PER_TASK");
    QVERIFY(thread_count(0) >= 1);
  }

  void init() { QVERIFY((folder_ = std::make_unique<QTemporaryDir>())->isValid()); }

 private:
  fs::path path(const char* name) const { return fs::path(folder_->path().toStdString()) / name; }
  void write(const char* name, const char* text) const {
    fs::create_directories(path(name).parent_path());
    std::ofstream(path(name)) << text;
  }
  int quota() const { return cores_of_quota(path("membership"), path("mount")); }

  std::unique_ptr<QTemporaryDir> folder_;
};

COINCIDE_TEST_CLASS(AllowedCoresTest)
#include "allowed_cores_test.moc"
