#pragma once

#include <omp.h>

#include "projectors/cpu/prepared_lors.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// LORs of a block by principal axis, and how many planes of each axis they cross, so that work can be shared out.
struct BlockOrder {
  explicit BlockOrder(const Grid& grid, std::int64_t block)
      : order{Scratch<std::int32_t>(block), Scratch<std::int32_t>(block), Scratch<std::int32_t>(block)},
        work{Scratch<std::int64_t>(grid.n[0] + 1), Scratch<std::int64_t>(grid.n[1] + 1),
             Scratch<std::int64_t>(grid.n[2] + 1)} {}

  Scratch<std::int32_t> order[3];
  std::int64_t count[3];
  Scratch<std::int64_t> work[3];  ///< LORs crossing planes 0 ... i - 1, added up

  template <class Kernel>
  void sort(const Grid& grid, const Scratch<Prepared<Kernel>>& prepared, std::int64_t size) {
    for (int k = 0; k < 3; ++k) {
      count[k] = 0;
      for (std::int32_t i = 0; i <= grid.n[k]; ++i) {
        work[k][i] = 0;
      }
    }
    for (std::int64_t i = 0; i < size; ++i) {
      const Ray& ray = prepared[i].ray;
      if (!ray.empty()) {
        order[ray.axis][count[ray.axis]++] = static_cast<std::int32_t>(i);
        ++work[ray.axis][ray.first];
        --work[ray.axis][ray.last + 1];
      }
    }
    for (int k = 0; k < 3; ++k) {
      std::int64_t crossing = 0;
      std::int64_t total = 0;
      for (std::int32_t i = 0; i <= grid.n[k]; ++i) {
        crossing += work[k][i];
        work[k][i] = total;
        total += crossing;
      }
    }
  }

  /// First plane of slab `slab` out of `slabs` with about equal work.
  std::int32_t slab_start(const Grid& grid, int axis, int slab, int slabs) const {
    if (slab == slabs) {
      return grid.n[axis];
    }
    const std::int64_t before = work[axis][grid.n[axis]] * slab / slabs;
    std::int32_t plane = 0;
    while (plane < grid.n[axis] && work[axis][plane] < before) {
      ++plane;
    }
    return plane;
  }
};

/// Back projection without atomics or private images: LORs are set up in blocks, and for each principal axis every
/// thread walks all LORs of the block, but only its own slab of planes. A voxel is thus always written by one
/// thread, in the order of the LORs: the image is the same bits for any number of threads.
/// set_up(first, count, prepared) prepares some LORs of a block; values_of(i) are the measurements of the block's LOR
/// i.
template <BoundaryRule boundary, class Kernel>
class SlabBackProjector {
 public:
  SlabBackProjector(const Grid& grid, const Kernel& kernel)
      : grid_(grid), kernel_(kernel), prepared_(block), order_(grid_, block) {}

  static constexpr std::int64_t block = 32768;
  static constexpr std::int64_t chunk = 256;  ///< LORs that one call of set_up prepares

  /// To be called by all threads of a parallel region, for blocks of at most `block` LORs.
  template <class SetUp, class ValuesOf>
  void add(std::int64_t size, float* image, SetUp&& set_up, ValuesOf&& values_of) {
    const int thread = omp_get_thread_num();
    const int threads = omp_get_num_threads();
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t first = 0; first < size; first += chunk) {
      set_up(first, smaller(chunk, size - first), &prepared_[first]);
    }
#pragma omp single
    order_.sort(grid_, prepared_, size);
    for (int axis = 0; axis < 3; ++axis) {
      const std::int32_t lo = order_.slab_start(grid_, axis, thread, threads);
      const std::int32_t hi = order_.slab_start(grid_, axis, thread + 1, threads) - 1;
      add_slab(axis, lo, hi, values_of, image);
#pragma omp barrier
    }
  }

 private:
  template <class ValuesOf>
  void add_slab(int axis, std::int32_t lo, std::int32_t hi, ValuesOf&& values_of, float* image) {
    const std::int32_t* items = &order_.order[axis][0];
    const std::int64_t count = order_.count[axis];
    const auto use_one = [&](std::int64_t i) { add_one(items[i], lo, hi, values_of(items[i]), image); };
#ifdef COINCIDE_VECTORS
    if constexpr (has_fans<Kernel>) {
      if (fits_vectors(grid_)) {
        Fan<boundary, Kernel> fan(grid_);
        const auto lor_at = [&](std::int64_t i) -> const Prepared<Kernel>& { return prepared_[items[i]]; };
        Bundle<boundary, Kernel> bundle;
        const auto use_group = [&](auto& group, std::int64_t begin, std::int64_t in_group) {
          group.set(in_group, lo, hi, [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(begin + i); });
          group.back(
              [&](std::int64_t i) {
                const std::int32_t item = items[begin + i];
                return kernel_.scale(prepared_[item].tof) * values_of(item)[0];
              },
              image);
        };
        for_groups<Kernel>(count, lor_at, fan, bundle, use_group, use_one);
        return;
      }
    }
#endif
    for (std::int64_t i = 0; i < count; ++i) {
      use_one(i);
    }
  }

  /// Planes lo ... hi of LOR `item` of the block.
  void add_one(std::int32_t item, std::int32_t lo, std::int32_t hi, const float* values, float* image) {
    if (prepared_[item].ray.first <= hi && prepared_[item].ray.last >= lo) {
      Prepared<Kernel> part = prepared_[item];
      restrict_planes(part.ray, lo, hi);
      back_one<boundary>(grid_, fits_vectors(grid_), kernel_, part, values, image);
    }
  }

  Grid grid_;
  const Kernel& kernel_;
  Scratch<Prepared<Kernel>> prepared_;
  BlockOrder order_;
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
