#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "io/yardl_bytes.h"
#include "io/yardl_memory.h"

namespace coincide::io {

/// Lays a value that is encoded as in yardl's binary container out in memory, for the HDF5 library to write. The value
/// is one of ours: nothing in it is checked.
class YardlLayout {
 public:
  explicit YardlLayout(const YardlBytes& value);

  /// Decodes the next value to `at`, where memory.bytes zeros are. What it points to lives as long as this object.
  void place(const YardlMemory& memory, std::byte* at);

 private:
  std::uint64_t varint();
  std::int64_t signed_varint();
  template <class T>
  void copy(std::byte* at);
  void place_integer(const YardlMemory& memory, std::byte* at);
  void place_text(std::byte* at);
  void place_choice(const YardlMemory& memory, std::byte* at);
  void place_elements(const YardlMemory& memory, std::byte* at);
  std::uint64_t place_lengths(const YardlType& type, std::byte* at);
  /// Zeros that stay where they are.
  std::byte* room(std::size_t bytes);

  std::string bytes_;  ///< with as many zeros behind as a number may be long
  const std::uint8_t* next_ = nullptr;
  std::deque<std::vector<std::byte>> rooms_;
};

}  // namespace coincide::io
