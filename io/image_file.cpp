#include "io/image_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/nifti_image.h"
#include "io/nifti_series.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

struct ImageFormat {
  std::string suffix;
  recon::Image (*read)(const std::filesystem::path&);
  void (*write)(const std::filesystem::path&, const recon::Image&);
  ReadSeries (*read_series)(const std::filesystem::path&);
  void (*write_frames)(const std::filesystem::path&, const recon::ImageSeries&);
  void (*write_series)(const std::filesystem::path&, const recon::ImageSeries&);
};

const std::vector<ImageFormat>& image_formats() {
  static const std::vector<ImageFormat> formats = {
      {"nii.gz", read_nifti, write_nifti, read_nifti_series, write_nifti_series, write_nifti_with_side_file},
      {"nii", read_nifti, write_nifti, read_nifti_series, write_nifti_series, write_nifti_with_side_file},
  };
  return formats;
}

template <class Failure>
const ImageFormat& format_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const auto found = std::ranges::find_if(
      image_formats(), [&](const ImageFormat& format) { return name.ends_with("." + format.suffix); });
  if (found == image_formats().end()) {
    throw Failure(fmt::format("{}: this suffix is not one of an image format that this program knows ({}).",
                              path.string(), fmt::join(image_suffixes(), ", ")));
  }
  return *found;
}

}  // namespace

std::vector<std::string> image_suffixes() {
  std::vector<std::string> suffixes;
  for (const ImageFormat& format : image_formats()) {
    suffixes.push_back(format.suffix);
  }
  return suffixes;
}

recon::Image read_image(const std::filesystem::path& path) { return format_of<FileError>(path).read(path); }

void write_image(const std::filesystem::path& path, const recon::Image& image) {
  format_of<InputError>(path).write(path, image);
}

ReadSeries read_image_series(const std::filesystem::path& path) { return format_of<FileError>(path).read_series(path); }

void write_image_frames(const std::filesystem::path& path, const recon::ImageSeries& series) {
  format_of<InputError>(path).write_frames(path, series);
}

void write_image_series(const std::filesystem::path& path, const recon::ImageSeries& series) {
  format_of<InputError>(path).write_series(path, series);
}

}  // namespace coincide::io
