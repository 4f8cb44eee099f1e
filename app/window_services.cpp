#include "app/window_services.h"

#include "app/job_setup.h"
#include "app/plan_job.h"
#include "app/resources.h"
#include "app/run_job.h"
#include "io/listmode_file.h"
#include "io/scanner_file.h"
#include "projectors/device.h"

namespace coincide::app {
namespace {

gui::RunOutcome run_for_window(const io::Job& job, recon::Reporter& reporter) {
  RunResult result = run_job(job, reporter);
  const bool has_image = !result.image.values.empty();
  return {.image = has_image ? std::make_shared<const recon::Image>(std::move(result.image)) : nullptr,
          .stopped = result.stopped(),
          .folder = job.output.folder,
          .files = result.provenance.outputs};
}

gui::JobGeometry job_geometry(const io::Job& job) {
  gui::JobGeometry geometry;
  if (job.simulates()) {
    io::ScannerDescription description = io::read_scanner(find_resource(job.simulation.scanner, "scanners"));
    geometry.scanner = std::move(description.scanner);
    geometry.efficiencies = std::move(description.efficiencies);
  } else {
    const auto events = io::open_listmode(job.input.events, {.allow_truncated = job.input.allow_truncated});
    geometry.scanner = events->scanner();
    geometry.efficiencies = events->efficiencies();
  }
  geometry.grid = job_grid(job, geometry.scanner);
  return geometry;
}

}  // namespace

gui::Services make_window_services() {
  gui::Services services;
  services.run_job = run_for_window;
  services.plan_job = [](const io::Job& job, recon::Reporter& reporter) { return plan_text(plan_job(job, reporter)); };
  services.job_geometry = job_geometry;
  services.demo_job = resource_folder() / "jobs" / "demo.toml";
  services.version = io::program_version();
  for (const projectors::DeviceInfo& device : projectors::available_devices()) {
    services.devices.push_back(
        {projectors::device_word(device.device), device.name, device.available, device.why_unavailable});
  }
  return services;
}

}  // namespace coincide::app
