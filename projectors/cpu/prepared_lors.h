#pragma once

// LORs that have been set up, one by one, in fans or in bundles, in vectors where the instruction set has them.

#include "projectors/cpu/scratch.h"
#include "projectors/kernels/course.h"
#include "projectors/kernels/operations.h"
#ifdef COINCIDE_VECTORS
#include "projectors/cpu/bundle.h"
#include "projectors/cpu/fan.h"
#include "projectors/cpu/vector_sinogram.h"
#endif

namespace coincide::projectors::COINCIDE_BACKEND {

/// Real is what setting up a LOR computes in.
#ifdef COINCIDE_VECTORS
using Real = Floats;
using SinogramKernel = TofRowsKernel;
#else
using Real = float;
using SinogramKernel = TofSinogramKernel;
COINCIDE_HD bool fits_vectors(const Grid&) { return false; }
#endif

/// True if LORs in fans go together.
template <class Kernel>
COINCIDE_HD bool takes_fans([[maybe_unused]] const Grid& grid) {
#ifdef COINCIDE_VECTORS
  return has_fans<Kernel> && fits_vectors(grid);
#else
  return false;
#endif
}

/// One prepared LOR, in vectors where the image and the TOF bins allow it.
template <BoundaryRule boundary, class Kernel>
void forward_one(const Grid& grid, [[maybe_unused]] bool vectors, const Kernel& kernel, const Prepared<Kernel>& p,
                 [[maybe_unused]] const KeptWeights& kept, const float* image, float* out) {
#ifdef COINCIDE_VECTORS
  if (vectors && !p.ray.empty() && forward_vectors<boundary>(kernel, p, kept, image, out)) {
    return;
  }
#endif
  forward_lor(grid, kernel, p, image, out);
}

template <BoundaryRule boundary, class Kernel>
void back_one(const Grid& grid, [[maybe_unused]] bool vectors, const Kernel& kernel, const Prepared<Kernel>& p,
              const float* in, float* image) {
#ifdef COINCIDE_VECTORS
  if (vectors && back_vectors<boundary>(kernel, p, in, image)) {
    return;
  }
#endif
  back_lor(grid, kernel, p, in, [image](std::int64_t voxel, float value) { image[voxel] += value; });
}

#ifdef COINCIDE_VECTORS
/// Goes through `count` prepared LORs in their order, lor_at(i): calls use_group(fan, first, count) for those that a
/// Fan takes at once, use_group(bundle, first, count) for those that a Bundle takes, and use_one(i) for each other one.
template <class Kernel, class LorAt, class AFan, class ABundle, class UseGroup, class UseOne>
void for_groups(std::int64_t count, LorAt&& lor_at, AFan& fan, ABundle& bundle, UseGroup&& use_group,
                UseOne&& use_one) {
  for (std::int64_t i = 0; i < count;) {
    const auto from_here = [&](std::int64_t j) -> const Prepared<Kernel>& { return lor_at(i + j); };
    const std::int64_t same = count_in_fan<Kernel>(smaller(count - i, max_in_fan), from_here);
    if (same >= min_in_fan) {
      use_group(fan, i, same);
      i += same;
      continue;
    }
    const std::int64_t along = count_in_bundle<Kernel>(smaller(count - i, max_in_bundle), from_here);
    if (along > 0) {
      use_group(bundle, i, along);
      i += along;
    } else {
      use_one(i);
      ++i;
    }
  }
}
#endif

/// Forward projection of prepared LORs without TOF, where all planes count alike: those in a fan or a bundle together.
/// Of one thread.
template <BoundaryRule boundary>
class ForwardInFans {
 public:
  using Kernel = NoTofKernel;

  explicit ForwardInFans(const Grid& grid)
      : grid_(grid)
#ifdef COINCIDE_VECTORS
        ,
        fan_(grid),
        sums_(max_in_fan)
#endif
  {
  }

  /// Sets value_at(i) for `count` LORs.
  template <class ValueAt>
  void project(const Prepared<Kernel>* prepared, std::int64_t count, const float* image, ValueAt&& value_at) {
    const NoTofKernel kernel{NoTof{}};
    const bool vectors = fits_vectors(grid_);
    const auto use_one = [&](std::int64_t i) {
      forward_one<boundary>(grid_, vectors, kernel, prepared[i], no_weights_, image, &value_at(i));
    };
#ifdef COINCIDE_VECTORS
    if (vectors) {
      const std::int32_t last_plane = larger(grid_.n[0], larger(grid_.n[1], grid_.n[2])) - 1;
      const auto lor_at = [&](std::int64_t i) -> const Prepared<Kernel>& { return prepared[i]; };
      const auto use_group = [&](auto& group, std::int64_t begin, std::int64_t in_group) {
        group.set(in_group, 0, last_plane,
                  [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(begin + i); });
        group.forward(image, &sums_[0]);
        for (std::int64_t i = 0; i < in_group; ++i) {
          value_at(begin + i) = kernel.scale(prepared[begin + i].tof) * sums_[i];
        }
      };
      for_groups<Kernel>(count, lor_at, fan_, bundle_, use_group, use_one);
      return;
    }
#endif
    for (std::int64_t i = 0; i < count; ++i) {
      use_one(i);
    }
  }

 private:
  Grid grid_;
  KeptWeights no_weights_;
#ifdef COINCIDE_VECTORS
  Fan<boundary, Kernel> fan_;
  Bundle<boundary, Kernel> bundle_;
  Scratch<float> sums_;
#endif
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
