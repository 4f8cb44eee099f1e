#include "app/job_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>

#include "app/free_memory.h"
#include "app/job_parts.h"
#include "app/listmode_options.h"
#include "app/resources.h"
#include "io/data_file.h"
#include "projectors/error.h"
#include "recon/listmode_data.h"
#include "recon/lors_added_well.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/radial_blur.h"
#include "recon/scatter/scatter_rounds.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// Crystals, TOF bin, factor, additive term and draw of an event.
constexpr std::uint64_t bytes_per_event = 19;
/// Ends of its LOR, where they move.
constexpr std::uint64_t bytes_of_moved_ends = 8;
/// Of an event in a file: no format has shorter ones.
constexpr std::uint64_t fewest_bytes_in_file = 4;
/// What putting an event in order takes, of so many at a time (ListmodeData::sort_for).
constexpr std::uint64_t bytes_to_sort = 20;
constexpr std::uint64_t most_sorted = std::uint64_t{1} << 22;
/// The widest column, which is there twice while events are dealt to fewer subsets.
constexpr std::uint64_t bytes_to_deal = 4;
/// Sensitivity, where it is made and where it is used, start and result, and one of these before it is replaced: beside
/// those of the algorithm. Measured with 1.2e7 voxels.
constexpr std::uint64_t images_in_memory = 6;
/// One part of the limit is kept back: the estimate is not exact.
constexpr int margin = 20;
/// Blocks of files, stacks and heaps of threads, tables.
constexpr std::uint64_t working_bytes = 15'000'000;

/// Of the process, its own or shared with others, as libraries.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all_pages = 0, resident_pages = 0;
  file >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// As it was when that was asked first.
std::uint64_t program_bytes() {
  static const std::uint64_t bytes = resident_bytes() + working_bytes;
  return bytes;
}

std::uint64_t limit_bytes(const io::Job& job) { return static_cast<std::uint64_t>(job.compute.memory_limit_gb * 1e9); }

std::uint64_t kept_bytes(const io::Job& job) {
  return sizeof(float) * static_cast<std::uint64_t>(job.algorithm_kind().floats_per_count);
}

std::uint64_t num_subsets(const io::Job& job) {
  const std::int64_t wanted = job.algorithm.subsets > 0 ? job.algorithm.subsets : job.algorithm_kind().subsets;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, wanted));
}

/// Sums in double precision, where there are so many LORs in a subset.
std::uint64_t bytes_of_long_sums(const io::Job& job, const recon::ImageGrid& grid, std::uint64_t lors) {
  const bool is_long = lors / num_subsets(job) > static_cast<std::uint64_t>(recon::lors_added_well(grid));
  return is_long ? static_cast<std::uint64_t>(grid.num_voxels()) * sizeof(double) : 0;
}

/// Of frames or gates beside those of the one that is reconstructed, and their mean.
std::uint64_t images_of_parts(const io::Job& job) {
  constexpr std::uint64_t of_direct = 3;  // for each: its sensitivity, twice, and what the model says of it
  const std::uint64_t parts = job.in_parts() ? job_parts(job).size() : 0;
  return parts == 0 ? 0 : 1 + parts * (job.kinetics.is_direct() ? 1 + of_direct : 1);
}

JobMemory memory_without_data(const io::Job& job, const recon::ImageGrid& grid, const recon::Psf& psf) {
  const std::uint64_t images = images_in_memory + static_cast<std::uint64_t>(job.algorithm_kind().images) +
                               (psf.is_none() ? 0 : 1) + (job.algorithm.start_image.empty() ? 0 : 1);
  return {.program = program_bytes(),
          .images = image_bytes(grid) * images + recon::psf_weight_bytes(grid, psf),
          .results = image_bytes(grid) * images_of_parts(job),
          .limit = limit_bytes(job)};
}

std::uint64_t bytes_to_read(const io::Job& job, std::uint64_t prompts) {
  const bool is_dealt = job.algorithm.subsets == 0;
  const std::uint64_t in_file = job.compute.memory_limit_gb > 0 ? bytes_per_event : 0;
  const std::uint64_t sorted = std::min(most_sorted, prompts / num_subsets(job));
  return std::max(sorted * (bytes_to_sort + in_file), is_dealt ? prompts * bytes_to_deal : 0);
}

/// Its samples, and the sensitivity.
std::uint64_t bytes_for_scatter(const io::Job& job, const recon::ImageGrid& grid, std::uint64_t lors) {
  const bool is_attenuated =
      job.simulates() ? job.simulation.attenuation && job.simulation.scatter : !job.corrections.attenuation.empty();
  const bool is_estimated = job.corrections.scatter != recon::ScatterMethod::none && is_attenuated &&
                            job.corrections.scatter_estimate.empty();
  constexpr std::uint64_t images = 2;
  return is_estimated ? recon::scatter_sample_bytes(lors) + images * image_bytes(grid) : 0;
}

/// Bins and their LORs.
std::uint64_t column_bytes(const recon::HistogramSource& histogram) {
  const recon::HistogramFacts& facts = histogram.facts();
  const auto lors = static_cast<std::uint64_t>(facts.num_lors);
  constexpr std::uint64_t view_bytes = sizeof(std::uint32_t);
  return lors * view_bytes + recon::histogram_bytes(lors, facts.tof ? facts.tof->num_bins : 1);
}

/// Those with counts once more, in subsets.
std::uint64_t subset_bytes(const io::Job& job, const recon::HistogramFacts& facts, double part_with_counts) {
  const auto lors = static_cast<std::uint64_t>(part_with_counts * static_cast<double>(facts.num_lors));
  const std::int64_t bins_per_lor = facts.tof ? facts.tof->num_bins : 1;
  return recon::histogram_bytes(lors, bins_per_lor) + kept_bytes(job) * lors * static_cast<std::uint64_t>(bins_per_lor);
}

/// No fewer than there can be.
std::uint64_t prompts_in(const io::Job& job, const JobSetup& setup) {
  std::uint64_t bytes = 0;
  const auto add = [&bytes](const fs::path& file) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    bytes += error ? 0 : size;
  };
  for (const auto& [role, path] : setup.inputs) {
    if (role == "events") {
      add(path);
    }
  }
  if (job.simulates()) {
    add(job.result_path(".petsird"));
  }
  return bytes / fewest_bytes_in_file;
}

}  // namespace

void measure_program() { program_bytes(); }

std::uint64_t image_bytes(const recon::ImageGrid& grid) {
  return static_cast<std::uint64_t>(grid.num_voxels()) * sizeof(float);
}

std::uint64_t JobMemory::least() const { return program + std::max({images + results, reading, scatter}); }

std::uint64_t JobMemory::most() const {
  const std::uint64_t all =
      program + std::max({images + events, images + results + last_events, reading + events, scatter + events});
  return limit > 0 ? std::max(least(), std::min(all, limit)) : all;
}

JobMemory memory_with_events(const io::Job& job, const recon::ImageGrid& grid, const recon::Psf& psf,
                             std::uint64_t prompts) {
  JobMemory memory = memory_without_data(job, grid, psf);
  memory.images += bytes_of_long_sums(job, grid, prompts);
  memory.reading = bytes_to_read(job, prompts);
  memory.events = prompts * (bytes_per_event + kept_bytes(job) + (job.input.motion.empty() ? 0 : bytes_of_moved_ends));
  memory.scatter = bytes_for_scatter(job, grid, prompts);
  if (memory.limit == 0) {
    memory.events = std::min(memory.events, recon::half_of_memory_bytes());
  }
  const bool keeps_all = job.kinetics.is_direct() || !job.in_parts();
  memory.last_events = memory.events / (keeps_all ? 1 : job_parts(job).size());
  return memory;
}

JobMemory memory_with_bins(const io::Job& job, const recon::ImageGrid& grid, const recon::Psf& psf,
                           const recon::HistogramInputs& inputs, double part_with_counts) {
  const recon::HistogramFacts& facts = inputs.counts->facts();
  const auto lors = static_cast<std::uint64_t>(facts.num_lors);
  JobMemory memory = memory_without_data(job, grid, psf);
  memory.reading = column_bytes(*inputs.counts);
  const std::uint64_t bins = memory.reading + subset_bytes(job, facts, part_with_counts);
  memory.images += bins + bytes_of_long_sums(job, grid, lors);
  memory.scatter = bytes_for_scatter(job, grid, lors);
  memory.scatter += memory.scatter > 0 ? bins : 0;
  std::uint64_t beside = 0;  // the larger of the two, which are read one after the other
  for (const recon::HistogramSource* source : {inputs.multiplicative, inputs.additive}) {
    beside = std::max(beside, source == nullptr ? 0 : column_bytes(*source));
  }
  memory.reading += beside;
  // A sensitivity image for each subset, if there is room (recon::histogram_sensitivity).
  const std::uint64_t sensitivity = num_subsets(job) * image_bytes(grid);
  const std::uint64_t most = recon::HistogramSensitivityOptions{}.memory_limit_bytes;
  memory.events = memory.last_events = sensitivity <= most ? sensitivity : 0;
  return memory;
}

std::uint64_t memory_left_for_events(const io::Job& job, const JobSetup& setup) {
  const JobMemory memory = setup.histogram ? memory_with_bins(job, setup.grid, setup.psf, setup.histogram_inputs())
                                           : memory_with_events(job, setup.grid, setup.psf, prompts_in(job, setup));
  if (memory.limit == 0) {
    return 0;
  }
  const std::uint64_t usable = memory.limit - memory.limit / margin;
  if (usable <= memory.least()) {
    constexpr double mb = 1e6;
    const double enough_mb = static_cast<double>(memory.least()) * margin / (margin - 1) / mb;
    throw DeviceError(
        fmt::format("compute.memory_limit_gb = {:g} is too little{}. Set it to {:.3f} or more, or choose larger or "
                    "fewer voxels in [image].",
                    job.compute.memory_limit_gb, setup.histogram ? "" : " for this job, even with its events in a file",
                    std::ceil(enough_mb + 1) / 1000));
  }
  return usable - memory.least();
}

std::string doubt_if_too_large(const JobMemory& memory) {
  const std::optional<std::uint64_t> free = free_memory_bytes();
  const std::uint64_t needed = memory.most();
  if (!free || needed <= *free) {
    return {};
  }
  return fmt::format(
      "The job needs about {} of memory, and {} are free: it may be ended by the system, or take very long. Close "
      "other "
      "programs, use larger or fewer voxels in [image], or a smaller compute.memory_limit_gb.",
      memory_text(needed), memory_text(*free));
}

std::string doubt_about_memory(const io::Job& job) {
  if (job.simulates()) {
    const io::ScannerDescription description = io::read_scanner(find_resource(job.simulation.scanner, "scanners"));
    const recon::Scanner& scanner = description.scanner;
    return doubt_if_too_large(memory_with_events(job, job_grid(job, scanner), job_psf(job, scanner), 0));
  }
  const io::MeasuredData data = io::open_data(job.input.data, listmode_options(job));
  const recon::ImageGrid grid = job_grid(job, data.scanner());
  const recon::Psf psf = job_psf(job, data.scanner());
  if (data.histogram) {
    return doubt_if_too_large(memory_with_bins(job, grid, psf, {.counts = data.histogram.get()}));
  }
  std::error_code error;
  const std::uint64_t file_bytes = fs::file_size(job.input.data, error);  // events take no less in it
  return doubt_if_too_large(memory_with_events(job, grid, psf, error ? 0 : file_bytes / bytes_per_event));
}

std::string memory_text(std::uint64_t bytes) {
  const double gb = static_cast<double>(bytes) / 1e9;
  return gb < 10 ? fmt::format("{:.2g} GB", gb) : fmt::format("{:.0f} GB", gb);
}

}  // namespace coincide::app
