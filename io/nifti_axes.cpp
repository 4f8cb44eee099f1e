#include "io/nifti_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"

namespace coincide::io {
namespace {

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

void check_possible(const NiftiAxes& axes, const std::string& name) {
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

}  // namespace

NiftiAxes nifti_axes(const nifti_image& nim, const std::string& name) {
  const float unit_mm = nim.xyz_units == NIFTI_UNITS_METER ? 1e3F : nim.xyz_units == NIFTI_UNITS_MICRON ? 1e-3F : 1;
  check_forms_agree(nim, unit_mm, name);
  NiftiAxes axes;
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

recon::ImageGrid grid_of(const NiftiAxes& axes, const std::array<std::int64_t, 3>& size) {
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
  return grid;
}

std::vector<float> in_our_order(std::span<const float> values, const NiftiAxes& axes,
                                const std::array<std::int64_t, 3>& size) {
  const auto shape = grid_of(axes, size).shape;
  const std::array<std::int64_t, 3> stride{shape[1] * shape[2], shape[2], 1};
  std::array<std::int64_t, 3> step{};
  std::int64_t first = 0;
  for (int f = 0; f < 3; ++f) {
    const bool flipped = axes.step_mm[f] < 0;
    step[f] = stride[axes.axis[f]] * (flipped ? -1 : 1);
    first += flipped ? stride[axes.axis[f]] * (size[f] - 1) : 0;
  }
  std::vector<float> ours(values.size());
  auto value = values.begin();
  for (std::int64_t k = 0; k < size[2]; ++k) {
    for (std::int64_t j = 0; j < size[1]; ++j) {
      for (std::int64_t i = 0; i < size[0]; ++i) {
        ours[static_cast<std::size_t>(first + i * step[0] + j * step[1] + k * step[2])] = *value++;
      }
    }
  }
  return ours;
}

}  // namespace coincide::io
