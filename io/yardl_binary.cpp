#include "io/yardl_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace coincide::io {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::string_view magic = "yardl";

std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1)); }

}  // namespace

YardlBinaryReader::YardlBinaryReader(const std::filesystem::path& path)
    : file_(path, std::ios::binary), buffer_(buffer_bytes) {
  if (!file_) {
    throw FileError(fmt::format("{} cannot be opened.", path.string()));
  }
  size_ = std::filesystem::file_size(path);
  std::array<char, 9> start{};
  read(start.data(), start.size());
  if (std::string_view(start.data(), magic.size()) != magic) {
    throw FileError("This is no yardl binary file: it does not begin with 'yardl'.");
  }
  std::uint32_t version = 0;
  std::memcpy(&version, start.data() + magic.size(), sizeof version);
  if (version != 1) {
    throw FileError(fmt::format("The file has version {} of the yardl binary format; known is 1.", version));
  }
  schema_ = std::make_unique<YardlSchema>(text());
}

void YardlBinaryReader::seek(std::uint64_t position) {
  buffer_start_ = position;
  filled_ = 0;
  next_ = 0;
}

void YardlBinaryReader::need(std::uint64_t bytes) const {
  if (bytes > remaining()) {
    throw YardlEndOfData(fmt::format("The file ends too early: byte {} asks for {} more, but there are only {}.",
                                     position(), bytes, remaining()));
  }
}

std::span<const std::uint8_t> YardlBinaryReader::peek(std::size_t wanted) {
  if (filled_ - next_ < wanted) {
    std::memmove(buffer_.data(), buffer_.data() + next_, filled_ - next_);
    buffer_start_ += next_;
    filled_ -= next_;
    next_ = 0;
    buffer_.resize(std::max(buffer_.size(), wanted));
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(buffer_start_ + filled_));
    file_.read(reinterpret_cast<char*>(buffer_.data() + filled_),
               static_cast<std::streamsize>(buffer_.size() - filled_));
    filled_ += static_cast<std::size_t>(file_.gcount());
    if (file_.bad()) {
      throw FileError(fmt::format("The file cannot be read at byte {}.", buffer_start_ + filled_));
    }
  }
  return {buffer_.data() + next_, filled_ - next_};
}

void YardlBinaryReader::read(void* to, std::uint64_t bytes) {
  need(bytes);
  auto* out = static_cast<std::uint8_t*>(to);
  while (bytes > 0) {
    const auto available = peek(1);
    const std::size_t part = std::min<std::uint64_t>(bytes, available.size());
    if (part == 0) {
      throw YardlEndOfData(fmt::format("The file became shorter while it was read, at byte {}.", position()));
    }
    std::memcpy(out, available.data(), part);
    take(part);
    out += part;
    bytes -= part;
  }
}

void YardlBinaryReader::skip_bytes(std::uint64_t bytes) {
  need(bytes);
  if (bytes <= filled_ - next_) {
    take(bytes);
  } else {
    seek(position() + bytes);
  }
}

std::uint8_t YardlBinaryReader::byte() {
  std::uint8_t value = 0;
  read(&value, 1);
  return value;
}

std::uint64_t YardlBinaryReader::varint() {
  const auto available = peek(longest_varint);
  std::array<std::uint8_t, longest_varint> padded{};  // zeros end a varint that the file cuts off
  const std::uint8_t* from = available.data();
  if (available.size() < longest_varint) {
    std::copy(available.begin(), available.end(), padded.begin());
    from = padded.data();
  }
  const std::uint8_t* const first = from;
  std::uint64_t value = 0;
  if (!read_varint(from, value)) {
    throw FileError(fmt::format("The file is damaged: byte {} begins a number of more than 64 bits.", position()));
  }
  const auto used = static_cast<std::size_t>(from - first);
  if (used > available.size()) {
    throw YardlEndOfData(fmt::format("The file ends too early: at byte {} it ends inside a number.", position()));
  }
  take(used);
  return value;
}

std::int64_t YardlBinaryReader::signed_varint() { return unzigzag(varint()); }

void YardlBinaryReader::skip_varints(std::uint64_t count) {
  constexpr std::uint64_t go_on = 0x8080808080808080;  // set in each byte of a varint but its last
  constexpr std::uint64_t sum_of_bytes = 0x0101010101010101;
  while (count > 0) {
    const auto bytes = peek(1);
    if (bytes.empty()) {
      throw YardlEndOfData(fmt::format("The file ends too early: at byte {} it lacks {} numbers.", position(), count));
    }
    std::size_t at = 0;
    for (std::uint64_t word = 0; count >= sizeof word && at + sizeof word <= bytes.size(); at += sizeof word) {
      std::memcpy(&word, bytes.data() + at, sizeof word);
      count -= ((~word & go_on) >> 7) * sum_of_bytes >> 56;
    }
    for (; count > 0 && at < bytes.size(); ++at) {
      count -= (bytes[at] & 0x80) == 0 ? 1 : 0;
    }
    take(at);
  }
}

std::uint64_t YardlBinaryReader::count(std::uint64_t min_bytes) {
  const std::uint64_t n = varint();
  if (n > remaining() / min_bytes) {
    throw YardlEndOfData(
        fmt::format("The file ends too early: before byte {} it announces {} elements of {} or more "
                    "bytes, but there are only {} bytes left.",
                    position(), n, min_bytes, remaining()));
  }
  return n;
}

std::string YardlBinaryReader::text() {
  std::string text(count(1), '\0');
  read(text.data(), text.size());
  return text;
}

std::uint64_t YardlBinaryReader::elements(const YardlType& type) {
  std::vector<std::uint64_t> lengths;
  if (type.kind == YardlKind::vector) {
    if (!type.length) {
      return count(type.items->min_bytes);
    }
    lengths = {*type.length};
  } else if (!type.lengths.empty()) {
    lengths = type.lengths;
  } else {
    lengths.resize(type.dimensions < 0 ? count(1) : static_cast<std::uint64_t>(type.dimensions));
    std::generate(lengths.begin(), lengths.end(), [this] { return varint(); });
  }
  const std::uint64_t most = remaining() / type.items->min_bytes;
  std::uint64_t n = std::count(lengths.begin(), lengths.end(), 0U) > 0 ? 0 : 1;
  for (const std::uint64_t length : lengths) {
    if (__builtin_mul_overflow(n, length, &n) || n > most) {
      throw YardlEndOfData(
          fmt::format("The file ends too early: before byte {} it announces an array larger than the "
                      "{} bytes that are left.",
                      position(), remaining()));
    }
  }
  return n;
}

YardlValue YardlBinaryReader::value(const YardlType& type) {
  switch (type.kind) {
    case YardlKind::record: {
      YardlValue::Record record{&type, {}};
      record.values.reserve(type.fields.size());
      for (const YardlField& field : type.fields) {
        record.values.push_back(value(*field.type));
      }
      return YardlValue(std::move(record));
    }
    case YardlKind::choice:
      return choice(type);
    case YardlKind::vector:
    case YardlKind::array:
      return collection(type);
    case YardlKind::map:
      return map(type);
    default:
      return scalar(type);
  }
}

YardlValue YardlBinaryReader::scalar(const YardlType& type) {
  switch (type.kind) {
    case YardlKind::boolean:
      return YardlValue(byte() != 0);
    case YardlKind::int8:
      return YardlValue(static_cast<std::int64_t>(static_cast<std::int8_t>(byte())));
    case YardlKind::uint8:
      return YardlValue(static_cast<std::uint64_t>(byte()));
    case YardlKind::uint16:
    case YardlKind::uint32:
    case YardlKind::uint64:
      return YardlValue(varint());
    case YardlKind::int16:
    case YardlKind::int32:
    case YardlKind::int64:
    case YardlKind::date:
    case YardlKind::time:
    case YardlKind::datetime:
      return YardlValue(signed_varint());
    case YardlKind::float32: {
      float real = 0;
      read(&real, sizeof real);
      return YardlValue(static_cast<double>(real));
    }
    case YardlKind::float64: {
      double real = 0;
      read(&real, sizeof real);
      return YardlValue(real);
    }
    case YardlKind::complex32: {
      std::array<float, 2> parts{};
      read(parts.data(), sizeof parts);
      return YardlValue(YardlValue::Doubles{parts[0], parts[1]});
    }
    case YardlKind::complex64: {
      YardlValue::Doubles parts(2);
      read(parts.data(), 2 * sizeof(double));
      return YardlValue(std::move(parts));
    }
    case YardlKind::text:
      return YardlValue(text());
    case YardlKind::enumeration: {
      const YardlValue base = value(*type.items);
      const auto* natural = std::get_if<std::uint64_t>(&base.data());
      const auto* integer = std::get_if<std::int64_t>(&base.data());
      return YardlValue(find_symbol(type, natural ? static_cast<std::int64_t>(*natural) : integer ? *integer : 0));
    }
    default:
      throw FileError("The file's schema has a stream inside a value.");
  }
}

const YardlField& YardlBinaryReader::chosen_case(const YardlType& type) {
  const std::uint64_t index = varint();
  if (index >= type.fields.size()) {
    throw FileError(fmt::format("The file is damaged: before byte {} it chooses case {} of {}.", position(), index,
                                type.fields.size()));
  }
  return type.fields[index];
}

YardlValue YardlBinaryReader::choice(const YardlType& type) {
  const YardlField& chosen = chosen_case(type);
  if (chosen.type == nullptr) {
    return YardlValue();
  }
  if (type.is_optional()) {
    return value(*chosen.type);
  }
  return YardlValue(YardlValue::Choice{chosen.name, std::make_unique<YardlValue>(value(*chosen.type))});
}

YardlValue YardlBinaryReader::map(const YardlType& type) {
  YardlValue::List list;
  for (std::uint64_t n = count(std::max(type.keys->min_bytes, type.items->min_bytes)); n > 0; --n) {
    YardlValue::List pair;
    pair.push_back(value(*type.keys));
    pair.push_back(value(*type.items));
    list.emplace_back(std::move(pair));
  }
  return YardlValue(std::move(list));
}

YardlValue YardlBinaryReader::collection(const YardlType& type) {
  return YardlValue(packed_or_list(*type.items, elements(type)));
}

YardlValue::Data YardlBinaryReader::packed_or_list(const YardlType& items, std::uint64_t count) {
  switch (items.kind) {
    case YardlKind::float32: {
      YardlValue::Floats values(count);
      read(values.data(), count * sizeof(float));
      return values;
    }
    case YardlKind::float64: {
      YardlValue::Doubles values(count);
      read(values.data(), count * sizeof(double));
      return values;
    }
    case YardlKind::uint16:
    case YardlKind::uint32:
    case YardlKind::uint64: {
      YardlValue::Naturals values(count);
      std::generate(values.begin(), values.end(), [this] { return varint(); });
      return values;
    }
    case YardlKind::int16:
    case YardlKind::int32:
    case YardlKind::int64: {
      YardlValue::Integers values(count);
      std::generate(values.begin(), values.end(), [this] { return signed_varint(); });
      return values;
    }
    default: {
      YardlValue::List values;
      for (std::uint64_t i = 0; i < count; ++i) {
        values.push_back(value(items));
      }
      return values;
    }
  }
}

void YardlBinaryReader::skip(const YardlType& type) {
  switch (type.kind) {
    case YardlKind::boolean:
    case YardlKind::int8:
    case YardlKind::uint8:
    case YardlKind::float32:
    case YardlKind::float64:
    case YardlKind::complex32:
    case YardlKind::complex64:
      skip_bytes(type.min_bytes);
      break;
    case YardlKind::text:
      skip_bytes(count(1));
      break;
    case YardlKind::enumeration:
      skip(*type.items);
      break;
    case YardlKind::record:
      for (const YardlField& field : type.fields) {
        skip(*field.type);
      }
      break;
    case YardlKind::choice:
      if (const YardlType* chosen = chosen_case(type).type) {
        skip(*chosen);
      }
      break;
    case YardlKind::map:
    case YardlKind::stream:
      value(type);
      break;
    case YardlKind::vector:
    case YardlKind::array: {
      const std::uint64_t n = elements(type);
      const bool plain = type.items->kind == YardlKind::float32 || type.items->kind == YardlKind::float64;
      if (plain) {
        skip_bytes(n * type.items->min_bytes);
      }
      for (std::uint64_t i = 0; i < n && !plain; ++i) {
        skip(*type.items);
      }
      break;
    }
    default:
      varint();
  }
}

}  // namespace coincide::io
