#include "io/nifti_file.h"

#include <fmt/format.h>
#include <nifti1_io.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "io/atomic_file.h"
#include "io/input_file.h"
#include "io/nifti_axes.h"
#include "io/unit_line.h"
#include "io/voxel_order.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::int64_t most_along_axis = 32767;

using NiftiImage = std::unique_ptr<nifti_image, decltype(&nifti_image_free)>;

/// From frame to frame, if that is always the same and how long each lasts; else 0.
double even_step_s(const std::vector<recon::SeriesFrame>& frames) {
  constexpr double same_s = 5e-4;  // times are whole ms
  const double step_s = frames.front().duration_s;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double start_s = frames.front().start_s + static_cast<double>(i) * step_s;
    if (std::abs(frames[i].duration_s - step_s) > same_s || std::abs(frames[i].start_s - start_s) > same_s) {
      return 0;
    }
  }
  return step_s;
}

nifti_1_header make_header(const recon::ImageSeries& series) {
  const recon::ImageGrid& grid = series.grid;
  const std::size_t frames = series.frames.size();
  const int dims[8] = {frames > 1 ? 4 : 3,
                       static_cast<int>(grid.shape[0]),
                       static_cast<int>(grid.shape[1]),
                       static_cast<int>(grid.shape[2]),
                       static_cast<int>(frames),
                       1,
                       1,
                       1};
  const NiftiImage nim(nifti_make_new_nim(dims, DT_FLOAT32, 0), nifti_image_free);
  if (!nim) {
    throw FileError("Cannot make a NIfTI header.");
  }
  mat44 affine{};
  for (int axis = 0; axis < 3; ++axis) {
    const float lps_to_ras = axis < 2 ? -1.0F : 1.0F;
    affine.m[axis][axis] = lps_to_ras * grid.voxel_size_mm[axis];
    affine.m[axis][3] = lps_to_ras * grid.origin_mm[axis];
  }
  affine.m[3][3] = 1;
  nim->sto_xyz = affine;
  nifti_mat44_to_quatern(affine, &nim->quatern_b, &nim->quatern_c, &nim->quatern_d, &nim->qoffset_x, &nim->qoffset_y,
                         &nim->qoffset_z, nullptr, nullptr, nullptr, &nim->qfac);
  nim->dx = nim->pixdim[1] = grid.voxel_size_mm[0];
  nim->dy = nim->pixdim[2] = grid.voxel_size_mm[1];
  nim->dz = nim->pixdim[3] = grid.voxel_size_mm[2];
  nim->dt = nim->pixdim[4] = static_cast<float>(even_step_s(series.frames));
  nim->toffset = static_cast<float>(series.frames.front().start_s);
  nim->qform_code = nim->sform_code = NIFTI_XFORM_SCANNER_ANAT;
  nim->xyz_units = NIFTI_UNITS_MM;
  nim->time_units = NIFTI_UNITS_SEC;
  nim->scl_slope = 1;
  nim->nifti_type = NIFTI_FTYPE_NIFTI1_1;
  std::snprintf(nim->descrip, sizeof(nim->descrip), "%s", unit_line(series, sizeof(nim->descrip) - 1).c_str());
  nifti_1_header header = nifti_convert_nim2nhdr(nim.get());
  header.vox_offset = 352;
  return header;
}

/// A .nii or .nii.gz file open for writing; remembers failure.
class NiftiFile {
 public:
  NiftiFile(const std::filesystem::path& path, bool compressed)
      : file_(znzopen(path.c_str(), "wb", compressed ? 1 : 0)), good_(file_ != nullptr) {}
  NiftiFile(const NiftiFile&) = delete;
  NiftiFile& operator=(const NiftiFile&) = delete;
  ~NiftiFile() { close(); }

  void write(const void* bytes, std::size_t count) { good_ = good_ && znzwrite(bytes, 1, count, file_) == count; }
  /// False if anything went wrong since the file was opened.
  bool close() {
    if (file_ != nullptr) {
      good_ = znzclose(file_) == 0 && good_;
      file_ = nullptr;
    }
    return good_;
  }

 private:
  znzFile file_;
  bool good_;
};

[[noreturn]] void refuse_damaged(const std::string& name) {
  throw FileError(
      fmt::format("{}: this is not a whole NIfTI-1 image: another kind of file, or it ends too early.", name));
}

template <class T>
std::vector<float> as_float(const std::vector<char>& bytes) {
  std::vector<float> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(value);
  }
  return values;
}

/// Bytes of voxels in this machine's order as the numbers that they stand for.
std::vector<float> values_in(const std::vector<char>& bytes, const nifti_image& nim, const std::string& name) {
  std::vector<float> values;
  switch (nim.datatype) {
    case DT_UINT8:
      values = as_float<std::uint8_t>(bytes);
      break;
    case DT_INT8:
      values = as_float<std::int8_t>(bytes);
      break;
    case DT_UINT16:
      values = as_float<std::uint16_t>(bytes);
      break;
    case DT_INT16:
      values = as_float<std::int16_t>(bytes);
      break;
    case DT_UINT32:
      values = as_float<std::uint32_t>(bytes);
      break;
    case DT_INT32:
      values = as_float<std::int32_t>(bytes);
      break;
    case DT_UINT64:
      values = as_float<std::uint64_t>(bytes);
      break;
    case DT_INT64:
      values = as_float<std::int64_t>(bytes);
      break;
    case DT_FLOAT32:
      values = as_float<float>(bytes);
      break;
    case DT_FLOAT64:
      values = as_float<double>(bytes);
      break;
    default:
      throw FileError(
          fmt::format("{}: voxels of type {} are not images that this program can use; it reads real "
                      "numbers of 8 to 64 bits.",
                      name, nifti_datatype_string(nim.datatype)));
  }
  // Slope 0 says "not scaled" in the NIfTI-1 definition.
  if (nim.scl_slope != 0 && (nim.scl_slope != 1 || nim.scl_inter != 0)) {
    for (float& value : values) {
      value = nim.scl_slope * value + nim.scl_inter;
    }
  }
  return values;
}

/// The library's own number is 0 where the file has no axis of time.
std::size_t num_frames(const nifti_image& nim) {
  return nim.nvox / std::max<std::size_t>(1, static_cast<std::size_t>(nim.nx) * nim.ny * nim.nz);
}

/// Reads frame after frame. Not by nifti_image_load(), which fills up a file that ends too early.
class FrameReader {
 public:
  FrameReader(const nifti_image& nim, std::string name);
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;
  ~FrameReader();

  /// In the order of the file.
  std::vector<float> next();

 private:
  const nifti_image& nim_;
  std::string name_;
  std::vector<char> bytes_;  ///< of one frame
  znzFile file_ = nullptr;
};

FrameReader::FrameReader(const nifti_image& nim, std::string name) : nim_(nim), name_(std::move(name)) {
  const std::size_t size = nim.nvox * static_cast<std::size_t>(nim.nbyper);
  // A damaged header may ask for any size; deflate makes at most 1032 bytes of one.
  const std::size_t possible = std::filesystem::file_size(name_) * (name_.ends_with(".gz") ? 1032 : 1);
  if (nim.nbyper <= 0 || nim.iname_offset < 0 || size > possible) {
    refuse_damaged(name_);
  }
  try {
    bytes_.resize(size / num_frames(nim));
  } catch (const std::bad_alloc&) {
    throw DeviceError(fmt::format("{}: its {} x {} x {} voxels take {:.3g} GB, more than there is memory.", name_,
                                  nim.nx, nim.ny, nim.nz, static_cast<double>(size) / 1e9));
  }
  file_ = znzopen(name_.c_str(), "rb", nifti_is_gzfile(name_.c_str()));
  if (file_ == nullptr || znzseek(file_, nim.iname_offset, SEEK_SET) < 0) {
    refuse_damaged(name_);
  }
}

FrameReader::~FrameReader() {
  if (file_ != nullptr) {
    znzclose(file_);
  }
}

std::vector<float> FrameReader::next() {
  if (znzread(bytes_.data(), 1, bytes_.size(), file_) != bytes_.size()) {
    refuse_damaged(name_);
  }
  if (nim_.swapsize > 1 && nim_.byteorder != nifti_short_order()) {
    nifti_swap_Nbytes(bytes_.size() / static_cast<std::size_t>(nim_.swapsize), nim_.swapsize, bytes_.data());
  }
  return values_in(bytes_, nim_, name_);
}

/// The library mends what it can of a damaged header; what it would read then is not what was written.
bool is_possible(const std::string& name) {
  int swapped = 0;
  const std::unique_ptr<nifti_1_header, decltype(&std::free)> header(nifti_read_header(name.c_str(), &swapped, 0),
                                                                     std::free);
  if (!header || header->sizeof_hdr != 348 || header->dim[0] < 2 || header->dim[0] > 7 ||
      !(header->vox_offset >= 348)) {
    return false;
  }
  return std::all_of(header->dim + 1, header->dim + 1 + header->dim[0], [](short size) { return size >= 1; });
}

NiftiImage open_nifti(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{}: {}.", name, why));
  }
  nifti_set_debug_level(0);  // the library would print; its answers say enough
  NiftiImage nim(is_nifti_file(path.c_str()) > 0 && is_possible(name) ? nifti_image_read(path.c_str(), 0) : nullptr,
                 nifti_image_free);
  if (!nim) {
    refuse_damaged(name);
  }
  const std::size_t frames = num_frames(*nim);
  if (frames < 1 || frames > most_along_axis || (frames > 1 && frames != static_cast<std::size_t>(nim->nt))) {
    throw FileError(fmt::format(
        "{}: it holds {} images along other axes than time; frames along one axis of time are needed here. Write those "
        "you want to a file of their own.",
        name, frames));
  }
  return nim;
}

}  // namespace

bool is_nifti(std::string_view first_bytes) {
  constexpr std::size_t header_bytes = 348;
  return first_bytes.size() >= header_bytes && first_bytes.substr(344, 4) == std::string_view("n+1\0", 4);
}

void write_nifti(const std::filesystem::path& path, const recon::ImageSeries& series) {
  const auto& shape = series.grid.shape;
  if (std::ranges::any_of(shape, [](std::int64_t size) { return size < 1 || size > most_along_axis; }) ||
      series.frames.empty() || series.frames.size() > most_along_axis) {
    throw InputError(
        fmt::format("{}: NIfTI-1 holds 1 to {} voxels or frames along an axis, the image has {} x {} x {} x {}.",
                    path.string(), most_along_axis, shape[0], shape[1], shape[2], series.frames.size()));
  }
  const nifti_1_header header = make_header(series);
  AtomicFile target(path);
  NiftiFile file(target.temporary_path(), path.extension() == ".gz");
  file.write(&header, sizeof(header));
  const char no_extensions[4] = {0, 0, 0, 0};
  file.write(no_extensions, sizeof(no_extensions));
  for (const recon::SeriesFrame& frame : series.frames) {
    for (std::int64_t k = 0; k < shape[2]; ++k) {
      const std::vector<float> plane = plane_for_file(frame.values, shape, k);
      file.write(plane.data(), plane.size() * sizeof(float));
    }
  }
  if (!file.close()) {
    throw cannot_write(path);
  }
  target.commit();
}

PlacedSeries read_nifti(const std::filesystem::path& path) {
  const NiftiImage nim = open_nifti(path);
  const std::string name = path.string();
  PlacedSeries read;
  place_nifti(*nim, name, read);
  recon::ImageSeries& series = read.series;
  series.grid.shape = {nim->nx, nim->ny, nim->nz};
  read_unit_line(nim->descrip, series);
  FrameReader reader(*nim, name);
  for (std::size_t frame = num_frames(*nim); frame > 0; --frame) {
    series.frames.push_back({.values = last_axis_fastest(reader.next(), series.grid.shape)});
  }
  if (nim->time_units == NIFTI_UNITS_SEC && series.frames.size() == 1) {
    series.frames.front().start_s = nim->toffset;
    series.frames.front().duration_s = nim->dt;
  }
  return read;
}

}  // namespace coincide::io
