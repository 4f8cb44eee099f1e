#include "io/nifti_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

/// In mm and LPS. In float, as the file has it, so that what we wrote comes back to the bit.
Eigen::Affine3d lps_mm(mat44 ras, float unit_mm) {
  Eigen::Affine3d index_to_mm = Eigen::Affine3d::Identity();
  for (int axis = 0; axis < 3; ++axis) {
    const float ras_to_lps = axis < 2 ? -unit_mm : unit_mm;
    for (int column = 0; column < 4; ++column) {
      index_to_mm.matrix()(axis, column) = ras_to_lps * ras.m[axis][column];
    }
  }
  return index_to_mm;
}

Eigen::Affine3d centred_mm(const nifti_image& nim, float unit_mm) {
  Eigen::Affine3d index_to_mm = Eigen::Affine3d::Identity();
  const std::array<int, 3> size{nim.nx, nim.ny, nim.nz};
  const std::array<float, 3> voxel{nim.dx, nim.dy, nim.dz};
  for (int f = 0; f < 3; ++f) {
    const float step_mm = unit_mm * std::abs(voxel[f]);
    index_to_mm.linear()(f, f) = step_mm;
    index_to_mm.translation()[f] = -0.5F * step_mm * static_cast<float>(size[f] - 1);
  }
  return index_to_mm;
}

}  // namespace

void place_nifti(const nifti_image& nim, const std::string& name, PlacedSeries& placed) {
  const float unit_mm = nim.xyz_units == NIFTI_UNITS_METER ? 1e3F : nim.xyz_units == NIFTI_UNITS_MICRON ? 1e-3F : 1;
  check_forms_agree(nim, unit_mm, name);
  if (nim.sform_code > 0) {
    placed.index_to_mm = lps_mm(nim.sto_xyz, unit_mm);
    placed.orientation = "sform";
  } else if (nim.qform_code > 0) {
    placed.index_to_mm = lps_mm(nim.qto_xyz, unit_mm);
    placed.orientation = "qform";
  } else {
    placed.index_to_mm = centred_mm(nim, unit_mm);
    placed.orientation = "not stated: taken as the scanner's axes, centred on the scanner";
    placed.warnings.push_back(fmt::format(
        "{} does not say how it lies (its sform_code and qform_code are 0): its axes are taken as the scanner's, x to "
        "the left, y to the back, z to the head, with the image in the scanner's middle.",
        name));
  }
}

}  // namespace coincide::io
