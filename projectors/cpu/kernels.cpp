// The CPU backend. This file is compiled once per instruction set; see kernels/backend.h for what that forbids.

#include "projectors/cpu/slabs.h"
#include "projectors/event_weights.h"
#include "projectors/launcher.h"
#include "projectors/lor_order.h"

namespace coincide::projectors::COINCIDE_BACKEND {
namespace {

Grid kernel_grid(const Projector& projector) { return make_grid(projector.grid(), projector.options().boundary); }

int thread_count(const Projector& projector) { return projectors::thread_count(projector.options().num_threads); }

/// Sorted LORs lie anywhere in the caller's arrays: all that belongs to one is asked for some LORs before its turn.
constexpr std::int64_t ahead = 12;
template <class Kernel>
COINCIDE_HD void prefetch(const Lors& lors, const Kernel& kernel, std::int64_t lor) {
  kernel.prefetch(lor);
  if (lors.start_index == nullptr) {
    __builtin_prefetch(lors.start_mm + 3 * lor);
    __builtin_prefetch(lors.end_mm + 3 * lor);
  } else {
    __builtin_prefetch(lors.start_index + lor);
    __builtin_prefetch(lors.end_index + lor);
  }
}

/// Which LOR is the i-th to take. One type for all orders: each more would be all kernels once more.
class LorSequence {
 public:
  /// From `first` on as they come.
  explicit LorSequence(std::int64_t first) : first_(first) {}
  /// Fans one after the other; `period`: from a LOR of a fan to the next of it.
  LorSequence(std::int64_t count, std::int64_t period)
      : period_(period), in_fan_(count / period), in_fans_(in_fan_ * period) {}
  /// Refers to `order`.
  explicit LorSequence(const LorOrder& order) : order_(&order) {}

  std::int64_t operator()(std::int64_t i) const {
    if (order_ != nullptr) {
      return (*order_)[i];
    }
    return i < in_fans_ ? i % in_fan_ * period_ + i / in_fan_ : first_ + i;
  }

 private:
  const LorOrder* order_ = nullptr;
  std::int64_t first_ = 0;
  std::int64_t period_ = 0;
  std::int64_t in_fan_ = 0;
  std::int64_t in_fans_ = 0;  ///< LORs that whole fans have
};

/// Calls project(count, lor_at) for chunks of the LORs, lor_at(i) being the number of the i-th to take: sorted where
/// that pays, in chunks that bound the memory which the order takes; where fans go together, one after the other.
template <class Project>
void for_ordered_chunks(const Projector& projector, const Lors& lors, bool together, Project&& project) {
  if (const std::int64_t period = together ? fan_period(lors) : 0; period > 0) {
    project(lors.count, LorSequence(lors.count, period));
    return;
  }
  constexpr std::int64_t chunk = std::int64_t{1} << 22;
  for (std::int64_t first = 0; first < lors.count; first += chunk) {
    const std::int64_t count = smaller(chunk, lors.count - first);
    if (is_coherent(projector.grid(), lors, first, count)) {
      project(count, LorSequence(first));
    } else {
      const LorOrder order(projector.grid(), lors, first, count, thread_count(projector));
      project(count, LorSequence(order));
    }
  }
}

template <BoundaryRule boundary>
void forward_all(const Projector& projector, const Lors& lors, const NoTofKernel& kernel, const float* image,
                 float* values) {
  const Grid grid = kernel_grid(projector);
  for_ordered_chunks(projector, lors, takes_fans<NoTofKernel>(grid), [&](std::int64_t count, const auto& lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    {
      ForwardInFans<boundary> forward(grid);
      const Scratch<Prepared<NoTofKernel>> prepared(max_in_fan);
#pragma omp for schedule(dynamic, 1)
      for (std::int64_t first = 0; first < count; first += max_in_fan) {
        const std::int64_t size = smaller(max_in_fan, count - first);
        for (std::int64_t i = 0; i < size; ++i) {
          prefetch(lors, kernel, lor_at(smaller(first + i + ahead, count - 1)));
          prepare<Real>(grid, lors, kernel, lor_at(first + i), prepared[i]);
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
  for_ordered_chunks(projector, lors, false, [&](std::int64_t count, const auto& lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    {
      KeptWeights kept;
#pragma omp for schedule(dynamic, 256)
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t lor = lor_at(i);
        prefetch(lors, kernel, lor_at(smaller(i + ahead, count - 1)));
        forward_one<boundary>(grid, vectors, kernel, prepare<Real>(grid, lors, kernel, lor, &kept), kept, image,
                              values + lor * kernel.values_per_lor());
      }
    }
  });
}

template <BoundaryRule boundary, class Kernel>
void back_all(const Projector& projector, const Lors& lors, const Kernel& kernel, const float* values, float* image) {
  using Slabs = SlabBackProjector<boundary, Kernel>;
  const Grid grid = kernel_grid(projector);
  Slabs slabs(grid, kernel);
  const Scratch<float> block_values(Slabs::block);
  for_ordered_chunks(projector, lors, takes_fans<Kernel>(grid), [&](std::int64_t count, const auto& lor_at) {
#pragma omp parallel num_threads(thread_count(projector))
    for (std::int64_t first = 0; first < count; first += Slabs::block) {
      const auto set_up = [&](std::int64_t chunk, std::int64_t size, Prepared<Kernel>* prepared) {
        for (std::int64_t i = 0; i < size; ++i) {
          const std::int64_t next = lor_at(smaller(first + chunk + i + ahead, count - 1));
          const std::int64_t lor = lor_at(first + chunk + i);
          prefetch(lors, kernel, next);
          prepare<Real>(grid, lors, kernel, lor, prepared[i]);
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
  Slabs slabs(grid, kernel);
  const std::int64_t per_lor = kernel.values_per_lor();
  const Scratch<float> values(Slabs::block * per_lor);
#pragma omp parallel num_threads(thread_count(projector))
  {
    KeptWeights kept;
    [[maybe_unused]] ForwardInFans<boundary> forward(grid);
    for (std::int64_t first = 0; first < lors.count; first += Slabs::block) {
      const auto set_up = [&](std::int64_t chunk, std::int64_t size, Prepared<Kernel>* prepared) {
        for (std::int64_t i = 0; i < size; ++i) {
          prefetch(lors, kernel, smaller(first + chunk + i + ahead, lors.count - 1));
          prepare<Real>(grid, lors, kernel, first + chunk + i, prepared[i], &kept);
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

/// The rule of the drop-in functions, which have no such step between them, is not worth loops of its own here.
template <class Kernel>
void forward_back_by_rule(const Projector& p, const Lors& lors, const Kernel& kernel, const float* image,
                          const ValueStep& step, float* back_image) {
  if (p.options().boundary == BoundaryRule::clamped) {
    forward_back_all<BoundaryRule::clamped>(p, lors, kernel, image, step, back_image);
    return;
  }
  constexpr std::int64_t chunk = SlabBackProjector<BoundaryRule::upstream, Kernel>::chunk;
  const Scratch<float> values(lors.count * kernel.values_per_lor());
  forward_all<BoundaryRule::upstream>(p, lors, kernel, image, &values[0]);
#pragma omp parallel for num_threads(thread_count(p))
  for (std::int64_t first = 0; first < lors.count; first += chunk) {
    step(first, smaller(chunk, lors.count - first), &values[first * kernel.values_per_lor()]);
  }
  back_all<BoundaryRule::upstream>(p, lors, kernel, &values[0], back_image);
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
