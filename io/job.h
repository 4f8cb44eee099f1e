#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/listmode_file.h"
#include "io/settings.h"
#include "recon/algorithms/algorithms.h"
#include "recon/corrections/ct_numbers.h"
#include "recon/data/tracer.h"
#include "recon/motion/registration.h"
#include "recon/normalization/pair_symmetry.h"
#include "recon/options.h"
#include "recon/pipeline/checkpoint.h"
#include "recon/post_filter.h"

namespace coincide::io {

/// The moment that the times of a table count from.
enum class TableZero { scan, injection };

/// The same for poses, whose `scan` is the first moment of the data, `clock` the zero of the data's own times.
enum class PoseZero { scan, clock, injection };

/// Whether a blood curve was corrected for decay, and to when.
enum class BloodDecay { unstated, as_measured, to_scan, to_injection };

/// What kinetic images are made from: the frames' finished images, or the events of all frames.
enum class KineticMethod { indirect, direct };

/// What to reconstruct, from what, how, and where to. Defaults are those of a job without that setting; meaning, units
/// and limits of each field are in describe(). Paths are absolute after load_job() and set_in_job().
struct Job {
  struct Input : recon::FrameOptions {
    std::filesystem::path data;
    bool allow_truncated = false;
    std::string columns;
    std::filesystem::path scanner;
    double tof_fwhm_ps = 0;
    Sources only = Sources::all;
    std::filesystem::path motion;
    PoseZero motion_zero = PoseZero::scan;
    double motion_zero_s = 0;
    std::string injection;  ///< in s of the file's clock; empty: not known
    std::string time_zero;  ///< "2026-11-28 14:05:09", or the time alone; empty: not known
  };
  struct Frames {
    std::string durations;  ///< as parse_durations(); empty: one frame
    std::filesystem::path gates;
    TableZero gates_zero = TableZero::scan;
  };
  struct Simulation {
    std::filesystem::path phantom;
    std::filesystem::path scanner;
    double duration_s = 60;
    double randoms_fraction = 0.2;
    bool attenuation = true;
    bool scatter = false;
    double half_life_s = 0;
    double dead_time_us = 0;
    bool singles = false;
    bool origins = false;
    std::int64_t seed = 1;
  };
  struct ImageGrid {
    std::array<std::int64_t, 3> size{0, 0, 0};
    std::array<double, 3> voxel_size_mm{2, 2, 2};
    std::array<double, 3> centre_offset_mm{0, 0, 0};
  };
  struct Corrections : recon::CorrectionOptions {
    std::filesystem::path attenuation;
    recon::Registration attenuation_place;
    std::filesystem::path hardware;
    recon::Registration hardware_place;
    double ct_kvp = 0;  ///< 0: as the image says
    double ct_smoothing_mm = 6;
    recon::DenseMatter ct_dense = recon::DenseMatter::bone;
    std::filesystem::path singles_background;
    std::filesystem::path multiplicative;
    std::filesystem::path additive;
    std::filesystem::path normalization;
    std::filesystem::path scatter_estimate;  ///< of an earlier job; empty: as `scatter` says
  };
  struct Normalization {
    std::filesystem::path source;  ///< empty: the job reconstructs an image
    recon::PairClasses pair_factors = recon::PairClasses::none;
  };
  struct Sensitivity {
    double fraction = 0;
    bool use_cache = true;
    std::filesystem::path cache_folder;
  };
  struct Algorithm : recon::AlgorithmOptions {
    std::filesystem::path start_image;
    std::filesystem::path psf_table;
  };
  struct Prior : recon::PriorOptions {
    std::filesystem::path anatomical;
    recon::Registration anatomical_place;
  };
  struct Tracer {
    std::string name;
    std::string nuclide;
    double dose_mbq = 0;  ///< 0: not known
  };
  struct Patient {
    double weight_kg = 0;  ///< 0: not known
    double height_m = 0;
    recon::Sex sex = recon::Sex::unknown;
  };
  struct Kinetics {
    std::filesystem::path blood;
    std::string blood_unit = "unstated";
    BloodDecay blood_decay = BloodDecay::unstated;
    TableZero blood_zero = TableZero::scan;
    KineticMethod method = KineticMethod::indirect;
    double t_star_s = 1800;

    bool is_direct() const { return !blood.empty() && method == KineticMethod::direct; }
  };
  struct Output : recon::PostFilterOptions {
    std::filesystem::path folder = "results";
    std::string name;
    std::string format = "nii.gz";
    bool save_every_iteration = false;
    bool scatter = false;  ///< keep the estimate
    bool factors = false;  ///< keep m and b of a sinogram's bins
    std::filesystem::path regions;
    std::int64_t checkpoint = 0;
    double checkpoint_minutes = 0;
  };
  struct Compute {
    std::string device = "auto";
    std::int64_t threads = 0;
    double memory_limit_gb = 0;
  };

  Input input;
  Frames frames;
  Simulation simulation;
  ImageGrid image;
  Corrections corrections;
  Normalization normalization;
  Sensitivity sensitivity;
  Algorithm algorithm;
  Prior prior;
  recon::StopOptions stop;
  recon::QuantificationOptions quantification;
  Tracer tracer;
  Patient patient;
  Kinetics kinetics;
  Output output;
  Compute compute;

  std::filesystem::path file;  ///< that the job was read from; empty if there is none

  /// Whether the run leaves what it can be resumed from.
  bool keeps_checkpoints() const { return output.checkpoint > 0 || output.checkpoint_minutes > 0; }
  /// One image for each of several parts of the acquisition.
  bool in_parts() const { return !frames.durations.empty() || !frames.gates.empty(); }
  bool simulates() const { return !simulation.phantom.empty() || !simulation.scanner.empty(); }
  const recon::AlgorithmKind& algorithm_kind() const { return recon::algorithm_kind(algorithm.name, prior.name); }
  std::int64_t passes() const { return recon::passes_of(stop, algorithm_kind()); }
  /// output.name, else the name of the job file.
  std::string result_name() const;
  /// output.folder / (result_name() + suffix)
  std::filesystem::path result_path(std::string_view suffix) const;
};

/// What the names of a part's files end in, before the suffix: "_gate3" of "gate 3", "_frame3" of "frame 3 of 12".
std::string part_ending(const std::string& part);

/// The list of all settings, each once, with fields that refer to `job`.
std::vector<Setting> describe(Job& job);
/// (section, title) in the order of the settings.
const std::vector<std::pair<std::string, std::string>>& job_sections();

/// Reads a job file (TOML). Relative paths become relative to its folder, then absolute.
/// Throws InputError with file, line, key, value and what is allowed; FileError never: a job that is missing is a wrong
/// command line.
Job load_job(const std::filesystem::path& path);
/// Sets one setting from "key=value"; relative paths count from the working directory.
void set_in_job(Job& job, std::string_view assignment);
/// The same of a key and a value that come apart, as assign_setting().
void set_in_job(Job& job, const std::string& key, const std::string& value, const std::string& where);

/// A word, neither with a folder nor with a suffix.
bool is_bare_name(const std::filesystem::path& path);
/// Is `path` the bare name of a file in resources/ ("nema_iq") of a setting that may hold one?
bool names_resource(const Setting& setting, const std::filesystem::path& path);
/// Gives a relative path the place that it has in a job file in `folder`. Names of resources, empty paths and settings
/// that hold no path stay.
void make_absolute(const Setting& setting, const std::filesystem::path& folder);

/// The job as a commented TOML file with help, unit, default and limits of each setting.
std::string job_text(const Job& job);
/// A setting that two jobs have different values of, as TOML.
struct SettingDifference {
  std::string key, value, other, unit;
};
std::vector<SettingDifference> different_settings(const Job& one, const Job& other);
/// "key = value" of each setting that differs from its default.
std::vector<std::string> changed_settings(const Job& job);
/// Keys of those among them that do nothing as the others are.
std::vector<std::string> settings_without_use(const Job& job);
/// Those that enter what is reconstructed, and how: a run may only be resumed with the same. Contents of files count by
/// themselves, those of a table of the resolution model here. Throws FileError for such a table.
recon::ProblemSettings problem_settings(const Job& job);
/// The settings as the text of `coincide --help`.
std::string settings_help();

}  // namespace coincide::io
