#include "recon/algorithms/priors/priors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr PriorKind all_priors[] = {
    {"none", "no prior", "", {}, false, nullptr},
    {"relative-difference",
     "relative difference prior",
     "Nuyts et al., IEEE Trans. Nucl. Sci. 49, 2002",
     {"gamma", "epsilon"},
     false,
     make_pair_prior},
    {"quadratic", "quadratic prior", "Geman and McClure 1985", {}, false, make_pair_prior},
    {"log-cosh", "log cosh prior", "Green, IEEE Trans. Med. Imaging 9, 1990", {"delta"}, false, make_pair_prior},
    {"huber", "Huber prior", "Huber, Ann. Math. Stat. 35, 1964", {"delta"}, false, make_pair_prior},
    {"total-variation",
     "smoothed total variation",
     "Rudin, Osher and Fatemi, Physica D 60, 1992",
     {"delta"},
     false,
     make_total_variation},
    {"bowsher",
     "Bowsher's prior",
     "Bowsher et al., IEEE NSS/MIC 2004",
     {"neighbours", "pair"},
     true,
     make_bowsher_prior},
    {"parallel-level-sets",
     "parallel level sets",
     "Ehrhardt et al., IEEE Trans. Med. Imaging 35, 2016",
     {"alpha", "eta"},
     true,
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
  require(options.neighbours >= 1 && options.neighbours <= 26, "neighbours", static_cast<double>(options.neighbours),
          "1 to 26");
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

std::span<const PriorKind> priors() { return all_priors; }
const PriorKind& prior_kind(PriorName name) { return all_priors[static_cast<std::size_t>(name)]; }

bool has_parameter(const PriorOptions& options, std::string_view parameter) {
  const auto listed = [parameter](PriorName name) {
    return std::ranges::find(prior_kind(name).parameters, parameter) != prior_kind(name).parameters.end();
  };
  return listed(options.name) || (options.name == PriorName::bowsher && listed(options.pair));
}

std::unique_ptr<Penalty> make_prior(const PriorOptions& options, const PriorContext& context) {
  const PriorKind& kind = prior_kind(options.name);
  if (kind.make == nullptr) {
    return nullptr;
  }
  check(options);
  check(kind, context);
  return kind.make(options, context);
}

}  // namespace coincide::recon
