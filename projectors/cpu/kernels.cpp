// The CPU backend. This file is compiled once per instruction set; see kernels/backend.h for what that forbids.

#include <omp.h>

#include <cstdlib>
#include <new>

#include "projectors/kernels/operations.h"
#include "projectors/launcher.h"
#include "projectors/lor_order.h"
#ifdef __AVX2__
#include "projectors/cpu/vector_sinogram.h"
#endif

namespace coincide::projectors::COINCIDE_BACKEND {
namespace {

Grid kernel_grid(const Projector& projector) {
  const ImageGrid& grid = projector.grid();
  Grid g;
  for (int k = 0; k < 3; ++k) {
    g.n[k] = static_cast<std::int32_t>(grid.shape[k]);
    g.origin[k] = grid.origin_mm[k];
    g.voxel[k] = grid.voxel_size_mm[k];
    g.voxels_per_mm[k] = 1.0 / grid.voxel_size_mm[k];
  }
  g.stride[2] = 1;
  g.stride[1] = grid.shape[2];
  g.stride[0] = grid.shape[1] * grid.shape[2];
  g.boundary = projector.options().boundary;
  return g;
}

int thread_count(const Projector& projector) {
  const int wanted = projector.options().num_threads;
  return wanted > 0 ? wanted : omp_get_max_threads();
}

/// An array without constructors: std::vector would leave out-of-line copies of itself behind.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : data_(static_cast<T*>(std::malloc(static_cast<std::size_t>(count) * sizeof(T)))) {
    if (data_ == nullptr) {
      throw std::bad_alloc();
    }
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }
  T& operator[](std::int64_t i) const { return data_[i]; }

 private:
  T* data_;
};

/// Real is what setting up a LOR computes in.
#ifdef __AVX2__
using Real = Floats;
using SinogramKernel = TofRowsKernel;
#else
using Real = float;
using SinogramKernel = TofSinogramKernel;
COINCIDE_HD bool fits_vectors(const Grid&) { return false; }
#endif

/// Sorted LORs lie anywhere in the caller's arrays: end points are asked for some LORs before their turn.
constexpr std::int64_t ahead = 12;
COINCIDE_HD void prefetch(const Lors& lors, std::int64_t lor) {
  if (lors.start_index == nullptr) {
    __builtin_prefetch(lors.start_mm + 3 * lor);
    __builtin_prefetch(lors.end_mm + 3 * lor);
  } else {
    __builtin_prefetch(lors.start_index + lor);
    __builtin_prefetch(lors.end_index + lor);
  }
}

/// One prepared LOR, in vectors where the image and the TOF bins allow it.
template <BoundaryRule boundary, class Kernel>
void forward_one(const Grid& grid, [[maybe_unused]] bool vectors, const Kernel& kernel, const Prepared<Kernel>& p,
                 const float* image, float* out) {
#ifdef __AVX2__
  if (vectors && !p.ray.empty() && forward_vectors<boundary>(kernel, p, image, out)) {
    return;
  }
#endif
  forward_lor(grid, kernel, p, image, out);
}

template <BoundaryRule boundary, class Kernel>
void back_one(const Grid& grid, [[maybe_unused]] bool vectors, const Kernel& kernel, const Prepared<Kernel>& p,
              const float* in, float* image) {
#ifdef __AVX2__
  if (vectors && back_vectors<boundary>(kernel, p, in, image)) {
    return;
  }
#endif
  back_lor(grid, kernel, p, in, [image](std::int64_t voxel, float value) { image[voxel] += value; });
}

/// Calls project(count, lor_at) for chunks of the LORs, lor_at(i) being the number of the i-th to take: sorted where
/// that pays. Chunks bound the memory that the order takes.
template <class Project>
void for_ordered_chunks(const Projector& projector, const Lors& lors, Project&& project) {
  constexpr std::int64_t chunk = std::int64_t{1} << 22;
  for (std::int64_t first = 0; first < lors.count; first += chunk) {
    const std::int64_t count = smaller(chunk, lors.count - first);
    if (is_coherent(projector.grid(), lors, first, count)) {
      project(count, [first](std::int64_t i) { return first + i; });
    } else {
      const LorOrder order(projector.grid(), lors, first, count, thread_count(projector));
      project(count, [&order](std::int64_t i) { return order[i]; });
    }
  }
}

template <BoundaryRule boundary, class Kernel>
void forward_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* image,
                 float* values) {
  const Grid grid = kernel_grid(projector);
  const bool vectors = fits_vectors(grid);
  for_ordered_chunks(projector, lors, [&](std::int64_t count, auto lor_at) {
#pragma omp parallel for schedule(dynamic, 256) num_threads(thread_count(projector))
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t lor = lor_at(i);
      prefetch(lors, lor_at(smaller(i + ahead, count - 1)));
      forward_one<boundary>(grid, vectors, kernel, prepare<Real>(grid, lors, kernel, lor), image,
                            values + lor * kernel.values_per_lor());
    }
  });
}

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
template <BoundaryRule boundary, class Kernel>
void back_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* values, float* image) {
  const Grid grid = kernel_grid(projector);
  const bool vectors = fits_vectors(grid);
  constexpr std::int64_t block = 32768;
  const Scratch<Prepared<Kernel>> prepared(block);
  BlockOrder block_order(grid, block);
  for_ordered_chunks(projector, lors, [&](std::int64_t count, auto lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    {
      const int thread = omp_get_thread_num();
      const int threads = omp_get_num_threads();
      for (std::int64_t first = 0; first < count; first += block) {
        const std::int64_t size = smaller(block, count - first);
#pragma omp for schedule(static)
        for (std::int64_t i = 0; i < size; ++i) {
          prefetch(lors, lor_at(smaller(first + i + ahead, count - 1)));
          prepared[i] = prepare<Real>(grid, lors, kernel, lor_at(first + i));
        }
#pragma omp single
        block_order.sort(grid, prepared, size);
        for (int axis = 0; axis < 3; ++axis) {
          const std::int32_t lo = block_order.slab_start(grid, axis, thread, threads);
          const std::int32_t hi = block_order.slab_start(grid, axis, thread + 1, threads) - 1;
          for (std::int64_t i = 0; i < block_order.count[axis]; ++i) {
            const std::int32_t item = block_order.order[axis][i];
            if (prepared[item].ray.first <= hi && prepared[item].ray.last >= lo) {
              Prepared<Kernel> part = prepared[item];
              restrict_planes(part.ray, lo, hi);
              back_one<boundary>(grid, vectors, kernel, part, values + lor_at(first + item) * kernel.values_per_lor(),
                                 image);
            }
          }
#pragma omp barrier
        }
      }
    }
  });
}

/// The boundary rule becomes a constant of the loops.
template <class Kernel>
void forward_by_rule(const Projector& p, const Lors& lors, const Kernel& kernel, const float* image, float* values) {
  if (p.options().boundary == BoundaryRule::upstream) {
    forward_all<BoundaryRule::upstream>(p, lors, kernel, image, values);
  } else {
    forward_all<BoundaryRule::clamped>(p, lors, kernel, image, values);
  }
}

template <class Kernel>
void back_by_rule(const Projector& p, const Lors& lors, const Kernel& kernel, const float* values, float* image) {
  if (p.options().boundary == BoundaryRule::upstream) {
    back_all<BoundaryRule::upstream>(p, lors, kernel, values, image);
  } else {
    back_all<BoundaryRule::clamped>(p, lors, kernel, values, image);
  }
}

class CpuLauncher final : public Launcher {
 public:
  void forward(const Projector& p, const Lors& lors, NoTof tof, const float* image, float* values) const override {
    forward_by_rule(p, lors, NoTofKernel(tof), image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofBins& tof, const float* image,
               float* values) const override {
    forward_by_rule(p, lors, SinogramKernel(tof), image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofEvents& tof, const float* image,
               float* values) const override {
    forward_by_rule(p, lors, TofEventsKernel(tof), image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofTable& tof, const float* image,
               float* values) const override {
    forward_by_rule(p, lors, TofTableKernel(tof), image, values);
  }
  void back(const Projector& p, const Lors& lors, NoTof tof, const float* values, float* image) const override {
    back_by_rule(p, lors, NoTofKernel(tof), values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofBins& tof, const float* values,
            float* image) const override {
    back_by_rule(p, lors, SinogramKernel(tof), values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofEvents& tof, const float* values,
            float* image) const override {
    back_by_rule(p, lors, TofEventsKernel(tof), values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofTable& tof, const float* values,
            float* image) const override {
    back_by_rule(p, lors, TofTableKernel(tof), values, image);
  }
};

}  // namespace

const Launcher& cpu_launcher() {
  static const CpuLauncher launcher;
  return launcher;
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
