#include "projectors/projector.h"

#include <cmath>
#include <limits>
#include <string>

#include "projectors/cuda/backend.h"
#include "projectors/error.h"
#include "projectors/number_text.h"
#include "projectors/turns.h"

namespace coincide::projectors {
namespace {

const Launcher& launcher_of(const Projector& projector) {
  return projector.options().device.kind == DeviceKind::cpu ? cpu_launcher(projector.options().instruction_set)
                                                            : cuda::launcher();
}

void check(const TofBins& bins) {
  if (bins.num_bins < 1) {
    throw InputError("num_tof_bins is " + std::to_string(bins.num_bins) + "; it must be at least 1.");
  }
}

}  // namespace

Projector::Projector(const ImageGrid& grid, const ProjectorOptions& options) : grid_(grid), options_(options) {
  for (int k = 0; k < 3; ++k) {
    const std::string axis = "Image axis " + std::to_string(k);
    if (grid.shape[k] < 0 || grid.shape[k] > std::numeric_limits<std::int32_t>::max() / 2) {
      throw InputError(axis + " has " + std::to_string(grid.shape[k]) + " voxels; 0 to 2^30 are possible.");
    }
    if (!(grid.voxel_size_mm[k] > 0) || grid.voxel_size_mm[k] > std::numeric_limits<float>::max()) {
      throw InputError(axis + " has voxels of " + number_text(grid.voxel_size_mm[k]) +
                       " mm; the size must be a positive number.");
    }
    if (!std::isfinite(grid.origin_mm[k])) {
      throw InputError(axis + " has its origin at " + number_text(grid.origin_mm[k]) + " mm; it must be finite.");
    }
  }
  if (!has_instruction_set(options.instruction_set)) {
    throw InputError("This CPU has no " + std::string(instruction_set_name(options.instruction_set)) + ".");
  }
}

void Projector::forward(const Lors& lors, NoTof tof, const float* image, float* values) const {
  launcher_of(*this).forward(*this, lors, tof, image, values);
}

void Projector::forward(const Lors& lors, const TofBins& tof, const float* image, float* values) const {
  check(tof);
  launcher_of(*this).forward(*this, lors, tof, image, values);
}

void Projector::forward(const Lors& lors, const TofEvents& tof, const float* image, float* values) const {
  check(tof.bins);
  launcher_of(*this).forward(*this, lors, tof, image, values);
}

void Projector::forward(const Lors& lors, const TofTable& tof, const float* image, float* values) const {
  launcher_of(*this).forward(*this, lors, tof, image, values);
}

void Projector::back(const Lors& lors, NoTof tof, const float* values, float* image) const {
  const Turn turn(image, grid_.num_voxels());
  launcher_of(*this).back(*this, lors, tof, values, image);
}

void Projector::back(const Lors& lors, const TofBins& tof, const float* values, float* image) const {
  check(tof);
  const Turn turn(image, grid_.num_voxels());
  launcher_of(*this).back(*this, lors, tof, values, image);
}

void Projector::back(const Lors& lors, const TofEvents& tof, const float* values, float* image) const {
  check(tof.bins);
  const Turn turn(image, grid_.num_voxels());
  launcher_of(*this).back(*this, lors, tof, values, image);
}

void Projector::back(const Lors& lors, const TofTable& tof, const float* values, float* image) const {
  const Turn turn(image, grid_.num_voxels());
  launcher_of(*this).back(*this, lors, tof, values, image);
}

void Projector::forward_back(const Lors& lors, NoTof tof, const float* image, const ValueStep& step,
                             float* back_image) const {
  const Turn turn(back_image, grid_.num_voxels());
  launcher_of(*this).forward_back(*this, lors, tof, image, step, back_image);
}

void Projector::forward_back(const Lors& lors, const TofBins& tof, const float* image, const ValueStep& step,
                             float* back_image) const {
  check(tof);
  const Turn turn(back_image, grid_.num_voxels());
  launcher_of(*this).forward_back(*this, lors, tof, image, step, back_image);
}

void Projector::forward_back(const Lors& lors, const TofEvents& tof, const float* image, const ValueStep& step,
                             float* back_image) const {
  check(tof.bins);
  const Turn turn(back_image, grid_.num_voxels());
  launcher_of(*this).forward_back(*this, lors, tof, image, step, back_image);
}

void Projector::forward_back(const Lors& lors, const TofTable& tof, const float* image, const ValueStep& step,
                             float* back_image) const {
  const Turn turn(back_image, grid_.num_voxels());
  launcher_of(*this).forward_back(*this, lors, tof, image, step, back_image);
}

}  // namespace coincide::projectors
