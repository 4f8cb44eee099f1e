#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recon/data/image_series.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// An effect that the model of the measurement holds, or not.
struct Correction {
  std::string_view effect;
  /// Whether it may leave events out or move them, so that it comes before they are dealt to subsets and sorted.
  bool chooses_events;
  /// Puts it into the model of a run whose events have been read; m of the events gets their attenuation when all
  /// others have been applied. Returns what was done, for the record; "not corrected ..." where it is not in the model.
  /// Throws InputError for settings that do not fit the data.
  std::string (*apply)(RunState& run);
  /// The same for the bins of a histogram.
  std::string (*apply_to_bins)(RunState& run);
};

/// One row per effect, in the order in which they are applied. Decay within the frame is a matter of the unit
/// (quantify.h).
std::span<const Correction> corrections();

/// What a run corrected for, by the texts of its record.
std::vector<Effect> effects_corrected(const RunRecord& record);

/// Applies those that choose or move events, or the others, and writes what was done to the record.
void correct(RunState& run, bool that_choose_events);
/// Applies all to a histogram.
void correct_bins(RunState& run);

}  // namespace coincide::recon
