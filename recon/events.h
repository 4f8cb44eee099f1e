#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "recon/efficiencies.h"
#include "recon/motion/pose.h"
#include "recon/scanner.h"

namespace coincide::recon {

struct TimeInterval {
  std::uint32_t start_ms = 0;
  std::uint32_t stop_ms = 0;
  bool operator==(const TimeInterval&) const = default;
};

/// A stretch of the recording. Its events start with it, as far as a frame is concerned.
struct TimeBlock {
  TimeInterval time;
  std::uint64_t prompts = 0;
  std::uint32_t movements_before = 0;  ///< listed before it in the file
};

/// Bed or gantry stand elsewhere from `start_ms` on.
struct Movement {
  std::uint32_t start_ms = 0;
  bool of_gantry = false;
  Pose pose{};            ///< from the reference position to there, in scanner axes
  std::string problem{};  ///< why `pose` is not known; empty if it is
};

/// The part of a time in which detectors could record. A pair of detection bins is alive bin a * bin b * pair of
/// modules.
struct AliveFractions {
  TimeInterval time;                    ///< one that does not stop after its start holds until the next
  std::vector<std::vector<float>> bin;  ///< [type][detection bin of the type], 0 ... 1; an empty row is 1
  /// [a (a + 1) / 2 + b], a >= b modules numbered over all types; may be empty: 1.
  std::vector<float> module_pair;
};

/// Photons that the detectors counted in a time, in coincidence or not: counts, not rates.
struct SinglesCounts {
  TimeInterval time;
  std::vector<std::vector<float>> bin;  ///< [type][detection bin of the type]
  bool shared_out = false;              ///< counted of several crystals together, to which they were dealt evenly
};

/// What a simulation tells of an event: for studies, not for the model.
enum class EventOrigin : std::uint8_t {
  unknown,
  unscattered,
  scattered,
  scattered_often,
  random,
  scattered_in_detector
};

/// Which terms of the model a file states event by event.
struct EventTerms {
  bool normalization = false;  ///< in EventBlock::factor
  bool attenuation = false;
  bool scatter = false;  ///< in EventBlock::additive_per_s
  bool randoms = false;

  bool factor() const { return normalization || attenuation; }
  bool additive() const { return scatter || randoms; }
};

/// Coincidences as columns, in file order. Every column has size() entries, but the windows are empty for a scanner
/// with one energy window per type, and so is what the file does not state.
struct EventBlock {
  std::vector<std::uint32_t> crystal_a;  ///< the LOR starts here
  std::vector<std::uint32_t> crystal_b;
  std::vector<std::uint16_t> tof_bin;  ///< index into Scanner::tof_bins
  std::vector<std::uint32_t> time_ms;  ///< start of the time block that the event is in
  std::vector<std::uint8_t> delayed;   ///< 1: from the delayed window, 0: prompt
  std::vector<std::uint8_t> window_a;
  std::vector<std::uint8_t> window_b;
  std::vector<float> factor;       ///< m, whole, as far as EventTerms says
  std::vector<float> attenuation;  ///< exp(-integral of mu): the part of `factor` that is attenuation
  /// b as a rate: expected counts per second of this event's LOR and TOF bin, scatter and randoms.
  std::vector<float> additive_per_s;
  std::vector<float> scatter_per_s;  ///< the part of it that is scatter
  std::vector<EventOrigin> origin;
  // No columns: what was read with the events, in file order, which need not be that of time.
  std::vector<TimeBlock> time_blocks;  ///< also those without events
  std::vector<Movement> movements;
  std::vector<AliveFractions> alive;
  std::vector<SinglesCounts> singles;

  std::size_t size() const { return crystal_a.size(); }
  void clear();
  void clear_events();  ///< leaves what is in no column
  /// Of the columns that every scanner has: new entries are 0.
  void resize(std::size_t size);
};

/// What a whole pass over a listmode file has counted. Grows while the source is read.
struct EventCounts {
  std::uint64_t prompts = 0;
  std::uint64_t delayeds = 0;
  std::uint64_t singles = 0;  ///< listed one by one
  std::uint64_t triples = 0;
  std::uint64_t quadruples = 0;
  std::uint64_t out_of_range = 0;  ///< events with a bin or TOF index that the scanner does not have; left out
  std::uint64_t time_blocks = 0;   ///< of any kind
  std::uint32_t first_ms = 0;      ///< start of the earliest block with events
  std::uint32_t last_ms = 0;
  double duration_s = 0;    ///< union of the event blocks' intervals
  std::string no_duration;  ///< why that is of no use for activities ("2 of 3 time blocks have no length"), else empty
  std::uint64_t dead_time_blocks = 0;  ///< that state alive fractions which can be used
  std::uint64_t singles_blocks = 0;    ///< that state counts of singles which can be used
  bool moves = false;                  ///< bed or gantry change place during the acquisition; known at the end
  bool starts_elsewhere = false;       ///< they stand off their reference position at its begin; known at the end
  std::string truncated;               ///< a sentence if the file ends too early and that was allowed
  std::vector<std::string> warnings;
  std::vector<std::string> not_used;       ///< what the file states beside, a few words each
  std::vector<std::string> time_warnings;  ///< about the times of the blocks that were counted

  /// All sentences that warn: `truncated` and both lists.
  std::vector<std::string> all_warnings() const;
};

/// A listmode file, read block by block so that it never has to be in memory.
class EventSource {
 public:
  virtual ~EventSource() = default;

  virtual const Scanner& scanner() const = 0;
  virtual const Efficiencies& efficiencies() const = 0;
  /// What is in the columns that say something of single events.
  virtual EventTerms event_terms() const { return {}; }
  /// "PETSIRD, model like v0.10, binary".
  virtual std::string format() const = 0;
  /// That hold the data beside the one that was named.
  virtual std::vector<std::filesystem::path> other_files() const { return {}; }
  /// Replaces `block` by the coincidences of the next time blocks (some 10^5 of them, or none at all); false at the
  /// end. Throws FileError if the file is damaged.
  virtual bool read(EventBlock& block) = 0;
  /// As read(), but leaves the coincidences out, which are another process's: quicker, where a format lets it be.
  virtual bool pass_over(EventBlock& block);
  /// Back to the first event; clears counts().
  virtual void rewind() = 0;
  /// Part of the file read since the start, 0 ... 1.
  virtual double fraction_read() const = 0;
  /// Of the part read so far. Prompts and delayeds that were passed over may count whether the scanner has them or not.
  virtual const EventCounts& counts() const = 0;
};

/// Takes simulated events and puts them somewhere.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// All events of one time interval; intervals come in order. All events belong to `interval`; time_ms is ignored.
  virtual void write(TimeInterval interval, const EventBlock& events) = 0;
};

}  // namespace coincide::recon
