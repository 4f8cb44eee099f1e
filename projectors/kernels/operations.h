#pragma once

#include "projectors/kernels/joseph.h"
#include "projectors/kernels/tof.h"

// The two directions of a projector over any TOF kernel, for one LOR. A backend loops over LORs. These are the scalar
// forms, which every backend has; cpu/vector_walk.h has those that take several planes at once.

namespace coincide::projectors::COINCIDE_BACKEND {

/// A LOR with all that is known of it before the walk.
template <class Kernel>
struct Prepared {
  Ray ray;
  typename Kernel::State tof;
};

/// Fills `prepared` where it lies, as copies are slow: see set_ray().
template <class Real = float, Norm norm = Norm::whole, class Kernel>
COINCIDE_HD void prepare(const Grid& grid, const Lors& lors, const Kernel& kernel, std::int64_t lor,
                         Prepared<Kernel>& prepared, KeptWeights* kept = nullptr) {
  set_ray(grid, lors, lor, prepared.ray);
  kernel.template prepare<Real, norm>(lor, prepared.ray, prepared.tof, kept);
}

template <class Real = float, Norm norm = Norm::whole, class Kernel>
COINCIDE_HD Prepared<Kernel> prepare(const Grid& grid, const Lors& lors, const Kernel& kernel, std::int64_t lor,
                                     KeptWeights* kept = nullptr) {
  Prepared<Kernel> prepared;
  prepare<Real, norm>(grid, lors, kernel, lor, prepared, kept);
  return prepared;
}

/// Writes the measurements of a prepared LOR to `out`.
template <class Kernel>
COINCIDE_HD void forward_lor(const Grid& grid, const Kernel& kernel, const Prepared<Kernel>& p, const float* image,
                             float* out) {
  if constexpr (Kernel::one_value) {
    float sum = 0;
    walk(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      sum += gather(image, corners) * kernel.weight(p.tof, p.ray, static_cast<float>(plane));
    });
    out[0] = p.ray.empty() ? 0 : kernel.scale(p.tof) * sum;
  } else {
    for (std::int64_t i = 0; i < kernel.values_per_lor(); ++i) {
      out[i] = 0;
    }
    walk(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      const float value = p.tof.scale * gather(image, corners);
      kernel.for_bins(p.tof, plane, [&](std::int32_t bin, float weight) { out[bin] += weight * value; });
    });
  }
}

/// What a plane of a LOR gets from the LOR's measurements.
template <class Kernel>
COINCIDE_HD float plane_value(const Kernel& kernel, const Prepared<Kernel>& p, std::int32_t plane, const float* in) {
  if constexpr (Kernel::one_value) {
    return kernel.scale(p.tof) * kernel.weight(p.tof, p.ray, static_cast<float>(plane)) * in[0];
  } else {
    float sum = 0;
    kernel.for_bins(p.tof, plane, [&](std::int32_t bin, float weight) { sum += weight * in[bin]; });
    return p.tof.scale * sum;
  }
}

/// Adds the measurements `in` of a prepared LOR to the voxels of its planes; `add(voxel, value)` does the addition.
template <class Kernel, class Add>
COINCIDE_HD void back_lor(const Grid& grid, const Kernel& kernel, const Prepared<Kernel>& p, const float* in,
                          Add&& add) {
  walk(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
    const float value = plane_value(kernel, p, plane, in);
    for (int i = 0; i < 4; ++i) {
      add(corners.at[i], corners.weight[i] * value);
    }
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
