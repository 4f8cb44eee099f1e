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

namespace {

constexpr const char* ring = R"(name = "One ring"
[module]
crystals_transaxial = 8
crystals_axial = 4
pitch_transaxial_mm = 4.0
pitch_axial_mm = 4.0
crystal_size_mm = [3.9, 3.9, 20.0]
[ring]
modules = 16
radius_mm = 90.0
first_angle_deg = 0.0
[axial]
rings = 1
pitch_mm = 16.0
[detection]
efficiency = 1.0
spread = 0.1
seed = 1
energy_resolution = 0.11
[coincidence]
min_module_difference = 4
lowest_kev = 435
highest_kev = 650
[tof]
bins = 9
bin_width_ps = 150.0
fwhm_ps = 300.0
)";

constexpr const char* water = R"(name = "Water"
[body]
kind = "elliptic_cylinder"
half_size_mm = [30.0, 25.0, 10.0]
activity_bq_per_ml = 200000
mu_per_cm = 0.096
)";

}  // namespace

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

  inline static const std::string simulation = "single scatter simulation with time of flight";

  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }

  app::RunResult run_scattered(const std::string& device, const std::filesystem::path& scanner,
                               const std::string& name) const {
    std::ofstream(path("water.toml")) << water;
    io::Job scattered = job(device);
    scattered.simulation.phantom = path("water.toml");
    scattered.simulation.scanner = scanner;
    scattered.simulation.duration_s = 0.05;
    scattered.simulation.scatter = true;
    scattered.stop.passes = 1;
    scattered.output.name = name;
    recon::Reporter silent;
    return app::run_job(scattered, silent);
  }

  static std::string scatter_record(const app::RunResult& result) {
    const auto& rows = result.provenance.corrections;
    return std::ranges::find(rows, "scatter", &std::pair<std::string, std::string>::first)->second;
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

  /// Of a scanner with one ring of nodes for it.
  void scatter_is_simulated_where_there_is_room() {
    std::ofstream(path("ring.toml")) << ring;
    const app::RunResult cpu = run_scattered("cpu", path("ring.toml"), "scatter_cpu");
    const app::RunResult gpu = run_scattered("auto", path("ring.toml"), "scatter_gpu");
    const std::string of_cpu = scatter_record(cpu), of_gpu = scatter_record(gpu);
    QVERIFY2(of_cpu.starts_with(simulation + ", "), of_cpu.c_str());
    QVERIFY2(of_gpu.starts_with(simulation + " on the GPU, "), of_gpu.c_str());
    QCOMPARE(of_gpu.substr(of_gpu.find(", ")), of_cpu.substr(of_cpu.find(", ")));
    const float largest = *std::ranges::max_element(cpu.image.values);
    for (std::size_t i = 0; i < cpu.image.values.size(); ++i) {
      QVERIFY(std::abs(cpu.image.values[i] - gpu.image.values[i]) < 1e-4F * largest);
    }
  }

  void scatter_without_room_is_simulated_by_the_CPU() {
    COINCIDE_NEED_EMULATION();
    std::string rings = ring;
    rings.replace(rings.find("rings = 1"), std::string("rings = 1\npitch_mm = 16.0").size(),
                  "rings = 6\npitch_mm = 40.0");
    rings.replace(rings.find("fwhm_ps = 300"), std::string("fwhm_ps = 300").size(), "fwhm_ps = 100");
    std::ofstream(path("rings.toml")) << rings;
    cuda_on_host::machine().memory_bytes = std::size_t{250} << 20;  // enough for all else
    const app::RunResult result = run_scattered("auto", path("rings.toml"), "scatter_rings");
    QCOMPARE(result.provenance.device, std::string("cuda:0"));
    const std::string record = scatter_record(result);
    QVERIFY2(record.starts_with(simulation + " on the CPU, as the GPU had too little memory, "), record.c_str());
    QCOMPARE(std::ranges::count_if(result.provenance.warnings,
                                   [](const std::string& warning) {
                                     return warning.starts_with("Scatter needs ") &&
                                            warning.ends_with(" The CPU simulates it.");
                                   }),
             1);
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
