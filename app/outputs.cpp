#include "app/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/atomic_file.h"
#include "io/summary_picture.h"
#include "projectors/error.h"

namespace coincide::app {

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
  std::string line = job.algorithm.name == io::Method::mlem
                         ? fmt::format("listmode MLEM, {:g} iterations", iterations_done)
                         : fmt::format("listmode OSEM, {:g} iterations, {} subsets", iterations_done, subsets);
  line += tof ? ", TOF" : "";
  if (job.algorithm.psf_fwhm_mm > 0) {
    line += fmt::format(", PSF {:g} mm", job.algorithm.psf_fwhm_mm);
  }
  return line;
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
