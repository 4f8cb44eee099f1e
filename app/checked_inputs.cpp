#include "app/checked_inputs.h"

namespace coincide::app {
namespace {

std::optional<io::CheckedSource> checked_events(const io::Job& job, const JobSetup& setup) {
  if (!setup.events) {
    return std::nullopt;
  }
  return std::optional<io::CheckedSource>(std::in_place, *setup.events,
                                          io::CheckOptions{.tof = setup.uses_tof(job), .all_events = false});
}

}  // namespace

CheckedInputs::CheckedInputs(const io::Job& job, JobSetup& setup)
    : checked_(checked_events(job, setup)), inputs_(run_inputs(job, setup, checked_ ? &*checked_ : nullptr)) {
  if (checked_) {
    inputs_.findings = [this] {
      io::DataSummary summary = checked_->take_summary(true);
      std::vector<std::string> findings = io::findings_for_image(summary);
      checks_ = std::move(summary.checks);
      return findings;
    };
  }
}

}  // namespace coincide::app
