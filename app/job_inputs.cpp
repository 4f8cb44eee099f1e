#include "app/job_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "app/job_kinetics.h"
#include "app/job_parts.h"
#include "app/listmode_options.h"
#include "app/resources.h"
#include "io/crystal_table.h"
#include "io/data_file.h"
#include "io/image_file.h"
#include "io/input_file.h"
#include "io/interfile/stir_sinogram.h"
#include "io/phantom_file.h"
#include "io/scan_list.h"
#include "io/scatter_file.h"
#include "io/time_tables.h"
#include "projectors/error.h"
#include "recon/normalization/normalized_events.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// What is wrong with poses shows before the events are read.
std::vector<recon::PoseRow> checked_poses(const fs::path& path) {
  std::vector<recon::PoseRow> poses = io::read_poses(path);
  try {
    const recon::PoseTable table(poses, 0);
  } catch (const InputError& error) {
    throw FileError(fmt::format("input.motion = \"{}\": {}.", path.string(), error.what()));
  }
  return poses;
}

/// A file of its own that is not among the data's.
void add_scanner(const io::Job& job, JobSetup& setup) {
  const fs::path scanner = listmode_options(job).scanner;
  const std::vector<fs::path> of_data = setup.events->other_files();
  if (fs::is_regular_file(scanner) && std::ranges::find(of_data, scanner) == of_data.end()) {
    setup.inputs.emplace_back("scanner", scanner);
  }
}

/// Efficiencies of a file of their own take the place of the events'.
void use_normalization(const fs::path& path, JobSetup& setup) {
  require_file("corrections.normalization", path);
  try {
    setup.events = std::make_unique<recon::NormalizedEvents>(std::move(setup.events), *io::open_listmode(path));
  } catch (const InputError& error) {
    throw InputError(fmt::format("corrections.normalization = \"{}\": {}.", path.string(), error.what()));
  }
  setup.inputs.emplace_back("normalization", path);
}

void check_normalization(const io::Job& job, JobSetup& setup) {
  if (setup.events && is_listmode(job.corrections.normalization)) {
    use_normalization(job.corrections.normalization, setup);
    return;
  }
  const bool has_table = setup.events && setup.events->efficiencies().lors != nullptr;
  if (!job.corrections.normalization.empty() && !has_table) {
    throw InputError(fmt::format(
        "corrections.normalization = \"{}\" is for CASToR's listmode data, and input.data is {}. Leave it empty, or "
        "give what a job with normalization.source has left (.petsird), for events.",
        job.corrections.normalization.string(),
        setup.events ? setup.events->format() : setup.histogram->facts().format));
  }
}

/// What asks for events.
void check_suits_histogram(const io::Job& job) {
  const auto refuse = [](std::string_view setting, std::string_view why) {
    throw InputError(fmt::format("{}, and input.data is a histogram, {}.", setting, why));
  };
  constexpr std::string_view no_times = "whose counts have no times. Reconstruct listmode data, or leave it out";
  if (job.in_parts()) {
    refuse("the job has frames or gates", no_times);
  }
  if (job.input.start_s > 0 || job.input.stop_s > 0) {
    refuse("input.start_s and input.stop_s choose a frame", no_times);
  }
  if (!job.input.motion.empty()) {
    refuse("input.motion moves events", no_times);
  }
  if (job.corrections.randoms == recon::RandomsMethod::delayeds) {
    refuse("corrections.randoms is \"delayeds\"",
           "which has none. Give the randoms of its bins as corrections.additive");
  }
}

void add_files(const char* role, const fs::path& path, const recon::HistogramSource& histogram, JobSetup& setup) {
  setup.inputs.emplace_back(role, path);
  for (const fs::path& file : histogram.facts().other_files) {
    setup.inputs.emplace_back(role, file);
  }
}

/// Counts of another time are no background of these data. Times that differ by rounding do not count.
void check_same_duration(const recon::HistogramFacts& data, const recon::HistogramFacts& additive) {
  constexpr double rounding_s = 1e-3;
  const bool stated = data.duration_s > 0 && additive.duration_s > 0;
  if (stated && std::abs(data.duration_s - additive.duration_s) > rounding_s) {
    throw InputError(
        fmt::format("corrections.additive states a duration of {:.10g} s, and the data {:.10g} s: it is the background "
                    "of another acquisition, or must be scaled to this one",
                    additive.duration_s, data.duration_s));
  }
}

/// Their bins must be those of a sinogram that STIR has, too.
void check_keeps_factors(const io::Job& job, const JobSetup& setup) {
  if (!job.output.factors || dynamic_cast<const io::StirSinogram*>(setup.histogram.get()) != nullptr) {
    return;
  }
  if (setup.histogram) {
    throw InputError(fmt::format("output.factors = true writes STIR's sinograms, and input.data is a {}; leave it out.",
                                 setup.histogram->facts().format));
  }
  throw InputError(
      "output.factors = true writes factors and background of a STIR sinogram's bins, and input.data is none: sort "
      "events into one (coincide --convert EVENTS scan.hs) and give that, or leave it out.");
}

void open_bins_of_histogram(const io::Job& job, JobSetup& setup) {
  check_keeps_factors(job, setup);
  const auto& [multiplicative, additive] = std::tie(job.corrections.multiplicative, job.corrections.additive);
  if (setup.histogram) {
    check_suits_histogram(job);
  } else if (!multiplicative.empty() || !additive.empty()) {
    throw InputError(
        "corrections.multiplicative and corrections.additive hold values of a histogram's bins, and input.data is "
        "none; leave them out.");
  }
  if (!multiplicative.empty()) {
    setup.multiplicative = io::open_histogram(multiplicative, "corrections.multiplicative");
    add_files("factors of the bins", multiplicative, *setup.multiplicative, setup);
  }
  if (!additive.empty()) {
    setup.additive = io::open_histogram(additive, "corrections.additive");
    check_same_duration(setup.histogram->facts(), setup.additive->facts());
    add_files("background of the bins", additive, *setup.additive, setup);
  }
}

void open_simulation(const io::Job& job, JobSetup& setup) {
  const fs::path scanner = find_resource(job.simulation.scanner, "scanners");
  const fs::path phantom = find_resource(job.simulation.phantom, "phantoms");
  require_file("simulation.scanner", scanner);
  require_file("simulation.phantom", phantom);
  setup.description = io::read_scanner(scanner);
  setup.phantom = io::read_phantom(phantom);
  setup.inputs = {{"scanner", scanner}, {"phantom", phantom}};
  for (const fs::path& image : io::images_of_phantom(phantom)) {
    setup.inputs.emplace_back("image of the phantom", image);
  }
}

void open_data(const io::Job& job, JobSetup& setup) {
  io::MeasuredData data = io::open_data(job.input.data, listmode_options(job));
  setup.events = std::move(data.events);
  setup.histogram = std::move(data.histogram);
  if (setup.histogram) {
    add_files("histogram", job.input.data, *setup.histogram, setup);
  } else {
    for (const std::vector<fs::path>& files : {io::files_of_data(job.input.data), setup.events->other_files()}) {
      std::ranges::for_each(files, [&](const fs::path& file) { setup.inputs.emplace_back("events", file); });
    }
    add_scanner(job, setup);
  }
  check_normalization(job, setup);
}

void open_scatter(const io::Job& job, JobSetup& setup) {
  const fs::path& path = job.corrections.scatter_estimate;
  if (path.empty() || job.corrections.scatter == recon::ScatterMethod::none) {
    return;
  }
  require_file("corrections.scatter_estimate", path);
  setup.scatter = std::make_shared<const recon::ScatterResult>(io::read_scatter(path));
  setup.inputs.emplace_back("scatter estimate", path);
}

void open_images(const io::Job& job, JobSetup& setup) {
  if (recon::prior_kind(job.prior.name).needs_anatomy) {
    setup.anatomical = image_at("prior.anatomical", job.prior.anatomical, setup.warnings);
    setup.inputs.emplace_back("anatomical image", job.prior.anatomical);
  }
  if (!job.algorithm.start_image.empty()) {
    setup.start_image = image_at("algorithm.start_image", job.algorithm.start_image, setup.warnings);
    setup.inputs.emplace_back("start image", job.algorithm.start_image);
  }
}

}  // namespace

void open_inputs(const io::Job& job, JobSetup& setup) {
  if (job.simulates()) {
    open_simulation(job, setup);
  } else {
    open_data(job, setup);
  }
  open_bins_of_histogram(job, setup);
  open_images(job, setup);
  open_scatter(job, setup);
  if (!job.algorithm.psf_table.empty()) {
    setup.inputs.emplace_back("resolution model", job.algorithm.psf_table);
  }
  open_parts(job, setup);
  open_blood(job, setup);
  if (!job.input.motion.empty()) {
    require_file("input.motion", job.input.motion);
    setup.poses = checked_poses(job.input.motion);
    setup.inputs.emplace_back("poses", job.input.motion);
  }
  if (const fs::path& background = job.corrections.singles_background; !background.empty()) {
    require_file("corrections.singles_background", background);
    setup.singles_background_per_s = io::read_crystal_rates(background, setup.scanner().num_crystals());
    setup.inputs.emplace_back("background of singles", background);
  }
  if (!job.file.empty()) {
    setup.inputs.emplace_back("job", job.file);
  }
}

void require_file(const char* key, const fs::path& path) {
  if (const std::string why = io::why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} = \"{}\": {}.", key, path.string(), why));
  }
}

void require_image(const char* key, const fs::path& path) {
  std::error_code error;
  const bool may_be_series = fs::is_directory(path, error) || path.filename().string().find('#') != std::string::npos;
  if (!may_be_series || !io::is_image(path)) {
    require_file(key, path);
  }
}

recon::Image image_at(const char* key, const fs::path& path, std::vector<std::string>& warnings) {
  require_image(key, path);
  try {
    return io::read_image(path, warnings);
  } catch (FileError& error) {
    error.prepend(key);
    throw;
  }
}

}  // namespace coincide::app
