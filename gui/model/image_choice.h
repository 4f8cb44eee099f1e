#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "gui/model/activity_chart.h"
#include "gui/model/run_list.h"

namespace coincide::gui {

/// Which image of a run is looked at: the newest as it forms, or one that was gone back to.
class ImageChoice {
 public:
  /// Takes over what has come to the run. Another run than before, or null, begins at its newest image.
  void follow(const std::shared_ptr<const Run>& run);
  /// Those to choose from: kept after whole iterations, and the newest where it is further on; of a run that is over
  /// and had frames or gates these, and their mean.
  const std::vector<KeptImage>& images() const { return images_; }
  /// Those of images() that are of frames or gates.
  Frames parts() const;
  /// Of images(); 0 if there are none.
  std::size_t index() const { return index_; }
  /// The last one: the newest, now and as more come. Throws std::out_of_range for one that there is not.
  void choose(std::size_t index);
  const std::shared_ptr<const Run>& run() const { return run_; }
  /// Without image if the run has none.
  KeptImage image() const { return images_.empty() ? KeptImage{} : images_[index_]; }

 private:
  std::shared_ptr<const Run> run_;
  std::vector<KeptImage> images_;
  std::size_t index_ = 0;
};

}  // namespace coincide::gui
