#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "recon/engine/penalty.h"
#include "recon/image.h"

namespace coincide::recon {

/// In the order of priors().
enum class PriorName {
  none,
  relative_difference,
  quadratic,
  log_cosh,
  huber,
  total_variation,
  bowsher,
  parallel_level_sets
};

enum class PriorScale {
  invariant,  ///< one strength for all counts, units, voxel sizes and numbers of subsets
  raw,        ///< plain sums as STIR takes them, for comparison: no x_ref, weights by distance, plain differences
};

/// What a penalty gives beside its gradient.
enum class Curvature {
  second_derivative,  ///< the diagonal of the Hessian
  majorant,  ///< for log_cosh and huber that of a parabola above psi, by which steps are safe (kernels::Majorised)
};

/// The penalty strength * R(x). With PriorScale::raw, epsilon, delta, alpha and eta are in the image's unit.
struct PriorOptions {
  PriorName name = PriorName::none;
  double strength = 1;  ///< mm^2 for priors of pairs, mm for total_variation and parallel_level_sets
  PriorScale scale = PriorScale::invariant;
  double gamma = 2;       ///< of relative_difference: how much it spares edges
  double epsilon = 1e-3;  ///< of relative_difference: softens it near 0 [x_ref]
  double delta = 0;  ///< of log_cosh, huber: where they turn linear [x_ref]; total_variation [x_ref per mm]; 0: usual
  double alpha = 0.01;                    ///< of parallel_level_sets: gradients below count as noise [x_ref per mm]
  double eta = 0.01;                      ///< the same for the anatomical image [99th percentile of its gradient]
  std::int64_t neighbours = 4;            ///< of bowsher: neighbours that count, of 26
  PriorName pair = PriorName::quadratic;  ///< of bowsher: a prior of pairs
};

/// What a prior is made for. All outlive the call only.
struct PriorContext {
  ImageGrid grid;
  /// sqrt(sensitivity) by voxel, 0 outside the mask, which makes the resolution alike everywhere (Fessler and Rogers,
  /// IEEE Trans. Image Process. 5(9), 1996); with PriorScale::raw any weights.
  std::span<const float> kappa;
  Curvature curvature = Curvature::second_derivative;  ///< of priors of pairs; those of edges always bound it
  double x_ref = 1;                                    ///< a typical value of the image in the object
  const Image* anatomical = nullptr;                   ///< on the same grid
  projectors::Device device{};                         ///< where the images lie
  int num_threads = 0;                                 ///< on the CPU; 0: all cores
};

struct PriorKind {
  std::string_view name;
  std::string_view title;
  std::string_view source;
  std::array<std::string_view, 2> parameters;  ///< of PriorOptions that it has, in a job
  bool needs_anatomy;
  std::unique_ptr<Penalty> (*make)(const PriorOptions&, const PriorContext&);
};

/// One row per prior; the first, "none", makes no penalty.
std::span<const PriorKind> priors();
const PriorKind& prior_kind(PriorName name);
/// Whether the prior has a parameter of that name in a job: its own, or that of the pairs of bowsher.
bool has_parameter(const PriorOptions& options, std::string_view parameter);

/// R(x), without the strength; null for PriorName::none. Throws InputError for options out of range and where an
/// anatomical image is needed but missing, or on another grid.
std::unique_ptr<Penalty> make_prior(const PriorOptions& options, const PriorContext& context);

// The rows' functions, by file.
std::unique_ptr<Penalty> make_pair_prior(const PriorOptions& options, const PriorContext& context);
std::unique_ptr<Penalty> make_bowsher_prior(const PriorOptions& options, const PriorContext& context);
std::unique_ptr<Penalty> make_total_variation(const PriorOptions& options, const PriorContext& context);
std::unique_ptr<Penalty> make_parallel_level_sets(const PriorOptions& options, const PriorContext& context);

}  // namespace coincide::recon
