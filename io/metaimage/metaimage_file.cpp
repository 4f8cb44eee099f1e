#include "io/metaimage/metaimage_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "io/atomic_file.h"
#include "io/companion_file.h"
#include "io/metaimage/inflated_file.h"
#include "io/metaimage/metaimage_header.h"
#include "io/raw_values.h"
#include "io/raw_voxels.h"
#include "io/unit_line.h"
#include "io/voxel_order.h"

namespace coincide::io {
namespace {

constexpr std::int64_t most_along_axis = 65535;
constexpr std::size_t most_letters = 250;  // MetaIO's readers keep 255

/// Three of space, and a fourth of frames in some.
std::vector<std::int64_t> sizes_of(const MetaImageHeader& header) {
  const auto axes = static_cast<std::size_t>(header.whole_number("NDims", 3, 4));
  std::vector<std::int64_t> sizes;
  for (const double size : header.numbers("DimSize", axes)) {
    if (!(size >= 1 && size <= most_along_axis) || size != static_cast<double>(static_cast<std::int64_t>(size))) {
      header.fail(
          fmt::format("\"DimSize = {}\" must be whole numbers from 1 to {}", header.text("DimSize"), most_along_axis));
    }
    sizes.push_back(static_cast<std::int64_t>(size));
  }
  return sizes;
}

/// Numbers of the first of the keys that is there: names that MetaIO has for one thing.
std::vector<double> numbers_of(const MetaImageHeader& header, std::initializer_list<const char*> keys,
                               std::vector<double> otherwise) {
  for (const char* key : keys) {
    if (header.has(key)) {
      return header.numbers(key, otherwise.size());
    }
  }
  return otherwise;
}

void place(const MetaImageHeader& header, std::size_t axes, PlacedSeries& placed) {
  std::vector<double> straight(axes * axes, 0);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    straight[axis * (axes + 1)] = 1;
  }
  const std::vector<double> step_mm =
      numbers_of(header, {"ElementSpacing", "ElementSize"}, std::vector<double>(axes, 1));
  const std::vector<double> first_mm =
      numbers_of(header, {"Offset", "Position", "Origin"}, std::vector<double>(axes, 0));
  const std::vector<double> directions = numbers_of(header, {"TransformMatrix", "Orientation", "Rotation"}, straight);
  for (int file_axis = 0; file_axis < 3; ++file_axis) {
    for (int axis = 0; axis < 3; ++axis) {
      const double along = directions[static_cast<std::size_t>(file_axis) * axes + static_cast<std::size_t>(axis)];
      placed.index_to_mm.linear()(axis, file_axis) = along * step_mm[static_cast<std::size_t>(file_axis)];
    }
    placed.index_to_mm.translation()[file_axis] = first_mm[static_cast<std::size_t>(file_axis)];
  }
  placed.orientation = "TransformMatrix, LPS";
}

struct VoxelPlace {
  std::filesystem::path file;
  std::uint64_t offset = 0;
};

VoxelPlace voxel_place(const MetaImageHeader& header, std::uint64_t bytes) {
  const std::string& name = header.text("ElementDataFile");
  if (name == "LOCAL" || name == "Local" || name == "local") {
    return {header.path(), header.end()};
  }
  if (name.starts_with("LIST") || name.find('%') != std::string::npos) {
    header.fail(fmt::format("its voxels lie in several files (\"ElementDataFile = {}\"); one is read here", name));
  }
  const std::filesystem::path file = companion_file(header.path(), name);
  if (!header.has("HeaderSize")) {
    return {file, 0};
  }
  const std::int64_t skipped = header.whole_number("HeaderSize", -1, std::int64_t{1} << 60);
  if (skipped >= 0) {
    return {file, static_cast<std::uint64_t>(skipped)};
  }
  const std::uint64_t size = std::filesystem::file_size(file);  // -1: the voxels are the end of the file
  return {file, size - std::min(size, bytes)};
}

void check_is_read(const MetaImageHeader& header) {
  if (header.has("ObjectType") && header.text("ObjectType") != "Image") {
    header.fail(fmt::format("it is a MetaIO file of \"{}\", not of an image", header.text("ObjectType")));
  }
  if (header.has("BinaryData") && !header.yes("BinaryData")) {
    header.fail("its voxels are text (\"BinaryData = False\"); binary ones are read here");
  }
  if (header.has("ElementNumberOfChannels") && header.whole_number("ElementNumberOfChannels", 1, 1 << 16) != 1) {
    header.fail("its voxels are vectors (ElementNumberOfChannels); those of one number are read here");
  }
}

void read_frames_of(const MetaImageHeader& header, std::size_t frames, recon::ImageSeries& series) {
  const RawFormat format = header.number_format();
  const auto voxels = static_cast<std::uint64_t>(series.grid.num_voxels());
  const std::uint64_t frame_bytes = voxels * static_cast<std::uint64_t>(format.bytes);
  const auto [file, offset] = voxel_place(header, frames * frame_bytes);
  const auto keep = [&](const std::vector<float>& values) {
    series.frames.push_back({.values = last_axis_fastest(values, series.grid.shape)});
  };
  if (header.yes("CompressedData")) {
    InflatedFile inflated(file, offset, frame_bytes);
    for (std::size_t frame = 0; frame < frames; ++frame) {
      keep(raw_values_in(inflated.read(frame_bytes), format, file));
    }
    return;
  }
  for (std::size_t frame = 0; frame < frames; ++frame) {
    keep(read_raw_values(file, format, offset + frame * frame_bytes, voxels));
  }
}

std::string joined(const auto& three, const std::string& rest) {
  return fmt::format("{} {} {}{}", three[0], three[1], three[2], rest);
}

/// ElementDataFile is last: in a .mha the voxels follow it.
std::string header_text(const recon::ImageSeries& series, const std::string& data_name) {
  const bool one = series.frames.size() == 1;
  std::string comment = unit_line(series, most_letters);
  std::ranges::replace(comment, '\n', ' ');
  return fmt::format(
      "ObjectType = Image\nNDims = {}\nComment = {}\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
      "CompressedData = False\nTransformMatrix = {}\nOffset = {}\nCenterOfRotation = {}\nAnatomicalOrientation = RAI\n"
      "ElementSpacing = {}\nDimSize = {}\nElementType = MET_FLOAT\nElementDataFile = {}\n",
      one ? 3 : 4, comment, one ? "1 0 0 0 1 0 0 0 1" : "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1",
      joined(series.grid.origin_mm, one ? "" : " 0"), one ? "0 0 0" : "0 0 0 0",
      joined(series.grid.voxel_size_mm, one ? "" : " 1"),
      joined(series.grid.shape, one ? "" : fmt::format(" {}", series.frames.size())), data_name);
}

}  // namespace

bool is_metaimage(const std::filesystem::path&, std::string_view first_bytes) {
  const bool begins = first_bytes.starts_with("ObjectType") || first_bytes.starts_with("NDims");
  return begins && first_bytes.find('=') < first_bytes.find('\n');
}

PlacedSeries read_metaimage(const std::filesystem::path& path) {
  const MetaImageHeader header(path);
  check_is_read(header);
  const std::vector<std::int64_t> sizes = sizes_of(header);
  PlacedSeries placed;
  placed.series.grid.shape = {sizes[0], sizes[1], sizes[2]};
  place(header, sizes.size(), placed);
  read_frames_of(header, sizes.size() > 3 ? static_cast<std::size_t>(sizes[3]) : 1, placed.series);
  if (header.has("Comment")) {
    read_unit_line(header.text("Comment"), placed.series);
  }
  return placed;
}

void write_metaimage(const std::filesystem::path& path, const recon::ImageSeries& series) {
  if (path.extension() == ".mhd") {
    std::filesystem::path data = path;
    data.replace_extension(".raw");
    write_raw_frames(data, "", series);
    write_text_file(path, header_text(series, data.filename().string()));
    return;
  }
  write_raw_frames(path, header_text(series, "LOCAL"), series);
}

}  // namespace coincide::io
