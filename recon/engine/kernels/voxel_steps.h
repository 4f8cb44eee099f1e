#pragma once

// What algorithms do with one voxel of several images, once for CPU and GPU. Each step names its images in their order;
// the first is changed. x is the image, s the sensitivity (0 where nothing is reconstructed), `back` the back
// projection of a subset that has the part `share` of s, and `slope` the gradient of the prior.

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <variant>

#include "projectors/kernels/backend.h"

namespace coincide::recon::kernels {

inline constexpr int most_images = 6;
struct StepImages {
  float* of[most_images];
};

/// x, back, s: x <- x back / (share s), EM's next image. A subset that is not all of the data may lower a voxel to a
/// hundredth, but not lock it at 0 because it happened to see none of its counts.
struct EmStep {
  static constexpr int num_images = 3;
  double share;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    constexpr double least_factor = 0.01;
    const float x = images.of[0][i], back = images.of[1][i], s = images.of[2][i];
    if (s > 0) {
      const double factor = back / (share * s);
      images.of[0][i] = static_cast<float>(x * (share < 1 && factor < least_factor ? least_factor : factor));
    }
  }
};

/// x, back, s, slope: x <- x back / (share (s + strength slope)), the denominator not below a tenth of share s.
struct OneStepLate {
  static constexpr int num_images = 4;
  double share, strength;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double x = images.of[0][i], back = images.of[1][i], s = images.of[2][i], slope = images.of[3][i];
    const double wanted = s + strength * slope;
    const double least = 0.1 * s;
    images.of[0][i] =
        s > 0 ? static_cast<float>(x * (back / (share * (wanted > least ? wanted : least)))) : images.of[0][i];
  }
};

/// D, smooth x, s, curvature of the prior: D <- (x + offset) / (s + 2 strength x curvature), the harmonic mean of what
/// EM and the prior would step by; 0 where s is 0.
struct Precondition {
  static constexpr int num_images = 4;
  double strength, offset;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double x = images.of[1][i] > 0 ? images.of[1][i] : 0, s = images.of[2][i], curvature = images.of[3][i];
    images.of[0][i] = s > 0 ? static_cast<float>((x + offset) / (s + 2 * strength * x * curvature)) : 0;
  }
};

/// D, s, curvature of the prior: D <- 1 / (D + 2 strength curvature), D before that the curvature of the log
/// likelihood, their sum not below `least` s; 0 where s is 0.
struct InvertCurvature {
  static constexpr int num_images = 3;
  double strength, least;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double s = images.of[1][i], sum = images.of[0][i] + 2 * strength * images.of[2][i];
    images.of[0][i] = s > 0 ? static_cast<float>(1 / (sum > least * s ? sum : least * s)) : 0;
  }
};

/// x, D, back, s, slope: x <- x + relaxation D (back / share - s - strength slope), within 0 and `most`.
struct PreconditionedStep {
  static constexpr int num_images = 5;
  double share, strength;
  double relaxation = 1;
  double most = FLT_MAX;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double x = images.of[0][i], d = images.of[1][i], back = images.of[2][i], s = images.of[3][i],
                 slope = images.of[4][i];
    const double next = x + relaxation * d * (back / share - s - strength * slope);
    images.of[0][i] = static_cast<float>(next < 0 ? 0 : next > most ? most : next);
  }
};

/// x, v, D, change, G, slope: v <- memory v + step D (change / share + G - strength slope), without the change where
/// share is 0; x <- x + v, not below 0; v becomes what x really moved.
///
/// A voxel that only few counts tell of overshoots where a subset has one of them: its change stands for all subsets.
/// So a voxel may grow fourfold and by `small`, and fall to a quarter or from below `small` to 0; where it would grow
/// further, D is halved.
struct MomentumStep {
  static constexpr int num_images = 6;
  double share, strength, memory, step, small;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double x = images.of[0][i], v = images.of[1][i], d = images.of[2][i], change = images.of[3][i],
                 g = images.of[4][i], slope = images.of[5][i];
    const double corrected = share > 0 ? g + change / share : g;
    const double next = x + memory * v + step * d * (corrected - strength * slope);
    const double least = x > small ? x / 4 : 0, most = 4 * x + small;
    const double bounded = next < least ? least : next > most ? most : next;
    if (next > most) {
      images.of[2][i] = static_cast<float>(d / 2);
    }
    images.of[0][i] = static_cast<float>(bounded);
    images.of[1][i] = static_cast<float>(bounded - x);
  }
};

/// out, x, D, G, slope: out <- sqrt(D) (G - strength slope), 0 where that would push x below 0: the gradient in the
/// norm of the preconditioner.
struct ProjectedGradient {
  static constexpr int num_images = 5;
  double strength;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double gradient = images.of[3][i] - strength * images.of[4][i];
    const bool blocked = images.of[1][i] <= 0 && gradient < 0;
    images.of[0][i] = blocked ? 0 : static_cast<float>(std::sqrt(double{images.of[2][i]}) * gradient);
  }
};

/// out, in: out <- keep out + scale in.
struct Combine {
  static constexpr int num_images = 2;
  double keep, scale;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double kept = keep != 0 ? keep * images.of[0][i] : 0;  // what is not kept may be anything
    images.of[0][i] = static_cast<float>(kept + scale * images.of[1][i]);
  }
};

/// out, a, b: out <- a b.
struct Multiply {
  static constexpr int num_images = 3;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    images.of[0][i] = images.of[1][i] * images.of[2][i];
  }
};

/// out, x, back: out <- scale x back, from `least` to 1. x back are the counts that a subset attributes to the voxel.
struct ScaledCounts {
  static constexpr int num_images = 3;
  double scale, least;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double counts = scale * images.of[1][i] * images.of[2][i];
    images.of[0][i] = static_cast<float>(counts < least ? least : counts < 1 ? counts : 1);
  }
};

/// out, in, s: out <- 1 where in is above the level and s above 0, else 0.
struct Threshold {
  static constexpr int num_images = 3;
  float level;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    images.of[0][i] = images.of[1][i] > level && images.of[2][i] > 0 ? 1.0F : 0.0F;
  }
};

/// in K, in V, image of a frame, K, V, s: both first grow by what Patlak's model a K + b V of the frame lacks of its
/// image: in K <- in K + a s image / (a K + b V), in V likewise with b.
struct AddPatlakRatio {
  static constexpr int num_images = 6;
  double a, b;

  COINCIDE_HD void operator()(const StepImages& images, std::int64_t i) const {
    const double expected = a * images.of[3][i] + b * images.of[4][i];
    if (expected > 0) {
      const double ratio = images.of[5][i] * (images.of[2][i] / expected);
      images.of[0][i] = static_cast<float>(images.of[0][i] + a * ratio);
      images.of[1][i] = static_cast<float>(images.of[1][i] + b * ratio);
    }
  }
};

using VoxelStep = std::variant<EmStep, OneStepLate, Precondition, InvertCurvature, PreconditionedStep, MomentumStep,
                               ProjectedGradient, Combine, Multiply, AddPatlakRatio, ScaledCounts, Threshold>;

}  // namespace coincide::recon::kernels
