#include "app/simulate_events.h"

#include <fmt/format.h>

#include "app/outputs.h"
#include "io/image_file.h"
#include "io/petsird_writer.h"
#include "recon/simulation.h"

namespace coincide::app {
namespace {

void write_image(const io::Job& job, const char* ending, recon::Image image, const std::string& description,
                 SimulatedFiles& files) {
  image.description = description;
  io::write_image(job.result_path(std::string(ending) + "." + job.output.format), image);
  for (const std::string& file : image_endings(job, ending)) {
    files.paths.push_back(job.result_path(file));
  }
}

}  // namespace

SimulatedFiles simulate_events(const io::Job& job, const JobSetup& setup, recon::Reporter& reporter) {
  const recon::Scanner& scanner = setup.scanner();
  const recon::Phantom& phantom = *setup.phantom;
  recon::SimulationOptions options;
  options.duration_s = job.simulation.duration_s;
  options.randoms_fraction = job.simulation.randoms_fraction;
  options.attenuation = job.simulation.attenuation;
  options.seed = static_cast<std::uint64_t>(job.simulation.seed);
  options.num_threads = static_cast<int>(job.compute.threads);

  SimulatedFiles files;
  const std::filesystem::path events = job.result_path(".petsird");
  io::PetsirdWriter writer(events, scanner, setup.efficiencies());
  const recon::EventCounts counts = recon::simulate(scanner, setup.efficiencies(), phantom, options, writer, reporter);
  if (reporter.stop_requested()) {
    return files;
  }
  writer.finish();
  files.events = events;
  files.paths.push_back(events);
  reporter.note(fmt::format("Simulated {} prompts and {} delayeds of {} in {}.", counts.prompts, counts.delayeds,
                            phantom.name, scanner.name));
  write_image(job, "_truth", recon::activity_image(phantom, setup.grid, scanner.centre_mm(), 3, options.num_threads),
              "simulated activity", files);
  if (options.attenuation) {
    const recon::ImageGrid bore = automatic_grid(scanner, job.image.voxel_size_mm);
    files.attenuation = recon::attenuation_image(phantom, bore, scanner.centre_mm(), 3, options.num_threads);
    write_image(job, "_mu", *files.attenuation, "simulated attenuation", files);
  }
  return files;
}

}  // namespace coincide::app
