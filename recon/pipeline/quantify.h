#pragma once

#include <optional>
#include <span>
#include <string>

#include "recon/events.h"
#include "recon/image.h"
#include "recon/model.h"
#include "recon/options.h"
#include "recon/time_intervals.h"

namespace coincide::recon {

/// From the unit of the algorithm to that of the result.
struct UnitScale {
  double factor = 1;
  std::string unit = "1";
  double decay_factor = 1;  ///< part of `factor`
  bool decay_corrected = false;
};

/// Annihilations per mm^3 of the frame to Bq/mL at the moment `reference_ms`, if the model is absolute; else only decay
/// and the branching ratio are corrected, and without `recorded` time the latter alone.
UnitScale unit_scale(const QuantificationOptions& options, bool is_absolute, const TimeIntervals& recorded,
                     double reference_ms);

/// One sentence with all reasons why the image is not in Bq/mL; empty if it is. `no_duration` as in EventCounts;
/// `stated`: what the model takes from the events one by one.
std::string why_arbitrary_unit(const MultiplicativeModel& model, const QuantificationOptions& options,
                               const std::string& no_duration, EventTerms stated = {});

/// Before hours are spent: throws InputError if the moment that decay is corrected to (none: the start of each frame)
/// is after all that was `recorded`, as only an injection with the wrong sign can be, or so many half-lives from a part
/// of it that nothing of the tracer was left.
void check_decay(const QuantificationOptions& options, std::optional<double> moment_s,
                 std::span<const TimeInterval> recorded);

/// A copy in the result's unit.
Image in_unit(const Image& image, const UnitScale& scale);

/// What was done about decay, for the record. `moment`: "the start of the frame at 0 s".
std::string decay_text(const UnitScale& scale, const QuantificationOptions& options, const TimeIntervals& recorded,
                       const std::string& moment);

}  // namespace coincide::recon
