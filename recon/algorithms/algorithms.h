#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "recon/algorithms/algorithm.h"
#include "recon/algorithms/priors/priors.h"
#include "recon/image.h"

namespace coincide::recon {

/// In the order of algorithms().
enum class AlgorithmName { automatic, mlem, osem, osl, bsrem, ossps, map };

struct AlgorithmOptions {
  AlgorithmName name = AlgorithmName::automatic;  ///< automatic: osem; with a prior map
  std::int64_t subsets = 0;                       ///< 0: the algorithm's usual number, or fewer for few counts
  bool tof = true;                                ///< use the time of flight where the data have it
  double psf_fwhm_mm = 0;                         ///< Gaussian resolution model; 0: none
};

/// When a run ends.
struct StopOptions {
  std::int64_t passes = 0;      ///< over all counts; 0: as many as usual for the algorithm
  double change_percent = 0.3;  ///< estimated distance to the optimum that is near enough; 0: never
};

/// What an algorithm is made with.
struct AlgorithmContext {
  PriorOptions prior;
  std::shared_ptr<const Image> anatomical;  ///< for priors that need one, on the problem's grid
  double stop_percent = 0;                  ///< as StopOptions::change_percent
  int num_threads = 0;
};

struct AlgorithmKind {
  std::string_view name;     ///< in a job
  std::string_view title{};  ///< in records and on pictures
  std::string_view help;     ///< "one subset of the counts after the other"
  std::string_view source{};
  int subsets = 0;  ///< as many as it usually takes; 1: it has none
  /// Of the image, on average, that a subset needs (prompts_per_subset()).
  double prompts_per_voxel = 0;
  int passes = 0;                   ///< as many as it usually takes
  int passes_beside = 0;            ///< work of as many more that are not counted
  bool takes_prior = false;         ///< maximises log likelihood - strength R(x)
  bool estimates_distance = false;  ///< to the optimum, so that it can stop there
  int images = 0;                   ///< of the grid that it holds with a prior, the image itself among them; measured
  int floats_per_count = 0;         ///< that it keeps
  std::unique_ptr<Algorithm> (*make)(AlgorithmContext) = nullptr;
};

/// One row per algorithm; the first is only the word "auto".
std::span<const AlgorithmKind> algorithms();

/// What a name means.
const AlgorithmKind& algorithm_kind(AlgorithmName name, PriorName prior);

/// Throws InputError for a prior with an algorithm that takes none.
void check_takes_prior(AlgorithmName name, PriorName prior);

/// Passes of a run.
std::int64_t passes_of(const StopOptions& options, const AlgorithmKind& kind);

}  // namespace coincide::recon
