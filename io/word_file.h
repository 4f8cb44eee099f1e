#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace coincide::io {

/// A file of little-endian words of one size behind a head, read in big pieces.
template <class Word>
class WordFile {
 public:
  /// Throws FileError if the file cannot be read or ends before its words begin.
  WordFile(std::filesystem::path path, std::uint64_t offset_bytes);

  /// The next words, valid until the next call; none at the end. Throws FileError if the file cannot be read.
  std::span<const Word> next();
  void rewind();
  double fraction_read() const;
  std::uint64_t num_words() const { return num_words_; }
  /// Bytes behind the last whole word: the file is cut off.
  std::uint64_t bytes_left_over() const { return bytes_left_over_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::uint64_t offset_bytes_;
  std::uint64_t num_words_ = 0;
  std::uint64_t bytes_left_over_ = 0;
  std::uint64_t words_read_ = 0;
  std::ifstream file_;
  std::vector<Word> words_;
};

extern template class WordFile<std::uint32_t>;
extern template class WordFile<std::uint64_t>;

}  // namespace coincide::io
