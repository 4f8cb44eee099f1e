#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/yardl_schema.h"
#include "io/yardl_value.h"
#include "projectors/error.h"

namespace coincide::io {

inline constexpr std::size_t longest_varint = 10;  ///< bytes of one of 64 bits

/// The file ends before the value does, or a count in it is larger than the file.
class YardlEndOfData : public FileError {
  using FileError::FileError;
};

/// Reads yardl's binary container, forwards, through a buffer. Every count is held against the bytes that are left
/// before anything is allocated. All functions throw YardlEndOfData, or FileError for what no writer can have meant.
class YardlBinaryReader {
 public:
  /// Opens the file and reads magic, version and schema.
  explicit YardlBinaryReader(const std::filesystem::path& path);

  const YardlSchema& schema() const { return *schema_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return buffer_start_ + next_; }
  std::uint64_t remaining() const { return size_ - position(); }
  void seek(std::uint64_t position);

  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t signed_varint();
  void skip_varints(std::uint64_t count);
  /// A count of elements that each take at least `min_bytes`.
  std::uint64_t count(std::uint64_t min_bytes);
  YardlValue value(const YardlType& type);
  void skip(const YardlType& type);
  /// Number of elements that a vector or array has here; `shape` (may be null) receives the lengths of an array.
  std::uint64_t elements(const YardlType& type);

  /// Reads which case of a choice follows; its type is null for the null case.
  const YardlField& chosen_case(const YardlType& type);

  /// The next bytes, at least `wanted` of them unless the file ends before; take() consumes.
  std::span<const std::uint8_t> peek(std::size_t wanted);
  void take(std::size_t bytes) { next_ += bytes; }

 private:
  void read(void* to, std::uint64_t bytes);
  void skip_bytes(std::uint64_t bytes);
  void need(std::uint64_t bytes) const;
  std::string text();
  YardlValue scalar(const YardlType& type);
  YardlValue choice(const YardlType& type);
  YardlValue map(const YardlType& type);
  YardlValue collection(const YardlType& type);
  YardlValue::Data packed_or_list(const YardlType& items, std::uint64_t count);

  std::ifstream file_;
  std::uint64_t size_ = 0;
  std::uint64_t buffer_start_ = 0;  ///< position in the file of buffer_[0]
  std::vector<std::uint8_t> buffer_;
  std::size_t filled_ = 0;
  std::size_t next_ = 0;
  std::unique_ptr<YardlSchema> schema_;
};

/// One varint of at most 64 bits at `from`; moves `from` behind it. There must be 10 readable bytes.
/// Returns false if it is longer than any writer makes it.
inline bool read_varint(const std::uint8_t*& from, std::uint64_t& value) {
  value = *from++;
  if (value < 0x80) {
    return true;
  }
  value &= 0x7f;
  for (int shift = 7; shift < 64; shift += 7) {
    const std::uint64_t part = *from++;
    value |= (part & 0x7f) << shift;
    if (part < 0x80) {
      return true;
    }
  }
  return false;
}

}  // namespace coincide::io
