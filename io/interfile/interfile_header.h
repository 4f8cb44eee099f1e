#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/raw_values.h"

namespace coincide::io {

/// "!Matrix_size  [1]" -> "matrix size[1]": lower case, without '!', with single blanks for blanks and '_', none before
/// an index. Keys are compared so (STIR's rules, which are wider than those of Interfile 3.3).
std::string interfile_key(std::string_view text);

/// True if a file that begins so is an Interfile header ("!INTERFILE :=" is its first line).
bool is_interfile(std::string_view first_bytes);

/// Keys and values of an Interfile header, "key := value" in each line, as STIR, CASToR and Siemens write them: ';'
/// begins a remark, a backslash at the end continues a line. A key that comes twice has its last value.
class InterfileHeader {
 public:
  /// Throws FileError if the file cannot be read, or is no Interfile header.
  explicit InterfileHeader(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Throws FileError, naming file and key, where there is no such key or value, or where it is not of that kind; with
  /// a second argument, that is what a missing key (or one without value) means.
  std::string text(std::string_view key) const;
  std::string text(std::string_view key, std::string_view otherwise) const;
  double number(std::string_view key) const;
  double number(std::string_view key, double otherwise) const;
  std::int64_t count(std::string_view key, std::int64_t least, std::int64_t most) const;
  std::int64_t count(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t otherwise) const;
  /// "{1, 2, 3}" or "1".
  std::vector<double> numbers(std::string_view key) const;
  /// The value of each line with that key, in their order: CASToR repeats keys for each group of frames.
  std::vector<double> every_number(std::string_view key) const;
  /// All keys, in their normal form.
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

  /// The file that `name of data file` names: companion_file().
  std::filesystem::path data_file() const;
  /// As `number format`, `number of bytes per pixel` and `imagedata byte order` say; what they leave out is unsigned
  /// and big-endian, as with STIR.
  RawFormat number_format() const;

  /// The text with other values of some keys, all else as it is. Lines of a key, with an index or without, make place
  /// for one with its new value where the first of them stood, or at the end; an empty value leaves none.
  std::string text_with(const std::vector<std::pair<std::string, std::string>>& values) const;

  [[noreturn]] void fail(const std::string& sentence) const;

 private:
  const std::string* find(std::string_view key) const;
  void read_line(std::string_view line);

  std::filesystem::path path_;
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::pair<std::string, std::string>> lines_;
  std::vector<std::string> text_;  ///< all lines up to the last
};

}  // namespace coincide::io
