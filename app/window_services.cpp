#include "app/window_services.h"

#include <fmt/format.h>

#include "app/file_info.h"
#include "app/plan_job.h"
#include "app/resources.h"
#include "app/run_job.h"
#include "io/data_checks.h"
#include "io/listmode_file.h"
#include "projectors/device.h"

namespace coincide::app {
namespace {

gui::RunOutcome run_for_window(const io::Job& job, recon::Reporter& reporter) {
  RunResult result = run_job(job, reporter);
  return {.image = std::move(result.image),
          .stopped = result.stopped(),
          .folder = job.output.folder,
          .files = result.provenance.outputs};
}

std::string describe_data(const std::filesystem::path& path, recon::Reporter& reporter) {
  const auto source = io::open_listmode(path, {});
  return file_info_text(*source, io::check_data(*source, reporter));
}

}  // namespace

gui::Services make_window_services() {
  gui::Services services;
  services.run_job = run_for_window;
  services.plan_job = [](const io::Job& job, recon::Reporter& reporter) { return plan_text(plan_job(job, reporter)); };
  services.describe_data = describe_data;
  services.demo_job = resource_folder() / "jobs" / "demo.toml";
  services.version = io::program_version();
  for (const projectors::DeviceInfo& device : projectors::available_devices()) {
    services.device_lines.push_back(
        device.available
            ? device.name
            : fmt::format("{} ({}): {}", device.name, projectors::device_word(device.device), device.why_unavailable));
  }
  return services;
}

}  // namespace coincide::app
