#include "io/yardl_layout.h"

#include <hdf5.h>

#include <cstring>

#include "io/yardl_binary.h"

namespace coincide::io {
namespace {

bool is_signed_kind(YardlKind kind) {
  switch (kind) {
    case YardlKind::uint16:
    case YardlKind::uint32:
    case YardlKind::uint64:
      return false;
    default:  // integers, dates, bases of enumerations
      return true;
  }
}

}  // namespace

YardlLayout::YardlLayout(const YardlBytes& value) : bytes_(value.bytes()) {
  bytes_.resize(bytes_.size() + longest_varint);
  next_ = reinterpret_cast<const std::uint8_t*>(bytes_.data());
}

std::uint64_t YardlLayout::varint() {
  std::uint64_t value = 0;
  read_varint(next_, value);
  return value;
}

std::int64_t YardlLayout::signed_varint() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

template <class T>
void YardlLayout::copy(std::byte* at) {
  std::memcpy(at, next_, sizeof(T));
  next_ += sizeof(T);
}

std::byte* YardlLayout::room(std::size_t bytes) { return rooms_.emplace_back(bytes).data(); }

void YardlLayout::place(const YardlMemory& memory, std::byte* at) {
  switch (memory.type->kind) {
    case YardlKind::boolean:
    case YardlKind::int8:
    case YardlKind::uint8:
      return copy<std::uint8_t>(at);
    case YardlKind::float32:
      return copy<float>(at);
    case YardlKind::float64:
      return copy<double>(at);
    case YardlKind::text:
      return place_text(at);
    case YardlKind::record:
      for (const YardlMemory::Part& part : memory.parts) {
        place(*part.memory, at + part.offset);
      }
      return;
    case YardlKind::choice:
      return place_choice(memory, at);
    case YardlKind::vector:
    case YardlKind::array:
      return place_elements(memory, at);
    default:
      return place_integer(memory, at);
  }
}

void YardlLayout::place_integer(const YardlMemory& memory, std::byte* at) {
  const YardlType& type = *memory.type;
  const bool is_enumeration = type.kind == YardlKind::enumeration && type.items != nullptr;
  const YardlKind kind = is_enumeration ? type.items->kind : type.kind;
  const std::uint64_t number = is_signed_kind(kind) ? static_cast<std::uint64_t>(signed_varint()) : varint();
  std::memcpy(at, &number, memory.bytes);  // the lowest ones: machines here are little-endian
}

void YardlLayout::place_text(std::byte* at) {
  const std::uint64_t length = varint();
  std::byte* text = room(length + 1);
  std::memcpy(text, next_, length);
  next_ += length;
  std::memcpy(at, &text, sizeof text);
}

void YardlLayout::place_choice(const YardlMemory& memory, std::byte* at) {
  const std::uint64_t chosen = varint();
  const std::int64_t tag = memory.tags[chosen];
  std::memcpy(at + memory.tag.offset, &tag, memory.tag.memory->bytes);
  if (const YardlMemory::Part& part = memory.parts[chosen]; part.memory != nullptr) {
    place(*part.memory, at + part.offset);
  }
}

/// Returns the number of elements; arrays of several dimensions have their lengths at `at`.
std::uint64_t YardlLayout::place_lengths(const YardlType& type, std::byte* at) {
  if (type.kind == YardlKind::vector || type.dimensions == 1) {
    return varint();
  }
  const bool is_stated = type.dimensions < 0;
  const std::uint64_t dimensions = is_stated ? varint() : static_cast<std::uint64_t>(type.dimensions);
  std::byte* lengths = is_stated ? room(dimensions * sizeof(std::uint64_t)) : at;
  std::uint64_t count = 1;
  for (std::uint64_t i = 0; i < dimensions; ++i) {
    const std::uint64_t length = varint();
    std::memcpy(lengths + i * sizeof length, &length, sizeof length);
    count *= length;
  }
  if (is_stated) {
    const hvl_t list{dimensions, lengths};
    std::memcpy(at, &list, sizeof list);
  }
  return count;
}

void YardlLayout::place_elements(const YardlMemory& memory, std::byte* at) {
  const YardlMemory& item = *memory.items.memory;
  std::uint64_t count = memory.count;
  std::byte* first = at;
  if (memory.variable) {
    count = place_lengths(*memory.type, at);
    first = room(count * item.bytes);
    const hvl_t list{count, first};
    std::memcpy(at + memory.items.offset, &list, sizeof list);
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    place(item, first + i * item.bytes);
  }
}

}  // namespace coincide::io
