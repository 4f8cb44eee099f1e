#include "io/interfile/stir_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "io/atomic_file.h"
#include "io/interfile/castor_image.h"
#include "io/interfile/interfile_header.h"
#include "io/interfile/interfile_voxels.h"
#include "io/interfile/stir_axes.h"
#include "io/raw_voxels.h"

namespace coincide::io {
namespace {

using Shape = std::array<std::int64_t, 3>;

std::string indexed(const char* key, std::size_t index) { return fmt::format("{}[{}]", key, index); }

Shape stir_shape(const InterfileHeader& header) {
  header.count("number of dimensions", 3, 3);
  Shape shape{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::string expected(1, "xyz"[axis]);
    const std::string label = interfile_key(header.text(indexed("matrix axis label", axis + 1), expected));
    if (label != expected) {
      header.fail(fmt::format("its axis {} is \"{}\"; those of images are x, y and z in this order", axis + 1, label));
    }
    shape[axis] = header.count(indexed("matrix size", axis + 1), 1, most_interfile_size);
  }
  return shape;
}

/// Place of the first voxel in the gantry, and of steps along the axes, in mm and STIR's axes; z from the middle of the
/// scanner.
void place_in_gantry(const InterfileHeader& header, PlacedSeries& placed) {
  const Shape& shape = placed.series.grid.shape;
  for (int axis = 0; axis < 3; ++axis) {
    const auto number = static_cast<std::size_t>(axis) + 1;
    const double size_mm = header.number(indexed("scaling factor (mm/pixel)", number));
    const std::int64_t below = shape[axis] / 2;  // voxels before that on the axis, whatever their number
    const double lowest = axis < 2 ? -static_cast<double>(below) : 0;
    double first_mm = header.number(indexed("first pixel offset (mm)", number), lowest * size_mm);
    if (axis == 2) {
      first_mm -= 0.5 * static_cast<double>(shape[2] - 1) * size_mm;
    }
    placed.index_to_mm.linear()(axis, axis) = size_mm;
    placed.index_to_mm.translation()[axis] = first_mm;
  }
}

void place_in_scanner(const InterfileHeader& header, PlacedSeries& placed) {
  place_in_gantry(header, placed);
  const StirAxes axes = read_stir_axes(header);
  placed.index_to_mm = Eigen::Vector3d(axes.sign[0], axes.sign[1], axes.sign[2]).asDiagonal() * placed.index_to_mm;
  placed.orientation = axes.sentence();
  if (axes.is_assumed) {
    placed.warnings.push_back(fmt::format("{} does not say how the patient lies: taken as {}, as STIR takes it.",
                                          header.path().string(), axes.patient));
  }
}

/// Factors of one image: STIR's key, or the one of other dialects if it is a number.
Rescale rescale_of(const InterfileHeader& header, std::size_t image, PlacedSeries& placed) {
  for (const std::string& key : {indexed("image scaling factor", image), std::string("image scaling factor")}) {
    if (header.has(key)) {
      return {.slopes = header.numbers(key)};
    }
  }
  const std::string units = header.text("quantification units", "1");
  if (std::ranges::any_of(units, [](unsigned char letter) { return std::isalpha(letter) && letter != 'e'; })) {
    placed.series.unit = units;
    return {};
  }
  return {.slopes = {header.number("quantification units", 1)}};
}

std::size_t num_images(const InterfileHeader& header, recon::ImageSeries& series) {
  const std::int64_t parameters = header.count("number of image data types", 1, most_interfile_size, 1);
  const std::int64_t frames = header.count("number of time frames", 1, most_interfile_size, 1);
  if (parameters == 1) {
    return static_cast<std::size_t>(frames);
  }
  if (frames > 1) {
    header.fail(fmt::format("it has {} parameters of {} frames; either is read, not both", parameters, frames));
  }
  for (std::int64_t i = 1; i <= parameters; ++i) {
    series.parameters.push_back(
        header.text(indexed("image data type description", static_cast<std::size_t>(i)), fmt::format("{}", i)));
  }
  return static_cast<std::size_t>(parameters);
}

void read_times(const InterfileHeader& header, recon::ImageSeries& series) {
  const bool one_time = !series.parameters.empty();
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    const std::size_t index = one_time ? 1 : frame + 1;
    series.frames[frame].start_s = header.number(indexed("image relative start time (sec)", index), 0);
    series.frames[frame].duration_s = header.number(indexed("image duration (sec)", index), 0);
    if (series.frames[frame].duration_s < 0) {
      header.fail(fmt::format("frame {} lasts {} s, less than nothing", index, series.frames[frame].duration_s));
    }
  }
  series.half_life_s = header.number("radionuclide halflife (sec)[1]", 0);
}

void read_images(const InterfileHeader& header, PlacedSeries& placed) {
  recon::ImageSeries& series = placed.series;
  const RawFormat format = header.number_format();
  const std::uint64_t image_bytes =
      static_cast<std::uint64_t>(series.grid.num_voxels()) * static_cast<std::uint64_t>(format.bytes);
  std::uint64_t offset = 0;
  for (std::size_t image = 1, count = num_images(header, series); image <= count; ++image) {
    offset = static_cast<std::uint64_t>(header.count(indexed("data offset in bytes", image), 0, std::int64_t{1} << 60,
                                                     static_cast<std::int64_t>(offset)));
    const Rescale rescale = rescale_of(header, image, placed);
    series.frames.push_back({.values = read_interfile_voxels(header, format, series.grid.shape, offset, rescale)});
    offset += image_bytes;
  }
}

std::string stir_dimensions(const recon::ImageGrid& grid) {
  std::string text = "number of dimensions := 3\n";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    text += fmt::format(
        "matrix axis label [{0}] := {1}\n!matrix size [{0}] := {2}\nscaling factor (mm/pixel) [{0}] := {3}\n", axis + 1,
        "xyz"[axis], grid.shape[axis], grid.voxel_size_mm[axis]);
  }
  return text;
}

std::string offsets_text(const recon::ImageGrid& grid) {
  const double centre_z_mm = grid.origin_mm[2] + 0.5 * static_cast<double>(grid.shape[2] - 1) * grid.voxel_size_mm[2];
  return fmt::format(
      "first pixel offset (mm) [1] := {}\nfirst pixel offset (mm) [2] := {}\nfirst pixel offset (mm) [3] := {}\n",
      grid.origin_mm[0], grid.origin_mm[1], -centre_z_mm + 0.0);  // no -0
}

/// What follows the sizes, image by image.
std::string images_text(const recon::ImageSeries& series) {
  const bool parametric = !series.parameters.empty();
  std::string text;
  for (std::size_t i = 0; i < (parametric ? 1 : series.frames.size()); ++i) {
    if (const recon::SeriesFrame& frame = series.frames[i]; frame.duration_s > 0) {
      text += fmt::format("image duration (sec)[{0}] := {1}\nimage relative start time (sec)[{0}] := {2}\n", i + 1,
                          frame.duration_s, frame.start_s);
    }
  }
  if (parametric) {
    text += fmt::format("number of image data types := {}\nindex nesting level := {{data type}}\n",
                        series.parameters.size());
    for (std::size_t i = 0; i < series.parameters.size(); ++i) {
      text += fmt::format("image data type description[{}] := {}\n", i + 1, series.parameters[i]);
    }
  }
  const std::int64_t image_bytes = series.grid.num_voxels() * static_cast<std::int64_t>(sizeof(float));
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    text += fmt::format("image scaling factor[{0}] := 1\ndata offset in bytes[{0}] := {1}\n", i + 1,
                        static_cast<std::int64_t>(i) * image_bytes);
  }
  return text;
}

std::string header_text(const recon::ImageSeries& series, const std::string& data_name) {
  std::string text = fmt::format(
      "!INTERFILE :=\n!imaging modality := PT\n!version of keys := STIR6.0\nname of data file := {}\n"
      "!GENERAL DATA :=\n!GENERAL IMAGE DATA :=\n!type of data := PET\nimagedata byte order := LITTLEENDIAN\n"
      "!PET STUDY (General) :=\n!PET data type := Image\nprocess status := Reconstructed\n"
      "!number format := float\n!number of bytes per pixel := 4\n",
      data_name);
  text += stir_dimensions(series.grid);
  text += fmt::format("number of time frames := {}\n", series.parameters.empty() ? series.frames.size() : 1);
  text += offsets_text(series.grid) + images_text(series);
  text += interfile_remarks(series);
  return text + "!END OF INTERFILE :=\n";
}

}  // namespace

bool is_stir_image(const std::filesystem::path& path, std::string_view first_bytes) {
  if (!is_interfile(first_bytes)) {
    return false;
  }
  const InterfileHeader header(path);
  return !is_castor_dialect(header) && interfile_key(header.text("PET data type", "")) == "image";
}

PlacedSeries read_stir_image(const std::filesystem::path& path) {
  const InterfileHeader header(path);
  if (const std::string type = interfile_key(header.text("PET data type", "image")); type != "image") {
    header.fail(fmt::format("it describes {} data, not an image", type));
  }
  PlacedSeries placed;
  placed.series.grid.shape = stir_shape(header);
  place_in_scanner(header, placed);
  read_interfile_remarks(header, placed.series);
  read_images(header, placed);
  read_times(header, placed.series);
  return placed;
}

void write_stir_image(const std::filesystem::path& path, const recon::ImageSeries& series) {
  const std::filesystem::path data = voxel_file(path, ".v");
  write_raw_frames(data, "", series, FirstPlane::highest_z);
  write_text_file(path, header_text(series, data.filename().string()));
}

}  // namespace coincide::io
