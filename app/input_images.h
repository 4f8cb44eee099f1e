#pragma once

#include <string>

#include "app/job_setup.h"
#include "recon/motion/registration.h"

namespace coincide::app {

// Checks of the images that a job names; `name` is the path in its sentences. All throw InputError for images that
// cannot be meant, and add to the setup's warnings and notes what may be wrong with others.

/// `setting` stands for the image in the sentence, key and path.
void check_finite(const recon::Image& image, const std::string& setting);

/// The image at the place that the job gives it, and a note of that; `outside` lies around it. `setting` as above.
recon::Image placed(const std::string& setting, const recon::Image& image, const recon::Registration& place,
                    float outside, int threads, JobSetup& setup);

/// Values that can be linear attenuation in 1/cm.
void check_attenuation(const recon::Image& image, const std::string& setting);

/// What can be wrong with an attenuation image of possible values: its place, or that it is empty.
void check_attenuation_fits(const std::string& name, JobSetup& setup);

/// Brings the prior's image to its place, and onto the grid of the result.
void check_anatomical(const std::string& name, const recon::Registration& place, int threads, JobSetup& setup);

/// Grid and values of a start image.
void check_start_image(const recon::Image& image, const recon::ImageGrid& grid, const std::string& name);

}  // namespace coincide::app
