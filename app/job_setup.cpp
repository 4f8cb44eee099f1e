#include "app/job_setup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/attenuation_input.h"
#include "app/input_images.h"
#include "app/job_inputs.h"
#include "app/job_kinetics.h"
#include "app/job_parts.h"
#include "app/outputs.h"
#include "app/sensitivity_cache.h"
#include "app/simulate_events.h"
#include "io/data_checks.h"
#include "io/job_facts.h"
#include "io/psf_table.h"
#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "recon/measurement/subset_size.h"
#include "recon/module_pairs.h"
#include "recon/pipeline/scatter.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;
using recon::ImageGrid;

/// Of the way to the crystals: covers and shielding take the rest of the bore.
constexpr double usable_radius = 0.85;

void check_prior(const io::Job& job) {
  const recon::PriorKind& prior = recon::prior_kind(job.prior.name);
  if (prior.needs_anatomy && job.prior.anatomical.empty()) {
    throw InputError(fmt::format(
        "prior.name = \"{}\" needs an anatomical image: set prior.anatomical, or choose another prior.", prior.name));
  }
}

/// What says how a file is to be read means nothing where there is none, and all of a simulation would be taken.
void check_simulation_takes(const io::Job::Input& input) {
  if (input.only != io::Sources::all) {
    throw InputError(
        "all events of a simulation are reconstructed: input.only takes a part of them in another job, whose "
        "input.data is the NAME_origins.h5 that simulation.origins = true leaves.");
  }
  if (!input.scanner.empty() || !input.columns.empty() || input.tof_fwhm_ps > 0) {
    throw InputError(
        "input.scanner, input.columns and input.tof_fwhm_ps say how measured data are to be read, and this job "
        "simulates its data: leave them out.");
  }
}

void check_settings(const io::Job& job) {
  const bool has_events = !job.input.data.empty();
  if (has_events == job.simulates()) {
    throw InputError(
        has_events ? "the job has both input.data and a simulation; leave one of them empty."
                   : "the job has no data: set input.data to a listmode file or histogram, or simulation.phantom and "
                     "simulation.scanner.");
  }
  if (!has_events && (job.simulation.phantom.empty() || job.simulation.scanner.empty())) {
    throw InputError("a simulation needs both simulation.phantom and simulation.scanner.");
  }
  if (!has_events) {
    check_simulation_takes(job.input);
  }
  if (job.input.stop_s > 0 && job.input.stop_s <= job.input.start_s) {
    throw InputError(
        fmt::format("input.stop_s = {} must be larger than input.start_s = {}, or 0 for the end of the "
                    "file.",
                    job.input.stop_s, job.input.start_s));
  }
  check_parts(job);
  check_kinetics(job);
  if (job.output.median_voxels % 2 == 0) {
    throw InputError(
        fmt::format("output.median_voxels = {} is even; a cube with a voxel in its middle has an odd edge.",
                    job.output.median_voxels));
  }
  recon::check_takes_prior(job.algorithm.name, job.prior.name);
  check_prior(job);
  constexpr std::size_t longest_name = 200;  // file systems allow 255 bytes with all endings
  if (job.output.name.size() > longest_name) {
    throw InputError(
        fmt::format("output.name has {} bytes; at most {} are possible.", job.output.name.size(), longest_name));
  }
  if (job.output.folder.empty()) {
    throw InputError("output.folder is empty; give a folder, \".\" for the working directory.");
  }
  if (job.output.name.find('/') != std::string::npos || job.output.name == "." || job.output.name == "..") {
    throw InputError(
        fmt::format("output.name = \"{}\" must be a name, not a path; output.folder says where.", job.output.name));
  }
}

/// What the system says counts, not guesses from modes. Of a file without a name nothing is left where the program is
/// killed meanwhile; not every file system has those.
bool takes_files(const fs::path& folder) {
  if (const int file = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR); file >= 0) {
    ::close(file);
    return true;
  }
  std::string probe = (folder / ".coincide-XXXXXX").string();
  if (mkdtemp(probe.data()) == nullptr) {
    return false;
  }
  fs::remove(probe);
  return true;
}

/// Of folders that are still to be made, the nearest one that exists counts.
void check_output_folder(const fs::path& folder) {
  fs::path existing = fs::absolute(folder).lexically_normal();
  while (!fs::exists(existing) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  if (!fs::is_directory(existing) || !takes_files(existing)) {
    throw InputError(fmt::format("output.folder = \"{}\" cannot be written: {} is {}. Choose another folder.",
                                 folder.string(), existing.string(),
                                 fs::is_directory(existing) ? "closed to you, or read-only" : "not a folder"));
  }
}

void check_no_input_overwritten(const io::Job& job, const JobSetup& setup) {
  const std::vector<std::string> endings = result_endings(job);
  std::vector<fs::path> outputs;
  outputs.reserve(endings.size());
  for (const std::string& ending : endings) {
    outputs.push_back(fs::weakly_canonical(job.result_path(ending)));
  }
  for (const auto& [role, path] : setup.inputs) {
    if (std::ranges::find(outputs, fs::weakly_canonical(path)) != outputs.end()) {
      throw InputError(
          fmt::format("the results would overwrite {}, an input of this job ({}). Change output.name or "
                      "output.folder.",
                      path.string(), role));
    }
  }
}

/// A simulation may replace the events of its own earlier run, never somebody's measurement.
void check_no_events_overwritten(const io::Job& job) {
  const fs::path events = job.result_path(".petsird");
  if (job.simulates() && fs::exists(events) && !is_simulated(job)) {
    throw InputError(
        fmt::format("the simulation would overwrite {}, which is not from an earlier simulation (no {} beside it says "
                    "so). Change output.name or output.folder.",
                    events.string(), job.result_path(".json").filename().string()));
  }
}

void check_outputs(const io::Job& job, const JobSetup& setup) {
  try {
    check_output_folder(job.output.folder);
    check_no_input_overwritten(job, setup);
    check_no_events_overwritten(job);
  } catch (const fs::filesystem_error& error) {
    throw InputError(fmt::format("the results cannot be written to {}: {}. Change output.folder or output.name.",
                                 error.path1().string(), error.code().message()));
  }
}

/// An image that no LOR can cross is a mistake in its size or place; one that is partly out of sight may be meant.
void check_place(JobSetup& setup) {
  const io::DataCheck check = io::check_grid(setup.scanner(), setup.grid);
  if (check.verdict == io::Verdict::good) {
    return;
  }
  const std::string finding = fmt::format("{}. {}", check.sentence, check.remedy);
  if (check.verdict == io::Verdict::bad) {
    throw InputError("the image: " + finding);
  }
  setup.warnings.push_back("The image: " + finding);
}

/// The noise of a sensitivity image from few crystal pairs goes into the result.
void check_sensitivity(double fraction, JobSetup& setup) {
  if (setup.histogram || fraction == 0) {
    return;  // made of all its bins, or of as many pairs as it needs
  }
  constexpr double enough_per_voxel = 500;  // 2 % of noise where all voxels are seen equally well
  const ImageGrid& grid = setup.grid;
  const auto voxels_on_lor = static_cast<double>(std::ranges::max(grid.shape));
  const double all_per_voxel =
      static_cast<double>(recon::ModulePairs(setup.scanner(), setup.efficiencies()).num_crystal_pairs()) *
      voxels_on_lor / static_cast<double>(grid.num_voxels());
  const double per_voxel = fraction * all_per_voxel;
  if (fraction < 1 && per_voxel < enough_per_voxel) {
    setup.warnings.push_back(fmt::format(
        "With sensitivity.fraction = {:g} only about {:.2g} crystal pairs cross each voxel: the sensitivity "
        "image is noisy, which makes the result too high, most at its edges. Use {:.2g} or more, or 0, which "
        "chooses it.",
        fraction, per_voxel, std::min(1.0, enough_per_voxel / all_per_voxel)));
  }
}

/// Image, sensitivity, back-projection, start image: at least so many copies are in memory at once.
void check_memory(const ImageGrid& grid) {
  const double needed_gb = 4.0 * sizeof(float) * static_cast<double>(grid.num_voxels()) / 1e9;
  const double machine_gb =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e9;
  if (needed_gb > machine_gb) {
    throw DeviceError(
        fmt::format("an image of {} x {} x {} voxels needs at least {:.1f} GB of memory, this machine has "
                    "{:.1f} GB. Choose fewer or larger voxels in [image].",
                    grid.shape[0], grid.shape[1], grid.shape[2], needed_gb, machine_gb));
  }
}

}  // namespace

ImageGrid automatic_grid(const recon::Scanner& scanner, const std::array<double, 3>& voxel_size_mm) {
  const recon::FieldOfView field(scanner);
  std::array<std::int64_t, 3> shape{};
  recon::Vec3 size{};
  for (int a = 0; a < 3; ++a) {
    recon::Vec3 axis{};
    axis[a] = 1;
    const auto reach = field.reach_mm(axis);
    const double extent =
        2 * usable_radius * reach.to_crystals_mm + (2.0 * reach.to_ends_mm + reach.ends * voxel_size_mm[a]);
    shape[a] = std::max<std::int64_t>(1, std::llround(extent / voxel_size_mm[a]));
    size[a] = static_cast<float>(voxel_size_mm[a]);
  }
  return recon::centred_grid(shape, size, field.middle_mm());
}

recon::Psf job_psf(const io::Job& job, const recon::Scanner& scanner) {
  const fs::path& path = job.algorithm.psf_table;
  if (path.empty()) {
    return job.algorithm.psf_fwhm_mm;
  }
  if (job.algorithm.psf_fwhm_mm > 0) {
    throw InputError("the job has both algorithm.psf_fwhm_mm and algorithm.psf_table; leave one of them out.");
  }
  require_file("algorithm.psf_table", path);
  try {
    return {io::read_psf_table(path), scanner};
  } catch (const InputError& error) {
    throw InputError(fmt::format("algorithm.psf_table = \"{}\": {}.", path.string(), error.what()));
  }
}

ImageGrid job_grid(const io::Job& job, const recon::Scanner& scanner) {
  const ImageGrid automatic = automatic_grid(scanner, job.image.voxel_size_mm);
  std::array<std::int64_t, 3> shape = automatic.shape;
  recon::Vec3 voxel_size_mm{};
  recon::Vec3 centre_mm = scanner.centre_mm();
  for (int a = 0; a < 3; ++a) {
    shape[a] = job.image.size[a] > 0 ? job.image.size[a] : shape[a];
    voxel_size_mm[a] = static_cast<float>(job.image.voxel_size_mm[a]);
    centre_mm[a] += static_cast<float>(job.image.centre_offset_mm[a]);
  }
  return recon::centred_grid(shape, voxel_size_mm, centre_mm);
}

recon::SubsetChoice subset_choice(const io::Job& job, const JobSetup& setup, std::uint64_t num_prompts) {
  const double needed = recon::prompts_per_subset(setup.scanner(), setup.grid, setup.uses_tof(job), setup.psf,
                                                  job.algorithm_kind().prompts_per_voxel);
  return recon::choose_subsets(job.algorithm_kind(), job.algorithm.subsets, num_prompts, needed);
}

recon::RunSettings run_settings(const io::Job& job) {
  return {.frame = job.input,
          .motion = zero_of_poses(job),
          .corrections = job.corrections,
          .algorithm = job.algorithm,
          .prior = job.prior,
          .stop = job.stop,
          .quantification = job.quantification,
          .sensitivity_fraction = job.sensitivity.fraction,
          .decay_to_s = decay_reference_s(job),
          .num_threads = static_cast<int>(job.compute.threads),
          .checkpoint_passes = static_cast<int>(job.output.checkpoint),
          .checkpoint_s = 60 * job.output.checkpoint_minutes,
          .filter = job.output};
}

recon::RunInputs run_inputs(const io::Job& job, JobSetup& setup, recon::EventSource* events) {
  return {
      .events = events,
      .histogram = setup.histogram_inputs(),
      .grid = setup.grid,
      .attenuation = setup.attenuation ? &*setup.attenuation : nullptr,
      .attenuation_made = setup.attenuation_made,
      .start_image = setup.start_image ? &*setup.start_image : nullptr,
      .anatomical = setup.anatomical ? std::make_shared<const recon::Image>(std::move(*setup.anatomical)) : nullptr,
      .psf_table = job.algorithm.psf_table.empty() ? recon::Psf() : setup.psf,
      .poses = setup.poses,
      .store = job.sensitivity.use_cache ? std::make_shared<SensitivityCache>(job.sensitivity.cache_folder) : nullptr,
      .parts_cover_data = !job.frames.gates.empty(),
      .singles_background_per_s = setup.singles_background_per_s,
      .may_have_randoms = may_have_randoms(job),
      .may_have_scatter = !job.simulates() || job.simulation.scatter,
      .scatter = setup.scatter,
      .findings = {},
      .problem_settings = io::problem_settings(job)};
}

std::string memory_of_image(const ImageGrid& grid) {
  return fmt::format(
      "Each image of {} x {} x {} voxels takes {:.2g} GB, and several are held at a time; events are held "
      "up to compute.memory_limit_gb. Choose fewer or larger voxels in [image], or a lower limit.",
      grid.shape[0], grid.shape[1], grid.shape[2], sizeof(float) * static_cast<double>(grid.num_voxels()) / 1e9);
}

/// Whether an image is one of a CT only the image tells.
void note_idle_ct_settings(const io::Job& job, JobSetup& setup) {
  if (!setup.attenuation || setup.attenuation_of_ct) {
    return;
  }
  std::vector<std::string> idle = io::changed_settings(job);
  std::erase_if(idle, [](const std::string& setting) { return !setting.starts_with("corrections.ct_"); });
  if (!idle.empty()) {
    setup.notes.push_back(
        fmt::format("The attenuation is in 1/cm, not in CT numbers: {} is without use.", fmt::join(idle, ", ")));
  }
}

JobSetup prepare_job(const io::Job& job) {
  check_settings(job);
  JobSetup setup;
  setup.device = projectors::find_device(job.compute.device);
  open_inputs(job, setup);
  setup.psf = job_psf(job, setup.scanner());
  setup.grid = job_grid(job, setup.scanner());
  if (std::string doubt = io::doubt_of_half_life(job); !doubt.empty()) {
    setup.warnings.push_back(std::move(doubt));
  }
  check_place(setup);
  check_memory(setup.grid);
  check_sensitivity(job.sensitivity.fraction, setup);
  if (job.corrections.scatter != recon::ScatterMethod::none) {
    recon::check_energy_window(setup.scanner(), job.corrections);
  }
  open_attenuation(job, setup);
  if (setup.attenuation) {
    const fs::path& of_body = job.corrections.attenuation;
    check_attenuation_fits((of_body.empty() ? job.corrections.hardware : of_body).string(), setup);
  }
  if (setup.anatomical) {
    check_anatomical(job.prior.anatomical.string(), job.prior.anatomical_place, static_cast<int>(job.compute.threads),
                     setup);
  }
  if (setup.start_image) {
    check_start_image(*setup.start_image, setup.grid, job.algorithm.start_image.string());
    setup.start_image->grid = setup.grid;  // to the last bit: rounding on its way through a file must not matter
  }
  fit_regions(job, setup);
  check_outputs(job, setup);
  const fs::path image = job.result_path("." + job.output.format);
  if (fs::exists(image)) {
    setup.notes.push_back(
        fmt::format("{} of an earlier run will be replaced, with all that goes with it.", image.string()));
  }
  if (const std::vector<std::string> idle = io::settings_without_use(job); !idle.empty()) {
    setup.notes.push_back(fmt::format("Set, but without use as the other settings are: {}.", fmt::join(idle, ", ")));
  }
  note_idle_ct_settings(job, setup);
  if (setup.histogram && !job.algorithm.tof && setup.scanner().has_tof()) {
    setup.notes.emplace_back("The histogram has TOF bins, and they are used: algorithm.tof chooses for events only.");
  }
  if (job.algorithm.tof && !setup.scanner().has_tof()) {
    setup.notes.emplace_back("The scanner has no time of flight; the reconstruction does not use it.");
  }
  return setup;
}

}  // namespace coincide::app
