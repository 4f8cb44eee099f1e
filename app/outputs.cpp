#include "app/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>

#include "io/atomic_file.h"
#include "io/summary_picture.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// An image of a result of that name: its last, or one kept after an iteration.
bool is_image_of(const std::string& result_name, const std::string& file) {
  static const std::regex ending(R"((_it\d+)?\.nii(\.gz)?)");
  return file.starts_with(result_name) && std::regex_match(file.substr(result_name.size()), ending);
}

bool any_exists(const io::Job& job) {
  std::error_code error;  // what cannot be seen is reported when it is written
  return std::ranges::any_of(result_endings(job),
                             [&](const std::string& ending) { return fs::exists(job.result_path(ending), error); });
}

}  // namespace

UnitScale unit_scale(const io::Job& job, bool is_absolute, const recon::TimeIntervals& recorded,
                     std::uint32_t start_ms) {
  UnitScale scale;
  scale.decay_corrected = job.quantification.half_life_s > 0 && recorded.count() > 0;
  scale.decay_factor = recon::decay_factor(recorded, job.quantification.half_life_s, start_ms);
  scale.factor = scale.decay_factor / job.quantification.branching_ratio;
  if (is_absolute && recorded.count() > 0) {
    constexpr double mm3_per_ml = 1000;
    scale.factor *= mm3_per_ml / recorded.total_s();
    scale.unit = "Bq/mL";
  }
  return scale;
}

std::string why_arbitrary_unit(const recon::MultiplicativeModel& model, const std::string& no_duration) {
  std::vector<std::string> reasons;
  const recon::Efficiencies& efficiencies = model.efficiencies();
  if (!model.uses_efficiencies()) {
    reasons.emplace_back("the efficiencies are left out (corrections.efficiencies = false)");
  } else if (!efficiencies.calibration_stated) {
    reasons.push_back(efficiencies.calibration_problem.empty()
                          ? "the file does not state how its efficiencies are calibrated"
                          : efficiencies.calibration_problem);
  }
  if (!model.has_solid_angle_once()) {
    reasons.push_back(std::string("the solid angle of the crystal pairs is ") +
                      (model.uses_solid_angle() ? "counted twice" : "left out") + " (corrections.geometric)");
  }
  if (!no_duration.empty()) {
    reasons.push_back(no_duration + ", so the duration is not known and decay is not corrected");
  }
  return reasons.empty()
             ? ""
             : fmt::format("The image has an arbitrary unit instead of Bq/mL: {}.", fmt::join(reasons, "; "));
}

bool may_have_randoms(const io::Job& job) { return !job.simulates() || job.simulation.randoms_fraction > 0; }

std::string not_used_sentence(const std::vector<std::string>& not_used) {
  return not_used.empty() ? "" : fmt::format("Not used of what the file states: {}.", fmt::join(not_used, "; "));
}

recon::Image in_unit(const recon::Image& image, const UnitScale& scale) {
  recon::Image result = image;
  result.unit = scale.unit;
  for (float& value : result.values) {
    value = static_cast<float>(value * scale.factor);
  }
  return result;
}

std::string method_line(const io::Job& job, double iterations_done, std::int64_t subsets, bool tof) {
  const recon::AlgorithmKind& kind = job.algorithm_kind();
  std::string line = fmt::format("listmode {}, {:g} iterations", kind.title, iterations_done);
  line += kind.subsets > 1 ? fmt::format(", {} subsets", subsets) : "";
  if (job.prior.name != recon::PriorName::none) {
    line += fmt::format(", {} {:g}", recon::prior_kind(job.prior.name).title, job.prior.strength);
  }
  line += tof ? ", TOF" : "";
  if (job.algorithm.psf_fwhm_mm > 0) {
    line += fmt::format(", PSF {:g} mm", job.algorithm.psf_fwhm_mm);
  }
  return line;
}

std::string iteration_ending(std::int64_t iteration) { return fmt::format("_it{:03}", iteration); }

std::vector<std::string> result_endings(const io::Job& job) {
  const std::string suffix = "." + job.output.format;
  std::vector<std::string> endings{suffix, ".json", ".png", ".log"};
  if (job.simulates()) {
    endings.insert(endings.end(), {"_truth" + suffix, "_mu" + suffix, ".petsird"});
  }
  if (job.output.save_every_iteration) {
    for (std::int64_t iteration = 1; iteration < job.passes(); ++iteration) {
      endings.push_back(iteration_ending(iteration) + suffix);
    }
  }
  return endings;
}

std::string free_result_name(const io::Job& job) {
  if (!any_exists(job)) {
    return job.result_name();
  }
  std::smatch parts;
  std::string stem = job.result_name();
  std::uint64_t number = 2;
  if (static const std::regex numbered(R"((.+)_(\d{1,9}))"); std::regex_match(stem, parts, numbered)) {
    number = std::stoull(parts[2]) + 1;
    stem = parts[1].str();
  }
  for (io::Job next = job;; ++number) {
    next.output.name = fmt::format("{}_{}", stem, number);
    if (!any_exists(next)) {
      return next.output.name;
    }
  }
}

std::vector<std::string> remove_earlier_images(const io::Job& job, const std::vector<std::string>& written,
                                               const std::vector<fs::path>& keep) {
  std::vector<std::string> removed;
  for (const std::string& name : io::recorded_outputs(job.result_path(".json"))) {
    const fs::path path = job.output.folder / name;
    const auto is_same = [&](const fs::path& other) {
      std::error_code error;
      return fs::equivalent(path, other, error);
    };
    std::error_code error;
    if (is_image_of(job.result_name(), name) && std::ranges::find(written, name) == written.end() &&
        std::ranges::none_of(keep, is_same) && fs::remove(path, error)) {
      removed.push_back(name);
    }
  }
  return removed;
}

void make_output_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw InputError(fmt::format("output.folder = \"{}\" cannot be made: {}. Choose another folder.", folder.string(),
                                 error ? error.message() : "it is not a folder"));
  }
}

void write_side_files(const io::Job& job, const recon::Image& image, io::Provenance& provenance) {
  const std::filesystem::path picture = job.result_path(".png");
  const std::filesystem::path json = job.result_path(".json");
  if (!image.values.empty()) {
    provenance.outputs.push_back(picture.filename().string());
  }
  provenance.outputs.push_back(json.filename().string());
  io::write_text_file(json, io::provenance_json(provenance));  // first: an image needs it more than its picture
  if (!image.values.empty()) {
    std::string subtitle =
        fmt::format("{}   |   {}   |   {} prompts", image.description, provenance.scanner, provenance.prompts_used);
    if (provenance.frame_duration_s > 0) {
      subtitle += fmt::format(" in {:.4g} s", provenance.frame_duration_s);
    }
    io::write_summary_picture(picture, image, {job.result_name(), subtitle});
  }
}

}  // namespace coincide::app
