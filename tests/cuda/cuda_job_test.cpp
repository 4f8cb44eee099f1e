// A whole job on the GPU, from the job file's word to image and record: on the CPU (support/cuda_on_host), or on a GPU.

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "app/plan_job.h"
#include "app/run_job.h"
#include "gpu_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;

class CudaJobTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  io::Job job(const std::string& device) const {
    io::Job job;
    job.simulation.phantom = "orientation";  // without any symmetry
    job.simulation.scanner = "small";
    job.simulation.duration_s = 0.05;
    job.image.size = {20, 20, 0};
    job.image.voxel_size_mm = {6, 6, 6};
    job.sensitivity.fraction = 0.01;
    job.sensitivity.use_cache = false;
    job.stop.passes = 3;
    job.algorithm.subsets = 3;
    job.compute.device = device;
    job.output.folder = folder_.path().toStdString();
    job.output.name = device == "cpu" ? "cpu" : "gpu";
    return job;
  }

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }
  void cleanup() { cuda_on_host::machine() = {}; }

  void equals_cpu() {
    recon::Reporter silent;
    const app::RunResult cpu = app::run_job(job("cpu"), silent);
    const std::int64_t launches = cuda_on_host::counts().launches;
    const app::RunResult gpu = app::run_job(job("auto"), silent);
    QVERIFY(!cuda_on_host::is_emulated() || cuda_on_host::counts().launches > launches + 9);
    QCOMPARE(cpu.provenance.device, std::string("cpu"));
    QCOMPARE(gpu.provenance.device, std::string("cuda:0"));
    QCOMPARE(gpu.image.unit, std::string("Bq/mL"));
    const float largest = *std::ranges::max_element(cpu.image.values);
    QVERIFY(largest > 0);
    float difference = 0;
    for (std::size_t i = 0; i < cpu.image.values.size(); ++i) {
      difference = std::max(difference, std::abs(cpu.image.values[i] - gpu.image.values[i]));
    }
    qInfo("largest difference: %.1e of the largest value", difference / largest);
    QVERIFY(difference < 1e-4F * largest);
  }

  void log_says_where() {
    std::ifstream file(std::filesystem::path(folder_.path().toStdString()) / "gpu.log");
    const std::string log{std::istreambuf_iterator<char>(file), {}};
    const std::string name = cuda_on_host::is_emulated() ? "CUDA on the host, 8.59 GB, compute capability 9.0)" : "";
    QVERIFY2(log.find("Computing on cuda:0 (" + name) != std::string::npos, log.c_str());
    QVERIFY(log.find("The GPU holds images of") != std::string::npos);
  }

  void plan_knows_the_gpu() {
    recon::Reporter silent;
    const app::JobPlan plan = app::plan_job(job("cuda:0"), silent);
    QCOMPARE(plan.device, std::string("cuda:0"));
    QVERIFY(plan.gpu_memory_bytes > 0);
    QVERIFY(app::plan_text(plan).find("GPU memory") != std::string::npos);
    QCOMPARE(app::plan_job(job("cpu"), silent).gpu_memory_bytes, std::uint64_t{0});
  }

  void missing_gpu() {
    COINCIDE_NEED_EMULATION();
    recon::Reporter silent;
    QVERIFY_EXCEPTION_THROWN(app::run_job(job("cuda:1"), silent), DeviceError);
    cuda_on_host::machine().has_driver = false;
    QVERIFY_EXCEPTION_THROWN(app::run_job(job("cuda"), silent), DeviceError);
    QCOMPARE(app::plan_job(job("auto"), silent).device, std::string("cpu"));
  }
};

COINCIDE_TEST_CLASS(CudaJobTest)
#include "cuda_job_test.moc"
