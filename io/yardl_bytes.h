#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace coincide::io {

/// Builds values in yardl's binary container.
class YardlBytes {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      byte(static_cast<std::uint8_t>(value | 0x80));
    }
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_varint(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void real(float value) { append(&value, sizeof value); }
  void text(std::string_view value) {
    varint(value.size());
    raw(value);
  }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  template <class Reals>
  void reals(const Reals& values) {
    append(values.data(), values.size() * sizeof(float));
  }

  /// Other bytes from a position on, as many as `bytes` has.
  void replace(std::size_t position, const YardlBytes& bytes) {
    std::ranges::copy(bytes.bytes_, bytes_.begin() + static_cast<std::ptrdiff_t>(position));
  }

  const std::string& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }

 private:
  void append(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  std::string bytes_;
};

}  // namespace coincide::io
