#include "recon/normalization/normalized_events.h"

#include <fmt/format.h>

#include <cmath>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

void check_same_crystals(const Scanner& scanner, const Scanner& other) {
  constexpr double same_mm = 0.1;
  bool same =
      scanner.num_crystals() == other.num_crystals() && scanner.module_types.size() == other.module_types.size();
  for (std::size_t crystal = 0; same && crystal < scanner.num_crystals(); ++crystal) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      same = same &&
             std::abs(scanner.crystal_centre_mm[crystal][axis] - other.crystal_centre_mm[crystal][axis]) <= same_mm;
    }
  }
  if (!same) {
    throw InputError(fmt::format(
        "it is of a scanner of {} crystals, and the data are of one of {}, or these lie elsewhere: each scanner needs "
        "its own",
        other.num_crystals(), scanner.num_crystals()));
  }
}

}  // namespace

NormalizedEvents::NormalizedEvents(std::unique_ptr<EventSource> events, const EventSource& normalization)
    : events_(std::move(events)), efficiencies_(normalization.efficiencies()) {
  check_same_crystals(events_->scanner(), normalization.scanner());
  if (events_->event_terms().normalization) {
    throw InputError("the data state a normalization factor for each event, which would count beside it");
  }
  if (!efficiencies_.has_values()) {
    throw InputError("it holds no efficiencies");
  }
  efficiencies_.acceptance = events_->efficiencies().acceptance;  // which not all formats can state
  efficiencies_.check(events_->scanner());
}

}  // namespace coincide::recon
