#pragma once

// LORs of one principal axis that walk side by side, as many as a vector has lanes: on each plane a lane is a LOR,
// where the walk alone has a plane of one LOR in each lane. Neighbours in a sinogram or among sorted events meet the
// same lines of the cache there, and many of them go through a few planes before any goes on, so that those lines stay
// in the first cache. Weights are the same as in the walk alone; only additions come in another order.

#include "projectors/cpu/lor_lanes.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// For fewer LORs in a vector it does not pay; of more, all that is known does not leave the first cache to the image.
constexpr std::int64_t min_in_bundle = lanes / 2, max_in_bundle = 128;

/// How many of lor_at(0), lor_at(1), ... lor_at(count - 1), count <= lanes, walk side by side, with no other in
/// between; 0 if they have so few planes in common that each had better walk alone.
template <class Kernel, class LorAt>
COINCIDE_HD std::int64_t count_side_by_side(std::int64_t count, LorAt&& lor_at) {
  const Ray& first = lor_at(0).ray;
  std::int32_t begins = first.first, ends = first.last;
  std::int64_t planes = 0;
  std::int64_t i = 0;
  for (; i < count; ++i) {
    const Prepared<Kernel>& lor = lor_at(i);
    if (!runs_between_rows(lor.ray) || !LaneWeights<Kernel>::can_take(lor.tof) || lor.ray.axis != first.axis) {
      break;
    }
    begins = smaller(begins, lor.ray.first);
    ends = larger(ends, lor.ray.last);
    planes += lor.ray.last - lor.ray.first + 1;
  }
  return i >= min_in_bundle && 4 * planes > 3 * i * (ends - begins + 1) ? i : 0;
}

/// How many of lor_at(0), lor_at(1), ... lor_at(count - 1) a Bundle takes, with no other in between.
template <class Kernel, class LorAt>
COINCIDE_HD std::int64_t count_in_bundle(std::int64_t count, LorAt&& lor_at) {
  std::int64_t taken = 0;
  while (taken < count && taken % lanes == 0 && lor_at(taken).ray.axis == lor_at(0).ray.axis) {
    const std::int64_t more =
        count_side_by_side<Kernel>(smaller(count - taken, std::int64_t{lanes}),
                                   [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(taken + i); });
    if (more == 0) {
      break;
    }
    taken += more;
  }
  return taken;
}

/// Of one thread. An object is used for one bundle after another.
template <BoundaryRule boundary, class Kernel>
class Bundle {
 public:
  /// Of lor_at(0) ... lor_at(count - 1), as count_in_bundle() found them, those planes that lie in lo ... hi.
  /// 0 < count <= max_in_bundle.
  template <class LorAt>
  void set(std::int64_t count, std::int32_t lo, std::int32_t hi, LorAt&& lor_at) {
    const Ray& ray = lor_at(0).ray;
    n_u_ = ray.n_u;
    n_v_ = ray.n_v;
    stride_k_ = ray.stride_k;
    stride_u_ = ray.stride_u;
    count_ = count;
    vectors_ = static_cast<int>((count + lanes - 1) / lanes);
    first_ = hi + 1;
    last_ = lo - 1;
    for (int b = 0; b < vectors_; ++b) {
      const std::int64_t in_vector = smaller(count - b * lanes, std::int64_t{lanes});
      const auto in_vector_at = [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(b * lanes + i); };
      vector_[b].across.set(in_vector, lo, hi, in_vector_at);
      for (int i = 0; i < lanes; ++i) {
        const Ray& one = in_vector_at(smaller(std::int64_t{i}, in_vector - 1)).ray;
        vector_[b].u_step[i] = one.u_step;
        vector_[b].u_0[i] = one.u_0;
      }
      first_ = smaller(first_, vector_[b].across.begins);
      last_ = larger(last_, vector_[b].across.ends);
    }
  }

  /// sums[i]: of ray i, over its planes, of the image's interpolated values.
  void forward(const float* image, float* sums) const {
    Floats sum[max_in_bundle / lanes];
    for (int b = 0; b < vectors_; ++b) {
      sum[b] = Floats{};
    }
    for_bands([&](int b, std::int32_t first, std::int32_t last) {
      Floats in_band{};
      const Floats one = Floats{} + 1;
      for_blocks(vector_[b], first, last, one, [&](std::int32_t plane, const Block& block) {
        const Floats value = weighted(load_pairs(image + plane * stride_k_, stride_u_, block), block);
        // A voxel that is not a number counts only for LORs that meet it.
        in_band += vector_[b].across.is_common(plane) ? value : vector_[b].across.own(plane, value);
      });
      sum[b] += in_band;
    });
    __builtin_memcpy(sums, sum, sizeof(Floats) * static_cast<std::size_t>(vectors_));
  }

  /// Adds value_at(i) to the voxels of each plane of ray i.
  template <class ValueAt>
  void back(ValueAt&& value_at, float* image) const {
    Floats values[max_in_bundle / lanes];
    for (int b = 0; b < vectors_; ++b) {
      for (int i = 0; i < lanes; ++i) {
        values[b][i] = b * lanes + i < count_ ? value_at(b * lanes + i) : 0;
      }
    }
    for_bands([&](int b, std::int32_t first, std::int32_t last) {
      for_blocks(vector_[b], first, last, values[b], [&](std::int32_t plane, const Block& block) {
        add_pairs(image + plane * stride_k_, stride_u_, block, spread(block));
      });
    });
  }

 private:
  struct Vector {
    Floats u_step, u_0;
    LorLanes<boundary, Kernel> across;

    COINCIDE_HD Floats u_at(std::int32_t plane) const { return static_cast<float>(plane) * u_step + u_0; }
  };

  /// Calls use(v, first, last) for planes of each vector, all of them having gone through `band` planes before any
  /// goes on.
  template <class Use>
  COINCIDE_HD void for_bands(Use&& use) const {
    for (std::int32_t band_first = first_; band_first <= last_; band_first += band) {
      for (int b = 0; b < vectors_; ++b) {
        use(b, larger(band_first, vector_[b].across.begins), smaller(band_first + band - 1, vector_[b].across.ends));
      }
    }
  }

  /// The LORs of a vector on one plane, from the plane's first voxel on, and their weights there.
  COINCIDE_HD void set_block(const Vector& lors, std::int32_t plane, Floats weight, Block& block) const {
    const Floats u = lors.u_at(plane), v = lors.across.v_at(plane);
    if (lors.across.is_common(plane)) {
      const Neighbours u_near = inner_neighbours(u), v_near = inner_neighbours(v);
      block.set(lanes, offset_of(u_near, v_near), u_near, v_near, weight);
      return;
    }
    const Neighbours u_near = border_neighbours<boundary>(u, n_u_), v_near = border_neighbours<boundary>(v, n_v_);
    block.set(lanes, offset_of(u_near, v_near), u_near, v_near, lors.across.part_of(plane, weight));
  }

  COINCIDE_HD Ints offset_of(const Neighbours& u, const Neighbours& v) const {
    return u.low * static_cast<std::int32_t>(stride_u_) + v.low;
  }

  /// Calls use(plane, block) for planes of a vector.
  template <class Use>
  COINCIDE_HD void for_blocks(const Vector& lors, std::int32_t first, std::int32_t last, Floats weight,
                              Use&& use) const {
    Block blocks[blocks_at_once];
    for (std::int32_t begin = first; begin <= last; begin += blocks_at_once) {
      const int made = smaller(last - begin + 1, std::int32_t{blocks_at_once});
      for (int i = 0; i < made; ++i) {
        set_block(lors, begin + i, weight, blocks[i]);
      }
      for (int i = 0; i < made; ++i) {
        use(begin + i, blocks[i]);
      }
    }
  }

  /// The rows that LORs near each other meet on so many planes fit the first cache.
  static constexpr std::int32_t band = 16;

  std::int32_t n_u_, n_v_;
  std::int64_t stride_k_, stride_u_;
  std::int64_t count_ = 0;
  int vectors_ = 0;
  std::int32_t first_ = 0, last_ = -1;
  Vector vector_[max_in_bundle / lanes];
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
