#include "recon/pipeline/subset_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace coincide::recon {

std::int64_t most_subsets(const AlgorithmKind& kind, std::int64_t asked_for) {
  return kind.subsets > 1 && asked_for > 0 ? asked_for : kind.subsets;
}

SubsetChoice choose_subsets(const AlgorithmKind& kind, std::int64_t asked_for, std::uint64_t num_prompts,
                            double needed) {
  // Beyond, what is asked for leaves too little of the image: 8 times keep 94 % of the activity, 40 times 42 %.
  constexpr std::int64_t most_times_too_many = 8;
  const auto possible = std::max<std::int64_t>(1, std::llround(std::floor(static_cast<double>(num_prompts) / needed)));
  const std::int64_t wanted = most_subsets(kind, asked_for);
  const bool chooses = asked_for == 0;
  SubsetChoice choice{
      .subsets = std::min(wanted, chooses ? possible : most_times_too_many * possible), .note = "", .warning = ""};
  if (possible >= wanted) {
    return choice;
  }
  if (chooses) {
    choice.note = fmt::format(
        "{} takes {} subset{} instead of {}: {} prompts are not enough for more, of which each needs about {:.0f} "
        "for this image. Fewer subsets update it less often: set stop.passes higher if it is too smooth.",
        kind.title, choice.subsets, choice.subsets == 1 ? "" : "s", wanted, num_prompts, needed);
  } else {
    choice.warning = fmt::format(
        "algorithm.subsets = {} leaves {} prompts to each subset, which needs about {:.0f} for this image: for a "
        "subset that sees no prompt of a voxel it is dark, so the image swings with the subsets and is noisy. {} are "
        "taken. Set it to 0, or to {} at most.",
        wanted, num_prompts / static_cast<std::uint64_t>(wanted), needed, choice.subsets, possible);
  }
  return choice;
}

}  // namespace coincide::recon
