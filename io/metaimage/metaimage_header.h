#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/raw_values.h"

namespace coincide::io {

/// The lines "Key = value" at the beginning of a MetaImage.
class MetaImageHeader {
 public:
  /// Throws FileError if the file cannot be read, or has no such lines up to ElementDataFile, the last.
  explicit MetaImageHeader(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  /// Where the file goes on after the header.
  std::uint64_t end() const { return end_; }
  bool has(std::string_view key) const { return values_.contains(key); }
  /// Throws FileError, naming file and key, for keys that are missing or have another kind of value.
  const std::string& text(std::string_view key) const;
  bool yes(std::string_view key) const;  ///< false without the key
  std::int64_t whole_number(std::string_view key, std::int64_t least, std::int64_t most) const;
  /// So many numbers.
  std::vector<double> numbers(std::string_view key, std::size_t count) const;
  RawFormat number_format() const;

  [[noreturn]] void fail(const std::string& sentence) const;

 private:
  std::filesystem::path path_;
  std::map<std::string, std::string, std::less<>> values_;
  std::uint64_t end_ = 0;
};

}  // namespace coincide::io
