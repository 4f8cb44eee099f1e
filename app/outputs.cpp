#include "app/outputs.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "io/atomic_file.h"
#include "io/summary_picture.h"
#include "projectors/error.h"

namespace coincide::app {

double decay_factor(double half_life_s, double duration_s) {
  if (!(half_life_s > 0) || !(duration_s > 0)) {
    return 1;
  }
  const double exponent = std::numbers::ln2 * duration_s / half_life_s;
  return exponent / -std::expm1(-exponent);
}

UnitScale unit_scale(const io::Job& job, bool is_absolute, double duration_s) {
  UnitScale scale;
  scale.decay_factor = decay_factor(job.quantification.half_life_s, duration_s);
  scale.factor = scale.decay_factor / job.quantification.branching_ratio;
  if (is_absolute && duration_s > 0) {
    constexpr double mm3_per_ml = 1000;
    scale.factor *= mm3_per_ml / duration_s;
    scale.unit = "Bq/mL";
  }
  return scale;
}

std::string why_arbitrary_unit(const recon::MultiplicativeModel& model) {
  if (model.is_absolute()) {
    return "";
  }
  std::string why = "The file does not state how its efficiencies are calibrated";
  if (!model.uses_efficiencies()) {
    why = "The efficiencies are left out (corrections.efficiencies = false)";
  } else if (model.efficiencies().calibration_stated) {
    why = std::string("The solid angle of the crystal pairs is ") +
          (model.uses_solid_angle() ? "counted twice" : "left out") + " (corrections.geometric)";
  }
  return why + ": the image has an arbitrary unit instead of Bq/mL.";
}

bool may_have_randoms(const io::Job& job) { return !job.simulates() || job.simulation.randoms_fraction > 0; }

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
    const std::string subtitle = fmt::format("{}   |   {}   |   {} prompts in {:.4g} s", image.description,
                                             provenance.scanner, provenance.prompts_used, provenance.frame_duration_s);
    io::write_summary_picture(picture, image, {job.result_name(), subtitle});
  }
}

}  // namespace coincide::app
