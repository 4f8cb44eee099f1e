#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/yardl_schema.h"
#include "io/yardl_value.h"

namespace coincide::io {

/// Where the parts of a coincidence stand among the natural numbers of its record, which models order differently.
/// -1: the record has no such part.
struct CoincidenceLayout {
  int numbers = 0;  ///< natural numbers of a record, in file order
  int bin_a = -1;   ///< detection bin; where there is a window column: detecting element
  int bin_b = -1;
  int tof = -1;
  int window_a = -1;
  int window_b = -1;
  /// The record's parts in file order: null for a natural number, else something to skip.
  std::vector<const YardlType*> parts;
  bool only_numbers = true;
};

/// Throws FileError if the record has no two bins.
CoincidenceLayout coincidence_layout(const YardlType& record);

/// What to do with a field of an event time block.
enum class EventField { time, prompts, delayeds, singles, triples, quadruples, skipped };

/// A kind of time block, by the tag of the union; the index of a kind differs between models.
struct TimeBlockPlan {
  enum class Kind { events, bed, gantry, dead_time, singles, unused };
  struct Field {
    EventField use = EventField::skipped;
    const YardlType* type = nullptr;
    int levels = 0;  ///< of prompts and delayeds: vectors around the coincidence; 1: one list, 3: by two module types
    CoincidenceLayout layout{};
  };

  Kind kind = Kind::unused;
  std::string tag;
  const YardlType* type = nullptr;
  std::vector<Field> fields{};  ///< of an event block, one per field of the record
};

/// One plan for each case of the union. Throws FileError if the type is no union or has no event blocks.
std::vector<TimeBlockPlan> plan_time_blocks(const YardlType& time_block);

/// Coincidences of one list of a time block, as found in the file.
struct CoincidenceChunk {
  bool delayed = false;
  std::uint64_t row = 0;  ///< type of module of the first detector
  std::uint64_t column = 0;
  const CoincidenceLayout* layout = nullptr;
  std::span<const std::uint32_t> numbers{};  ///< layout->numbers per event; larger ones than fit are 2^32 - 1

  std::size_t size() const { return numbers.size() / static_cast<std::size_t>(layout->numbers); }
};

/// Takes what is read of a time block, in file order.
class TimeBlockSink {
 public:
  virtual ~TimeBlockSink() = default;
  virtual void value(const std::string& field, const YardlValue& value) = 0;
  /// Whether it takes coincidences one by one; else passed_over() tells how many there were.
  virtual bool wants_coincidences() const { return true; }
  virtual void coincidences(const CoincidenceChunk& chunk) = 0;
  /// `list` is without numbers.
  virtual void passed_over(const CoincidenceChunk& list, std::uint64_t events) = 0;
  virtual void count(EventField kind, std::uint64_t events) = 0;
};

/// The time blocks of a PETSIRD file, whatever its container.
class TimeBlockReader {
 public:
  virtual ~TimeBlockReader() = default;
  virtual YardlValue header() = 0;  ///< to be called once, before next()
  virtual const YardlSchema& schema() const = 0;
  /// Reads one time block into `sink` and returns its plan; null at the end.
  /// Throws YardlEndOfData where the file ends too early, FileError if it is damaged.
  virtual const TimeBlockPlan* next(TimeBlockSink& sink) = 0;
  virtual void rewind() = 0;
  virtual double fraction_read() const = 0;
  /// "byte 123 of 456", of the block that next() began last.
  virtual std::string place() const = 0;
  /// Bytes behind the last time block, once next() has returned null; no writer leaves any.
  virtual std::uint64_t bytes_left_over() const { return 0; }
};

/// Blocks without events of which every field goes to TimeBlockSink::value(): movements, dead time, singles.
bool has_values(const TimeBlockPlan& plan);

}  // namespace coincide::io
