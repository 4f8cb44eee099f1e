#include "io/interfile/castor_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "io/atomic_file.h"
#include "io/interfile/interfile_voxels.h"
#include "io/raw_voxels.h"

namespace coincide::io {
namespace {

std::string indexed(const char* key, int axis) { return fmt::format("{} [{}]", key, axis + 1); }

std::array<std::int64_t, 3> castor_shape(const InterfileHeader& header) {
  std::array<std::int64_t, 3> shape{};
  for (int axis = 0; axis < 3; ++axis) {
    const std::string key = indexed("matrix size", axis);
    const char* other = header.has("number of slices") ? "number of slices" : "total number of images";
    shape[axis] = header.count(axis < 2 || header.has(key) ? key : other, 1, most_interfile_size);
  }
  return shape;
}

double voxel_size_mm(const InterfileHeader& header, int axis) {
  const std::string key = indexed("scaling factor (mm/pixel)", axis);
  if (axis == 2 && !header.has(key) && header.has("slice thickness (pixels)")) {
    return header.number("slice thickness (pixels)") * 0.5 * (voxel_size_mm(header, 0) + voxel_size_mm(header, 1));
  }
  return header.number(key, 1);
}

void place_on_axes(const InterfileHeader& header, PlacedSeries& placed) {
  for (int axis = 0; axis < 3; ++axis) {
    const double size_mm = voxel_size_mm(header, axis);
    placed.index_to_mm.linear()(axis, axis) = size_mm;
    placed.index_to_mm.translation()[axis] = header.number(indexed("first pixel offset (mm)", axis), 0) -
                                             0.5 * static_cast<double>(placed.series.grid.shape[axis] - 1) * size_mm;
  }
  placed.orientation = "not stated by CASToR: taken as the scanner's axes";
}

/// CASToR's order of bytes is the machine's, which is little-endian in practice.
RawFormat number_format(const InterfileHeader& header) {
  for (const char* key : {"data compression", "data encode"}) {
    if (const std::string how = interfile_key(header.text(key, "none")); how != "none") {
      header.fail(fmt::format("its \"{} := {}\" is not read; write the image without", key, how));
    }
  }
  RawFormat format = header.number_format();
  format.big_endian = format.big_endian && header.has("imagedata byte order");
  return format;
}

Rescale rescale_of(const InterfileHeader& header, PlacedSeries& placed) {
  Rescale rescale;
  rescale.slopes = {header.number("data rescale slope", 1)};
  rescale.intercept = header.number("rescale intercept", header.number("data rescale offset", 0));
  const std::string units = header.text("quantification units", "1");
  if (std::ranges::any_of(units, [](unsigned char letter) { return std::isalpha(letter) && letter != 'e'; })) {
    placed.warnings.push_back(
        fmt::format("{}: \"quantification units := {}\" is text, not a factor: values are taken without.",
                    header.path().string(), units));
  } else {
    rescale.slopes[0] *= header.number("quantification units", 1);
  }
  return rescale;
}

std::size_t num_frames(const InterfileHeader& header, std::int64_t planes) {
  constexpr std::int64_t most_images = std::int64_t{1} << 32;
  const std::int64_t images = header.count("total number of images", 1, most_images, planes);
  if (images % planes != 0) {
    header.fail(fmt::format("its {} images in all are no whole number of frames of {} planes", images, planes));
  }
  return static_cast<std::size_t>(images / planes);
}

/// Each group of frames repeats its keys.
void read_times(const InterfileHeader& header, PlacedSeries& placed) {
  std::vector<recon::SeriesFrame>& frames = placed.series.frames;
  const std::vector<double> duration_s = header.every_number("image duration (sec)");
  const std::vector<double> start_s = header.every_number("image start time (sec)");
  if (duration_s.empty() && start_s.empty()) {
    return;
  }
  if (duration_s.size() != frames.size() || start_s.size() != frames.size()) {
    placed.warnings.push_back(
        fmt::format("{} gives {} durations and {} starts for its {} images: their times are not used.",
                    header.path().string(), duration_s.size(), start_s.size(), frames.size()));
    return;
  }
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].start_s = start_s[i];
    frames[i].duration_s = std::max(0.0, duration_s[i]);
  }
}

std::string castor_dimensions(const recon::ImageGrid& grid) {
  std::string text = "!STATIC STUDY (General) :=\nnumber of dimensions := 3\n";
  for (int axis = 0; axis < 3; ++axis) {
    text += fmt::format("!{} := {}\n", indexed("matrix size", axis), grid.shape[axis]);
  }
  text += "!number format := short float\n!number of bytes per pixel := 4\n";
  for (int axis = 0; axis < 3; ++axis) {
    text += fmt::format("{} := {}\n", indexed("scaling factor (mm/pixel)", axis), grid.voxel_size_mm[axis]);
  }
  for (int axis = 0; axis < 3; ++axis) {
    const double centre_mm =
        grid.origin_mm[axis] + 0.5 * static_cast<double>(grid.shape[axis] - 1) * grid.voxel_size_mm[axis];
    text += fmt::format("{} := {}\n", indexed("first pixel offset (mm)", axis), centre_mm);
  }
  return text + "data rescale offset := 0\ndata rescale slope := 1\nquantification units := 1\n";
}

std::string header_text(const recon::ImageSeries& series, const std::filesystem::path& data) {
  const std::int64_t planes = series.grid.shape[2];
  std::string text = fmt::format(
      "!INTERFILE :=\n!imaging modality := PET\n!version of keys := CASToRv3.1.1\nCASToR version := 3.1.1\n\n"
      "!GENERAL DATA :=\n!originating system := Coincide\n!data offset in bytes := 0\n!name of data file := {}\n"
      "patient name := {}\n\n!GENERAL IMAGE DATA\n!type of data := Dynamic\n!total number of images := {}\n"
      "imagedata byte order := LITTLEENDIAN\n!number of frame groups := {}\nprocess status :=\n\n",
      data.filename().string(), data.stem().string(), planes * static_cast<std::int64_t>(series.frames.size()),
      series.frames.size());
  text += castor_dimensions(series.grid);
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    const recon::SeriesFrame& frame = series.frames[i];
    const bool last = i + 1 == series.frames.size();
    text += fmt::format(
        "!number of images in this frame group := {}\n!image duration (sec) := {}\n!image start time (sec) := {}\n"
        "pause between frame groups (sec) := {}\n",
        planes, frame.duration_s, frame.start_s,
        last ? 0 : series.frames[i + 1].start_s - frame.start_s - frame.duration_s);
  }
  return text + interfile_remarks(series) + "!END OF INTERFILE :=\n";
}

}  // namespace

bool is_castor_dialect(const InterfileHeader& header) {
  return header.has("CASToR version") || interfile_key(header.text("version of keys", "")).starts_with("castor");
}

bool is_castor_image(const std::filesystem::path& path, std::string_view first_bytes) {
  if (!is_interfile(first_bytes)) {
    return false;
  }
  const InterfileHeader header(path);
  return is_castor_dialect(header) && header.has("matrix size[1]");
}

PlacedSeries read_castor_image(const std::filesystem::path& path) {
  const InterfileHeader header(path);
  PlacedSeries placed;
  recon::ImageSeries& series = placed.series;
  series.grid.shape = castor_shape(header);
  place_on_axes(header, placed);
  read_interfile_remarks(header, series);
  const RawFormat format = number_format(header);
  const Rescale rescale = rescale_of(header, placed);
  auto offset =
      static_cast<std::uint64_t>(header.count("data offset in bytes", 0, std::int64_t{1} << 60, std::int64_t{0}));
  for (std::size_t left = num_frames(header, series.grid.shape[2]); left > 0; --left) {
    series.frames.push_back({.values = read_interfile_voxels(header, format, series.grid.shape, offset, rescale)});
    offset += static_cast<std::uint64_t>(series.grid.num_voxels()) * static_cast<std::uint64_t>(format.bytes);
  }
  read_times(header, placed);
  return placed;
}

void write_castor_image(const std::filesystem::path& path, const recon::ImageSeries& series) {
  const std::filesystem::path data = voxel_file(path, ".img");
  write_raw_frames(data, "", series);
  write_text_file(path, header_text(series, data));
}

}  // namespace coincide::io
