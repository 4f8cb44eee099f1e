#pragma once

#include "projectors/kernels/ray.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// The four voxels around a point of a plane and their bilinear weights. Neighbours that do not count have weight 0 and
/// the address of one that exists.
struct Corners {
  std::int64_t at[4];
  float weight[4];
};

/// Corners where all four neighbours are known to exist.
COINCIDE_HD Corners inner_corners(const Ray& ray, std::int32_t plane) {
  const float u = static_cast<float>(plane) * ray.u_step + ray.u_0;
  const float v = static_cast<float>(plane) * ray.v_step + ray.v_0;
  const std::int32_t i_u = static_cast<std::int32_t>(u);
  const std::int32_t i_v = static_cast<std::int32_t>(v);
  const float f_u = u - static_cast<float>(i_u);
  const float f_v = v - static_cast<float>(i_v);
  const std::int64_t at = plane * ray.stride_k + i_u * ray.stride_u + i_v * ray.stride_v;
  return {{at, at + ray.stride_v, at + ray.stride_u, at + ray.stride_u + ray.stride_v},
          {(1 - f_u) * (1 - f_v), (1 - f_u) * f_v, f_u * (1 - f_v), f_u * f_v}};
}

/// One coordinate at the border: the two neighbours (as existing indices) and their weights.
COINCIDE_HD void border_pair(float x, std::int32_t n, BoundaryRule boundary, std::int32_t (&at)[2],
                             float (&weight)[2]) {
  if (boundary == BoundaryRule::clamped) {
    x = smaller(larger(x, 0.0f), static_cast<float>(n - 1));
  }
  if (!(x > -1 && x < static_cast<float>(n))) {
    at[0] = at[1] = 0;
    weight[0] = weight[1] = 0;
    return;
  }
  const float low = __builtin_floorf(x);
  const std::int32_t i = static_cast<std::int32_t>(low);
  const float f = x - low;
  at[0] = i < 0 ? 0 : i;
  at[1] = i + 1 < n ? i + 1 : n - 1;
  weight[0] = i < 0 ? 0 : 1 - f;
  weight[1] = i + 1 < n ? f : 0;
}

COINCIDE_HD Corners border_corners(const Ray& ray, std::int32_t plane, BoundaryRule boundary) {
  std::int32_t u[2], v[2];
  float w_u[2], w_v[2];
  border_pair(static_cast<float>(plane) * ray.u_step + ray.u_0, ray.n_u, boundary, u, w_u);
  border_pair(static_cast<float>(plane) * ray.v_step + ray.v_0, ray.n_v, boundary, v, w_v);
  float whole = 1;
  if (boundary == BoundaryRule::clamped) {  // the part of the plane's own step that lies in the box
    const float i = static_cast<float>(plane);
    whole = larger(0.0f, smaller(i + 0.5f, ray.leaves) - larger(i - 0.5f, ray.enters));
  }
  const std::int64_t at = plane * ray.stride_k;
  return {{at + u[0] * ray.stride_u + v[0] * ray.stride_v, at + u[0] * ray.stride_u + v[1] * ray.stride_v,
           at + u[1] * ray.stride_u + v[0] * ray.stride_v, at + u[1] * ray.stride_u + v[1] * ray.stride_v},
          {whole * w_u[0] * w_v[0], whole * w_u[0] * w_v[1], whole * w_u[1] * w_v[0], whole * w_u[1] * w_v[1]}};
}

COINCIDE_HD float gather(const float* image, const Corners& c) {
  return c.weight[0] * image[c.at[0]] + c.weight[1] * image[c.at[1]] + c.weight[2] * image[c.at[2]] +
         c.weight[3] * image[c.at[3]];
}

/// Calls visit(plane, corners) for the planes of the ray, in ascending order.
template <class Visit>
COINCIDE_HD void walk(const Ray& ray, BoundaryRule boundary, Visit&& visit) {
  if (ray.inner_last < ray.inner_first) {
    for (std::int32_t plane = ray.first; plane <= ray.last; ++plane) {
      visit(plane, border_corners(ray, plane, boundary));
    }
    return;
  }
  std::int32_t plane = ray.first;
  for (; plane < ray.inner_first; ++plane) {
    visit(plane, border_corners(ray, plane, boundary));
  }
  for (; plane <= ray.inner_last; ++plane) {
    visit(plane, inner_corners(ray, plane));
  }
  for (; plane <= ray.last; ++plane) {
    visit(plane, border_corners(ray, plane, boundary));
  }
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
