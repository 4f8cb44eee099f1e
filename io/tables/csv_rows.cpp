#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>

#include "io/csv_text.h"
#include "io/input_file.h"
#include "io/tables/table_rows.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::size_t bytes_at_once = std::size_t{1} << 22;
constexpr std::size_t longest_line = std::size_t{1} << 16;

char separator_of(std::string_view head) {
  for (const char separator : {'\t', ';'}) {
    if (head.find(separator) != std::string_view::npos) {
      return separator;
    }
  }
  return ',';
}

class CsvRows final : public TableRows {
 public:
  explicit CsvRows(std::filesystem::path path) : path_(std::move(path)) {
    if (const std::string why = why_no_input_file(path_); !why.empty()) {
      throw FileError(fmt::format("The table {} cannot be read: {}.", path_.string(), why));
    }
    bytes_ = std::filesystem::file_size(path_);
    file_.open(path_, std::ios::binary);
    read_head();
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  std::string words() const override { return "CSV table"; }
  double fraction_read() const override {
    return bytes_ == 0 ? 1 : static_cast<double>(bytes_read_) / static_cast<double>(bytes_);
  }
  std::optional<double> attribute(const std::string& name) const override {
    const auto found = attributes_.find(name);
    return found == attributes_.end() ? std::nullopt : std::optional(found->second);
  }

  void rewind() override {
    file_.clear();
    file_.seekg(0);
    bytes_read_ = 0;
    line_ = 0;
    text_.clear();
    next_ = 0;
    read_head();
  }

  bool read(std::span<const std::size_t> wanted, std::vector<std::vector<double>>& values) override {
    constexpr std::size_t rows_at_once = 100'000;
    values.resize(wanted.size());
    std::ranges::for_each(values, [](std::vector<double>& column) { column.clear(); });
    place_of_column_.assign(columns_.size(), -1);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      place_of_column_[wanted[i]] = static_cast<int>(i);
    }
    std::size_t rows = 0;
    for (std::string_view line; rows < rows_at_once && next_line(line);) {
      if (is_row(line)) {
        add_row(line, values);
        ++rows;
      }
    }
    return rows > 0;
  }

 private:
  static bool is_row(std::string_view line) {
    const std::string_view text = bare_cell(line);
    return !text.empty() && text.front() != '#';
  }

  /// The next line without its end; it lasts until the next call. False at the end of the file.
  bool next_line(std::string_view& line) {
    auto end = text_.find('\n', next_);
    while (end == std::string::npos && bytes_read_ < bytes_) {
      text_.erase(0, next_);
      next_ = 0;
      refuse_long_line();
      const std::size_t before = text_.size();
      text_.resize(before + std::min<std::uint64_t>(bytes_at_once, bytes_ - bytes_read_));
      if (!file_.read(text_.data() + before, static_cast<std::streamsize>(text_.size() - before))) {
        throw FileError(fmt::format("{} cannot be read to its end.", path_.string()));
      }
      bytes_read_ += text_.size() - before;
      end = text_.find('\n', before);
    }
    if (next_ >= text_.size()) {
      return false;
    }
    end = std::min(end, text_.size());
    line = std::string_view(text_).substr(next_, end - next_);
    next_ = end + 1;
    ++line_;
    return true;
  }

  void refuse_long_line() const {
    if (text_.size() > longest_line) {
      throw FileError(fmt::format("{}, line {}: it has more than {} letters, so this is no table.", path_.string(),
                                  line_ + 1, longest_line));
    }
  }

  void read_head() {
    columns_.clear();
    std::string_view line;
    while (columns_.empty() && next_line(line)) {
      if (is_row(line)) {
        read_names(line);
      } else {
        read_attribute(bare_cell(line));
      }
    }
    if (columns_.empty()) {
      throw FileError(
          fmt::format("{} holds no table: a line with the names of its columns is missing.", path_.string()));
    }
  }

  void read_names(std::string_view line) {
    separator_ = separator_of(line);
    for (std::size_t first = 0; first <= line.size();) {
      const std::size_t end = std::min(line.find(separator_, first), line.size());
      columns_.emplace_back(bare_cell(line.substr(first, end - first)));
      first = end + 1;
    }
  }

  void read_attribute(std::string_view line) {
    const auto sign = line.find('=');
    if (line.empty() || sign == std::string_view::npos) {
      return;
    }
    const std::string_view number = bare_cell(line.substr(sign + 1));
    double value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc()) {
      attributes_[std::string(bare_cell(line.substr(1, sign - 1)))] = value;
    }
  }

  void add_row(std::string_view line, std::vector<std::vector<double>>& values) const {
    std::size_t column = 0;
    const char* at = line.data();
    const char* const stop = at + line.size();
    for (; column < columns_.size() && at <= stop; ++column) {
      const char* const end = std::find(at, stop, separator_);
      if (const int place = place_of_column_[column]; place >= 0) {
        values[static_cast<std::size_t>(place)].push_back(number(at, end, column));
      }
      at = end + 1;
    }
    if (column != columns_.size() || at <= stop) {
      throw FileError(fmt::format("{}, line {}: it does not have {} cells, as the line of names does.", path_.string(),
                                  line_, columns_.size()));
    }
  }

  double number(const char* first, const char* last, std::size_t column) const {
    double value = 0;
    if (const auto [stop, error] = std::from_chars(first, last, value);
        error == std::errc() && stop == last && std::isfinite(value)) {
      return value;
    }
    const std::string_view text = bare_cell({first, static_cast<std::size_t>(last - first)});
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && stop == text.data() + text.size() && std::isfinite(value)) {
      return value;
    }
    if (const auto word = number_of_word(text)) {
      return *word;
    }
    throw FileError(fmt::format("{}, line {}: \"{}\" in column {} is not a number (with a decimal point).",
                                path_.string(), line_, text, columns_[column]));
  }

  std::filesystem::path path_;
  std::uint64_t bytes_ = 0;
  std::ifstream file_;
  std::vector<std::string> columns_;
  std::map<std::string, double> attributes_;
  char separator_ = ',';
  std::vector<int> place_of_column_;  ///< in the values to give out; -1: not wanted
  std::string text_;                  ///< read from the file; what is before next_ is done
  std::size_t next_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace

std::optional<double> number_of_word(std::string_view word) {
  static const std::map<std::string_view, double> numbers = {{"prompt", 0}, {"p", 0},         {"delayed", 1}, {"d", 1},
                                                             {"true", 0},   {"scattered", 1}, {"random", 2}};
  const auto found = numbers.find(word);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<TableRows> open_csv_rows(const std::filesystem::path& path) { return std::make_unique<CsvRows>(path); }

}  // namespace coincide::io
