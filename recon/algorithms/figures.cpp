#include "recon/algorithms/figures.h"

#include <fmt/format.h>

namespace coincide::recon {

std::string figures_text(const IterationFigures& figures) {
  std::string text = fmt::format("iteration {:g}: log likelihood {:.1f}", figures.iteration, figures.log_likelihood);
  if (figures.has_penalty()) {
    text += fmt::format(", penalty {:.1f}, objective {:.1f}", figures.penalty, figures.objective());
  }
  if (figures.distance_percent >= 0) {
    text += fmt::format(", about {:.2g} % from the optimum", figures.distance_percent);
  }
  return text + fmt::format(", {:.1f} s", figures.seconds);
}

}  // namespace coincide::recon
