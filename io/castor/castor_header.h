#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

/// True if a file that begins so is a header of CASToR data (.cdh).
bool is_castor_header(std::string_view first_bytes);

/// The text files of CASToR (.cdh, .geom, .hscan): "key : value" in each line, '#' begins a remark, several values are
/// separated by commas. A key is found by its own name or, since CASToR looks no closer, by the beginning of a longer
/// one ("number of crystals in layer(s)"), if there is one such only. Case and the number of blanks do not matter.
class CastorHeader {
 public:
  /// Throws FileError if the file cannot be read, or holds no such line.
  explicit CastorHeader(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Throws FileError, naming file and key, where there is no such key, or its value is not of that kind; with a last
  /// argument, that is what a missing key means.
  std::string text(std::string_view key) const;
  std::string text(std::string_view key, std::string_view otherwise) const;
  double number(std::string_view key) const;
  double number(std::string_view key, double otherwise) const;
  std::uint64_t count(std::string_view key, std::uint64_t least, std::uint64_t most) const;
  std::uint64_t count(std::string_view key, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise) const;
  /// 0 or 1; missing: 0.
  bool flag(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;
  std::vector<double> numbers(std::string_view key, double otherwise) const;

  [[noreturn]] void fail(const std::string& sentence) const;

 private:
  const std::string* find(std::string_view key) const;
  double number_in(std::string_view key, std::string_view word) const;

  std::filesystem::path path_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace coincide::io
