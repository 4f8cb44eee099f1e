#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recon/block_times.h"
#include "recon/events.h"
#include "recon/movement_log.h"

namespace coincide::recon {

/// A scan of several, and when the zero of its own clock was on that of the first.
struct Scan {
  std::string name;
  std::unique_ptr<EventSource> source;
  std::uint32_t start_ms = 0;
};

/// Scans of one body in one scanner, one after the other on the clock of the first: what lies between them is a pause.
/// Bed and gantry of each scan are at their reference position until it states another.
class JoinedEvents final : public EventSource {
 public:
  /// Throws InputError for no scans, and for scanners or efficiencies that are not the first one's.
  explicit JoinedEvents(std::vector<Scan> scans);

  const Scanner& scanner() const override { return scans_.front().source->scanner(); }
  const Efficiencies& efficiencies() const override { return scans_.front().source->efficiencies(); }
  EventTerms event_terms() const override { return scans_.front().source->event_terms(); }
  std::string format() const override;
  bool read(EventBlock& block) override { return next(block, &EventSource::read); }
  bool pass_over(EventBlock& block) override { return next(block, &EventSource::pass_over); }
  void rewind() override;
  double fraction_read() const override;
  const EventCounts& counts() const override { return counts_; }

 private:
  bool next(EventBlock& block, bool (EventSource::*take)(EventBlock&));
  void put_on_clock(EventBlock& block);
  void stand_at_reference(EventBlock& block);
  void sum_up();

  std::vector<Scan> scans_;
  std::size_t current_ = 0;
  bool begins_ = true;                  ///< nothing of the current scan has been read
  std::uint32_t num_movements_ = 0;     ///< of all that was read
  std::uint32_t movements_before_ = 0;  ///< of the scans before
  BlockTimes times_;
  MovementLog movements_;
  EventCounts counts_;
};

}  // namespace coincide::recon
