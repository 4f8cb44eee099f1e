#pragma once

#include "gui/model/image_choice.h"
#include "gui/model/opened_images.h"
#include "gui/viewer/step_picker.h"

namespace coincide::gui {

/// The images of a run: its iterations, or what it has made of frames or gates and their mean.
Steps steps_of(const ImageChoice& images);
/// The frames of an image file, of which that one is shown.
Steps steps_of(const OpenedImage& image, std::size_t shown);

/// The frames of a run that is over as those of its result file are; null: it had none.
std::shared_ptr<const OpenedImage> frames_of(const ImageChoice& images);

}  // namespace coincide::gui
