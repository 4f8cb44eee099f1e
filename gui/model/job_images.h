#pragma once

#include <string>
#include <string_view>

#include "gui/model/job_document.h"
#include "gui/model/layer.h"

namespace coincide::gui {

/// An image that a job names and brings to its place in the scanner.
struct JobImage {
  std::string setting;         ///< that names it: "corrections.attenuation"
  std::string name;            ///< "attenuation"
  std::filesystem::path file;  ///< empty: the job names none
  recon::Registration place;
};

/// Attenuation of the body, that of bed and coils, and the anatomical image.
std::vector<JobImage> job_images(const io::Job& job);
/// One of them. Throws InputError for another setting.
JobImage job_image(const io::Job& job, std::string_view setting);

/// Makes the file of a layer, and the place that it was brought to, those of a setting of the job: one undo step.
/// Throws InputError where the job cannot have them.
void keep_in_job(JobDocument& document, const Layer& layer, std::string_view setting);

}  // namespace coincide::gui
