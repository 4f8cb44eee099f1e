#pragma once

#include <math.h>  // erf and the like, of the host and of the device

#include "projectors/event_weights.h"
#include "projectors/kernels/ray.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// Error function, absolute error below 2.5e-7 in float32 (4e-9 before rounding): x times a minimax polynomial of
/// degree 16 in x^2 on |x| <= 3.92, beyond which it is held (1 - erf(3.92) = 3e-8). Neither branches nor exp, so that
/// loops over it become vectors. The polynomial is in t = 2 (x / 3.92)^2 - 1, where its coefficients stay small; they
/// were fitted by iterated reweighted least squares in double precision.
constexpr float erf_limit = 3.92f;
template <class Real>
COINCIDE_HD Real fast_erf(Real x) {
  constexpr float limit = erf_limit;
  x = smaller(larger(x, Real{} - limit), Real{} + limit);
  const Real t = x * x * (2 / (limit * limit)) - 1;
  Real p = t * 0.000327847549f + -0.000906268426f;
  p = p * t + 0.000799961679f;
  p = p * t + -0.00116078765f;
  p = p * t + 0.00400498463f;
  p = p * t + -0.00800959859f;
  p = p * t + 0.0124722524f;
  p = p * t + -0.0197309311f;
  p = p * t + 0.0304969996f;
  p = p * t + -0.0435431972f;
  p = p * t + 0.058197137f;
  p = p * t + -0.0739980116f;
  p = p * t + 0.0906211361f;
  p = p * t + -0.109181181f;
  p = p * t + 0.13408345f;
  p = p * t + -0.180108577f;
  p = p * t + 0.360736817f;
  return p * x;
}

constexpr float inverse_sqrt_2 = 0.70710678f;

/// How wide a bin is when it weighs planes. Their weights are divided by their sum, so that only the shape counts: that
/// of finer bins is the same to 2e-5, but lost in the rounding of the error function.
COINCIDE_HD float weighing_width(float width, float sigma) { return larger(width, 0.02f * sigma); }

constexpr double inverse_sqrt_2_exact = 0.70710678118654752440;

/// A Gaussian of width sigma, integrated over a bin whose centre is `distance` away. In double precision, for tables.
COINCIDE_HD double gaussian_over_bin(double distance, float bin_width, float sigma) {
  const double half = 0.5 * weighing_width(bin_width, sigma);
  const double per_mm = inverse_sqrt_2_exact / sigma;
  return 0.5 * (erf((distance + half) * per_mm) - erf((distance - half) * per_mm));
}

/// Its logarithm, but for a constant, at any distance >= 0: far out the number itself is 0.
COINCIDE_HD double log_gaussian_over_bin(double distance, float bin_width, float sigma) {
  const double width = weighing_width(bin_width, sigma);
  const double per_mm = inverse_sqrt_2_exact / sigma;
  const double near = (distance - 0.5 * width) * per_mm;
  const double far = near + width * per_mm;
  constexpr double erfc_vanishes = 20;
  if (near < erfc_vanishes) {
    return log(erfc(near) - erfc(far));
  }
  return log((1 - exp((near - far) * (near + far))) / (1.77245385090551602730 * near)) - near * near;
}

/// Approximations of weights may fall below 0 far out.
template <class Real>
COINCIDE_HD Real not_negative(Real weight) {
  return larger(Real{}, weight);
}

// A TOF kernel says how the value of a plane feeds the measurements of its LOR. All have
//   State                      what it keeps per LOR
//   prepare<Real, norm>(lor, ray, state, kept)   fills it and narrows the ray to the planes that matter, none for an
//                              unusable LOR; the weights that it computes on the way it leaves in `kept`, if that is
//                              not null
//   values_per_lor()           measurements per LOR
//   prefetch(lor)              asks for what the caller's arrays hold for the LOR
// Those with one value per LOR (one_value) have
//   scale(state)               the LOR's measurement is scale * sum over planes of weight * value
//   weight(state, ray, plane)  for one plane, or a vector of them
//   set_scale(state, sum)      after prepare() with Norm::outside: `sum` is that of the weights of the ray's planes
// and the other one for_bins(), see there.

/// Of which planes prepare() adds up the weights that a scale takes: all in reach, or those outside the ray only, for a
/// walk that meets the others anyway and calls set_scale() with their sum.
enum class Norm { whole, outside };

/// Weights of consecutive planes, so that a walk right after set-up need not compute them again.
struct KeptWeights {
  static constexpr std::int32_t most = 256;  ///< planes
  std::int32_t first = 0;
  std::int32_t count = 0;     ///< 0: none are kept
  float weight[most + 32]{};  ///< what follows the last is a number, whatever it is

  template <class Real>
  COINCIDE_HD Real at(Real, std::int32_t plane) const {
    Real weights;
    __builtin_memcpy(&weights, weight + (plane - first), sizeof(weights));
    return weights;
  }
};

/// No time of flight.
struct NoTofKernel {
  static constexpr bool one_value = true;
  struct State {
    float step_mm;
  };

  explicit NoTofKernel(NoTof) {}

  COINCIDE_HD std::int64_t values_per_lor() const { return 1; }
  template <class Real, Norm>
  COINCIDE_HD void prepare(std::int64_t, Ray& ray, State& state, KeptWeights*) const {
    state.step_mm = ray.step_mm;
  }
  COINCIDE_HD void prefetch(std::int64_t) const {}
  COINCIDE_HD float scale(const State& state) const { return state.step_mm; }
  COINCIDE_HD void set_scale(State&, float) const {}
  template <class Real>
  COINCIDE_HD Real weight(const State&, const Ray&, Real) const {
    return Real{} + 1;
  }
};

/// A plane in reach of a bin may lie beyond the reach by one step along the LOR, at most the diagonal of a voxel.
COINCIDE_HD double longest_step_mm(const Grid& grid) {
  return 1.7320508075688773 * larger(larger(grid.voxel[0], grid.voxel[1]), grid.voxel[2]);
}

/// One TOF bin per LOR: the planes in reach of the bin, weighted by the Gaussian integrated over the bin, weights
/// divided by their sum over all planes in reach, those outside the image included.
struct EventState {
  float centre_mm;              ///< of the bin, from the LOR's midpoint towards its end
  float width_mm;               ///< of the bin
  float half_width_mm;          ///< of the bin as it weighs planes; 0: as weigh_two_planes() says
  float inverse_width;          ///< 1 / (sqrt(2) sigma)
  float scale;                  ///< bin width / sum of the weights; before set_scale() the sum of those outside the ray
  const EventWeights* weights;  ///< null: the error function
};

/// Of a plane, from the bin's centre.
template <class Real>
COINCIDE_HD Real event_distance(const EventState& state, const Ray& ray, Real plane) {
  return plane * ray.s_step + (ray.s_0 - state.centre_mm);
}

template <class Real>
COINCIDE_HD Real weight_by_polynomial(const EventWeights& weights, Real x) {
  const Real t = x * x * weights.scale - 1;
  Real sum = Real{} + weights.coefficient[EventWeights::terms - 1];
  COINCIDE_UNROLL(16)
  for (int k = EventWeights::terms - 2; k >= 0; --k) {
    sum = sum * t + weights.coefficient[k];
  }
  return sum;
}

template <class Real>
COINCIDE_HD Real weight_by_erf(const EventState& state, Real x) {
  const Real above = fast_erf((x + state.half_width_mm) * state.inverse_width);  // or a rounding error below `below`
  const Real below = fast_erf((x - state.half_width_mm) * state.inverse_width);
  return 0.5f * (larger(below, above) - below);
}

/// The planes so far inside a wide bin that weight_by_erf() is the same on all of them, that of its middle: 1.
struct FlatPlanes {
  std::int32_t first = 0, last = -1;  ///< none: last < first
};
COINCIDE_HD FlatPlanes flat_planes(const EventState& state, const Ray& ray) {
  constexpr float most = 1e6f;
  const float half_mm = state.half_width_mm - erf_limit / state.inverse_width;
  const float middle = (state.centre_mm - ray.s_0) / ray.s_step;
  const float half = half_mm / ray.step_mm;
  if (!(half > 0 && half < most && __builtin_fabsf(middle) < most)) {
    return {};
  }
  return {static_cast<std::int32_t>(__builtin_ceilf(middle - half)),
          static_cast<std::int32_t>(__builtin_floorf(middle + half))};
}

/// 1 at the centre, falling to 0 within a step: see weigh_two_planes().
template <class Real>
COINCIDE_HD Real weight_by_nearness(const EventState& state, Real x) {
  return not_negative(1 - (x < Real{} ? -x : x) * state.inverse_width);
}

template <class Real>
COINCIDE_HD Real event_weight(const EventState& state, const Ray& ray, Real plane) {
  const Real x = event_distance(state, ray, plane);
  return state.weights != nullptr  ? weight_by_polynomial(*state.weights, x)
         : state.half_width_mm > 0 ? weight_by_erf(state, x)
                                   : weight_by_nearness(state, x);
}

/// Calls use(weight) where weight(distance) is that of a plane, with all that it needs at hand before a loop begins.
template <class Use>
COINCIDE_HD void with_event_weight(const EventState& state, Use&& use) {
  if (state.weights != nullptr) {
    const EventWeights weights = *state.weights;
    use([&](auto distance) { return weight_by_polynomial(weights, distance); });
  } else if (state.half_width_mm > 0) {
    use([&](auto distance) { return weight_by_erf(state, distance); });
  } else {
    use([&](auto distance) { return weight_by_nearness(state, distance); });
  }
}

/// Sum of the weights of planes first ... last, those on which they are 1 counted, not computed.
template <class Real>
COINCIDE_HD float sum_of_wide_weights(const EventState& state, const Ray& ray, std::int32_t first, std::int32_t last) {
  FlatPlanes flat = flat_planes(state, ray);
  flat.first = larger(flat.first, first);
  flat.last = smaller(flat.last, last);
  if (flat.last < flat.first) {
    flat = {last + 1, last};
  }
  Real sum{};
  const std::int32_t ends[2][2] = {{first, flat.first - 1}, {flat.last + 1, last}};
  for (const auto& [from, to] : ends) {
    for (std::int32_t plane = from; plane <= to; plane += Lanes<Real>::count) {
      const Real planes = Lanes<Real>::numbers() + static_cast<float>(plane);
      const Real weight = weight_by_erf(state, event_distance(state, ray, planes));
      sum += planes <= static_cast<float>(to) ? weight : Real{};
    }
  }
  return Lanes<Real>::sum(sum) + static_cast<float>(flat.last - flat.first + 1) * weight_by_erf(state, 0.0f);
}

/// Sum of the weights of `count` planes, a Real at a time.
template <class Real>
COINCIDE_HD float sum_of_weights(const EventState& state, const Ray& ray, std::int32_t first, std::int32_t count,
                                 KeptWeights* kept) {
  if (kept == nullptr && state.weights == nullptr && state.half_width_mm > 0) {
    return sum_of_wide_weights<Real>(state, ray, first, first + count - 1);
  }
  Real sum{};
  const bool keep = kept != nullptr && count <= KeptWeights::most;
  if (kept != nullptr) {
    kept->first = first;
    kept->count = keep ? count : 0;
  }
  with_event_weight(state, [&](auto&& weight_at) {
    for (std::int32_t i = 0; i < count; i += Lanes<Real>::count) {
      const Real number = Lanes<Real>::numbers() + static_cast<float>(i);
      const Real weight = weight_at(event_distance(state, ray, number + static_cast<float>(first)));
      sum += number < static_cast<float>(count) ? weight : Real{};
      if (keep) {
        __builtin_memcpy(kept->weight + i, &weight, sizeof(weight));
      }
    }
  });
  return Lanes<Real>::sum(sum);
}

/// Sum of the weights of planes first ... last but the ray's, which are among them.
COINCIDE_HD float sum_of_weights_outside(const EventState& state, const Ray& ray, std::int32_t first,
                                         std::int32_t last) {
  float sum = 0;
  with_event_weight(state, [&](auto&& weight_at) {
    COINCIDE_UNROLL(1)
    for (std::int32_t plane = first == ray.first ? ray.last + 1 : first; plane <= last;
         plane = plane + 1 == ray.first ? ray.last + 1 : plane + 1) {
      sum += weight_at(event_distance(state, ray, static_cast<float>(plane)));
    }
  });
  return sum;
}

COINCIDE_HD float event_scale(const EventState& state, float sum_of_weights) {
  return sum_of_weights > 0 ? state.width_mm / sum_of_weights : 0;
}

/// Planes so far apart that both next to a bin may lie in the tails of its Gaussian, where the error function has no
/// digits left. A third one never counts there.
COINCIDE_HD bool planes_are_sparse(const TofBin& bin, const Ray& ray) {
  return ray.step_mm > bin.width_mm + 5 * bin.sigma_mm;
}

/// Moves the state's centre, for sparse planes, to where the nearness of the two planes next to the bin is their
/// weight. `position` is that of the bin, in planes.
COINCIDE_HD void weigh_two_planes(const TofBin& bin, double position, const Ray& ray, EventState& state) {
  const double below = __builtin_floor(position);
  const auto log_weight = [&](double planes_away) {
    return log_gaussian_over_bin(planes_away * ray.step_mm, bin.width_mm, bin.sigma_mm);
  };
  const double ratio = exp(log_weight(position - below) - log_weight(below + 1 - position));
  state.weights = nullptr;
  state.half_width_mm = 0;
  state.inverse_width = 1 / ray.step_mm;
  state.centre_mm = static_cast<float>((below + 1 / (1 + ratio)) * ray.s_step + ray.s_0);
}

template <class Real, Norm norm>
COINCIDE_HD void prepare_event(const TofBin& bin, double reach_mm, const EventWeights* weights, Ray& ray,
                               EventState& state, KeptWeights* kept) {
  if (kept != nullptr) {
    kept->count = 0;
  }
  if (ray.empty()) {
    return;
  }
  if (!(bin.sigma_mm > 0 && bin.width_mm > 0 && is_finite(bin.sigma_mm) && is_finite(bin.width_mm) &&
        is_finite(bin.centre_mm) && reach_mm > 0 && is_finite(reach_mm))) {
    ray.drop();
    return;
  }
  const double planes_per_mm = 1.0 / ray.s_step;
  const double position = (bin.centre_mm - ray.s_0) * planes_per_mm;
  const double reach = __builtin_fabs(reach_mm * planes_per_mm) - tie;
  const bool sparse = planes_are_sparse(bin, ray);
  const double lo = __builtin_floor(sparse ? position : position - reach);
  const double hi = __builtin_ceil(sparse ? position : position + reach);
  if (lo > ray.last || hi < ray.first) {
    ray.drop();
    return;
  }
  state.weights = weights != nullptr && weights->scale > 0 ? weights : nullptr;
  state.centre_mm = bin.centre_mm;
  state.width_mm = bin.width_mm;
  state.half_width_mm = 0.5f * weighing_width(bin.width_mm, bin.sigma_mm);
  state.inverse_width = inverse_sqrt_2 / bin.sigma_mm;
  if (sparse) {
    weigh_two_planes(bin, position, ray, state);
  }
  restrict_planes(ray, static_cast<std::int32_t>(larger(lo, static_cast<double>(ray.first))),
                  static_cast<std::int32_t>(smaller(hi, static_cast<double>(ray.last))));
  constexpr double most_planes = 65536;
  if (hi - lo < most_planes) {
    const std::int32_t first = static_cast<std::int32_t>(lo), last = static_cast<std::int32_t>(hi);
    if constexpr (norm == Norm::whole) {
      state.scale = event_scale(state, sum_of_weights<Real>(state, ray, first, last - first + 1, kept));
    } else {
      state.scale = sum_of_weights_outside(state, ray, first, last);
    }
  } else {  // so many planes that their sum is the integral over the reach
    const float within = static_cast<float>(reach_mm);
    const float sum =
        smaller(2 * state.half_width_mm * fast_erf(within * state.inverse_width), 2 * within) / ray.step_mm;
    state.scale = norm == Norm::whole
                      ? event_scale(state, sum)
                      : sum - sum_of_weights<Real>(state, ray, ray.first, ray.last - ray.first + 1, nullptr);
  }
}

/// Shared by the two kernels with one bin per LOR.
struct EventKernel {
  static constexpr bool one_value = true;
  using State = EventState;
  const EventWeights* weights = nullptr;  ///< of the sigma of all, or of each bin of the table; null: none were made

  COINCIDE_HD std::int64_t values_per_lor() const { return 1; }
  COINCIDE_HD float scale(const State& state) const { return state.scale; }
  COINCIDE_HD void set_scale(State& state, float sum) const { state.scale = event_scale(state, state.scale + sum); }
  template <class Real>
  COINCIDE_HD Real weight(const State& state, const Ray& ray, Real plane) const {
    return event_weight(state, ray, plane);
  }
};

/// The value of a per-call or per-LOR parameter.
COINCIDE_HD float parameter(const float* values, bool per_lor, std::int64_t lor) { return values[per_lor ? lor : 0]; }

COINCIDE_HD void prefetch_parameters(const TofBins& bins, std::int64_t lor) {
  if (bins.sigma_per_lor) {
    __builtin_prefetch(bins.sigma_mm + lor);
  }
  if (bins.center_offset_per_lor && bins.center_offset_mm != nullptr) {
    __builtin_prefetch(bins.center_offset_mm + lor);
  }
}

COINCIDE_HD float centre_offset(const TofBins& bins, const Ray& ray, std::int64_t lor) {
  if (bins.center_offset_mm == nullptr) {
    return 0;
  }
  const float offset = parameter(bins.center_offset_mm, bins.center_offset_per_lor, lor);
  const bool turn = bins.offset_sign == OffsetSign::towards_positive_principal_axis && !ray.along_axis;
  return turn ? -offset : offset;
}

/// Events in equal bins; in reach are num_sigmas * sigma on both sides of the bin's centre.
struct TofEventsKernel : EventKernel {
  TofEvents tof;

  explicit TofEventsKernel(const TofEvents& events) : tof(events) {}

  COINCIDE_HD void prefetch(std::int64_t lor) const {
    __builtin_prefetch(tof.bin_index + lor);
    prefetch_parameters(tof.bins, lor);
  }

  template <class Real, Norm norm>
  COINCIDE_HD void prepare(std::int64_t lor, Ray& ray, State& state, KeptWeights* kept) const {
    const TofBins& bins = tof.bins;
    const float sigma = parameter(bins.sigma_mm, bins.sigma_per_lor, lor);
    const float middle = 0.5f * static_cast<float>(bins.num_bins - 1);
    const float centre = (static_cast<float>(tof.bin_index[lor]) - middle) * bins.bin_width_mm;
    prepare_event<Real, norm>({centre + centre_offset(bins, ray, lor), bins.bin_width_mm, sigma},
                              static_cast<double>(bins.num_sigmas) * sigma, weights, ray, state, kept);
  }
};

COINCIDE_HD double table_reach_mm(const TofBin& bin, double num_sigmas) {
  return 0.5 * bin.width_mm + num_sigmas * bin.sigma_mm;
}

/// Events in bins of a table; in reach are num_sigmas * sigma on both sides of the bin's edges, so that wide bins keep
/// their flat part.
struct TofTableKernel : EventKernel {
  TofTable tof;

  explicit TofTableKernel(const TofTable& table) : tof(table) {}

  COINCIDE_HD void prefetch(std::int64_t lor) const { __builtin_prefetch(tof.bin_index + lor); }

  template <class Real, Norm norm>
  COINCIDE_HD void prepare(std::int64_t lor, Ray& ray, State& state, KeptWeights* kept) const {
    const TofBin& bin = tof.bins[tof.bin_index[lor]];
    prepare_event<Real, norm>(bin, table_reach_mm(bin, tof.num_sigmas),
                              weights != nullptr ? weights + tof.bin_index[lor] : nullptr, ray, state, kept);
  }
};

/// All bins of every LOR. A plane's value is spread over the bins within num_sigmas * sigma of it, by weights that are
/// divided by their sum, bins that do not exist included.
struct TofSinogramKernel {
  static constexpr bool one_value = false;
  TofBins bins;

  /// Bin index = (s - offset) / width + middle, all in units of the bin width.
  struct State {
    float index_step, index_0;  ///< continuous bin index of plane i: i * index_step + index_0
    float reach;                ///< num_sigmas * sigma, in bins, less a tie: what ends on a bin's centre ends there
    float inverse_width;        ///< bin width / (sqrt(2) sigma)
    float scale;
  };

  explicit TofSinogramKernel(const TofBins& tof) : bins(tof) {}

  COINCIDE_HD std::int64_t values_per_lor() const { return bins.num_bins; }
  COINCIDE_HD void prefetch(std::int64_t lor) const { prefetch_parameters(bins, lor); }

  /// The part of the state that depends on sigma only; false if that or the bins are unusable.
  COINCIDE_HD bool set_shape(float sigma, State& state) const {
    const float width = bins.bin_width_mm;
    const float reach = bins.num_sigmas * sigma / width;
    state.reach = larger(0.0f, reach - static_cast<float>(tie));
    state.inverse_width = inverse_sqrt_2 * width / sigma;
    return sigma > 0 && width > 0 && is_finite(sigma) && is_finite(width) && reach > 0 && is_finite(reach);
  }

  template <class Real, Norm norm>
  COINCIDE_HD void prepare(std::int64_t lor, Ray& ray, State& state, KeptWeights*) const {
    if (ray.empty()) {
      return;
    }
    const float offset = centre_offset(bins, ray, lor);
    if (!set_shape(parameter(bins.sigma_mm, bins.sigma_per_lor, lor), state) || !is_finite(offset)) {
      ray.drop();
      return;
    }
    state.index_step = ray.s_step / bins.bin_width_mm;
    state.index_0 = (ray.s_0 - offset) / bins.bin_width_mm + 0.5f * static_cast<float>(bins.num_bins - 1);
    state.scale = ray.step_mm;
  }

  /// The least number of bins between the ends of the reach, from bin centre to bin centre: what tables of weights are
  /// laid out by.
  static COINCIDE_HD float bins_across(const State& state) { return __builtin_ceilf(2 * state.reach); }

  /// Calls visit(bin, weight) for the bins that the plane feeds.
  template <class Visit>
  COINCIDE_HD void for_bins(const State& state, std::int32_t plane, Visit&& visit) const {
    const float index = static_cast<float>(plane) * state.index_step + state.index_0;
    const float lo = __builtin_floorf(index - state.reach);
    const float hi = __builtin_ceilf(index + state.reach);
    if (!(lo <= static_cast<float>(bins.num_bins - 1) && hi >= 0)) {
      return;
    }
    const float below = fast_erf((lo - 0.5f - index) * state.inverse_width);
    const float above = fast_erf((hi + 0.5f - index) * state.inverse_width);
    const float norm = 1 / (above - below);
    const std::int32_t first = static_cast<std::int32_t>(larger(lo, 0.0f));
    const std::int32_t last = static_cast<std::int32_t>(smaller(hi, static_cast<float>(bins.num_bins - 1)));
    float edge = fast_erf((static_cast<float>(first) - 0.5f - index) * state.inverse_width);
    for (std::int32_t bin = first; bin <= last; ++bin) {
      const float next = fast_erf((static_cast<float>(bin) + 0.5f - index) * state.inverse_width);
      visit(bin, not_negative(next - edge) * norm);
      edge = next;
    }
  }
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
