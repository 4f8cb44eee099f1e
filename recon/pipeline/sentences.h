#pragma once

// Sentences that a run and its plan share.

#include <string>
#include <vector>

namespace coincide::recon {

/// What follows from data without delayed coincidences, as the end of a sentence.
inline constexpr const char* without_delayeds =
    ": randoms are not corrected and stay in the image as a background. Convert the delayed window, too, if the "
    "scanner records one; corrections.randoms = \"none\" says that this is meant.";

/// Records of effects that there was nothing to correct of.
inline constexpr const char* no_dead_time = "the file states no dead time";
inline constexpr const char* no_poses = "no poses are given, and bed and gantry stand still";

/// One sentence with what a file states and the run does not use; empty if there is nothing.
std::string not_used_sentence(const std::vector<std::string>& not_used);

}  // namespace coincide::recon
