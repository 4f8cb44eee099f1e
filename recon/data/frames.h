#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::recon {

/// A time of the data's clock in s as the whole ms that time blocks count in. Times beyond all data stay so.
std::uint64_t rounded_ms(double seconds);

/// From start to stop in ms of the data's clock. A time block belongs to the frame that it begins in: frames that touch
/// share no event and lose none. Edges in s are rounded once, so that frames that touch share their border.
struct Frame {
  static constexpr std::uint64_t end_ms = 1'000'000'000'000;  ///< later than all times, which have 32 bits

  std::uint64_t start_ms = 0;
  std::uint64_t stop_ms = end_ms;

  bool contains(std::uint32_t time_ms) const { return time_ms >= start_ms && time_ms < stop_ms; }
  double start_s() const { return 1e-3 * static_cast<double>(start_ms); }
  double duration_s() const { return 1e-3 * static_cast<double>(stop_ms - start_ms); }
  bool operator==(const Frame&) const = default;
};

/// `stop_s` 0: to the end. Throws InputError if it is empty.
Frame time_window(double start_s, double stop_s);

/// "10x30, 5x60, pause 20, 300": ten frames of 30 s, five of 60 s and, 20 s later, one of 300 s, one after the other
/// from `start_s` on.
/// Throws InputError that says what may be written.
std::vector<Frame> parse_durations(std::string_view text, double start_s);

struct FrameTime {
  double start_s = 0;
  double duration_s = 0;
};

/// Frames that follow each other in time; there may be gaps. Throws InputError for an empty frame or an overlap.
std::vector<Frame> make_frames(std::span<const FrameTime> times);

/// What one image is made of: a frame in one piece, or all the times of a gate. Pieces ascend.
struct TimePart {
  std::string name;  ///< "the time window from 0 s to 30 s", "gate 3": for messages
  std::vector<Frame> pieces;

  Frame span() const { return {pieces.front().start_ms, pieces.back().stop_ms}; }
  std::uint64_t shortest_piece_ms() const;
};

TimePart part_of(const Frame& frame);
std::vector<TimePart> parts_of(std::span<const Frame> frames);

/// A time that belongs to a gate, counted from the zero of its table.
struct GateTime {
  int gate = 0;
  double start_s = 0;
  double stop_s = 0;
};

/// One part per gate, by number. `zero_s` is when the table's zero was on the data's clock. Throws InputError for times
/// that are empty, begin before the data's clock or belong to two gates.
std::vector<TimePart> make_gates(std::span<const GateTime> times, double zero_s);

/// Tells which part of an acquisition a time is in. A time is in one part at most.
class TimeParts {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  /// Throws InputError for parts without pieces and for such that overlap.
  explicit TimeParts(std::vector<TimePart> parts);

  std::size_t count() const { return parts_.size(); }
  const TimePart& operator[](std::size_t index) const { return parts_[index]; }
  const std::vector<TimePart>& all() const { return parts_; }
  /// Throws InputError, with both spans, if what was recorded reaches beyond the parts' ends by more than any piece or
  /// gap of theirs lasts: what wrote their table stopped early, or counts from another zero.
  void check_covers(std::uint32_t first_ms, std::uint32_t last_ms) const;
  /// Index of the part, or `none`.
  std::uint32_t at(std::uint32_t time_ms) const;

 private:
  struct Piece {
    Frame time;
    std::uint32_t part;
  };

  std::vector<TimePart> parts_;
  std::vector<Piece> pieces_;  ///< of all parts, ascending
};

}  // namespace coincide::recon
