#pragma once

// What lies on the ways from scatter points to the nodes of a cylinder, once for CPU and GPU.

#include <cmath>
#include <cstdint>

#include "projectors/kernels/backend.h"

namespace coincide::recon::kernels {

/// Activity and attenuation [1/cm] of a place.
struct MatterValues {
  float activity, mu;
};

/// Them side by side, between the voxels of one grid as trilinear_value() has them. `values` has one voxel more on each
/// side than the grid; places count its voxels.
struct MatterGrid {
  const MatterValues* values;
  std::int64_t row, plane;
  std::int32_t last[3];  ///< of the voxels that have a next one
  double first_mm[3], voxel_mm[3];
  double low_mm[3], high_mm[3];  ///< there is nothing beyond them

  static COINCIDE_HD MatterValues between(MatterValues from, MatterValues to, float part) {
    return {from.activity + part * (to.activity - from.activity), from.mu + part * (to.mu - from.mu)};
  }
  COINCIDE_HD MatterValues across(const MatterValues* corner, const float (&part)[3]) const {
    return between(between(corner[0], corner[1], part[2]), between(corner[row], corner[row + 1], part[2]), part[1]);
  }
  COINCIDE_HD MatterValues at(const float (&place)[3]) const {
    float part[3];
    std::int32_t low[3];
    for (int k = 0; k < 3; ++k) {
      const auto below = static_cast<std::int32_t>(place[k]);
      low[k] = below < 0 ? 0 : below > last[k] ? last[k] : below;
      part[k] = place[k] - static_cast<float>(low[k]);
    }
    const MatterValues* corner = values + low[0] * plane + low[1] * row + low[2];
    return between(across(corner, part), across(corner + plane, part), part[0]);
  }
};

/// How nodes look from some scatter points: [point][node].
struct SightColumns {
  float *x, *y, *z;  ///< direction
  float* distance_mm;
  float* weight;        ///< cosine of the incidence over the distance squared [1/mm^2]
  float* attenuation;   ///< integral of mu at 511 keV on the way
  float* activity;      ///< integral of the activity
  std::int32_t* steps;  ///< of the profile, up to the last that is not 0
  float* profile;       ///< [point][node][step]: integral of the activity in each step
  std::int32_t most_steps;

  COINCIDE_HD const float* profile_of(std::int64_t sight) const { return profile + sight * most_steps; }
};

/// Looks from a point to a node.
struct Look {
  MatterGrid matter;
  const double* node_mm;  ///< [node][3]
  const double* normal;   ///< [node][3]: unit vectors towards the axis
  double step_mm;         ///< of profiles
  std::int32_t samples;   ///< of matter in each step

  COINCIDE_HD void operator()(const double* from_mm, std::int64_t node, std::int64_t sight,
                              const SightColumns& out) const {
    double direction[3];
    const double distance_mm = find_direction(from_mm, node, direction);
    const double sample_mm = step_mm / samples;
    float start[3], way[3];
    double filled_from_mm = 0, filled_to_mm = distance_mm;
    for (int k = 0; k < 3; ++k) {
      start[k] = static_cast<float>((from_mm[k] - matter.first_mm[k]) / matter.voxel_mm[k]);
      way[k] = static_cast<float>(sample_mm * direction[k] / matter.voxel_mm[k]);
      clip(matter.low_mm[k] - from_mm[k], matter.high_mm[k] - from_mm[k], direction[k], filled_from_mm, filled_to_mm);
    }
    const auto steps = static_cast<std::int32_t>(std::ceil(larger(filled_to_mm / step_mm, 0.0)));
    const auto first = static_cast<float>(filled_from_mm / sample_mm),
               end = static_cast<float>(filled_to_mm / sample_mm);
    const auto length_mm = static_cast<float>(sample_mm);
    float* profile = out.profile + sight * out.most_steps;
    float all_activity = 0, all_mu = 0;
    std::int32_t last = 0;
    for (std::int32_t step = 0; step < steps && step < out.most_steps; ++step) {
      float activity = 0;
      for (std::int32_t sample = 0; sample < samples; ++sample) {
        const float at = static_cast<float>(step * samples + sample) + 0.5F;
        if (at >= first && at < end) {
          const float place[3] = {start[0] + at * way[0], start[1] + at * way[1], start[2] + at * way[2]};
          const MatterValues values = matter.at(place);
          activity += values.activity;
          all_mu += values.mu;
        }
      }
      profile[step] = activity * length_mm;
      all_activity += profile[step];
      last = activity != 0 ? step + 1 : last;
    }
    constexpr float mm_per_cm = 10;
    out.x[sight] = static_cast<float>(direction[0]);
    out.y[sight] = static_cast<float>(direction[1]);
    out.z[sight] = static_cast<float>(direction[2]);
    out.distance_mm[sight] = static_cast<float>(distance_mm);
    out.weight[sight] = static_cast<float>(incidence(node, direction) / (distance_mm * distance_mm));
    out.attenuation[sight] = all_mu * length_mm / mm_per_cm;
    out.activity[sight] = all_activity;
    out.steps[sight] = last;
  }

 private:
  static COINCIDE_HD double larger(double a, double b) { return a < b ? b : a; }
  static COINCIDE_HD double smaller(double a, double b) { return b < a ? b : a; }

  /// Returns the distance.
  COINCIDE_HD double find_direction(const double* from_mm, std::int64_t node, double (&direction)[3]) const {
    double square = 0;
    for (int k = 0; k < 3; ++k) {
      direction[k] = node_mm[3 * node + k] - from_mm[k];
      square += direction[k] * direction[k];
    }
    const double distance_mm = std::sqrt(square);
    for (double& part : direction) {
      part /= distance_mm;
    }
    return distance_mm;
  }
  COINCIDE_HD double incidence(std::int64_t node, const double (&direction)[3]) const {
    double cosine = 0;
    for (int k = 0; k < 3; ++k) {
      cosine -= direction[k] * normal[3 * node + k];
    }
    return larger(cosine, 0);
  }
  /// Shortens a way to where it lies between two planes.
  static COINCIDE_HD void clip(double low_mm, double high_mm, double direction, double& from_mm, double& to_mm) {
    if (direction != 0) {
      const double to_low_mm = low_mm / direction, to_high_mm = high_mm / direction;
      from_mm = larger(from_mm, smaller(to_low_mm, to_high_mm));
      to_mm = smaller(to_mm, larger(to_low_mm, to_high_mm));
    } else if (low_mm > 0 || high_mm < 0) {
      to_mm = 0;
    }
  }
};

}  // namespace coincide::recon::kernels
