// What a job needs, told before it runs: plans, memory, the image's grid, kept sensitivity images.

#include <QtTest>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "app/free_memory.h"
#include "app/job_memory.h"
#include "app/job_setup.h"
#include "app/plan_job.h"
#include "app/sensitivity_cache.h"
#include "app/small_jobs.h"
#include "recon/field_of_view.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

class PlanJobTest : public QObject, tests::SmallJobs {
  Q_OBJECT

 private slots:
  /// The data of the other tests.
  void initTestCase() { QVERIFY(!simulate().stopped()); }

  void a_plan_can_be_stopped() {
    class Stopped final : public recon::Reporter {
     public:
      bool stop_requested() const override { return true; }
    } at_once;
    QCOMPARE(app::plan_job(reconstruction("planned"), at_once).iteration_s, 0.0);
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    QCOMPARE(app::plan_job(simulation, at_once).num_prompts, std::uint64_t{0});
  }

  /// Where nothing is made there, not even for a moment, nothing stays of a program that is killed.
  void a_plan_leaves_the_folder_alone() {
    io::Job job = reconstruction("planned");
    job.output.folder = path("results of a plan");
    fs::create_directories(job.output.folder);
    const fs::file_time_type long_ago = fs::last_write_time(job.output.folder) - std::chrono::hours(1);
    fs::last_write_time(job.output.folder, long_ago);
    recon::Reporter nobody;
    app::plan_job(job, nobody);
    QVERIFY(fs::last_write_time(job.output.folder) == long_ago);
    job.output.folder = "/proc/results";
    QVERIFY_THROWS_EXCEPTION(InputError, app::plan_job(job, nobody));
  }

  /// The least of what the machine has and what any group above the process leaves it.
  void free_memory_knows_groups() {
    const fs::path root = path("machine");
    QVERIFY(!app::free_memory_bytes(root));
    const auto write = [&](const char* name, const char* text) {
      fs::create_directories((root / name).parent_path());
      std::ofstream(root / name) << text;
    };
    write("proc/meminfo", "MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(8'192'000));
    write("proc/self/cgroup", "0::/batch/job\n");
    write("sys/fs/cgroup/batch/job/memory.max", "max\n");
    write("sys/fs/cgroup/batch/job/memory.current", "5\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(8'192'000));
    write("sys/fs/cgroup/batch/memory.max", "3000000\n");
    write("sys/fs/cgroup/batch/memory.current", "2000000\n");
    write("sys/fs/cgroup/batch/memory.stat", "anon 1500000\ninactive_file 400000\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(1'400'000));
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "2000\n");
    QCOMPARE(app::free_memory_bytes(root), std::optional<std::uint64_t>(0));
    const auto here = app::free_memory_bytes();
    QVERIFY(here && *here > 1'000'000);
  }

  /// Of an image that no machine can hold: said without taking the memory.
  void a_doubt_about_memory_takes_none() {
    io::Job large = reconstruction("large");
    QCOMPARE(app::doubt_about_memory(large), std::string());
    large.image.size = {20000, 20000, 20000};
    const std::string doubt = app::doubt_about_memory(large);
    QVERIFY2(doubt.find("needs about 256000 GB") != std::string::npos, doubt.c_str());
    large.input.data.clear();
    large.corrections.attenuation.clear();
    large.simulation.phantom = "cylinder";
    large.simulation.scanner = "small";
    QVERIFY(!app::doubt_about_memory(large).empty());
  }

  void a_plan_knows_the_simulation() {
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 0.2;
    simulation.simulation.randoms_fraction = 0.3;
    const app::JobPlan plan = app::plan_job(simulation, silent_);
    QVERIFY(plan.simulation_s > 0 && plan.total_s > plan.simulation_s);
    simulation.output.name = "planned_and_run";
    const auto prompts = static_cast<double>(app::run_job(simulation, silent_).provenance.counts.prompts);
    QVERIFY2(std::abs(static_cast<double>(plan.num_prompts) / prompts - 1) < 0.1, qPrintable(QString::number(prompts)));
  }

  void a_plan_knows_of_scatter() {
    io::Job simulation = job("scattered");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 0.1;
    const app::JobPlan without = app::plan_job(simulation, silent_);
    QCOMPARE(without.scatter_s, 0.0);
    QVERIFY(app::plan_text(without).find(", scatter ") == std::string::npos);
    simulation.simulation.scatter = true;
    const app::JobPlan with = app::plan_job(simulation, silent_);
    QVERIFY(with.scatter_s > 0 && with.total_s > with.scatter_s);
    QVERIFY(with.memory_bytes > without.memory_bytes);
    QVERIFY(app::plan_text(with).find(", scatter ") != std::string::npos);
    simulation.corrections.scatter = recon::ScatterMethod::none;
    QCOMPARE(app::plan_job(simulation, silent_).scatter_s, 0.0);
  }

  void a_plan_leaves_nothing() {
    io::Job plan = reconstruction("planned");
    plan.output.folder = path("planned");
    const app::JobPlan result = app::plan_job(plan, silent_);
    QVERIFY(!fs::exists(path("planned")));
    QVERIFY(result.sensitivity_cached);
    QVERIFY(result.num_lors > 1'000'000);
    const auto prompts =
        static_cast<double>(app::run_job(reconstruction("counted"), silent_).provenance.counts.prompts);
    QVERIFY(std::abs(static_cast<double>(result.num_prompts) / prompts - 1) < 0.1);
  }

  void the_cache_gives_back_what_it_kept() {
    const app::SensitivityCache cache(path("own cache"));
    recon::Image image(recon::centred_grid({5, 7, 11}, {1.1F, 2.3F, 3.7F}, {0.1F, 0, -0.3F}), 0);
    std::iota(image.values.begin(), image.values.end(), 0.25F);
    QVERIFY(!cache.find("key", image.grid));
    QVERIFY(cache.keep("key", image));
    QCOMPARE(cache.find("key", image.grid)->values, image.values);
    QVERIFY(!cache.find("other", image.grid));
    recon::ImageGrid shifted = image.grid;
    shifted.origin_mm[1] += 1;
    QVERIFY(!cache.find("key", shifted));
    // One voxel damaged.
    const fs::path file = path("own cache/sensitivity-key.nii");
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(500);
    out.put('\x55');
    out.close();
    QVERIFY(!cache.find("key", image.grid));
    fs::resize_file(file, 400);
    QVERIFY(!cache.find("key", image.grid));
  }

  void a_full_cache_drops_the_oldest() {
    const app::SensitivityCache cache(path("full cache"));
    const recon::Image image(recon::centred_grid({1, 1, 1}, {1, 1, 1}, {0, 0, 0}), 1);
    for (int i = 0; i < 20; ++i) {
      QVERIFY(cache.keep(std::to_string(i), image));
      fs::last_write_time(path("full cache") / ("sensitivity-" + std::to_string(i) + ".nii"),
                          fs::file_time_type::clock::now() + std::chrono::hours(i - 20));
    }
    QVERIFY(!cache.find("0", image.grid));
    QVERIFY(cache.find("19", image.grid));
    QVERIFY(!app::SensitivityCache("/proc/no").keep("key", image));
  }

  void the_automatic_image_covers_the_bore() {
    const recon::Scanner scanner = tests::small_scanner();
    const recon::ImageGrid grid = app::automatic_grid(scanner, {2, 4, 1});
    const recon::Vec3 middle = scanner.centre_mm();
    for (int a = 0; a < 3; ++a) {
      const float centre = grid.origin_mm[a] + 0.5F * static_cast<float>(grid.shape[a] - 1) * grid.voxel_size_mm[a];
      QVERIFY(std::abs(centre - middle[a]) < 1e-3F);
    }
    const float width = static_cast<float>(grid.shape[0]) * grid.voxel_size_mm[0];
    const float radius_mm = recon::FieldOfView(scanner).bore_radius_mm();
    QVERIFY(width > 1.6F * radius_mm && width < 2 * radius_mm);
    QVERIFY(static_cast<float>(grid.shape[2]) * grid.voxel_size_mm[2] >= 2 * scanner.half_extent_mm()[2]);
  }
};

COINCIDE_TEST_CLASS(PlanJobTest)
#include "plan_job_test.moc"
