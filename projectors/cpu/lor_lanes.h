#pragma once

#include <type_traits>

#include "projectors/cpu/vector_walk.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// Rows are axial lines of voxels: neighbours along v lie side by side. Far beyond any scanner places in them have no
/// digits left.
COINCIDE_HD bool runs_between_rows(const Ray& ray) {
  constexpr float far = 1e5f;
  return !ray.empty() && ray.stride_v == 1 && __builtin_fabsf(ray.v_0) < far;
}

/// How the planes of as many LORs as a vector has lanes are weighted. Without TOF all count alike.
template <class Kernel>
struct LaneWeights;

template <>
struct LaneWeights<NoTofKernel> {
  static COINCIDE_HD bool can_take(const NoTofKernel::State&) { return true; }
  COINCIDE_HD void set(int, const Ray&, const NoTofKernel::State&, std::int32_t&, std::int32_t&) {}
  COINCIDE_HD Floats weigh(std::int32_t, Floats value) const { return value; }
};

/// By wide TOF bins: 1 but near the edges.
template <>
struct LaneWeights<TofTableKernel> {
  Floats s_step, s_0, half_width_mm, inverse_width;

  static COINCIDE_HD bool can_take(const EventState& state) {
    return state.weights == nullptr && state.half_width_mm > 0;
  }
  /// Narrows the planes first ... last to those that have weight 1.
  COINCIDE_HD void set(int lane, const Ray& ray, const EventState& state, std::int32_t& first, std::int32_t& last) {
    s_step[lane] = ray.s_step;
    s_0[lane] = ray.s_0 - state.centre_mm;
    half_width_mm[lane] = state.half_width_mm;
    inverse_width[lane] = state.inverse_width;
    const FlatPlanes flat = flat_planes(state, ray);
    first = larger(first, flat.first);
    last = smaller(last, flat.last);
  }
  COINCIDE_HD Floats weigh(std::int32_t plane, Floats value) const {
    const Floats x = static_cast<float>(plane) * s_step + s_0;
    const Floats above = fast_erf((x + half_width_mm) * inverse_width);
    const Floats below = fast_erf((x - half_width_mm) * inverse_width);
    return value * (0.5f * (larger(below, above) - below));
  }
};

template <class Kernel>
inline constexpr bool has_fans = std::is_same_v<Kernel, NoTofKernel> || std::is_same_v<Kernel, TofTableKernel>;

/// As many LORs of one principal axis as a vector has lanes, plane by plane. On their common planes all of them count
/// whole and have four voxels as neighbours.
template <BoundaryRule boundary, class Kernel>
struct LorLanes {
  Floats v_step, v_0, enters, leaves;
  Ints first, last;
  LaneWeights<Kernel> weights;
  std::int32_t begins, ends;  ///< planes of any of them; none: ends < begins
  std::int32_t common_first, common_last;

  /// Of lor_at(0) ... lor_at(count - 1) those planes that lie in lo ... hi, 0 < count <= lanes. Lanes left over get the
  /// last LOR: what they sum is not used, what they add is 0.
  template <class LorAt>
  COINCIDE_HD void set(std::int64_t count, std::int32_t lo, std::int32_t hi, LorAt&& lor_at) {
    begins = hi + 1;
    ends = lo - 1;
    common_first = lo;
    common_last = hi;
    for (int i = 0; i < lanes; ++i) {
      const Prepared<Kernel>& lor = lor_at(smaller(std::int64_t{i}, count - 1));
      const Ray& ray = lor.ray;
      v_step[i] = ray.v_step;
      v_0[i] = ray.v_0;
      enters[i] = ray.enters;
      leaves[i] = ray.leaves;
      first[i] = larger(ray.first, lo);
      last[i] = smaller(ray.last, hi);
      common_first = larger(common_first, ray.inner_first);
      common_last = smaller(common_last, ray.inner_last);
      weights.set(i, ray, lor.tof, common_first, common_last);
      if (first[i] <= last[i]) {
        begins = smaller(begins, first[i]);
        ends = larger(ends, last[i]);
      }
    }
  }

  COINCIDE_HD bool is_common(std::int32_t plane) const { return plane >= common_first && plane <= common_last; }

  COINCIDE_HD Floats v_at(std::int32_t plane) const { return static_cast<float>(plane) * v_step + v_0; }

  /// The part of a value that counts on a plane: 0 for LORs that it does not belong to.
  COINCIDE_HD Floats part_of(std::int32_t plane, Floats value) const {
    if constexpr (boundary == BoundaryRule::clamped) {
      const Floats at = Floats{} + static_cast<float>(plane);
      value *= larger(smaller(at + 0.5f, leaves) - larger(at - 0.5f, enters), Floats{});
    }
    return own(plane, weights.weigh(plane, value));
  }

  /// 0 for LORs that the plane does not belong to, whatever their value.
  COINCIDE_HD Floats own(std::int32_t plane, Floats value) const {
    const Ints at = Ints{} + plane;
    return at < first || at > last ? Floats{} : value;
  }
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
