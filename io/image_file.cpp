#include "io/image_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "io/atomic_file.h"
#include "io/bids_frames.h"
#include "io/dicom/read_dicom.h"
#include "io/dicom/series.h"
#include "io/dicom/write_dicom.h"
#include "io/hdf5/hdf5_image.h"
#include "io/input_file.h"
#include "io/interfile/castor_image.h"
#include "io/interfile/stir_image.h"
#include "io/metaimage/metaimage_file.h"
#include "io/nifti_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

struct ImageFormat {
  std::vector<std::string> suffixes;
  /// The path, and how the file begins (uncompressed; nothing where the path is no file).
  bool (*recognise)(const fs::path&, std::string_view first_bytes);
  PlacedSeries (*read)(const fs::path&);
  void (*write)(const fs::path&, const recon::ImageSeries&);
  std::vector<std::pair<std::string, std::string>> beside{};  ///< suffix, and that of the file that is written with it
  bool name_is_enough = true;                                 ///< its suffixes are those of nothing else
};

const std::vector<ImageFormat>& image_formats() {
  static const std::vector<ImageFormat> formats = {
      {{"nii.gz", "nii"},
       [](const fs::path&, std::string_view first_bytes) { return is_nifti(first_bytes); },
       read_nifti,
       write_nifti},
      {{"hv"}, is_stir_image, read_stir_image, write_stir_image, {{"hv", "v"}}},
      {{"hdr"}, is_castor_image, read_castor_image, write_castor_image, {{"hdr", "img"}}, false},
      {{"mha", "mhd"}, is_metaimage, read_metaimage, write_metaimage, {{"mhd", "raw"}}},
      {{"h5"}, is_hdf5_image, read_hdf5_image, write_hdf5_image, {}, false},
      {{"dicom"},
       [](const fs::path& path, std::string_view) { return dicom::holds_dicom(path); },
       dicom::read_dicom,
       dicom::write_dicom},
  };
  return formats;
}

std::string first_bytes(const fs::path& path) {
  std::string bytes(4096, '\0');
  if (!why_no_input_file(path).empty()) {
    return "";
  }
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), gzclose);  // plain files as well
  const int count = file ? gzread(file.get(), bytes.data(), static_cast<unsigned>(bytes.size())) : 0;
  bytes.resize(static_cast<std::size_t>(std::max(0, count)));
  return bytes;
}

const ImageFormat* format_by_content(const fs::path& path) {
  const std::string begin = first_bytes(path);
  const auto found =
      std::ranges::find_if(image_formats(), [&](const ImageFormat& format) { return format.recognise(path, begin); });
  return found == image_formats().end() ? nullptr : &*found;
}

const ImageFormat* format_by_name(const fs::path& path) {
  // A name that ends in a slash is a folder for a DICOM series.
  const std::string name = path.has_filename() ? path.filename().string() : ".dicom";
  const auto has_name = [&](const std::string& suffix) { return name.ends_with("." + suffix); };
  const auto found = std::ranges::find_if(
      image_formats(), [&](const ImageFormat& format) { return std::ranges::any_of(format.suffixes, has_name); });
  return found == image_formats().end() ? nullptr : &*found;
}

template <class Failure>
const ImageFormat& required_format(const fs::path& path) {
  const ImageFormat* format = format_by_name(path);
  if (format == nullptr) {
    throw Failure(fmt::format("{}: this suffix is not one of an image format that this program knows ({}).",
                              path.string(), fmt::join(image_suffixes(), ", ")));
  }
  return *format;
}

PlacedSeries read_file(const fs::path& path) {
  const ImageFormat* format = format_by_content(path);
  return (format != nullptr ? *format : required_format<FileError>(path)).read(path);
}

void read_side_file(const fs::path& path, PlacedSeries& read) {
  const fs::path json = side_file(path);
  if (fs::exists(json)) {
    const std::vector<std::string> warnings = read_frames(json, read.series);
    read.warnings.insert(read.warnings.end(), warnings.begin(), warnings.end());
  } else if (!read.series.has_times() && read.series.parameters.empty()) {
    const std::size_t count = read.series.frames.size();
    read.warnings.push_back(fmt::format(
        "{} has no side file {}: {}.", path.string(), json.filename().string(),
        count == 1 ? "the time of its frame is not known" : fmt::format("its {} frames have no times", count)));
  }
}

recon::Image read_one(const fs::path& path, recon::Interpolation interpolation, std::vector<std::string>& warnings) {
  PlacedSeries placed = read_file(path);
  if (const std::size_t frames = placed.series.frames.size(); frames != 1) {
    throw FileError(
        fmt::format("{}: it holds {} frames; one is needed here. Write the frame you want to a file of its own.",
                    path.string(), frames));
  }
  ReadSeries read = straightened(std::move(placed), path.string(), interpolation);
  warnings.insert(warnings.end(), read.warnings.begin(), read.warnings.end());
  recon::SeriesFrame& frame = read.series.frames.front();
  recon::Image image;
  image.grid = read.series.grid;
  image.values = std::move(frame.values);
  image.unit = read.series.unit;
  image.frame_start_s = frame.start_s;
  image.frame_duration_s = frame.duration_s;
  image.description = read.series.description;
  image.tube_kv = read.series.tube_kv;
  return image;
}

}  // namespace

std::vector<std::string> image_suffixes() {
  std::vector<std::string> suffixes;
  for (const ImageFormat& format : image_formats()) {
    suffixes.insert(suffixes.end(), format.suffixes.begin(), format.suffixes.end());
  }
  return suffixes;
}

bool can_write_image(const fs::path& path) { return format_by_name(path) != nullptr; }

std::vector<std::string> suffixes_beside(const std::string& suffix) {
  std::vector<std::string> suffixes{suffix};
  for (const ImageFormat& format : image_formats()) {
    for (const auto& [header, beside] : format.beside) {
      if (header == suffix) {
        suffixes.push_back(beside);
      }
    }
  }
  return suffixes;
}

bool is_image(const fs::path& path) {
  const ImageFormat* by_name = format_by_name(path);
  return (by_name != nullptr && by_name->name_is_enough) || format_by_content(path) != nullptr;
}

PlacedSeries read_placed_series(const fs::path& path) {
  PlacedSeries read = read_file(path);
  read_side_file(path, read);
  return read;
}

ReadSeries read_image_series(const fs::path& path) { return straightened(read_placed_series(path), path.string()); }

recon::Image read_image(const fs::path& path, std::vector<std::string>& warnings) {
  return read_one(path, recon::Interpolation::trilinear, warnings);
}

recon::Image read_image(const fs::path& path) {
  std::vector<std::string> not_told;
  return read_image(path, not_told);
}

recon::Image read_labels(const fs::path& path, std::vector<std::string>& warnings) {
  return read_one(path, recon::Interpolation::nearest, warnings);
}

void write_image(const fs::path& path, const recon::Image& image) {
  recon::ImageSeries series{.grid = image.grid, .unit = image.unit, .description = image.description};
  series.frames.push_back(
      {.values = image.values, .start_s = image.frame_start_s, .duration_s = image.frame_duration_s});
  write_image_frames(path, series);
}

void write_image_frames(const fs::path& path, const recon::ImageSeries& series) {
  recon::check_series(series);
  required_format<InputError>(path).write(path, series);
}

void write_image_series(const fs::path& path, const recon::ImageSeries& series) {
  nlohmann::ordered_json json;
  put_frames(series, json);
  write_image_frames(path, series);
  write_text_file(side_file(path), json.dump(2) + "\n");
}

}  // namespace coincide::io
