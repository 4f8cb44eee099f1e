#pragma once

#include <string>

namespace coincide::recon {

struct IterationFigures {
  double iteration = 0;  ///< full passes done
  double log_likelihood =
      0;  ///< sum ln(m A x + b) - sum(s x) - sum(b), at the image before this pass; b's sum left out
  double image_sum = 0;
  double expected_counts = 0;  ///< sum(s x) after the pass; equals prompts minus randoms under MLEM
  double seconds = 0;
  double penalty = -1;  ///< strength R(x) at the image before the pass; below 0: there is no prior
  /// Estimated distance to the optimum, rms in the object, in per cent of its mean; below 0: not known.
  double distance_percent = -1;

  bool has_penalty() const { return penalty >= 0; }
  /// What penalised algorithms maximise; the log likelihood where there is no prior.
  double objective() const { return has_penalty() ? log_likelihood - penalty : log_likelihood; }
};

/// "iteration 3: log likelihood -1234.5, penalty 67.8, objective -1302.3, about 0.4 % from the optimum, 1.2 s".
std::string figures_text(const IterationFigures& figures);

}  // namespace coincide::recon
