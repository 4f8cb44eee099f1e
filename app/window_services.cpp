#include "app/window_services.h"

#include <fmt/format.h>

#include "app/attenuation_input.h"
#include "app/job_inputs.h"
#include "app/job_memory.h"
#include "app/job_setup.h"
#include "app/listmode_options.h"
#include "app/outputs.h"
#include "app/part_outputs.h"
#include "app/plan_job.h"
#include "app/resources.h"
#include "app/run_job.h"
#include "gui/model/job_images.h"
#include "io/data_file.h"
#include "io/phantom_file.h"
#include "io/scanner_file.h"
#include "projectors/device.h"
#include "recon/phantom.h"

namespace coincide::app {
namespace {

/// Whatever the image is the mean of.
recon::SuvFactor suv_of(const io::Job& job, const RunResult& result) {
  if (!result.series.frames.empty()) {
    return recon::common_suv_factor(result.series);
  }
  recon::Image without_values;
  without_values.grid = result.image.grid;
  without_values.unit = result.image.unit;
  return recon::common_suv_factor(series_of(job, without_values, result.provenance));
}

gui::RunOutcome run_for_window(const io::Job& job, recon::Reporter& reporter) {
  RunResult result = run_job(job, reporter);
  const bool has_image = !result.image.values.empty();
  recon::SuvFactor suv = suv_of(job, result);
  return {.image = has_image ? std::make_shared<const recon::Image>(std::move(result.image)) : nullptr,
          .stopped = result.stopped(),
          .folder = job.output.folder,
          .files = result.provenance.outputs,
          .suv = std::move(suv),
          .tof_profile = result.provenance.tof_profile,
          .record = std::make_shared<const io::Provenance>(result.provenance),
          .parts = gui::parts_of(result.gates.frames.empty() ? result.series : result.gates, result.provenance)};
}

gui::JobGeometry job_geometry(const io::Job& job) {
  gui::JobGeometry geometry;
  if (job.simulates()) {
    io::ScannerDescription description = io::read_scanner(find_resource(job.simulation.scanner, "scanners"));
    geometry.scanner = std::move(description.scanner);
    geometry.efficiencies = std::move(description.efficiencies);
  } else {
    const io::MeasuredData data = io::open_data(job.input.data, listmode_options(job));
    geometry.scanner = data.scanner();
    if (data.events) {
      geometry.efficiencies = data.events->efficiencies();
    }
  }
  geometry.grid = job_grid(job, geometry.scanner);
  return geometry;
}

std::shared_ptr<const recon::Image> job_image(const io::Job& job, const std::string& setting) {
  const std::filesystem::path file = gui::job_image(job, setting).file;
  const bool is_body = setting == "corrections.attenuation";
  if (is_body && job.simulates() && job.simulation.attenuation) {
    const gui::JobGeometry geometry = job_geometry(job);
    const recon::Phantom phantom = io::read_phantom(find_resource(job.simulation.phantom, "phantoms"));
    return std::make_shared<const recon::Image>(
        recon::attenuation_image(phantom, geometry.grid, geometry.scanner.centre_mm()));
  }
  if (file.empty()) {
    throw InputError(fmt::format("The job has no such image. Set {}.", setting));
  }
  JobSetup setup;
  return std::make_shared<const recon::Image>(
      setting == "prior.anatomical"
          ? image_at("prior.anatomical", file, setup.warnings)
          : attenuation_in_file(job, is_body ? AttenuationOf::body : AttenuationOf::hardware, setup));
}

gui::JobEstimate estimate_job(const io::Job& job, recon::Reporter& reporter) {
  const JobPlan plan = plan_job(job, reporter);
  return {.memory_bytes = plan.memory_bytes,
          .total_s = plan.total_s,
          .simulation_s = plan.simulation_s,
          .sensitivity_s = plan.sensitivity_s,
          .iteration_s = plan.iteration_s,
          .warnings = plan.warnings,
          .lines = plan_lines(plan)};
}

std::vector<gui::DeviceChoice> devices() {
  std::vector<gui::DeviceChoice> choices;
  for (const projectors::DeviceInfo& device : projectors::available_devices()) {
    choices.push_back({projectors::device_word(device.device), device.name, device.available, device.why_unavailable});
  }
  return choices;
}

/// A scanner that is not there is left out: opening the data says what they lack.
io::ListmodeOptions options_for_window(const io::Job& job) {
  try {
    return listmode_options(job);
  } catch (const InputError&) {
    io::Job without_scanner = job;
    without_scanner.input.scanner.clear();
    return listmode_options(without_scanner);
  }
}

/// The words that find_resource() knows.
std::vector<std::string> built_in(const char* kind) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(resource_folder() / kind, none)) {
    if (entry.path().extension() == ".toml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

gui::Services make_window_services() {
  gui::Services services;
  services.run_job = run_for_window;
  services.doubt_about_memory = doubt_about_memory;
  services.free_result_name = free_result_name;
  services.estimate_job = estimate_job;
  services.listmode_options = options_for_window;
  services.job_geometry = job_geometry;
  services.job_image = job_image;
  services.devices = devices;
  services.phantoms = built_in("phantoms");
  services.scanners = built_in("scanners");
  services.demo_job = resource_folder() / "jobs" / "demo.toml";
  services.manual = manual_page();
  services.version = io::program_version();
  return services;
}

}  // namespace coincide::app
