#include "recon/algorithms/algorithms.h"

#include <fmt/format.h>

#include "projectors/error.h"
#include "recon/algorithms/em.h"
#include "recon/algorithms/paraboloids.h"
#include "recon/algorithms/penalised_em.h"
#include "recon/algorithms/variance_reduced.h"

namespace coincide::recon {
namespace {

// NOLINTNEXTLINE(performance-unnecessary-value-param): one signature for all rows
std::unique_ptr<Algorithm> make_em(AlgorithmContext) { return std::make_unique<ExpectationMaximisation>(); }

PriorTerm prior_of(AlgorithmContext& context) { return PriorTerm(context.prior, std::move(context.anatomical)); }

template <class Kind>
std::unique_ptr<Algorithm> make_penalised(AlgorithmContext context) {
  return std::make_unique<Kind>(prior_of(context), context.num_threads);
}

std::unique_ptr<Algorithm> make_map(AlgorithmContext context) {
  return std::make_unique<VarianceReduced>(prior_of(context), context.num_threads, context.stop_percent);
}

/// Prompts n that see v voxels each see each of V voxels k = n v / V times, and one of them, by Poisson's law, not at
/// all with the probability exp(-k). A subset of EM leaves a hundredth of such a voxel. Those of the object survive
/// some 32 subsets with k = 10, where all but 1 in 700 see a prompt; the object fills about a third of the image, and
/// the prompts gather there: k = 3 of the image.
constexpr double for_em = 3;
/// Ascent with the gradients of subsets is restless where a subset tells little of a voxel. Tried with a phantom of six
/// spheres, 6 mm voxels and relative difference: 1.7e5, 1e6 and 6.7e6 prompts did best with 4 to 8, 8 to 12 and 12
/// subsets, of which the first have some 30 prompts per voxel.
constexpr double for_ascent = 30;

constexpr AlgorithmKind all_algorithms[] = {
    {.name = "auto", .help = "osem, with a prior map"},
    {.name = "mlem",
     .title = "MLEM",
     .help = "all counts at once; the likelihood never falls",
     .source = "Shepp and Vardi, IEEE Trans. Med. Imaging 1, 1982",
     .subsets = 1,
     .prompts_per_voxel = for_em,
     .passes = 4,
     .takes_prior = false,
     .estimates_distance = false,
     .images = 2,
     .floats_per_count = 0,
     .make = make_em},
    {.name = "osem",
     .title = "OSEM",
     .help = "one subset of the counts after the other",
     .source = "Hudson and Larkin, IEEE Trans. Med. Imaging 13, 1994",
     .subsets = 8,
     .prompts_per_voxel = for_em,
     .passes = 4,
     .takes_prior = false,
     .estimates_distance = false,
     .images = 2,
     .floats_per_count = 0,
     .make = make_em},
    {.name = "osl",
     .title = "OSEM with a prior one step late",
     .help = "for comparison with other programs; does not converge",
     .source = "Green, IEEE Trans. Med. Imaging 9, 1990",
     .subsets = 8,
     .prompts_per_voxel = for_em,
     .passes = 8,
     .takes_prior = true,
     .estimates_distance = false,
     .images = 10,
     .floats_per_count = 0,
     .make = make_penalised<OneStepLate>},
    {.name = "bsrem",
     .title = "BSREM",
     .help = "ends in the image that map ends in, slowly: the yardstick",
     .source = "Ahn and Fessler, IEEE Trans. Med. Imaging 22, 2003",
     .subsets = 12,
     .prompts_per_voxel = for_ascent,
     .passes = 40,
     .takes_prior = true,
     .estimates_distance = false,
     .images = 10,
     .floats_per_count = 0,
     .make = make_penalised<Bsrem>},
    {.name = "ossps",
     .title = "OSSPS",
     .help = "like bsrem, with a step per voxel that is fixed after the first pass",
     .source = "Ahn and Fessler, IEEE Trans. Med. Imaging 22, 2003",
     .subsets = 12,
     .prompts_per_voxel = for_ascent,
     .passes = 40,
     .passes_beside = 1,  // its curvature
     .takes_prior = true,
     .estimates_distance = false,
     .images = 11,
     .floats_per_count = 0,
     .make = make_penalised<SeparableParaboloids>},
    {.name = "map",
     .title = "MAP",
     .help = "the quick way to the most probable image: variance-reduced ascent with momentum",
     .source = "Johnson and Zhang, NIPS 2013; Twyman et al., IEEE Trans. Med. Imaging 42, 2023; our kept ratios",
     .subsets = 12,
     .prompts_per_voxel = for_ascent,
     .passes = 12,
     .passes_beside = 1,  // the objective at the end
     .takes_prior = true,
     .estimates_distance = true,
     .images = 17,
     .floats_per_count = 1,
     .make = make_map},
};

const AlgorithmKind& row(AlgorithmName name) { return all_algorithms[static_cast<std::size_t>(name)]; }

}  // namespace

std::span<const AlgorithmKind> algorithms() { return all_algorithms; }

const AlgorithmKind& algorithm_kind(AlgorithmName name, PriorName prior) {
  if (name == AlgorithmName::automatic) {
    return row(prior == PriorName::none ? AlgorithmName::osem : AlgorithmName::map);
  }
  return row(name);
}

void check_takes_prior(AlgorithmName name, PriorName prior) {
  const AlgorithmKind& kind = algorithm_kind(name, prior);
  if (prior != PriorName::none && !kind.takes_prior) {
    throw InputError(
        fmt::format("algorithm.name = \"{}\" takes no prior, and prior.name is \"{}\". Leave algorithm.name out, for "
                    "map, or prior.name.",
                    kind.name, prior_kind(prior).name));
  }
}

std::int64_t passes_of(const StopOptions& options, const AlgorithmKind& kind) {
  return options.passes > 0 ? options.passes : kind.passes;
}

}  // namespace coincide::recon
