#include "gui/model/job_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "gui/model/translated.h"
#include "projectors/error.h"

namespace coincide::gui {

std::vector<JobImage> job_images(const io::Job& job) {
  const io::Job::Corrections& corrections = job.corrections;
  return {
      {"corrections.attenuation", translated("attenuation"), corrections.attenuation, corrections.attenuation_place},
      {"corrections.hardware", translated("bed and coils"), corrections.hardware, corrections.hardware_place},
      {"prior.anatomical", translated("anatomical image"), job.prior.anatomical, job.prior.anatomical_place}};
}

JobImage job_image(const io::Job& job, std::string_view setting) {
  const std::vector<JobImage> all = job_images(job);
  const auto found = std::ranges::find(all, setting, &JobImage::setting);
  if (found == all.end()) {
    throw InputError(fmt::format("{} names no image that is moved to its place", setting));
  }
  return *found;
}

void keep_in_job(JobDocument& document, const Layer& layer, std::string_view setting) {
  const auto text_of = [](const recon::Point& p) { return fmt::format("{:.6g},{:.6g},{:.6g}", p[0], p[1], p[2]); };
  const std::string key(setting);
  std::vector<std::pair<std::string, std::string>> texts{{key + "_shift_mm", text_of(layer.place.shift_mm)},
                                                         {key + "_turn_degrees", text_of(layer.place.turn_degrees)}};
  if (job_image(document.job(), setting).file != layer.source.image) {
    texts.emplace_back(key, layer.source.image.string());
  }
  document.set_together(texts);
}

}  // namespace coincide::gui
