#include "io/raw_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>

#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

template <class T>
void convert(const std::vector<char>& bytes, bool swapped, float* values) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    std::array<char, sizeof(T)> one;
    std::memcpy(one.data(), bytes.data() + i * sizeof(T), sizeof(T));
    if (swapped) {
      std::ranges::reverse(one);
    }
    values[i] = static_cast<float>(std::bit_cast<T>(one));
  }
}

using Convert = void (*)(const std::vector<char>& bytes, bool swapped, float* values);

Convert converter(const RawFormat& format) {
  switch (format.kind) {
    case NumberKind::floating:
      return format.bytes == 4 ? convert<float> : format.bytes == 8 ? convert<double> : nullptr;
    case NumberKind::signed_integer:
      return format.bytes == 1   ? convert<std::int8_t>
             : format.bytes == 2 ? convert<std::int16_t>
             : format.bytes == 4 ? convert<std::int32_t>
             : format.bytes == 8 ? convert<std::int64_t>
                                 : nullptr;
    case NumberKind::unsigned_integer:
      return format.bytes == 1   ? convert<std::uint8_t>
             : format.bytes == 2 ? convert<std::uint16_t>
             : format.bytes == 4 ? convert<std::uint32_t>
             : format.bytes == 8 ? convert<std::uint64_t>
                                 : nullptr;
  }
  return nullptr;
}

Convert converter_for(const std::filesystem::path& path, const RawFormat& format) {
  const Convert to_floats = converter(format);
  if (to_floats == nullptr) {
    throw FileError(
        fmt::format("{}: numbers of {} bytes are not of a kind that there is.", path.string(), format.bytes));
  }
  return to_floats;
}

bool is_swapped(const RawFormat& format) { return format.big_endian != (std::endian::native == std::endian::big); }

}  // namespace

std::string RawFormat::words() const {
  constexpr std::array kinds{"signed", "unsigned", "floating"};
  return fmt::format("{}-byte {}-endian {}", bytes, big_endian ? "big" : "little", kinds[static_cast<int>(kind)]);
}

std::vector<float> raw_values_in(const std::vector<char>& bytes, const RawFormat& format,
                                 const std::filesystem::path& file) {
  const Convert to_floats = converter_for(file, format);
  std::vector<float> values(bytes.size() / static_cast<std::size_t>(format.bytes));
  to_floats(bytes, is_swapped(format), values.data());
  return values;
}

std::vector<float> read_raw_values(const std::filesystem::path& path, const RawFormat& format, std::uint64_t offset,
                                   std::uint64_t count) {
  const Convert to_floats = converter_for(path, format);
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} cannot be read: {}.", path.string(), why));
  }
  const std::uint64_t size = std::filesystem::file_size(path);
  const auto width = static_cast<std::uint64_t>(format.bytes);
  if (offset > size || count > (size - offset) / width) {
    throw FileError(fmt::format(
        "{} ends too early: {} numbers ({}) from byte {} on are needed, and it has {} bytes. The file is cut, or its "
        "header does not belong to it.",
        path.string(), count, format.words(), offset, size));
  }
  constexpr std::uint64_t at_once = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  std::vector<float> values(count);
  std::vector<char> bytes;
  for (std::uint64_t first = 0; first < count; first += at_once) {
    bytes.resize(std::min(at_once, count - first) * width);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
      throw FileError(fmt::format("{} cannot be read to its end.", path.string()));
    }
    to_floats(bytes, is_swapped(format), values.data() + first);
  }
  const auto wrong = std::ranges::find_if_not(values, [](float value) { return std::isfinite(value); });
  if (wrong != values.end()) {
    throw FileError(fmt::format("{}: number {} is {}, which is none that could be measured. Is the byte order wrong?",
                                path.string(), wrong - values.begin(), *wrong));
  }
  return values;
}

}  // namespace coincide::io
