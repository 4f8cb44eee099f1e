#include "io/nifti_image.h"

#include <fmt/format.h>
#include <nifti1_io.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

#include "io/atomic_file.h"
#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using NiftiImage = std::unique_ptr<nifti_image, decltype(&nifti_image_free)>;

/// The line in the header's 80 letters; the unit, at the end, is kept if the description is too long.
std::string description_line(const recon::Image& image) {
  const std::string unit = " [" + image.unit + "]";
  return image.description.substr(0, 79 - std::min<std::size_t>(79, unit.size())) + unit;
}

nifti_1_header make_header(const recon::Image& image) {
  const recon::ImageGrid& grid = image.grid;
  const int dims[8] = {
      3, static_cast<int>(grid.shape[0]), static_cast<int>(grid.shape[1]), static_cast<int>(grid.shape[2]), 1, 1, 1, 1};
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
  nim->dt = nim->pixdim[4] = static_cast<float>(image.frame_duration_s);
  nim->toffset = static_cast<float>(image.frame_start_s);
  nim->qform_code = nim->sform_code = NIFTI_XFORM_SCANNER_ANAT;
  nim->xyz_units = NIFTI_UNITS_MM;
  nim->time_units = NIFTI_UNITS_SEC;
  nim->scl_slope = 1;
  nim->nifti_type = NIFTI_FTYPE_NIFTI1_1;
  std::snprintf(nim->descrip, sizeof(nim->descrip), "%s", description_line(image).c_str());
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

/// The bytes of the voxels in this machine's order. Not by nifti_image_load(), which fills up a file that ends too
/// early.
std::vector<char> file_bytes(const nifti_image& nim, const std::string& name) {
  const std::size_t size = nim.nvox * static_cast<std::size_t>(nim.nbyper);
  // A damaged header may ask for any size; deflate makes at most 1032 bytes of one.
  const std::size_t possible = std::filesystem::file_size(name) * (name.ends_with(".gz") ? 1032 : 1);
  if (nim.nbyper <= 0 || nim.iname_offset < 0 || size > possible) {
    refuse_damaged(name);
  }
  std::vector<char> bytes;
  try {
    bytes.resize(size);
  } catch (const std::bad_alloc&) {
    throw DeviceError(fmt::format("{}: its {} x {} x {} voxels take {:.3g} GB, more than there is memory.", name,
                                  nim.nx, nim.ny, nim.nz, static_cast<double>(size) / 1e9));
  }
  znzFile file = znzopen(name.c_str(), "rb", nifti_is_gzfile(name.c_str()));
  const bool whole =
      file != nullptr && znzseek(file, nim.iname_offset, SEEK_SET) >= 0 && znzread(bytes.data(), 1, size, file) == size;
  if (file != nullptr) {
    znzclose(file);
  }
  if (!whole) {
    refuse_damaged(name);
  }
  if (nim.swapsize > 1 && nim.byteorder != nifti_short_order()) {
    nifti_swap_Nbytes(size / static_cast<std::size_t>(nim.swapsize), nim.swapsize, bytes.data());
  }
  return bytes;
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

std::vector<float> file_values(const nifti_image& nim, const std::string& name) {
  const std::vector<char> bytes = file_bytes(nim, name);
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

/// Which axis of ours each axis of the file is, and how far a step along it goes (mm, negative: against ours).
struct Axes {
  std::array<int, 3> axis{0, 1, 2};
  std::array<float, 3> step_mm{};
  std::array<float, 3> origin_mm{};  ///< centre of the file's first voxel
};

/// The farthest that a voxel lies from itself in the two places that a file states, in its unit of length.
float distance_of_forms(const nifti_image& nim) {
  float farthest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const std::array<float, 3> voxel{(corner & 1) != 0 ? static_cast<float>(nim.nx - 1) : 0,
                                     (corner & 2) != 0 ? static_cast<float>(nim.ny - 1) : 0,
                                     (corner & 4) != 0 ? static_cast<float>(nim.nz - 1) : 0};
    std::array<float, 3> apart{};
    for (int axis = 0; axis < 3; ++axis) {
      apart[axis] = nim.sto_xyz.m[axis][3] - nim.qto_xyz.m[axis][3];
      for (int f = 0; f < 3; ++f) {
        apart[axis] += (nim.sto_xyz.m[axis][f] - nim.qto_xyz.m[axis][f]) * voxel[f];
      }
    }
    farthest = std::max(farthest, std::hypot(apart[0], apart[1], apart[2]));
  }
  return farthest;
}

/// Throws FileError if the two places that a file may state differ by more than rounding makes them.
void check_forms_agree(const nifti_image& nim, float unit_mm, const std::string& name) {
  constexpr float of_voxel = 0.1F;
  const float apart = distance_of_forms(nim);
  if (nim.sform_code > 0 && nim.qform_code > 0 && !(apart <= of_voxel * std::min({nim.dx, nim.dy, nim.dz}))) {
    throw FileError(fmt::format(
        "{}: its sform and its qform put it into different places, up to {:.1f} mm apart, and the file does "
        "not say which is that in the scanner. Set the code of the wrong one to 0 (sform_code, qform_code).",
        name, unit_mm * apart));
  }
}

void check_possible(const Axes& axes, const std::string& name) {
  constexpr float smallest_mm = 1e-3F;
  constexpr float largest_mm = 1e4F;
  constexpr float farthest_mm = 1e6F;
  for (int f = 0; f < 3; ++f) {
    const float step = std::abs(axes.step_mm[f]);
    if (!(step >= smallest_mm && step <= largest_mm && std::abs(axes.origin_mm[f]) <= farthest_mm)) {
      throw FileError(
          fmt::format("{}: a voxel of {:g} mm at {:g} mm along axis {} is not possible: sizes from {:g} to "
                      "{:g} mm are, and places up to {:g} mm away.",
                      name, step, axes.origin_mm[f], f + 1, smallest_mm, largest_mm, farthest_mm));
    }
  }
}

Axes axes_of(const nifti_image& nim, const std::string& name) {
  const float unit_mm = nim.xyz_units == NIFTI_UNITS_METER ? 1e3F : nim.xyz_units == NIFTI_UNITS_MICRON ? 1e-3F : 1;
  check_forms_agree(nim, unit_mm, name);
  Axes axes;
  if (nim.sform_code <= 0 && nim.qform_code <= 0) {
    axes.step_mm = {unit_mm * std::abs(nim.dx), unit_mm * std::abs(nim.dy), unit_mm * std::abs(nim.dz)};
    const std::array<int, 3> size{nim.nx, nim.ny, nim.nz};
    for (int f = 0; f < 3; ++f) {
      axes.origin_mm[f] = -0.5F * axes.step_mm[f] * static_cast<float>(size[f] - 1);
    }
    check_possible(axes, name);
    return axes;
  }
  mat44 lps = nim.sform_code > 0 ? nim.sto_xyz : nim.qto_xyz;
  for (int column = 0; column < 4; ++column) {
    lps.m[0][column] = -lps.m[0][column];
    lps.m[1][column] = -lps.m[1][column];
  }
  std::array<bool, 3> taken{};
  for (int f = 0; f < 3; ++f) {
    const std::array<float, 3> column{std::abs(lps.m[0][f]), std::abs(lps.m[1][f]), std::abs(lps.m[2][f])};
    const int axis = static_cast<int>(std::ranges::max_element(column) - column.begin());
    const float rest = column[0] + column[1] + column[2] - column[axis];
    // A tilt of 1e-3 moves the end of a 500 mm image by half a millimetre; quaternions in float are good to 1e-6.
    if (!(column[axis] > 0) || rest > 1e-3F * column[axis] || taken[axis]) {
      throw FileError(
          fmt::format("{}: the image lies obliquely to the scanner's axes. Resample it to a straight grid "
                      "first.",
                      name));
    }
    taken[axis] = true;
    axes.axis[f] = axis;
    axes.step_mm[f] = unit_mm * lps.m[axis][f];
    axes.origin_mm[f] = unit_mm * lps.m[f][3];
  }
  check_possible(axes, name);
  return axes;
}

/// Values of the file (first index fastest) in our order; the grid follows.
recon::Image in_our_order(const std::vector<float>& values, const std::array<std::int64_t, 3>& size, const Axes& axes) {
  recon::ImageGrid grid;
  grid.origin_mm = axes.origin_mm;
  for (int f = 0; f < 3; ++f) {
    const int axis = axes.axis[f];
    grid.shape[axis] = size[f];
    grid.voxel_size_mm[axis] = std::abs(axes.step_mm[f]);
    if (axes.step_mm[f] < 0) {
      grid.origin_mm[axis] += axes.step_mm[f] * static_cast<float>(size[f] - 1);
    }
  }
  recon::Image image(grid, 0);
  const std::array<std::int64_t, 3> stride{grid.shape[1] * grid.shape[2], grid.shape[2], 1};
  std::array<std::int64_t, 3> step{};
  std::int64_t first = 0;
  for (int f = 0; f < 3; ++f) {
    const bool flipped = axes.step_mm[f] < 0;
    step[f] = stride[axes.axis[f]] * (flipped ? -1 : 1);
    first += flipped ? stride[axes.axis[f]] * (size[f] - 1) : 0;
  }
  const float* value = values.data();
  for (std::int64_t k = 0; k < size[2]; ++k) {
    for (std::int64_t j = 0; j < size[1]; ++j) {
      for (std::int64_t i = 0; i < size[0]; ++i) {
        image.values[static_cast<std::size_t>(first + i * step[0] + j * step[1] + k * step[2])] = *value++;
      }
    }
  }
  return image;
}

/// Undoes description_line().
void split_description(const std::string& line, recon::Image& image) {
  const std::size_t open = line.rfind(" [");
  if (open == std::string::npos || !line.ends_with(']')) {
    image.description = line;
    return;
  }
  image.description = line.substr(0, open);
  image.unit = line.substr(open + 2, line.size() - open - 3);
}

}  // namespace

void write_nifti(const std::filesystem::path& path, const recon::Image& image) {
  const auto& shape = image.grid.shape;
  if (std::ranges::any_of(shape, [](std::int64_t size) { return size < 1 || size > 32767; })) {
    throw InputError(fmt::format("{}: NIfTI-1 holds 1 to 32767 voxels along an axis, the image has {} x {} x {}.",
                                 path.string(), shape[0], shape[1], shape[2]));
  }
  const nifti_1_header header = make_header(image);
  AtomicFile target(path);
  NiftiFile file(target.temporary_path(), path.extension() == ".gz");
  file.write(&header, sizeof(header));
  const char no_extensions[4] = {0, 0, 0, 0};
  file.write(no_extensions, sizeof(no_extensions));
  std::vector<float> plane(static_cast<std::size_t>(shape[0] * shape[1]));
  for (std::int64_t k = 0; k < shape[2]; ++k) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t i = 0; i < shape[0]; ++i) {
        plane[static_cast<std::size_t>(j * shape[0] + i)] = image.at(i, j, k);
      }
    }
    file.write(plane.data(), plane.size() * sizeof(float));
  }
  if (!file.close()) {
    throw FileError(
        fmt::format("Cannot write {}: the folder is missing, closed to you, or the disk is full.", path.string()));
  }
  target.commit();
}

recon::Image read_nifti(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{}: {}.", name, why));
  }
  nifti_set_debug_level(0);  // the library would print; its answers say enough
  const bool is_nifti = is_nifti_file(path.c_str()) > 0;
  const NiftiImage nim(is_nifti ? nifti_image_read(path.c_str(), 0) : nullptr, nifti_image_free);
  if (!nim) {
    throw FileError(
        fmt::format("{}: this is not a whole NIfTI-1 image: another kind of file, or it ends too early.", name));
  }
  const std::size_t frame_voxels = static_cast<std::size_t>(nim->nx) * nim->ny * nim->nz;
  if (nim->nvox != frame_voxels) {
    throw FileError(
        fmt::format("{}: it holds {} frames; one is needed here. Write the frame you want to a file of its "
                    "own.",
                    name, nim->nvox / std::max<std::size_t>(1, frame_voxels)));
  }
  recon::Image image = in_our_order(file_values(*nim, name), {nim->nx, nim->ny, nim->nz}, axes_of(*nim, name));
  split_description(nim->descrip, image);
  if (nim->time_units == NIFTI_UNITS_SEC) {
    image.frame_start_s = nim->toffset;
    image.frame_duration_s = nim->dt;
  }
  return image;
}

}  // namespace coincide::io
