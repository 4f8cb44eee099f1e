#include "app/simulate_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "app/outputs.h"
#include "io/image_file.h"
#include "io/petsird_writer.h"
#include "io/provenance.h"
#include "io/tables/table_writer.h"

namespace coincide::app {
namespace {

constexpr const char* origins_ending = "_origins.h5";
constexpr const char* simulated = "Simulated";

void write_image(const io::Job& job, const char* ending, recon::Image image, const std::string& description,
                 SimulatedFiles& files) {
  image.description = description;
  io::write_image(job.result_path(std::string(ending) + "." + job.output.format), image);
  for (const std::string& file : image_endings(job, ending)) {
    files.paths.push_back(job.result_path(file));
  }
}

/// Writes the events for the reconstruction and, if they are asked for, with their origins for study.
class EventFiles final : public recon::EventSink {
 public:
  EventFiles(const io::Job& job, const JobSetup& setup)
      : events_(job.result_path(".petsird"), setup.scanner(), setup.efficiencies(), job.simulation.singles) {
    if (job.simulation.origins) {
      origins_.emplace(job.result_path(origins_ending), setup.scanner(), setup.efficiencies());
    }
  }

  void write(recon::TimeInterval interval, const recon::EventBlock& events) override {
    events_.write(interval, events);
    if (origins_) {
      origins_->write(interval, events);
    }
  }

  void finish() {
    events_.finish();
    if (origins_) {
      origins_->finish();
    }
  }

 private:
  io::PetsirdWriter events_;
  std::optional<io::TableWriter> origins_;
};

}  // namespace

namespace {

std::optional<recon::Image> simulated_attenuation(const io::Job& job, const JobSetup& setup) {
  if (!job.simulation.attenuation) {
    return std::nullopt;
  }
  const recon::Scanner& scanner = setup.scanner();
  const recon::ImageGrid bore = automatic_grid(scanner, job.image.voxel_size_mm);
  return recon::attenuation_image(*setup.phantom, bore, scanner.centre_mm(), 3, static_cast<int>(job.compute.threads));
}

}  // namespace

SimulatedFiles simulated_elsewhere(const io::Job& job, const JobSetup& setup) {
  return {.events = job.result_path(".petsird"), .attenuation = simulated_attenuation(job, setup), .paths = {}};
}

recon::SimulationOptions simulation_options(const io::Job& job) {
  return {.duration_s = job.simulation.duration_s,
          .randoms_fraction = job.simulation.randoms_fraction,
          .attenuation = job.simulation.attenuation,
          .scatter = job.simulation.scatter && job.simulation.attenuation,
          .half_life_s = job.simulation.half_life_s,
          .dead_time_us = job.simulation.dead_time_us,
          .singles = job.simulation.singles,
          .seed = static_cast<std::uint64_t>(job.simulation.seed),
          .num_threads = static_cast<int>(job.compute.threads)};
}

bool is_simulated(const io::Job& job) {
  if (io::records_simulation(job.result_path(".json"))) {
    return true;
  }
  std::ifstream log(job.result_path(".log"));  // of a run that did not get as far as the record
  for (std::string line; std::getline(log, line);) {
    if (line.find(fmt::format(" s  {} ", simulated)) != std::string::npos) {
      return true;
    }
  }
  return false;
}

SimulatedFiles simulate_events(const io::Job& job, const JobSetup& setup, recon::Reporter& reporter) {
  const recon::Scanner& scanner = setup.scanner();
  const recon::Phantom& phantom = *setup.phantom;
  const recon::SimulationOptions options = simulation_options(job);
  SimulatedFiles files;
  EventFiles writer(job, setup);
  const recon::EventCounts counts = recon::simulate(scanner, setup.efficiencies(), phantom, options, writer, reporter);
  if (reporter.stop_requested()) {
    return files;
  }
  // Before there are any: is_simulated() looks for it.
  reporter.note(fmt::format("{} {} prompts and {} delayeds of {} in {}.", simulated, counts.prompts, counts.delayeds,
                            phantom.name, scanner.name));
  writer.finish();
  files.events = job.result_path(".petsird");
  files.paths.push_back(files.events);
  if (job.simulation.origins) {
    files.paths.push_back(job.result_path(origins_ending));
  }
  std::ranges::for_each(counts.warnings, [&](const std::string& sentence) { reporter.warning(sentence + "."); });
  write_image(job, "_truth", recon::activity_image(phantom, setup.grid, scanner.centre_mm(), 3, options.num_threads),
              "simulated activity", files);
  files.attenuation = simulated_attenuation(job, setup);
  if (files.attenuation) {
    write_image(job, "_mu", *files.attenuation, "simulated attenuation", files);
  }
  return files;
}

}  // namespace coincide::app
