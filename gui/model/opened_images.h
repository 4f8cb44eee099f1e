#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/layer.h"
#include "gui/model/subject.h"
#include "recon/data/suv.h"
#include "recon/image.h"

namespace coincide::gui {

/// An image file with all its frames.
struct OpenedImage {
  std::filesystem::path path;
  std::vector<std::shared_ptr<const recon::Image>> frames;
  std::vector<std::string> frame_names;  ///< of several: "2 of 5, 60 to 120 s"
  std::vector<std::string> warnings;     ///< sentences: what the file does not say
  bool of_patient = false;               ///< it says how the patient lies
  recon::SuvFactor suv = {};             ///< of all frames
  std::string made = {};                 ///< of frames: "mean of 5 frames"; empty: as the file has it
  /// The voxels as the file has them, and where they lie, if their axes are oblique: `frames` are resampled then.
  std::vector<std::shared_ptr<const recon::Image>> oblique_frames = {};
  Eigen::Affine3d oblique_to_mm = Eigen::Affine3d::Identity();
};

/// Reads an image of any format that io/ knows. Throws FileError.
OpenedImage open_image(const std::filesystem::path& path);

enum class FramesAsOne { mean, sum };
/// One image of several frames: their mean, weighted by what they last, or the sum of each times what it lasts, in the
/// unit times seconds. Where that is not known all count alike, and the sum has the unit of the frames.
OpenedImage frames_as_one(const OpenedImage& series, FramesAsOne kind);

Subject subject_of(const OpenedImage& image, std::size_t frame);

/// To be laid over another image: the file's own voxels where they lie.
Layer layer_of(const OpenedImage& image, std::size_t frame);

/// The image files of the session, and which one is looked at, if any.
class OpenedImages {
 public:
  /// And looks at it. The same of the same file is replaced.
  void add(std::shared_ptr<const OpenedImage> image);
  const std::vector<std::shared_ptr<const OpenedImage>>& all() const { return all_; }
  /// Throws std::out_of_range for one that there is not.
  void choose(std::size_t index);
  void choose_none() { chosen_.reset(); }
  void choose_frame(std::size_t frame);
  /// Null: none is looked at.
  std::shared_ptr<const OpenedImage> chosen() const { return chosen_ ? all_[*chosen_] : nullptr; }
  std::optional<std::size_t> chosen_index() const { return chosen_; }
  std::size_t frame() const { return frame_; }

 private:
  std::vector<std::shared_ptr<const OpenedImage>> all_;
  std::optional<std::size_t> chosen_;
  std::size_t frame_ = 0;
};

}  // namespace coincide::gui
