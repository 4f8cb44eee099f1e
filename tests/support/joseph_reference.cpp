#include "support/joseph_reference.h"

#include <algorithm>
#include <cmath>

namespace coincide::tests {

using projectors::BoundaryRule;

namespace {

/// Sum of the plane's four voxels.
double value_of(const JosephReference::Plane& plane, const std::vector<float>& image) {
  double sum = 0;
  for (int c = 0; c < 4; ++c) {
    if (plane.voxel[c] >= 0) {
      sum += plane.weight[c] * image[static_cast<std::size_t>(plane.voxel[c])];
    }
  }
  return sum;
}

/// What lies within 1e-5 of a whole number counts as that.
bool is_tie(double x) { return std::abs(x - std::round(x)) < 1e-5; }
double snapped(double x) { return is_tie(x) ? std::round(x) : x; }

/// Weight of a bin of `width` whose centre is `x` away along the LOR. As a long double also where a double has no such
/// small numbers.
template <class Real>
Real tof_weight(Real x, double width, double sigma) {
  const Real s = std::sqrt(Real{2}) * sigma;
  const Real near = (std::abs(x) - width / 2) / s;
  const Real far = (std::abs(x) + width / 2) / s;
  return (std::erfc(near) - std::erfc(far)) / 2;
}

}  // namespace

JosephReference::Line JosephReference::line(const float* start, const float* end) const {
  Line line;
  std::array<double, 3> d{};
  double length = 0;
  for (int a = 0; a < 3; ++a) {
    d[a] = static_cast<double>(end[a]) - start[a];
    length += d[a] * d[a];
  }
  length = std::sqrt(length);
  if (!(length > 0) || !std::isfinite(length)) {
    return line;
  }
  double t_in = 0, t_out = 1;
  for (int a = 0; a < 3; ++a) {
    // Sums and products of floats, each rounded to a float: volatile keeps compilers from merging the two.
    const volatile float half_voxel = 0.5F * grid_.voxel_size_mm[a];
    const volatile float to_high = (static_cast<float>(grid_.shape[a]) - 0.5F) * grid_.voxel_size_mm[a];
    const volatile float low_face = grid_.origin_mm[a] - half_voxel, high_face = grid_.origin_mm[a] + to_high;
    const double low = low_face, high = high_face;
    if (d[a] == 0) {
      if (start[a] < low || start[a] > high) {
        return line;
      }
      continue;
    }
    const auto [near, far] = std::minmax({(low - start[a]) / d[a], (high - start[a]) / d[a]});
    t_in = std::max(t_in, near);
    t_out = std::min(t_out, far);
  }
  if (t_in > t_out) {
    return line;
  }
  // Order of preference on ties: 1, 2, 0.
  int k = 1;
  for (const int a : {2, 0}) {
    if (d[a] * d[a] > d[k] * d[k]) {
      k = a;
    }
  }
  const int u = k == 0 ? 1 : 0;
  const int v = k == 2 ? 1 : 2;
  const auto index_at = [&](double t, int a) {
    return (start[a] + t * d[a] - grid_.origin_mm[a]) / grid_.voxel_size_mm[a];
  };
  const bool clamped = boundary_ == BoundaryRule::clamped;
  auto [f_lo, f_hi] = std::minmax({index_at(t_in, k), index_at(t_out, k)});
  line.ends_on_plane = is_tie(f_lo) || is_tie(f_hi);
  if (!clamped) {
    f_lo = snapped(f_lo);
    f_hi = snapped(f_hi);
  }
  const double ulp = 1e-12 * (1 + std::abs(f_lo) + std::abs(f_hi));  // an end on a face of the box is on it
  line.step_mm = grid_.voxel_size_mm[k] * length / std::abs(d[k]);
  line.sign = d[k] > 0 ? 1 : -1;
  line.distance_step = line.sign * line.step_mm;
  line.distance_0 = ((grid_.origin_mm[k] - start[k]) / d[k] - 0.5) * length;

  const int top = static_cast<int>(grid_.shape[k]) - 1;
  const int first = std::max(0, static_cast<int>(clamped ? std::floor(f_lo + 0.5) : std::floor(f_lo) + 1));
  const int last = std::min(top, static_cast<int>(clamped ? std::ceil(f_hi - 0.5 - ulp) : std::floor(f_hi)));
  for (int i = first; i <= last; ++i) {
    const double t = (grid_.origin_mm[k] + i * static_cast<double>(grid_.voxel_size_mm[k]) - start[k]) / d[k];
    Plane plane{i, (t - 0.5) * length, {}, {}};
    double y[2] = {index_at(t, u), index_at(t, v)};
    const int axis[2] = {u, v};
    double whole = 1;
    if (clamped) {
      for (int a = 0; a < 2; ++a) {
        y[a] = std::clamp(y[a], 0.0, static_cast<double>(grid_.shape[axis[a]] - 1));
      }
      whole = std::max(0.0, std::min(i + 0.5, f_hi) - std::max(i - 0.5, f_lo));
    }
    for (int c = 0; c < 4; ++c) {
      std::array<std::int64_t, 3> at{};
      at[k] = i;
      double weight = whole;
      bool inside = true;
      for (int a = 0; a < 2; ++a) {
        const int step = a == 0 ? c / 2 : c % 2;
        const double low = std::floor(y[a]);
        at[axis[a]] = static_cast<std::int64_t>(low) + step;
        weight *= step == 1 ? y[a] - low : 1 - (y[a] - low);
        inside = inside && at[axis[a]] >= 0 && at[axis[a]] < grid_.shape[axis[a]];
      }
      plane.voxel[c] = inside ? (at[0] * grid_.shape[1] + at[1]) * grid_.shape[2] + at[2] : -1;
      plane.weight[c] = weight;
    }
    line.planes.push_back(plane);
  }
  return line;
}

double JosephReference::forward(const Line& line, const std::vector<float>& image) const {
  double sum = 0;
  for (const Plane& plane : line.planes) {
    sum += line.step_mm * value_of(plane, image);
  }
  return sum;
}

std::vector<double> JosephReference::forward_sinogram(const Line& line, const std::vector<float>& image, int num_bins,
                                                      double width, double sigma, double offset,
                                                      double num_sigmas) const {
  std::vector<double> bins(static_cast<std::size_t>(num_bins), 0.0);
  for (const Plane& plane : line.planes) {
    const double it = (plane.distance_mm - offset) / width + (num_bins - 1) / 2.0;
    const int lo = static_cast<int>(std::floor(snapped(it - num_sigmas * sigma / width)));
    const int hi = static_cast<int>(std::ceil(snapped(it + num_sigmas * sigma / width)));
    double norm = 0;
    for (int b = lo; b <= hi; ++b) {
      norm += tof_weight((b - it) * width, width, sigma);
    }
    for (int b = std::max(lo, 0); b <= std::min(hi, num_bins - 1); ++b) {
      bins[static_cast<std::size_t>(b)] +=
          line.step_mm * value_of(plane, image) * tof_weight((b - it) * width, width, sigma) / norm;
    }
  }
  return bins;
}

double JosephReference::forward_event(const Line& line, const std::vector<float>& image, double centre, double width,
                                      double sigma, double reach) const {
  if (line.planes.empty()) {
    return 0;
  }
  const auto [lo, hi] = std::minmax({(centre - reach - line.distance_0) / line.distance_step,
                                     (centre + reach - line.distance_0) / line.distance_step});
  long double norm = 0;
  long double sum = 0;
  for (int i = static_cast<int>(std::floor(snapped(lo))); i <= static_cast<int>(std::ceil(snapped(hi))); ++i) {
    const long double weight = tof_weight<long double>(i * line.distance_step + line.distance_0 - centre, width, sigma);
    norm += weight;
    const auto plane =
        std::find_if(line.planes.begin(), line.planes.end(), [i](const Plane& p) { return p.index == i; });
    if (plane != line.planes.end()) {
      sum += weight * value_of(*plane, image);
    }
  }
  return static_cast<double>(width * sum / norm);
}

}  // namespace coincide::tests
