#include "recon/data/frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::recon {
namespace {

constexpr std::size_t most_frames = 10'000;

/// The whole text as a number, or none.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  text = trimmed(text);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// "10x30" or "300".
struct Alike {
  std::size_t count;
  double duration_s;

  double total_s() const { return static_cast<double>(count) * duration_s; }
};

Alike parse_alike(std::string_view text) {
  const std::size_t times = text.find('x');
  const bool several = times != std::string_view::npos;
  const auto count = several ? number_in<std::size_t>(text.substr(0, times)) : 1;
  const auto duration_s = number_in<double>(several ? text.substr(times + 1) : text);
  if (!count || *count < 1 || *count > most_frames || !duration_s || !(*duration_s >= 1e-3) ||
      !(*duration_s <= 1e-3 * Frame::end_ms)) {
    throw InputError(
        fmt::format("\"{}\" is no duration of frames: write seconds, from 0.001 on, or a number of frames that are "
                    "alike, 1 to {}, an x and their seconds, with commas between (\"10x30, 5x60, pause 20, 300\")",
                    trimmed(text), most_frames));
  }
  return {*count, *duration_s};
}

std::string text_of(const Frame& frame) {
  const std::string stop =
      frame.stop_ms == Frame::end_ms ? "the end" : fmt::format("{} s", 1e-3 * static_cast<double>(frame.stop_ms));
  return fmt::format("{} s to {}", frame.start_s(), stop);
}

}  // namespace

std::uint64_t rounded_ms(double seconds) {
  return static_cast<std::uint64_t>(std::llround(std::min(1e3 * seconds, static_cast<double>(Frame::end_ms))));
}

Frame time_window(double start_s, double stop_s) {
  if (start_s >= 0 && stop_s >= 0) {
    const Frame frame{rounded_ms(start_s), stop_s > 0 ? rounded_ms(stop_s) : Frame::end_ms};
    if (frame.start_ms < frame.stop_ms) {
      return frame;
    }
  }
  throw InputError(
      fmt::format("the time window {} s to {} s is empty: the start must be 0 or more and the stop later "
                  "(or 0 for the end of the file), by 1 ms at least",
                  start_s, stop_s));
}

std::vector<Frame> parse_durations(std::string_view text, double start_s) {
  constexpr std::string_view pause = "pause ";
  std::vector<FrameTime> times;
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    std::string_view piece = trimmed(text.substr(first, comma - first));
    first = comma + 1;
    if (piece.starts_with(pause)) {
      start_s += parse_alike(piece.substr(pause.size())).total_s();
      continue;
    }
    const auto [count, duration_s] = parse_alike(piece);
    if (times.size() + count > most_frames) {
      throw InputError(fmt::format("\"{}\" are more than {} frames, the most that there may be", text, most_frames));
    }
    for (std::size_t i = 0; i < count; ++i) {
      times.push_back({start_s, duration_s});
      start_s += duration_s;
    }
  }
  if (times.empty()) {
    throw InputError(fmt::format("\"{}\" holds no frame, of up to {}", text, most_frames));
  }
  return make_frames(times);
}

std::vector<Frame> make_frames(std::span<const FrameTime> times) {
  std::vector<Frame> frames;
  for (const auto& [start_s, duration_s] : times) {
    if (!(start_s >= 0 && duration_s >= 0 && std::isfinite(start_s + duration_s))) {
      throw InputError(fmt::format("frame {} cannot begin at {} s and last {} s: times are 0 or more",
                                   frames.size() + 1, start_s, duration_s));
    }
    const Frame frame{rounded_ms(start_s), rounded_ms(start_s + duration_s)};
    if (frame.start_ms >= frame.stop_ms) {
      throw InputError(fmt::format("frame {}, from {} s for {} s, is empty: frames last 1 ms at least",
                                   frames.size() + 1, start_s, duration_s));
    }
    if (!frames.empty() && frame.start_ms < frames.back().stop_ms) {
      throw InputError(
          fmt::format("frame {} ({}) begins before frame {} ({}) stops: frames follow each other in time; they may "
                      "touch or leave gaps, but not overlap",
                      frames.size() + 1, text_of(frame), frames.size(), text_of(frames.back())));
    }
    frames.push_back(frame);
  }
  return frames;
}

std::uint64_t TimePart::shortest_piece_ms() const {
  std::uint64_t shortest = Frame::end_ms;
  for (const Frame& piece : pieces) {
    shortest = std::min(shortest, piece.stop_ms - piece.start_ms);
  }
  return shortest;
}

TimePart part_of(const Frame& frame) { return {"the time window from " + text_of(frame), {frame}}; }

std::vector<TimePart> parts_of(std::span<const Frame> frames) {
  std::vector<TimePart> parts;
  for (const Frame& frame : frames) {
    parts.push_back(part_of(frame));
  }
  return parts;
}

std::vector<TimePart> make_gates(std::span<const GateTime> times, double zero_s) {
  std::map<int, TimePart> gates;
  for (const auto& [gate, start_s, stop_s] : times) {
    if (!(zero_s + start_s >= 0 && stop_s > start_s && std::isfinite(zero_s + stop_s))) {
      throw InputError(
          fmt::format("gate {} cannot last from {} s to {} s, counted from {} s of the data: it must begin at 0 s of "
                      "the data or later, and stop after that",
                      gate, start_s, stop_s, zero_s));
    }
    TimePart& part = gates[gate];
    part.name = fmt::format("gate {}", gate);
    if (const Frame piece{rounded_ms(zero_s + start_s), rounded_ms(zero_s + stop_s)}; piece.start_ms < piece.stop_ms) {
      part.pieces.push_back(piece);
    }
  }
  std::vector<TimePart> parts;
  for (auto& [gate, part] : gates) {
    std::ranges::sort(part.pieces, {}, &Frame::start_ms);
    parts.push_back(std::move(part));
  }
  return TimeParts(parts).all();
}

TimeParts::TimeParts(std::vector<TimePart> parts) : parts_(std::move(parts)) {
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part].pieces.empty()) {
      throw InputError(fmt::format("{} holds no time at all: it must last 1 ms at least", parts_[part].name));
    }
    for (const Frame& piece : parts_[part].pieces) {
      pieces_.push_back({piece, part});
    }
  }
  std::ranges::sort(pieces_, {}, [](const Piece& piece) { return piece.time.start_ms; });
  for (std::size_t i = 1; i < pieces_.size(); ++i) {
    if (pieces_[i].time.start_ms < pieces_[i - 1].time.stop_ms) {
      throw InputError(fmt::format("{} holds the time from {}, and {} that from {}: no time may be twice in them",
                                   parts_[pieces_[i - 1].part].name, text_of(pieces_[i - 1].time),
                                   parts_[pieces_[i].part].name, text_of(pieces_[i].time)));
    }
  }
}

void TimeParts::check_covers(std::uint32_t first_ms, std::uint32_t last_ms) const {
  const std::uint64_t start_ms = pieces_.front().time.start_ms, stop_ms = pieces_.back().time.stop_ms;
  std::uint64_t longest_ms = 0, stop_before_ms = start_ms;
  for (const Piece& piece : pieces_) {
    longest_ms = std::max({longest_ms, piece.time.stop_ms - piece.time.start_ms, piece.time.start_ms - stop_before_ms});
    stop_before_ms = piece.time.stop_ms;
  }
  if (start_ms > first_ms + longest_ms || stop_ms + longest_ms < last_ms) {
    throw InputError(fmt::format(
        "the gates go from {:.9g} s to {:.9g} s of the data, which were recorded from {:.9g} s to {:.9g} s: the table "
        "must tell of all "
        "that time (a gate of its own may take what is of no use), or counts from another zero",
        1e-3 * static_cast<double>(start_ms), 1e-3 * static_cast<double>(stop_ms), 1e-3 * first_ms, 1e-3 * last_ms));
  }
}

std::uint32_t TimeParts::at(std::uint32_t time_ms) const {
  const auto behind = std::ranges::upper_bound(pieces_, std::uint64_t{time_ms}, {},
                                               [](const Piece& piece) { return piece.time.start_ms; });
  return behind != pieces_.begin() && std::prev(behind)->time.contains(time_ms) ? std::prev(behind)->part : none;
}

}  // namespace coincide::recon
