#include "io/petsird_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace coincide::io {
namespace {

constexpr std::size_t chunk_events = 4096;  // with 3 to 5 numbers of 4 bytes: stays in the first-level cache or near

std::uint32_t clamped(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

YardlValue PetsirdBinaryBlocks::header() {
  const YardlType& stream = schema().step("timeBlocks");
  if (stream.kind != YardlKind::stream) {
    throw FileError("The time blocks in the file's schema are not a stream.");
  }
  time_block_ = stream.items;
  plans_ = plan_time_blocks(*time_block_);
  YardlValue header = file_.value(schema().step("header"));
  first_block_ = file_.position();
  return header;
}

void PetsirdBinaryBlocks::rewind() {
  file_.seek(first_block_);
  left_in_stream_block_ = 0;
  at_end_ = false;
}

double PetsirdBinaryBlocks::fraction_read() const {
  return at_end_ ? 1 : static_cast<double>(file_.position()) / static_cast<double>(file_.size());
}

std::string PetsirdBinaryBlocks::place() const { return fmt::format("byte {} of {}", block_start_, file_.size()); }

const TimeBlockPlan* PetsirdBinaryBlocks::next(TimeBlockSink& sink) {
  block_start_ = file_.position();
  if (at_end_) {
    return nullptr;
  }
  if (left_in_stream_block_ == 0) {
    left_in_stream_block_ = file_.varint();
  }
  if (left_in_stream_block_ == 0) {
    at_end_ = true;
    return nullptr;
  }
  --left_in_stream_block_;
  const YardlField& chosen = file_.chosen_case(*time_block_);
  const TimeBlockPlan& plan = plans_[static_cast<std::size_t>(&chosen - time_block_->fields.data())];
  if (plan.kind == TimeBlockPlan::Kind::events) {
    events(plan, sink);
  } else if (has_values(plan)) {
    for (const YardlField& field : plan.type->fields) {
      sink.value(field.name, file_.value(*field.type));
    }
  } else if (plan.type != nullptr) {
    file_.skip(*plan.type);
  }
  return &plan;
}

void PetsirdBinaryBlocks::events(const TimeBlockPlan& plan, TimeBlockSink& sink) {
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const TimeBlockPlan::Field& field = plan.fields[i];
    if (field.use == EventField::time) {
      sink.value(plan.type->fields[i].name, file_.value(*field.type));
      continue;
    }
    if (field.use == EventField::skipped) {
      file_.skip(*field.type);
      continue;
    }
    if (field.type->is_optional() && file_.chosen_case(*field.type).type == nullptr) {
      continue;
    }
    if (field.use == EventField::prompts || field.use == EventField::delayeds) {
      CoincidenceChunk chunk{.delayed = field.use == EventField::delayeds, .layout = &field.layout};
      lists(field, chunk, sink);
    } else {
      sink.count(field.use, count_events(field.type->without_optional()));
    }
  }
}

void PetsirdBinaryBlocks::lists(const TimeBlockPlan::Field& field, CoincidenceChunk& chunk, TimeBlockSink& sink) {
  const YardlType* list = &field.type->without_optional();
  if (field.levels == 1) {
    coincidences(chunk, list->items->min_bytes, sink);
    return;
  }
  const std::uint64_t rows = file_.elements(*list);
  const std::uint64_t event_bytes = list->items->items->items->min_bytes;
  for (chunk.row = 0; chunk.row < rows; ++chunk.row) {
    const std::uint64_t columns = file_.elements(*list->items);
    for (chunk.column = 0; chunk.column < columns; ++chunk.column) {
      coincidences(chunk, event_bytes, sink);
    }
  }
}

void PetsirdBinaryBlocks::coincidences(CoincidenceChunk& chunk, std::uint64_t min_bytes, TimeBlockSink& sink) {
  const CoincidenceLayout& layout = *chunk.layout;
  std::uint64_t left = file_.count(min_bytes);
  if (!sink.wants_coincidences()) {
    pass_over(layout, left);
    sink.passed_over(chunk, left);
    return;
  }
  const auto width = static_cast<std::size_t>(layout.numbers);
  numbers_.resize(chunk_events * width);
  while (left > 0) {
    const std::size_t events = std::min<std::uint64_t>(left, chunk_events);
    std::size_t done = layout.only_numbers ? decode_fast(layout, events, numbers_.data()) : 0;
    if (done == 0) {
      decode_one(layout, numbers_.data());
      done = 1;
    }
    chunk.numbers = {numbers_.data(), done * width};
    sink.coincidences(chunk);
    left -= done;
  }
}

void PetsirdBinaryBlocks::pass_over(const CoincidenceLayout& layout, std::uint64_t events) {
  if (layout.only_numbers) {
    file_.skip_varints(events * static_cast<std::uint64_t>(layout.numbers));
    return;
  }
  for (; events > 0; --events) {
    for (const YardlType* part : layout.parts) {
      part == nullptr ? file_.skip_varints(1) : file_.skip(*part);
    }
  }
}

/// As many of `events` as surely lie in the buffer, without a check per byte. Returns how many.
std::size_t PetsirdBinaryBlocks::decode_fast(const CoincidenceLayout& layout, std::size_t events,
                                             std::uint32_t* numbers) {
  const std::size_t event_bytes = static_cast<std::size_t>(layout.numbers) * longest_varint;
  const auto bytes = file_.peek(events * event_bytes);
  events = std::min(events, bytes.size() / event_bytes);
  const std::size_t count = events * static_cast<std::size_t>(layout.numbers);
  const std::uint8_t* from = bytes.data();
  bool sound = true;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t value = 0;
    sound &= read_varint(from, value);
    numbers[i] = clamped(value);
  }
  if (!sound) {
    throw FileError(
        fmt::format("The file is damaged: behind byte {} it has a number of more than 64 bits.", file_.position()));
  }
  file_.take(static_cast<std::size_t>(from - bytes.data()));
  return events;
}

void PetsirdBinaryBlocks::decode_one(const CoincidenceLayout& layout, std::uint32_t* numbers) {
  for (const YardlType* part : layout.parts) {
    if (part == nullptr) {
      *numbers++ = clamped(file_.varint());
    } else {
      file_.skip(*part);
    }
  }
}

/// Number of events in lists nested to any depth.
std::uint64_t PetsirdBinaryBlocks::count_events(const YardlType& type) {
  if (type.kind != YardlKind::vector) {
    file_.skip(type);
    return 1;
  }
  std::uint64_t events = 0;
  for (std::uint64_t left = file_.elements(type); left > 0; --left) {
    events += count_events(*type.items);
  }
  return events;
}

}  // namespace coincide::io
