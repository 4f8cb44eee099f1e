#include "io/word_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::size_t words_at_once = std::size_t{1} << 17;

static_assert(std::endian::native == std::endian::little, "words of files are taken as they are");

}  // namespace

template <class Word>
WordFile<Word>::WordFile(std::filesystem::path path, std::uint64_t offset_bytes)
    : path_(std::move(path)), offset_bytes_(offset_bytes) {
  if (const std::string why = why_no_input_file(path_); !why.empty()) {
    throw FileError(fmt::format("The listmode file {} cannot be read: {}.", path_.string(), why));
  }
  const std::uint64_t bytes = std::filesystem::file_size(path_);
  if (bytes < offset_bytes_ + sizeof(Word)) {
    throw FileError(fmt::format(
        "{} holds no events: they would begin at byte {}, and it has {} bytes. It is cut off, or its header belongs to "
        "another file.",
        path_.string(), offset_bytes_, bytes));
  }
  num_words_ = (bytes - offset_bytes_) / sizeof(Word);
  bytes_left_over_ = (bytes - offset_bytes_) % sizeof(Word);
  file_.open(path_, std::ios::binary);
  rewind();
}

template <class Word>
void WordFile<Word>::rewind() {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset_bytes_));
  words_read_ = 0;
}

template <class Word>
std::span<const Word> WordFile<Word>::next() {
  words_.resize(std::min<std::uint64_t>(words_at_once, num_words_ - words_read_));
  if (words_.empty()) {
    return {};
  }
  if (!file_.read(reinterpret_cast<char*>(words_.data()), static_cast<std::streamsize>(words_.size() * sizeof(Word)))) {
    throw FileError(fmt::format("{} cannot be read beyond word {} of {}.", path_.string(), words_read_, num_words_));
  }
  words_read_ += words_.size();
  return words_;
}

template <class Word>
double WordFile<Word>::fraction_read() const {
  return static_cast<double>(words_read_) / static_cast<double>(num_words_);
}

template class WordFile<std::uint32_t>;
template class WordFile<std::uint64_t>;

}  // namespace coincide::io
