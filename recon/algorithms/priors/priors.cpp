#include "recon/algorithms/priors/priors.h"

#include <fmt/format.h>

#include <cmath>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr PriorKind kinds[] = {
    {"none", "no prior", "", false, nullptr},
    {"relative-difference", "relative difference prior",
     "Nuyts, Beque, Dupont and Mortelmans, IEEE Trans. Nucl. Sci. 49(1), 2002", false, make_pair_prior},
    {"quadratic", "quadratic prior", "Geman and McClure 1985; Green, IEEE Trans. Med. Imaging 9(1), 1990", false,
     make_pair_prior},
    {"log-cosh", "log cosh prior", "Green, IEEE Trans. Med. Imaging 9(1), 1990", false, make_pair_prior},
    {"huber", "Huber prior", "Huber, Ann. Math. Stat. 35(1), 1964", false, make_pair_prior},
    {"total-variation", "smoothed total variation", "Rudin, Osher and Fatemi, Physica D 60, 1992", false,
     make_total_variation},
    {"bowsher", "Bowsher's prior", "Bowsher et al., IEEE NSS/MIC 2004", true, make_bowsher_prior},
    {"parallel-level-sets", "parallel level sets", "Ehrhardt et al., IEEE Trans. Med. Imaging 35(9), 2016", true,
     make_parallel_level_sets},
};

void require(bool fits, const char* key, double value, const char* allowed) {
  if (!fits || !std::isfinite(value)) {
    throw InputError(fmt::format("prior.{} is {:g}: it must be {}", key, value, allowed));
  }
}

void check(const PriorOptions& options) {
  require(options.strength >= 0, "strength", options.strength, "0 or more");
  require(options.gamma >= 0, "gamma", options.gamma, "0 or more");
  require(options.epsilon >= 0, "epsilon", options.epsilon, "0 or more");
  require(options.delta >= 0, "delta", options.delta, "0 (the usual value) or more");
  require(options.alpha > 0, "alpha", options.alpha, "more than 0");
  require(options.eta > 0, "eta", options.eta, "more than 0");
  require(options.neighbours >= 1 && options.neighbours <= 26, "neighbours", options.neighbours, "1 to 26");
}

void check(const PriorKind& kind, const PriorContext& context) {
  if (!(context.x_ref > 0) || !std::isfinite(context.x_ref)) {
    throw InputError(fmt::format(
        "the reference value of the image is {:g}, so a prior has no scale: is the image empty?", context.x_ref));
  }
  if (!kind.needs_anatomy) {
    return;
  }
  if (context.anatomical == nullptr) {
    throw InputError(fmt::format("prior.name = \"{}\" needs an anatomical image: set prior.anatomical", kind.name));
  }
  if (!(context.anatomical->grid == context.grid)) {
    throw InputError("the anatomical image of the prior is on another grid than the image: resample it first");
  }
}

}  // namespace

std::span<const PriorKind> priors() { return kinds; }

std::unique_ptr<Penalty> make_prior(const PriorOptions& options, const PriorContext& context) {
  const PriorKind& kind = kinds[static_cast<std::size_t>(options.name)];
  if (kind.make == nullptr) {
    return nullptr;
  }
  check(options);
  check(kind, context);
  return kind.make(options, context);
}

}  // namespace coincide::recon
