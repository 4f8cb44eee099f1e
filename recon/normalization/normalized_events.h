#pragma once

#include <memory>
#include <utility>

#include "recon/events.h"

namespace coincide::recon {

/// Events with other efficiencies than those of their file.
class NormalizedEvents final : public EventSource {
 public:
  /// Throws InputError unless `normalization` has the crystals of the events' scanner, and for events that state
  /// normalization factors one by one.
  NormalizedEvents(std::unique_ptr<EventSource> events, const EventSource& normalization);
  /// `efficiencies`: of the events' scanner.
  NormalizedEvents(std::unique_ptr<EventSource> events, Efficiencies efficiencies)
      : events_(std::move(events)), efficiencies_(std::move(efficiencies)) {}

  const Scanner& scanner() const override { return events_->scanner(); }
  const Efficiencies& efficiencies() const override { return efficiencies_; }
  EventTerms event_terms() const override { return events_->event_terms(); }
  std::string format() const override { return events_->format(); }
  std::vector<std::filesystem::path> other_files() const override { return events_->other_files(); }
  bool read(EventBlock& block) override { return events_->read(block); }
  bool pass_over(EventBlock& block) override { return events_->pass_over(block); }
  void rewind() override { events_->rewind(); }
  double fraction_read() const override { return events_->fraction_read(); }
  const EventCounts& counts() const override { return events_->counts(); }

 private:
  std::unique_ptr<EventSource> events_;
  Efficiencies efficiencies_;
};

}  // namespace coincide::recon
