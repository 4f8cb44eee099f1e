#include "io/hdf5/hdf5_image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_attributes.h"
#include "io/hdf5/hdf5_file.h"
#include "io/hdf5/hdf5_size.h"
#include "io/provenance.h"
#include "io/yardl_hdf5.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr const char* group_name = "result";
constexpr const char* set_name = "image";
constexpr hsize_t most_along_axis = 65535;

bool has_image(hid_t file, const std::string& group) {
  const std::string name = group + "/" + set_name;
  H5O_info_t info{};
  return H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0 &&
         H5Oget_info_by_name(file, name.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5O_TYPE_DATASET;
}

/// Groups with an image; "" is the root.
std::vector<std::string> groups_with_images(hid_t file) {
  std::vector<std::string> found;
  if (has_image(file, "")) {
    found.emplace_back("");
  }
  H5G_info_t info{};
  H5Gget_info(file, &info);
  constexpr hsize_t most_groups = 10'000;
  for (hsize_t i = 0; i < std::min(info.nlinks, most_groups); ++i) {
    std::array<char, 256> name{};
    H5O_info_t object{};
    if (H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT) > 0 &&
        H5Oget_info_by_name(file, name.data(), &object, H5P_DEFAULT) >= 0 && object.type == H5O_TYPE_GROUP &&
        has_image(file, name.data())) {
      found.emplace_back(name.data());
    }
  }
  return found;
}

/// Chooses planes from `first_plane` on of a frame of an image; what they are in memory.
Hdf5Id select_slab(hid_t space, hsize_t frame, hsize_t first_plane, hsize_t planes) {
  std::array<hsize_t, 4> sizes{};
  const bool has_frames = H5Sget_simple_extent_dims(space, sizes.data(), nullptr) == 4;
  std::vector<hsize_t> first{0, 0, first_plane};
  std::vector<hsize_t> count{sizes[has_frames ? 1 : 0], sizes[has_frames ? 2 : 1], planes};
  const hsize_t voxels = count[0] * count[1] * planes;
  if (has_frames) {
    first.insert(first.begin(), frame);
    count.insert(count.begin(), 1);
  }
  H5Sselect_hyperslab(space, H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr);
  return {H5Screate_simple(1, &voxels, nullptr), H5Sclose, "make a dataspace"};
}

/// The data set of an image and what is said of it.
class ImageSet {
 public:
  explicit ImageSet(hid_t file);

  std::vector<hsize_t> sizes() const;
  std::vector<float> frame(hsize_t frame, const std::vector<hsize_t>& sizes) const;

  /// Of the data set, else of its group.
  std::vector<double> numbers(const char* name, std::size_t count, std::vector<double> otherwise) const;
  double number(const char* name, double otherwise) const { return numbers(name, 1, {otherwise}).front(); }
  std::string text(const char* name) const;
  bool has(const char* name) const { return H5Aexists(set_, name) > 0 || H5Aexists(group_, name) > 0; }

 private:
  hsize_t slab_thickness(const std::vector<hsize_t>& sizes) const;
  hid_t holder(const char* name) const { return H5Aexists(set_, name) > 0 ? hid_t{set_} : hid_t{group_}; }

  Hdf5Id group_, set_;
};

ImageSet::ImageSet(hid_t file) {
  const std::vector<std::string> groups = groups_with_images(file);
  if (groups.size() != 1) {
    throw FileError(groups.empty()
                        ? fmt::format("no group of it has a data set \"{}\", which is what images are called", set_name)
                        : fmt::format("it holds several images, in the groups {}: copy the one you want to a file of "
                                      "its own",
                                      fmt::join(groups, ", ")));
  }
  const std::string group = groups.front().empty() ? "/" : groups.front();
  group_ = Hdf5Id(H5Gopen2(file, group.c_str(), H5P_DEFAULT), H5Gclose, "open the group " + group);
  set_ = Hdf5Id(H5Dopen2(group_, set_name, H5P_DEFAULT), H5Dclose, "open the data set image");
}

std::vector<hsize_t> ImageSet::sizes() const {
  const Hdf5Id space(H5Dget_space(set_), H5Sclose, "measure its image");
  const Hdf5Id type(H5Dget_type(set_), H5Tclose, "read the type of its image");
  const int axes = H5Sget_simple_extent_ndims(space);
  if (axes != 3 && axes != 4) {
    throw FileError(fmt::format("its image has {} axes; [x, y, z] or [frame, x, y, z] are needed", axes));
  }
  if (H5Tget_class(type) != H5T_FLOAT && H5Tget_class(type) != H5T_INTEGER) {
    throw FileError("its image does not consist of numbers");
  }
  std::vector<hsize_t> sizes(static_cast<std::size_t>(axes));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  if (const auto wrong = std::ranges::find_if(sizes, [](hsize_t size) { return size < 1 || size > most_along_axis; });
      wrong != sizes.end()) {
    throw FileError(
        fmt::format("its image has {} voxels along an axis, and 1 to {} are possible", *wrong, most_along_axis));
  }
  hdf5_size(set_, set_name);
  return sizes;
}

/// In slabs as thick as the chunks: the library needs many times the memory of a selection across all of them.
std::vector<float> ImageSet::frame(hsize_t frame, const std::vector<hsize_t>& sizes) const {
  const Hdf5Id space(H5Dget_space(set_), H5Sclose, "measure its image");
  const hsize_t planes = sizes.back(), thickness = slab_thickness(sizes);
  const hsize_t rows = sizes[sizes.size() - 3] * sizes[sizes.size() - 2];
  std::vector<float> values(rows * planes), slab;
  for (hsize_t k = 0; k < planes; k += thickness) {
    const hsize_t here = std::min(thickness, planes - k);
    slab.resize(rows * here);
    const Hdf5Id memory = select_slab(space, frame, k, here);
    if (H5Dread(set_, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, slab.data()) < 0) {
      throw FileError("its voxels cannot be read: the file is damaged or cut off");
    }
    for (hsize_t row = 0; row < rows; ++row) {
      std::copy_n(slab.begin() + static_cast<std::ptrdiff_t>(row * here), here,
                  values.begin() + static_cast<std::ptrdiff_t>(row * planes + k));
    }
  }
  return values;
}

hsize_t ImageSet::slab_thickness(const std::vector<hsize_t>& sizes) const {
  const Hdf5Id properties(H5Dget_create_plist(set_), H5Pclose, "read how its image is stored");
  std::vector<hsize_t> chunk(sizes.size());
  const bool chunked = H5Pget_layout(properties) == H5D_CHUNKED &&
                       H5Pget_chunk(properties, static_cast<int>(chunk.size()), chunk.data()) > 0;
  return chunked ? std::clamp<hsize_t>(chunk.back(), 1, sizes.back()) : sizes.back();
}

std::vector<double> ImageSet::numbers(const char* name, std::size_t count, std::vector<double> otherwise) const {
  std::vector<double> values = number_attribute(holder(name), name).value_or(std::move(otherwise));
  if (values.size() != count) {
    throw FileError(fmt::format("its attribute {} has {} numbers; {} are needed", name, values.size(), count));
  }
  return values;
}

std::string ImageSet::text(const char* name) const { return text_attribute(holder(name), name).value_or(""); }

void place(const ImageSet& set, PlacedSeries& placed) {
  if (const std::string axes = set.text("axes"); !axes.empty() && axes != "x,y,z") {
    throw FileError(fmt::format("its axes are \"{}\"; \"x,y,z\" are read here", axes));
  }
  if (!set.has("voxel_size_mm")) {
    throw FileError("its image has no attribute voxel_size_mm, so its voxels have no size");
  }
  const std::vector<double> size_mm = set.numbers("voxel_size_mm", 3, {});
  std::vector<double> centred_mm;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centred_mm.push_back(-0.5 * static_cast<double>(placed.series.grid.shape[axis] - 1) * size_mm[axis]);
  }
  const std::vector<double> origin_mm = set.numbers("origin_mm", 3, centred_mm);
  const std::vector<double> to_lps = set.numbers("scanner_to_lps", 9, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  Eigen::Affine3d in_scanner = Eigen::Affine3d::Identity();
  in_scanner.linear().diagonal() = Eigen::Vector3d(size_mm[0], size_mm[1], size_mm[2]);
  in_scanner.translation() = Eigen::Vector3d(origin_mm[0], origin_mm[1], origin_mm[2]);
  const Eigen::Matrix3d rows = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>(to_lps.data());
  placed.index_to_mm = rows * in_scanner;
  placed.orientation = set.has("scanner_to_lps") ? "scanner_to_lps" : "the scanner's axes";
}

void read_times(const ImageSet& set, recon::ImageSeries& series) {
  const std::size_t count = series.frames.size();
  const std::vector<double> start_s = set.numbers("frame_start_s", count, std::vector<double>(count, 0));
  const std::vector<double> duration_s = set.numbers("frame_duration_s", count, std::vector<double>(count, 0));
  const std::vector<double> decay = set.numbers("decay_factor", count, std::vector<double>(count, 1));
  for (std::size_t i = 0; i < count; ++i) {
    series.frames[i].start_s = start_s[i];
    series.frames[i].duration_s = duration_s[i];
    series.frames[i].decay_factor = decay[i];
  }
  series.decay_corrected = set.number("decay_corrected", 0) != 0;
  series.reference_s = set.number("reference_s", 0);
  series.half_life_s = set.number("half_life_s", 0);
  if (set.has("injection_s")) {
    series.injection_s = set.number("injection_s", 0);
  }
  series.time_zero = set.text("time_zero");
  std::istringstream names(set.text("parameters"));
  for (std::string name; std::getline(names, name);) {
    series.parameters.push_back(name);
  }
}

PlacedSeries read_contents(const std::filesystem::path& path) {
  const Hdf5Quiet quiet;
  const Hdf5Id file = open_hdf5_file(path);
  const ImageSet set(file);
  const std::vector<hsize_t> sizes = set.sizes();
  PlacedSeries placed;
  recon::ImageSeries& series = placed.series;
  std::ranges::copy(sizes.end() - 3, sizes.end(), series.grid.shape.begin());
  place(set, placed);
  for (hsize_t frame = 0; frame < (sizes.size() == 4 ? sizes[0] : 1); ++frame) {
    series.frames.push_back({.values = set.frame(frame, sizes)});
  }
  read_times(set, series);
  series.unit = set.text("unit");
  series.description = set.text("description");
  return placed;
}

Hdf5Id make_set(hid_t group, const recon::ImageSeries& series) {
  std::vector<hsize_t> sizes(series.grid.shape.begin(), series.grid.shape.end());
  std::vector<hsize_t> chunk{sizes[0], sizes[1], 1};
  if (series.frames.size() > 1) {
    sizes.insert(sizes.begin(), series.frames.size());
    chunk.insert(chunk.begin(), 1);
  }
  const int axes = static_cast<int>(sizes.size());
  const Hdf5Id space(H5Screate_simple(axes, sizes.data(), nullptr), H5Sclose, "make a dataspace");
  const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  H5Pset_chunk(properties, axes, chunk.data());
  H5Pset_shuffle(properties);
  H5Pset_deflate(properties, 4);
  return {H5Dcreate2(group, set_name, H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose,
          "make the data set image"};
}

/// Plane by plane, each of which is a chunk.
void write_frame(hid_t set, const recon::ImageSeries& series, std::size_t frame) {
  const Hdf5Id space(H5Dget_space(set), H5Sclose, "measure the data set image");
  const std::vector<float>& values = series.frames[frame].values;
  const auto planes = static_cast<std::size_t>(series.grid.shape[2]);
  std::vector<float> plane(values.size() / planes);
  for (std::size_t k = 0; k < planes; ++k) {
    for (std::size_t row = 0; row < plane.size(); ++row) {
      plane[row] = values[row * planes + k];
    }
    const Hdf5Id memory = select_slab(space, frame, k, 1);
    if (H5Dwrite(set, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, plane.data()) < 0) {
      throw FileError(fmt::format("its voxels cannot be written: {}.", why_not_written()));
    }
  }
}

void write_attributes(hid_t set, const recon::ImageSeries& series) {
  const auto doubles = [](const auto& values) { return std::vector<double>(values.begin(), values.end()); };
  const auto of_frames = [&](double recon::SeriesFrame::*member) {
    std::vector<double> values;
    for (const recon::SeriesFrame& frame : series.frames) {
      values.push_back(frame.*member);
    }
    return values;
  };
  const auto number = [&](const char* name, double value) { write_attribute(set, name, std::span(&value, 1)); };
  write_attribute(set, "voxel_size_mm", doubles(series.grid.voxel_size_mm));
  write_attribute(set, "origin_mm", doubles(series.grid.origin_mm));
  write_attribute(set, "axes", std::string("x,y,z"));
  write_attribute(set, "unit", series.unit);
  write_attribute(set, "frame_start_s", of_frames(&recon::SeriesFrame::start_s));
  write_attribute(set, "frame_duration_s", of_frames(&recon::SeriesFrame::duration_s));
  write_attribute(set, "decay_factor", of_frames(&recon::SeriesFrame::decay_factor));
  number("decay_corrected", series.decay_corrected ? 1 : 0);
  number("reference_s", series.reference_s);
  number("half_life_s", series.half_life_s);
  if (series.injection_s) {
    number("injection_s", *series.injection_s);
  }
  write_attribute(set, "time_zero", series.time_zero);
  write_attribute(set, "parameters", fmt::format("{}", fmt::join(series.parameters, "\n")));
  write_attribute(set, "description", series.description);
  write_attribute(set, "program", "Coincide " + program_version());
}

void write_contents(const std::filesystem::path& path, const recon::ImageSeries& series) {
  const Hdf5Quiet quiet;
  const Hdf5Id file = make_hdf5_file(path);
  const Hdf5Id group(H5Gcreate2(file, group_name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     "make the group of the image");
  const Hdf5Id set = make_set(group, series);
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    write_frame(set, series, frame);
  }
  write_attributes(set, series);
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
    throw FileError(fmt::format("not all of it can be written: {}.", why_not_written()));
  }
}

}  // namespace

bool is_hdf5_image(const std::filesystem::path& path, std::string_view first_bytes) {
  if (!first_bytes.starts_with("\x89HDF\r\n\x1a\n")) {
    return false;
  }
  const Hdf5Quiet quiet;
  try {
    return !groups_with_images(open_hdf5_file(path)).empty();
  } catch (const FileError&) {
    return false;
  }
}

PlacedSeries read_hdf5_image(const std::filesystem::path& path) {
  try {
    return read_contents(path);
  } catch (FileError& error) {
    error.prepend(path.string());
    throw;
  }
}

void write_hdf5_image(const std::filesystem::path& path, const recon::ImageSeries& series) {
  AtomicFile file(path);
  try {
    write_contents(file.temporary_path(), series);
  } catch (FileError& error) {
    error.prepend(fmt::format("Cannot write {}", path.string()));
    throw;
  }
  file.commit();
}

}  // namespace coincide::io
