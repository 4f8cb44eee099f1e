#include "io/petsird_hdf5.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t events_at_once = 4096;

struct Number {
  std::size_t offset = 0;
  const YardlMemory* memory = nullptr;
};

/// Where the natural numbers of a record lie, in the order of CoincidenceLayout.
void find_numbers(const YardlMemory& memory, std::size_t offset, std::vector<Number>& numbers) {
  switch (memory.type->kind) {
    case YardlKind::record:
      for (const YardlMemory::Part& part : memory.parts) {
        find_numbers(*part.memory, offset + part.offset, numbers);
      }
      break;
    case YardlKind::vector:
    case YardlKind::array:
      for (std::uint64_t i = 0; i < memory.count && memory.count <= 4 && !memory.variable; ++i) {
        find_numbers(*memory.items.memory, offset + i * memory.items.memory->bytes, numbers);
      }
      break;
    case YardlKind::uint16:
    case YardlKind::uint32:
    case YardlKind::uint64:
      numbers.push_back({offset, &memory});
      break;
    default:
      break;
  }
}

std::uint64_t count_events(const YardlMemory& memory, const std::byte* at) {
  if (memory.type->kind != YardlKind::vector) {
    return 1;
  }
  const auto [first, n] = memory.elements(at);
  const YardlMemory& item = *memory.items.memory;
  if (item.type->kind != YardlKind::vector) {
    return n;
  }
  std::uint64_t events = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    events += count_events(item, first + i * item.bytes);
  }
  return events;
}

}  // namespace

YardlValue PetsirdHdf5Blocks::header() {
  const YardlType& stream = schema().step("timeBlocks");
  plans_ = plan_time_blocks(stream.kind == YardlKind::stream ? *stream.items : stream);
  rows_.resize(plans_.size());
  index_ = file_.index("timeBlocks");
  return file_.value("header");
}

double PetsirdHdf5Blocks::fraction_read() const {
  return index_.empty() ? 1 : static_cast<double>(next_) / static_cast<double>(index_.size());
}

std::string PetsirdHdf5Blocks::place() const { return fmt::format("entry {} of {}", next_, index_.size()); }

const TimeBlockPlan* PetsirdHdf5Blocks::next(TimeBlockSink& sink) {
  if (next_ == index_.size()) {
    return nullptr;
  }
  const auto [tag, row] = index_[next_++];
  const TimeBlockPlan& plan = plans_[tag];
  if (plan.kind != TimeBlockPlan::Kind::events && !has_values(plan)) {
    return &plan;
  }
  if (rows_[tag] == nullptr) {
    rows_[tag] = std::make_unique<YardlHdf5Rows>(file_.group(), "timeBlocks/" + plan.tag, *plan.type);
  }
  const std::byte* at = rows_[tag]->row(row);
  const YardlMemory& record = rows_[tag]->memory();
  if (plan.kind == TimeBlockPlan::Kind::events) {
    events(plan, record, at, sink);
    return &plan;
  }
  for (std::size_t i = 0; i < record.parts.size(); ++i) {
    sink.value(plan.type->fields[i].name, record.parts[i].memory->value(at + record.parts[i].offset));
  }
  return &plan;
}

void PetsirdHdf5Blocks::events(const TimeBlockPlan& plan, const YardlMemory& record, const std::byte* at,
                               TimeBlockSink& sink) {
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const TimeBlockPlan::Field& field = plan.fields[i];
    const YardlMemory* memory = record.parts[i].memory.get();
    const std::byte* value = at + record.parts[i].offset;
    if (field.use == EventField::time) {
      sink.value(plan.type->fields[i].name, memory->value(value));
      continue;
    }
    if (field.use != EventField::skipped && memory->type->is_optional()) {
      const YardlMemory::Part& chosen = memory->parts[memory->chosen_case(value)];
      memory = chosen.memory.get();
      value += chosen.offset;
    }
    if (field.use == EventField::skipped || memory == nullptr) {
      continue;
    }
    if (field.use == EventField::prompts || field.use == EventField::delayeds) {
      lists(field, *memory, value, sink);
    } else {
      sink.count(field.use, count_events(*memory, value));
    }
  }
}

void PetsirdHdf5Blocks::lists(const TimeBlockPlan::Field& field, const YardlMemory& memory, const std::byte* at,
                              TimeBlockSink& sink) {
  CoincidenceChunk chunk{.delayed = field.use == EventField::delayeds, .layout = &field.layout};
  if (field.levels == 1) {
    coincidences(memory, at, chunk, sink);
    return;
  }
  const auto [first_row, rows] = memory.elements(at);
  const YardlMemory& row = *memory.items.memory;
  for (chunk.row = 0; chunk.row < rows; ++chunk.row) {
    const auto [first_list, columns] = row.elements(first_row + chunk.row * row.bytes);
    const YardlMemory& list = *row.items.memory;
    for (chunk.column = 0; chunk.column < columns; ++chunk.column) {
      coincidences(list, first_list + chunk.column * list.bytes, chunk, sink);
    }
  }
}

void PetsirdHdf5Blocks::coincidences(const YardlMemory& list, const std::byte* at, CoincidenceChunk& chunk,
                                     TimeBlockSink& sink) {
  if (!sink.wants_coincidences()) {
    sink.passed_over(chunk, list.elements(at).second);
    return;
  }
  std::vector<Number> numbers;
  find_numbers(*list.items.memory, 0, numbers);
  const auto width = static_cast<std::size_t>(chunk.layout->numbers);
  if (numbers.size() != width) {
    throw FileError("The HDF5 type of a coincidence does not fit the file's schema.");
  }
  const auto [first, n] = list.elements(at);
  for (std::uint64_t done = 0; done < n; done += events_at_once) {
    const std::uint64_t events = std::min(n - done, events_at_once);
    numbers_.resize(events * width);
    for (std::uint64_t i = 0; i < events; ++i) {
      const std::byte* event = first + (done + i) * list.items.memory->bytes;
      for (std::size_t k = 0; k < width; ++k) {
        const auto value = static_cast<std::uint64_t>(numbers[k].memory->integer(event + numbers[k].offset));
        numbers_[i * width + k] =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
      }
    }
    chunk.numbers = numbers_;
    sink.coincidences(chunk);
  }
}

}  // namespace coincide::io
