#include "io/yardl_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "projectors/error.h"

namespace coincide::io {
namespace {

YardlMemory::Part member(const YardlType& type, hid_t compound, const std::string& name) {
  YardlMemory::Part part;
  const Hdf5Id id = hdf5_member_type(compound, name, part.offset);
  part.memory = std::make_unique<YardlMemory>(type, id);
  return part;
}

void expect(bool fits, const YardlType& type, std::string_view expected) {
  if (!fits) {
    throw FileError(fmt::format("The HDF5 type of a {} is not {}, as the file's schema has it.",
                                type.name.empty() ? "value" : type.name, expected));
  }
}

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class Number>
std::vector<Number> load_all(const std::byte* first, std::uint64_t count) {
  std::vector<Number> numbers(count);
  if (count > 0) {
    std::memcpy(numbers.data(), first, count * sizeof(Number));
  }
  return numbers;
}

template <class Number>
std::vector<Number> load_integers(const YardlMemory& item, const std::byte* first, std::uint64_t count) {
  std::vector<Number> numbers(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<Number>(item.integer(first + i * item.bytes));
  }
  return numbers;
}

const YardlType boolean_type{.kind = YardlKind::boolean};
const YardlType int8_type{.kind = YardlKind::int8};

bool is_natural(YardlKind kind) {
  return kind == YardlKind::uint16 || kind == YardlKind::uint32 || kind == YardlKind::uint64;
}

bool is_integer(YardlKind kind) {
  return kind == YardlKind::int16 || kind == YardlKind::int32 || kind == YardlKind::int64;
}

}  // namespace

Hdf5Id hdf5_member_type(hid_t compound, const std::string& name, std::size_t& offset) {
  const int index = H5Tget_class(compound) == H5T_COMPOUND ? H5Tget_member_index(compound, name.c_str()) : -1;
  if (index < 0) {
    throw FileError(fmt::format("The HDF5 type has no member '{}', though the file's schema has it.", name));
  }
  offset = H5Tget_member_offset(compound, static_cast<unsigned>(index));
  return {H5Tget_member_type(compound, static_cast<unsigned>(index)), H5Tclose, "read the type of " + name};
}

Hdf5Id::Hdf5Id(hid_t id, Close close, const std::string& deed) : id_(id), close_(close) {
  if (id < 0) {
    throw FileError(fmt::format("The HDF5 library could not {}.", deed));
  }
}

Hdf5Id& Hdf5Id::operator=(Hdf5Id&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}

Hdf5Id::~Hdf5Id() {
  if (id_ >= 0) {
    close_(id_);
  }
}

YardlMemory::YardlMemory(const YardlType& yardl_type, hid_t memory_type)
    : type(&yardl_type), bytes(H5Tget_size(memory_type)) {
  const H5T_class_t kind = H5Tget_class(memory_type);
  switch (yardl_type.kind) {
    case YardlKind::float32:
      expect(kind == H5T_FLOAT && bytes == sizeof(float), yardl_type, "a 32-bit float");
      break;
    case YardlKind::float64:
      expect(kind == H5T_FLOAT && bytes == sizeof(double), yardl_type, "a 64-bit float");
      break;
    case YardlKind::complex32:
    case YardlKind::complex64:
    case YardlKind::map:
    case YardlKind::stream:
      expect(false, yardl_type, "known here: PETSIRD has neither complex numbers nor maps");
      break;
    case YardlKind::text:
      expect(kind == H5T_STRING && H5Tis_variable_str(memory_type) > 0, yardl_type, "a text of variable length");
      break;
    case YardlKind::record:
      for (const YardlField& field : yardl_type.fields) {
        parts.push_back(member(*field.type, memory_type, field.name));
      }
      break;
    case YardlKind::choice:
      set_choice(memory_type);
      break;
    case YardlKind::vector:
    case YardlKind::array:
      set_collection(memory_type);
      break;
    default: {  // booleans, integers, dates, enumerations
      expect(kind == H5T_INTEGER || kind == H5T_ENUM, yardl_type, "an integer");
      expect(bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8, yardl_type, "an integer of 1, 2, 4 or 8 bytes");
      Hdf5Id base(kind == H5T_ENUM ? H5Tget_super(memory_type) : H5Tcopy(memory_type), H5Tclose, "read a type");
      is_signed = H5Tget_sign(base) == H5T_SGN_2;
    }
  }
}

void YardlMemory::set_choice(hid_t memory_type) {
  std::size_t offset = 0;
  if (type->is_optional()) {
    tag = member(boolean_type, memory_type, "has_value");
    tags = {0, 1};
    parts.emplace_back();
    parts.push_back(member(*type->fields[1].type, memory_type, "value"));
    return;
  }
  const Hdf5Id tag_type = hdf5_member_type(memory_type, "$type", offset);
  tag = member(int8_type, memory_type, "$type");
  for (const YardlField& field : type->fields) {
    if (field.type == nullptr) {
      tags.push_back(-1);
      parts.emplace_back();
      continue;
    }
    std::array<std::byte, 8> number{};
    expect(tag.memory->bytes <= number.size() && H5Tget_class(tag_type) == H5T_ENUM &&
               H5Tenum_valueof(tag_type, field.name.c_str(), number.data()) >= 0,
           *type, "a union with its case " + field.name);
    tags.push_back(tag.memory->integer(number.data()));
    parts.push_back(member(*field.type, memory_type, field.name));
  }
}

void YardlMemory::set_collection(hid_t memory_type) {
  if (const auto fixed = type->fixed_count()) {
    set_in_place(memory_type, *fixed);
    return;
  }
  // Arrays of several dimensions state their lengths beside the data, which nobody here asks for.
  const bool has_dimensions = type->kind == YardlKind::array && type->dimensions != 1;
  std::size_t offset = 0;
  const Hdf5Id data = has_dimensions ? hdf5_member_type(memory_type, "data", offset)
                                     : Hdf5Id(H5Tcopy(memory_type), H5Tclose, "read a type");
  expect(H5Tget_class(data) == H5T_VLEN, *type, "a list of variable length");
  const Hdf5Id element(H5Tget_super(data), H5Tclose, "read the type of an element");
  variable = true;
  items.offset = offset;
  items.memory = std::make_unique<YardlMemory>(*type->items, element);
}

void YardlMemory::set_in_place(hid_t memory_type, std::uint64_t wanted) {
  // The lengths may be those of one HDF5 array, or of arrays in arrays.
  Hdf5Id element(H5Tcopy(memory_type), H5Tclose, "read a type");
  count = 1;
  do {
    std::array<hsize_t, H5S_MAX_RANK> lengths{};
    const int rank = H5Tget_class(element) == H5T_ARRAY ? H5Tget_array_dims2(element, lengths.data()) : -1;
    expect(rank > 0 && count <= wanted, *type, fmt::format("an array of {} elements", wanted));
    for (int i = 0; i < rank; ++i) {
      count *= lengths[static_cast<std::size_t>(i)];
    }
    element = Hdf5Id(H5Tget_super(element), H5Tclose, "read the type of an element");
  } while (count != wanted);
  items.memory = std::make_unique<YardlMemory>(*type->items, element);
}

std::int64_t YardlMemory::integer(const std::byte* at) const {
  switch (bytes) {
    case 1:
      return is_signed ? load<std::int8_t>(at) : static_cast<std::int64_t>(load<std::uint8_t>(at));
    case 2:
      return is_signed ? load<std::int16_t>(at) : static_cast<std::int64_t>(load<std::uint16_t>(at));
    case 4:
      return is_signed ? load<std::int32_t>(at) : static_cast<std::int64_t>(load<std::uint32_t>(at));
    default:
      return load<std::int64_t>(at);
  }
}

std::pair<const std::byte*, std::uint64_t> YardlMemory::elements(const std::byte* at) const {
  if (!variable) {
    return {at, count};
  }
  const auto list = load<hvl_t>(at + items.offset);
  return {static_cast<const std::byte*>(list.p), list.p == nullptr ? 0 : list.len};
}

std::size_t YardlMemory::chosen_case(const std::byte* at) const {
  const std::int64_t number = tag.memory->integer(at + tag.offset);
  const auto found = std::find(tags.begin(), tags.end(), type->is_optional() ? (number != 0) : number);
  if (found == tags.end()) {
    throw FileError(fmt::format("The file is damaged: a union in it chooses case {} of {}.", number, tags.size()));
  }
  return static_cast<std::size_t>(found - tags.begin());
}

YardlValue YardlMemory::value(const std::byte* at) const {
  switch (type->kind) {
    case YardlKind::boolean:
      return YardlValue(integer(at) != 0);
    case YardlKind::uint8:
    case YardlKind::uint16:
    case YardlKind::uint32:
    case YardlKind::uint64:
      return YardlValue(static_cast<std::uint64_t>(integer(at)));
    case YardlKind::float32:
      return YardlValue(static_cast<double>(load<float>(at)));
    case YardlKind::float64:
      return YardlValue(load<double>(at));
    case YardlKind::text: {
      const auto* text = load<const char*>(at);
      return YardlValue(std::string(text == nullptr ? "" : text));
    }
    case YardlKind::enumeration:
      return YardlValue(find_symbol(*type, integer(at)));
    case YardlKind::record: {
      YardlValue::Record record{type, {}};
      for (const Part& part : parts) {
        record.values.push_back(part.memory->value(at + part.offset));
      }
      return YardlValue(std::move(record));
    }
    case YardlKind::choice: {
      const std::size_t chosen = chosen_case(at);
      const Part& part = parts[chosen];
      if (part.memory == nullptr) {
        return YardlValue();
      }
      YardlValue inner = part.memory->value(at + part.offset);
      return type->is_optional() ? std::move(inner)
                                 : YardlValue(YardlValue::Choice{type->fields[chosen].name,
                                                                 std::make_unique<YardlValue>(std::move(inner))});
    }
    case YardlKind::vector:
    case YardlKind::array:
      return collection(at);
    default:
      return YardlValue(integer(at));
  }
}

YardlValue YardlMemory::collection(const std::byte* at) const {
  const auto [first, n] = elements(at);
  const YardlMemory& item = *items.memory;
  const YardlKind kind = item.type->kind;
  YardlValue result;
  if (kind == YardlKind::float32) {
    result = YardlValue(load_all<float>(first, n));
  } else if (kind == YardlKind::float64) {
    result = YardlValue(load_all<double>(first, n));
  } else if (is_natural(kind)) {
    result = YardlValue(load_integers<std::uint64_t>(item, first, n));
  } else if (is_integer(kind)) {
    result = YardlValue(load_integers<std::int64_t>(item, first, n));
  } else {
    YardlValue::List list;
    for (std::uint64_t i = 0; i < n; ++i) {
      list.push_back(item.value(first + i * item.bytes));
    }
    result = YardlValue(std::move(list));
  }
  return result;
}

}  // namespace coincide::io
