#pragma once

#include "projectors/kernels/backend.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// A LOR made ready for the walk through the planes first ... last of its principal axis k; u and v are the two other
/// axes. On plane i the LOR is at continuous index (i * u_step + u_0, i * v_step + v_0) and at the distance
/// i * s_step + s_0 from its midpoint, counted from start to end. Indices are computed for each plane, never added up.
struct Ray {
  float u_step, u_0, v_step, v_0;
  float s_step, s_0;
  float step_mm;                         ///< length of LOR between two planes
  float enters, leaves;                  ///< continuous plane index at the clipped ends, enters < leaves
  std::int32_t first, last;              ///< none: last < first
  std::int32_t inner_first, inner_last;  ///< planes whose four neighbours are voxels, and whole (BoundaryRule::clamped)
  std::int32_t n_u, n_v;
  std::int64_t stride_k, stride_u, stride_v;
  std::int32_t axis;
  bool along_axis;  ///< from start to end the principal coordinate grows

  COINCIDE_HD bool empty() const { return last < first; }
  COINCIDE_HD void drop() {
    first = inner_first = 0;
    last = inner_last = -1;
  }
};

/// Keeps of [t_0, t_1] what lies in the slab lo ... hi of one axis; false if nothing does. `inverse` is 1 / d.
COINCIDE_HD bool clip(double start, double d, double inverse, double lo, double hi, double& t_0, double& t_1) {
  if (d == 0) {
    return start >= lo && start <= hi;
  }
  const double t_lo = (lo - start) * inverse;
  const double t_hi = (hi - start) * inverse;
  t_0 = larger(t_0, smaller(t_lo, t_hi));
  t_1 = smaller(t_1, larger(t_lo, t_hi));
  return t_0 <= t_1;
}

/// Largest component of the direction. Ties: axis 1 wins over 0 and 2, axis 2 over 0. In float32, as the definition's
/// reference, so that near ties go the same way.
COINCIDE_HD int principal_axis(float d_0, float d_1, float d_2) {
  const float q_0 = d_0 * d_0, q_1 = d_1 * d_1, q_2 = d_2 * d_2;
  if (q_1 >= q_0 && q_1 >= q_2) {
    return 1;
  }
  return q_2 >= q_0 ? 2 : 0;
}

/// The first and last of the planes from `first` to `last` on which lo <= i * step + offset <= hi surely holds, with a
/// margin for rounding.
COINCIDE_HD void narrow(float step, float offset, float lo, float hi, std::int32_t& first, std::int32_t& last) {
  const float margin = 1e-4f + 1e-6f * (__builtin_fabsf(offset) + __builtin_fabsf(step * static_cast<float>(last)));
  if (!(margin < 0.25f)) {  // coordinates far beyond any scanner, where float32 has no sub-voxel digits left
    last = first - 1;
    return;
  }
  const float at_first = static_cast<float>(first) * step + offset;
  const float at_last = static_cast<float>(last) * step + offset;
  lo += margin;
  hi -= margin;
  if (smaller(at_first, at_last) >= lo && larger(at_first, at_last) <= hi) {
    return;
  }
  if (lo > hi || step == 0) {
    last = first - 1;
    return;
  }
  const float i_lo = smaller((lo - offset) / step, (hi - offset) / step);
  const float i_hi = larger((lo - offset) / step, (hi - offset) / step);
  if (i_lo > static_cast<float>(first)) {
    first = i_lo < static_cast<float>(last) ? static_cast<std::int32_t>(i_lo) + 1 : last + 1;
  }
  if (i_hi < static_cast<float>(last)) {
    last = i_hi > static_cast<float>(first) ? static_cast<std::int32_t>(i_hi) : first - 1;
  }
}

/// Planes first ... last of the ray change to the part of them that lies in lo ... hi.
COINCIDE_HD void restrict_planes(Ray& ray, std::int32_t lo, std::int32_t hi) {
  ray.first = larger(ray.first, lo);
  ray.last = smaller(ray.last, hi);
  ray.inner_first = larger(ray.inner_first, lo);
  ray.inner_last = smaller(ray.inner_last, hi);
}

/// `inverse` is 1 / d[k].
template <int k, int u, int v>
COINCIDE_HD void set_planes(const Grid& grid, const double (&start)[3], const double (&d)[3], double inverse,
                            double t_0, double t_1, Ray& ray) {
  const double f_0 = divided(start[k] + t_0 * d[k] - grid.origin[k], grid.voxel[k], grid.voxels_per_mm[k]);
  const double f_1 = divided(start[k] + t_1 * d[k] - grid.origin[k], grid.voxel[k], grid.voxels_per_mm[k]);
  const double enters = smaller(f_0, f_1);
  const double leaves = larger(f_0, f_1);
  // Upstream counts the planes that the LOR crosses, of those that it ends on the upper one only. Clamped, a plane
  // stands for the half step on both sides of it and counts by the part that lies in the box: there ties decide
  // nothing.
  const bool upstream = grid.boundary == BoundaryRule::upstream;
  const double first = upstream ? __builtin_floor(enters + tie) + 1 : __builtin_floor(enters + 0.5);
  const double last = upstream ? __builtin_floor(leaves + tie) : __builtin_ceil(leaves - 0.5);
  // Cut on both sides: of coordinates far beyond any scanner rounding leaves numbers that fit no integer.
  const double n = grid.n[k];
  ray.first = static_cast<std::int32_t>(smaller(larger(0.0, first), n));
  ray.last = static_cast<std::int32_t>(smaller(larger(-1.0, last), n - 1));
  ray.enters = static_cast<float>(enters);
  ray.leaves = static_cast<float>(leaves);

  const double slope_u = d[u] * inverse;
  const double slope_v = d[v] * inverse;
  const double to_first_mm = grid.origin[k] - start[k];
  const auto voxel = static_cast<float>(grid.voxel[k]);
  ray.u_step = static_cast<float>(grid.voxel[k] * slope_u * grid.voxels_per_mm[u]);
  ray.v_step = static_cast<float>(grid.voxel[k] * slope_v * grid.voxels_per_mm[v]);
  ray.u_0 = static_cast<float>((start[u] - grid.origin[u] + to_first_mm * slope_u) * grid.voxels_per_mm[u]);
  ray.v_0 = static_cast<float>((start[v] - grid.origin[v] + to_first_mm * slope_v) * grid.voxels_per_mm[v]);
  // Length of LOR per mm along the axis, 1 ... sqrt(3). No decision hangs on it: single precision will do.
  const float stretch = __builtin_sqrtf(static_cast<float>(1 + slope_u * slope_u + slope_v * slope_v));
  ray.along_axis = d[k] > 0;
  ray.step_mm = voxel * stretch;
  ray.s_step = ray.along_axis ? ray.step_mm : -ray.step_mm;
  ray.s_0 = static_cast<float>((to_first_mm - 0.5 * d[k]) * (ray.along_axis ? stretch : -stretch));
  ray.n_u = grid.n[u];
  ray.n_v = grid.n[v];
  ray.stride_k = grid.stride[k];
  ray.stride_u = grid.stride[u];
  ray.stride_v = grid.stride[v];
  ray.axis = k;

  ray.inner_first = ray.first;
  ray.inner_last = ray.last;
  if (grid.boundary == BoundaryRule::clamped) {
    ray.inner_first += 1;
    ray.inner_last -= 1;
  }
  if (ray.inner_first <= ray.inner_last) {
    narrow(ray.u_step, ray.u_0, 0, static_cast<float>(ray.n_u - 1), ray.inner_first, ray.inner_last);
  }
  if (ray.inner_first <= ray.inner_last) {
    narrow(ray.v_step, ray.v_0, 0, static_cast<float>(ray.n_v - 1), ray.inner_first, ray.inner_last);
  }
}

/// `ray` becomes that of LOR `lor`. Empty if it misses the box, has no length or a coordinate that is not finite, and
/// in an image without voxels. Set up in double precision: which planes count must not hang on rounding. In place:
/// processors wait when a vector of numbers is copied that were just written one by one.
COINCIDE_HD void set_ray(const Grid& grid, const Lors& lors, std::int64_t lor, Ray& ray) {
  ray.drop();
  ray.axis = 0;
  ray.along_axis = true;
  const std::int64_t from = lors.start_index != nullptr ? lors.start_index[lor] : lor;
  const std::int64_t to = lors.end_index != nullptr ? lors.end_index[lor] : lor;
  const float* a = lors.start_mm + 3 * from;
  const float* b = lors.end_mm + 3 * to;
  const double start[3] = {a[0], a[1], a[2]};
  const double d[3] = {b[0] - start[0], b[1] - start[1], b[2] - start[2]};
  if (!is_finite(d[0] + d[1] + d[2])) {
    return;
  }
  const double inverse[3] = {1 / d[0], 1 / d[1], 1 / d[2]};
  double t_0 = 0, t_1 = 1;
  bool meets = true;
  COINCIDE_UNROLL(3)
  for (int k = 0; k < 3; ++k) {
    meets = meets && grid.n[k] > 0 && clip(start[k], d[k], inverse[k], grid.low[k], grid.high[k], t_0, t_1);
  }
  if (!meets) {
    return;
  }
  switch (principal_axis(b[0] - a[0], b[1] - a[1], b[2] - a[2])) {
    case 0:
      if (d[0] != 0) {
        set_planes<0, 1, 2>(grid, start, d, inverse[0], t_0, t_1, ray);
      }
      break;
    case 1:
      if (d[1] != 0) {
        set_planes<1, 0, 2>(grid, start, d, inverse[1], t_0, t_1, ray);
      }
      break;
    default:
      if (d[2] != 0) {
        set_planes<2, 0, 1>(grid, start, d, inverse[2], t_0, t_1, ray);
      }
  }
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
