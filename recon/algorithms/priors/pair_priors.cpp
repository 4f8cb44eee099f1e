#include "projectors/error.h"
#include "recon/algorithms/priors/neighbourhood.h"
#include "recon/algorithms/priors/priors.h"

namespace coincide::recon {
namespace {

constexpr double usual_delta = 0.1;  // of x_ref

template <class Potential>
PairPotential with(Curvature curvature, const Potential& psi) {
  return curvature == Curvature::majorant ? PairPotential(kernels::Majorised<Potential>{psi}) : PairPotential(psi);
}

PairPotential potential(PriorName name, const PriorOptions& options, double x_ref, Curvature curvature) {
  const double delta = options.delta > 0 ? options.delta : usual_delta;
  const auto in_unit = [x_ref](double value) { return static_cast<float>(value * x_ref); };
  switch (name) {
    case PriorName::relative_difference:
      return kernels::RelativeDifference{static_cast<float>(options.gamma), in_unit(options.epsilon)};
    case PriorName::quadratic:
      return kernels::Quadratic{in_unit(1)};
    case PriorName::log_cosh:
      return with(curvature, kernels::LogCosh{in_unit(delta), in_unit(1)});
    case PriorName::huber:
      return with(curvature, kernels::Huber{in_unit(delta), in_unit(1)});
    default:
      throw InputError(
          "prior.pair must be a prior of pairs of neighbours: relative-difference, quadratic, log-cosh or huber");
  }
}

PairPenalty pair_penalty(PriorName name, const PriorOptions& options, const PriorContext& context) {
  const bool raw = options.scale == PriorScale::raw;
  return {.grid = context.grid,
          .psi = potential(name, options, raw ? 1 : context.x_ref, context.curvature),
          .weight = raw ? distance_weights(context.grid) : isotropic_weights(context.grid),
          .kappa = {context.kappa.begin(), context.kappa.end()},
          .chosen = {}};
}

}  // namespace

std::unique_ptr<Penalty> make_pair_prior(const PriorOptions& options, const PriorContext& context) {
  return make_penalty(pair_penalty(options.name, options, context), context.device, context.num_threads);
}

std::unique_ptr<Penalty> make_bowsher_prior(const PriorOptions& options, const PriorContext& context) {
  PairPenalty penalty = pair_penalty(options.pair, options, context);
  penalty.chosen = nearest_in_value(context.grid, context.anatomical->values, static_cast<int>(options.neighbours));
  return make_penalty(std::move(penalty), context.device, context.num_threads);
}

}  // namespace coincide::recon
