#pragma once

// What a scatter point adds to the coincidences of a pair of nodes, once for CPU and GPU.

#include <cmath>
#include <cstdint>

#include "projectors/kernels/backend.h"
#include "recon/scatter/kernels/sights.h"

namespace coincide::recon::kernels {

// Pairs a < b of nodes, one row after the other.
COINCIDE_HD std::int64_t num_pairs(std::int64_t nodes) { return nodes * (nodes - 1) / 2; }
COINCIDE_HD std::int64_t first_pair(std::int64_t a, std::int64_t nodes) { return a * (2 * nodes - a - 1) / 2; }

/// Of a photon that scatters, by the cosine from -1 to 1.
struct AngleTables {
  static constexpr std::int32_t steps = 4096;
  const float* weight;      ///< detected / all of them [1/sr]
  const float* absorption;  ///< how much better it is absorbed than before
  float least_cosine;       ///< below which nothing counts

  static COINCIDE_HD float at(const float* table, float cosine) {
    const float wanted = (cosine + 1) * (0.5F * steps);
    const float place = wanted < 0 ? 0 : wanted > steps ? static_cast<float>(steps) : wanted;
    const auto below = static_cast<std::int32_t>(place);
    const std::int32_t low = below < steps ? below : steps - 1;
    const float part = place - static_cast<float>(low);
    return (1 - part) * table[low] + part * table[low + 1];
  }
};

/// Of two ways from a scatter point: what activity on either of them counts, and where the point lies on the LOR.
struct Meeting {
  float from_a, from_b;
  float
      middle;  ///< [steps] of the profile, from the LOR's middle towards b; an emission on the way to b lies beyond it
};

/// Makes meetings of sights.
struct Meet {
  AngleTables angles;
  SightColumns sights;
  float half_steps_per_mm;  ///< 1 / (2 step)

  /// Of the directions between which the photon turns.
  COINCIDE_HD float cosine(std::int64_t to_a, std::int64_t to_b) const {
    return -sights.x[to_a] * sights.x[to_b] - sights.y[to_a] * sights.y[to_b] - sights.z[to_a] * sights.z[to_b];
  }
  /// `weight_mm2` as ScatterPoint has it.
  COINCIDE_HD Meeting operator()(std::int64_t to_a, std::int64_t to_b, float cosine, float weight_mm2) const {
    const float absorption = AngleTables::at(angles.absorption, cosine);
    const float detected =
        weight_mm2 * AngleTables::at(angles.weight, cosine) * sights.weight[to_a] * sights.weight[to_b];
    const float mu_a = sights.attenuation[to_a], mu_b = sights.attenuation[to_b];
    return {.from_a = detected * std::exp(-mu_a - absorption * mu_b),
            .from_b = detected * std::exp(-absorption * mu_a - mu_b),
            .middle = (sights.distance_mm[to_a] - sights.distance_mm[to_b]) * half_steps_per_mm};
  }
};

/// Where a profile goes: each step is shared between two positions of a row next to each other, its first between
/// `first` and the next one, and what lies beyond the row's ends counts there.
struct Spread {
  std::int32_t first;
  float to_first, to_next;

  /// `place` of the first step from the row's middle, whose position is `each_side`.
  static COINCIDE_HD Spread of(float place, float factor, std::int32_t each_side) {
    const auto towards_0 = static_cast<std::int32_t>(place);
    const std::int32_t low = towards_0 - (place < static_cast<float>(towards_0) ? 1 : 0);
    const float to_next = factor * (place - static_cast<float>(low));
    return {low + each_side, factor - to_next, to_next};
  }
  /// The middle of a step is half of it on the way; what comes from a's side lies at less than the middle, and its
  /// profile goes backward.
  static COINCIDE_HD Spread backward(const Meeting& meeting, std::int32_t steps, std::int32_t each_side) {
    return of(meeting.middle - static_cast<float>(steps) + 0.5F, meeting.from_a, each_side);
  }
  static COINCIDE_HD Spread forward(const Meeting& meeting, std::int32_t each_side) {
    return of(meeting.middle + 0.5F, meeting.from_b, each_side);
  }

  /// What position `at` of `count` gets; profile(step) is that of 0 <= step < `steps`.
  template <class Profile>
  COINCIDE_HD float gathered(std::int32_t at, std::int32_t count, std::int32_t steps, const Profile& profile) const {
    const std::int32_t step = at - first;
    float sum = 0;
    if (step >= 0 && step < steps && at + 1 < count) {
      sum += to_first * profile(step);
    }
    if (step >= 1 && step <= steps && at >= 1) {
      sum += to_next * profile(step - 1);
    }
    const float all = to_first + to_next;
    if (at == 0) {
      for (std::int32_t before = 0; before < steps && first + before < 0; ++before) {
        sum += all * profile(before);
      }
    }
    if (at == count - 1) {
      for (std::int32_t beyond = steps - 1; beyond >= 0 && first + beyond >= at; --beyond) {
        sum += all * profile(beyond);
      }
    }
    return sum;
  }
};

}  // namespace coincide::recon::kernels
