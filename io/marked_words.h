#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/listmode_file.h"
#include "io/time_marks.h"
#include "io/word_file.h"
#include "projectors/error.h"
#include "recon/events.h"

namespace coincide::io {

/// Listmode of words of one size, of which some are marks of the time: all of reading it but what a word means.
template <class Word>
class MarkedWords : public recon::EventSource {
 public:
  bool read(recon::EventBlock& block) override {
    block.clear();
    while (!ended_ && block.size() == 0) {
      const std::span<const Word> words = words_->next();
      decode(words, block);
      if (words.empty()) {
        marks_.end(std::exchange(prompts_since_mark_, 0), block);
        ended_ = true;
      }
    }
    marks_.sum_up(counts_);
    return block.size() > 0 || !block.time_blocks.empty();
  }

  void rewind() override {
    words_->rewind();
    marks_.rewind();
    prompts_since_mark_ = 0;
    ended_ = false;
    counts_ = {};
    counts_.warnings = warnings_;
    counts_.truncated = truncated_;
  }

  double fraction_read() const override { return words_->fraction_read(); }
  const recon::EventCounts& counts() const override { return counts_; }

 protected:
  /// Throws FileError if the file cannot be read.
  void open_words(const std::filesystem::path& path, std::uint64_t offset_bytes) {
    words_ = std::make_unique<WordFile<Word>>(path, offset_bytes);
  }

  /// Throws FileError for a file that ends within a word, unless the options allow it.
  void check_end(const ListmodeOptions& options) {
    if (words_->bytes_left_over() == 0) {
      return;
    }
    truncated_ = fmt::format("{} is cut off: {} bytes follow its last whole word.", words_->path().string(),
                             words_->bytes_left_over());
    if (!options.allow_truncated) {
      throw FileError(truncated_ + " What is whole of it can be read with input.allow_truncated = true.");
    }
  }

  const WordFile<Word>& words() const { return *words_; }

  std::vector<std::string> warnings_;  ///< of the file, whatever was read of it
  recon::EventCounts counts_;
  TimeMarks marks_{1};
  std::uint64_t prompts_since_mark_ = 0;

 private:
  /// Replaces the columns of the block by the events among the words, marks the time and counts.
  virtual void decode(std::span<const Word> words, recon::EventBlock& block) = 0;

  std::unique_ptr<WordFile<Word>> words_;
  std::string truncated_;
  bool ended_ = false;
};

}  // namespace coincide::io
