#include "gui/model/opened_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gui/model/translated.h"
#include "io/image_file.h"

namespace coincide::gui {
namespace {

std::string frame_name(const recon::ImageSeries& series, std::size_t frame) {
  std::string name = translated_with("{} of {}", frame + 1, series.frames.size());
  if (frame < series.parameters.size()) {
    return name + ", " + series.parameters[frame];
  }
  const recon::SeriesFrame& one = series.frames[frame];
  return one.duration_s > 0 ? translated_with("{}, {:g} to {:g} s", name, one.start_s, one.start_s + one.duration_s)
                            : name;
}

/// True unless each axis of the file runs along one of ours.
bool is_oblique(const Eigen::Affine3d& index_to_mm) {
  constexpr double straight = 1e-4;  // of a voxel
  for (int axis = 0; axis < 3; ++axis) {
    const Eigen::Vector3d step = index_to_mm.linear().col(axis);
    if (step.cwiseAbs().maxCoeff() < (1 - straight * straight) * step.norm()) {
      return true;
    }
  }
  return false;
}

std::vector<std::shared_ptr<const recon::Image>> images_of(const recon::ImageSeries& series) {
  std::vector<std::shared_ptr<const recon::Image>> images;
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    images.push_back(std::make_shared<const recon::Image>(series.image(frame)));
  }
  return images;
}

}  // namespace

OpenedImage open_image(const std::filesystem::path& path) {
  io::PlacedSeries placed = io::read_placed_series(path);
  OpenedImage image{.path = path,
                    .frames = {},
                    .frame_names = {},
                    .warnings = {},
                    .of_patient = placed.orientation.starts_with("DICOM")};
  if (is_oblique(placed.index_to_mm)) {
    image.oblique_frames = images_of(placed.series);
    image.oblique_to_mm = placed.index_to_mm;
  }
  io::ReadSeries read = io::straightened(std::move(placed), path.string());
  image.warnings = std::move(read.warnings);
  image.suv = recon::common_suv_factor(read.series);
  for (std::size_t frame = 0; frame < read.series.frames.size(); ++frame) {
    image.frames.push_back(std::make_shared<const recon::Image>(read.series.image(frame)));
    image.frame_names.push_back(frame_name(read.series, frame));
    read.series.frames[frame].values = {};  // not twice in memory
  }
  return image;
}

OpenedImage frames_as_one(const OpenedImage& series, FramesAsOne kind) {
  const bool has_durations =
      std::ranges::all_of(series.frames, [](const auto& frame) { return frame->frame_duration_s > 0; });
  const auto weight = [&](const recon::Image& frame) { return has_durations ? frame.frame_duration_s : 1; };
  const recon::Image& first = *series.frames.front();
  const recon::Image& last = *series.frames.back();
  double weights = 0;
  std::vector<double> sum(first.values.size());
  for (const auto& frame : series.frames) {
    weights += weight(*frame);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += weight(*frame) * static_cast<double>(frame->values[i]);
    }
  }
  recon::Image one(first.grid, 0, first.unit);
  const double factor = kind == FramesAsOne::mean ? 1 / weights : 1;
  std::ranges::transform(sum, one.values.begin(),
                         [factor](double value) { return static_cast<float>(factor * value); });
  if (kind == FramesAsOne::sum && has_durations) {
    one.unit = first.unit == "1" ? "s" : first.unit + " s";
  }
  if (has_durations) {
    one.frame_start_s = first.frame_start_s;
    one.frame_duration_s = last.frame_start_s + last.frame_duration_s - first.frame_start_s;
  }
  OpenedImage made{.path = series.path,
                   .frames = {},
                   .frame_names = {""},
                   .warnings = {},
                   .of_patient = series.of_patient,
                   .suv = series.suv,
                   .made = kind == FramesAsOne::mean ? translated_with("mean of {} frames", series.frames.size())
                                                     : translated_with("sum of {} frames", series.frames.size())};
  one.description = has_durations ? translated_with("{}, {:g} to {:g} s", made.made, one.frame_start_s,
                                                    one.frame_start_s + one.frame_duration_s)
                                  : made.made;
  made.frames = {std::make_shared<const recon::Image>(std::move(one))};
  return made;
}

Subject subject_of(const OpenedImage& image, std::size_t frame) {
  const std::string file = image.path.filename().string();
  const std::string made = image.made.empty() ? std::string() : fmt::format(" · {}", image.made);
  Subject subject{.data = "image " + image.path.string(),
                  .name = translated_with("Image · {}{}", file, made),
                  .detail = in_language(image.frames[frame]->description),
                  .file = file.substr(0, file.find('.')),
                  .hint = {},
                  .of_patient = image.of_patient};
  if (!image.made.empty()) {
    subject.file += fmt::format("_{}", image.made.substr(0, image.made.find(' ')));
  }
  if (image.frames.size() > 1) {
    subject.detail = translated_with("frame {}", image.frame_names[frame]);
    subject.file += fmt::format("_frame{}", frame + 1);
  }
  return subject;
}

Layer layer_of(const OpenedImage& image, std::size_t frame) {
  std::string name = image.path.filename().string();
  Layer layer = image.oblique_frames.empty()
                    ? layer_of(std::move(name), image.frames[frame])
                    : layer_of(std::move(name), image.oblique_frames[frame], image.oblique_to_mm);
  if (image.made.empty()) {
    layer.source = {.file = image.path, .frame = frame};
    layer.source.image = image.frames.size() == 1 ? image.path : std::filesystem::path();  // jobs read one frame
  }
  return layer;
}

void OpenedImages::add(std::shared_ptr<const OpenedImage> image) {
  auto place =
      std::ranges::find_if(all_, [&](const auto& one) { return one->path == image->path && one->made == image->made; });
  if (place == all_.end()) {
    place = all_.insert(all_.end(), nullptr);
  }
  *place = std::move(image);
  choose(static_cast<std::size_t>(place - all_.begin()));
}

void OpenedImages::choose(std::size_t index) {
  static_cast<void>(all_.at(index));
  chosen_ = index;
  frame_ = 0;
}

void OpenedImages::choose_frame(std::size_t frame) {
  if (chosen_ && frame < all_[*chosen_]->frames.size()) {
    frame_ = frame;
  }
}

}  // namespace coincide::gui
