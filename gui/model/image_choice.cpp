#include "gui/model/image_choice.h"

namespace coincide::gui {
namespace {

std::vector<KeptImage> images_of(const Run& run) {
  std::vector<KeptImage> images = run.parts.empty() ? run.kept : run.parts;
  if (run.image &&
      (images.empty() || run.iteration > images.back().iteration || (run.job.in_parts() && run.is_over()))) {
    images.push_back({run.iteration, run.image});  // the newest, or the mean of all
  }
  return images;
}

}  // namespace

void ImageChoice::follow(const std::shared_ptr<const Run>& run) {
  const bool at_newest = run != run_ || index_ + 1 >= images_.size();
  run_ = run;
  images_ = run ? images_of(*run) : std::vector<KeptImage>{};
  if (at_newest) {
    index_ = images_.empty() ? 0 : images_.size() - 1;
  }
}

Frames ImageChoice::parts() const {
  Frames parts;
  for (const KeptImage& image : images_) {
    if (!image.part.empty()) {
      parts.push_back(image.image);
    }
  }
  return parts;
}

void ImageChoice::choose(std::size_t index) {
  static_cast<void>(images_.at(index));
  index_ = index;
}

}  // namespace coincide::gui
