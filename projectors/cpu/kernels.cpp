// The CPU backend. This file is compiled once per instruction set; see kernels/backend.h for what that forbids.

#include <omp.h>

#include <type_traits>

#include "projectors/cpu/scratch.h"
#include "projectors/event_weights.h"
#include "projectors/kernels/operations.h"
#include "projectors/launcher.h"
#include "projectors/lor_order.h"
#ifdef COINCIDE_VECTORS
#include "projectors/cpu/fan.h"
#include "projectors/cpu/vector_sinogram.h"
#endif

namespace coincide::projectors::COINCIDE_BACKEND {
namespace {

Grid kernel_grid(const Projector& projector) { return make_grid(projector.grid(), projector.options().boundary); }

int thread_count(const Projector& projector) { return projectors::thread_count(projector.options().num_threads); }

/// Real is what setting up a LOR computes in.
#ifdef COINCIDE_VECTORS
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

#ifdef COINCIDE_VECTORS
/// Calls use_fan(first, count) for LORs, out of `count`, that a Fan takes at once, and use_one(i) for each other one,
/// in order. lor_at(i) is LOR i, prepared.
template <class Kernel, class LorAt, class UseFan, class UseOne>
void for_fans(std::int64_t count, LorAt&& lor_at, UseFan&& use_fan, UseOne&& use_one) {
  for (std::int64_t i = 0; i < count;) {
    const std::int64_t same = count_in_fan<Kernel>(
        smaller(count - i, max_in_fan), [&](std::int64_t j) -> const Prepared<Kernel>& { return lor_at(i + j); });
    if (same >= min_in_fan) {
      use_fan(i, same);
      i += same;
    } else {
      for (const std::int64_t end = i + larger(same, std::int64_t{1}); i < end; ++i) {
        use_one(i);
      }
    }
  }
}

#endif

/// Forward projection of prepared LORs without TOF, where all planes count alike: those in a fan together. Of one
/// thread.
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
      const auto use_fan = [&](std::int64_t begin, std::int64_t in_fan) {
        fan_.set(in_fan, 0, last_plane, [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(begin + i); });
        fan_.forward(image, &sums_[0]);
        for (std::int64_t i = 0; i < in_fan; ++i) {
          value_at(begin + i) = kernel.scale(prepared[begin + i].tof) * sums_[i];
        }
      };
      for_fans<Kernel>(count, lor_at, use_fan, use_one);
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
  Scratch<float> sums_;
#endif
};

template <BoundaryRule boundary>
void forward_all(const Projector& projector, const Lors& lors, const NoTofKernel& kernel, const float* image,
                 float* values) {
  constexpr std::int64_t chunk = 512;  // as many as a fan takes
  const Grid grid = kernel_grid(projector);
  for_ordered_chunks(projector, lors, [&](std::int64_t count, auto lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    {
      ForwardInFans<boundary> forward(grid);
      const Scratch<Prepared<NoTofKernel>> prepared(chunk);
#pragma omp for schedule(dynamic, 1)
      for (std::int64_t first = 0; first < count; first += chunk) {
        const std::int64_t size = smaller(chunk, count - first);
        for (std::int64_t i = 0; i < size; ++i) {
          prefetch(lors, lor_at(smaller(first + i + ahead, count - 1)));
          prepared[i] = prepare<Real>(grid, lors, kernel, lor_at(first + i));
        }
        forward.project(&prepared[0], size, image, [&](std::int64_t i) -> float& { return values[lor_at(first + i)]; });
      }
    }
  });
}

template <BoundaryRule boundary, class Kernel>
void forward_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* image,
                 float* values) {
  const Grid grid = kernel_grid(projector);
  const bool vectors = fits_vectors(grid);
  for_ordered_chunks(projector, lors, [&](std::int64_t count, auto lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    {
      KeptWeights kept;
#pragma omp for schedule(dynamic, 256)
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t lor = lor_at(i);
        prefetch(lors, lor_at(smaller(i + ahead, count - 1)));
        forward_one<boundary>(grid, vectors, kernel, prepare<Real>(grid, lors, kernel, lor, &kept), kept, image,
                              values + lor * kernel.values_per_lor());
      }
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
/// set_up(first, count, prepared) prepares some LORs of a block; values_of(i) are the measurements of the block's LOR
/// i.
template <BoundaryRule boundary, class Kernel>
class SlabBackProjector {
 public:
  SlabBackProjector(const Projector& projector, const Kernel& kernel)
      : grid_(kernel_grid(projector)), kernel_(kernel), prepared_(block), order_(grid_, block) {}

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
        const auto use_fan = [&](std::int64_t begin, std::int64_t in_fan) {
          fan.set(in_fan, lo, hi, [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(begin + i); });
          fan.back(
              [&](std::int64_t i) {
                const std::int32_t item = items[begin + i];
                return kernel_.scale(prepared_[item].tof) * values_of(item)[0];
              },
              image);
        };
        for_fans<Kernel>(count, lor_at, use_fan, use_one);
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

template <BoundaryRule boundary, class Kernel>
void back_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* values, float* image) {
  using Slabs = SlabBackProjector<boundary, Kernel>;
  const Grid grid = kernel_grid(projector);
  Slabs slabs(projector, kernel);
  const Scratch<float> block_values(Slabs::block);
  for_ordered_chunks(projector, lors, [&](std::int64_t count, auto lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    for (std::int64_t first = 0; first < count; first += Slabs::block) {
      const auto set_up = [&](std::int64_t chunk, std::int64_t size, Prepared<Kernel>* prepared) {
        for (std::int64_t i = 0; i < size; ++i) {
          const std::int64_t next = lor_at(smaller(first + chunk + i + ahead, count - 1));
          const std::int64_t lor = lor_at(first + chunk + i);
          prefetch(lors, next);
          prepared[i] = prepare<Real>(grid, lors, kernel, lor);
          if constexpr (Kernel::one_value) {  // of LORs in any order: fetched once, here
            __builtin_prefetch(values + next);
            block_values[chunk + i] = values[lor];
          }
        }
      };
      const auto values_of = [&](std::int64_t i) -> const float* {
        return Kernel::one_value ? &block_values[i] : values + lor_at(first + i) * kernel.values_per_lor();
      };
      slabs.add(smaller(Slabs::block, count - first), image, set_up, values_of);
    }
  });
}

/// Forward projection, step and back projection of each block while it is at hand: LORs are set up once.
template <BoundaryRule boundary, class Kernel>
void forward_back_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* image,
                      const ValueStep& step, float* back_image) {
  using Slabs = SlabBackProjector<boundary, Kernel>;
  const Grid grid = kernel_grid(projector);
  [[maybe_unused]] const bool vectors = fits_vectors(grid);
  Slabs slabs(projector, kernel);
  const std::int64_t per_lor = kernel.values_per_lor();
  const Scratch<float> values(Slabs::block * per_lor);
#pragma omp parallel num_threads(thread_count(projector))
  {
    KeptWeights kept;
    [[maybe_unused]] ForwardInFans<boundary> forward(grid);
    for (std::int64_t first = 0; first < lors.count; first += Slabs::block) {
      const auto set_up = [&](std::int64_t chunk, std::int64_t size, Prepared<Kernel>* prepared) {
        for (std::int64_t i = 0; i < size; ++i) {
          prefetch(lors, smaller(first + chunk + i + ahead, lors.count - 1));
          prepared[i] = prepare<Real>(grid, lors, kernel, first + chunk + i, &kept);
          if constexpr (!std::is_same_v<Kernel, NoTofKernel>) {
            forward_one<boundary>(grid, vectors, kernel, prepared[i], kept, image, &values[(chunk + i) * per_lor]);
          }
        }
        if constexpr (std::is_same_v<Kernel, NoTofKernel>) {
          forward.project(prepared, size, image, [&](std::int64_t i) -> float& { return values[chunk + i]; });
        }
        step(first + chunk, size, &values[chunk * per_lor]);
      };
      slabs.add(smaller(Slabs::block, lors.count - first), back_image, set_up,
                [&](std::int64_t i) { return &values[i * per_lor]; });
    }
  }
}

/// The TOF kernel of events, with the polynomials of their weights where one sigma or a table of bins is given.
class EventsKernel {
 public:
  EventsKernel(const Projector& p, const TofEvents& tof) : kernel_(tof), weights_(1) {
    if (!tof.bins.sigma_per_lor) {
      const float sigma = tof.bins.sigma_mm[0];
      weights_[0] =
          fit_event_weights({0, tof.bins.bin_width_mm, sigma},
                            static_cast<double>(tof.bins.num_sigmas) * sigma + longest_step_mm(kernel_grid(p)));
      kernel_.weights = &weights_[0];
    }
  }
  const TofEventsKernel& operator*() const { return kernel_; }

 private:
  TofEventsKernel kernel_;
  Scratch<EventWeights> weights_;
};

class TableKernel {
 public:
  TableKernel(const Projector& p, const TofTable& tof) : kernel_(tof), weights_(larger(tof.num_bins, std::int64_t{1})) {
    for (std::int64_t i = 0; i < tof.num_bins; ++i) {
      const double reach = table_reach_mm(tof.bins[i], tof.num_sigmas);
      weights_[i] = fit_event_weights(tof.bins[i], reach + longest_step_mm(kernel_grid(p)));
      kernel_.weights = &weights_[0];
    }
  }
  const TofTableKernel& operator*() const { return kernel_; }

 private:
  TofTableKernel kernel_;
  Scratch<EventWeights> weights_;
};

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

template <class Kernel>
void forward_back_by_rule(const Projector& p, const Lors& lors, const Kernel& kernel, const float* image,
                          const ValueStep& step, float* back_image) {
  if (p.options().boundary == BoundaryRule::upstream) {
    forward_back_all<BoundaryRule::upstream>(p, lors, kernel, image, step, back_image);
  } else {
    forward_back_all<BoundaryRule::clamped>(p, lors, kernel, image, step, back_image);
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
    forward_by_rule(p, lors, *EventsKernel(p, tof), image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofTable& tof, const float* image,
               float* values) const override {
    forward_by_rule(p, lors, *TableKernel(p, tof), image, values);
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
    back_by_rule(p, lors, *EventsKernel(p, tof), values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofTable& tof, const float* values,
            float* image) const override {
    back_by_rule(p, lors, *TableKernel(p, tof), values, image);
  }
  void forward_back(const Projector& p, const Lors& lors, NoTof tof, const float* image, const ValueStep& step,
                    float* back_image) const override {
    forward_back_by_rule(p, lors, NoTofKernel(tof), image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofBins& tof, const float* image, const ValueStep& step,
                    float* back_image) const override {
    forward_back_by_rule(p, lors, SinogramKernel(tof), image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofEvents& tof, const float* image,
                    const ValueStep& step, float* back_image) const override {
    forward_back_by_rule(p, lors, *EventsKernel(p, tof), image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofTable& tof, const float* image,
                    const ValueStep& step, float* back_image) const override {
    forward_back_by_rule(p, lors, *TableKernel(p, tof), image, step, back_image);
  }
};

}  // namespace

const Launcher& cpu_launcher() {
  static const CpuLauncher launcher;
  return launcher;
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
