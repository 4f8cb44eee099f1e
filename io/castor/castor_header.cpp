#include "io/castor/castor_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "io/input_file.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

/// Lower case, single blanks, none at the ends.
std::string normal(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (std::isspace(static_cast<unsigned char>(letter)) == 0) {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (result.ends_with(' ')) {
    result.pop_back();
  }
  return result;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

bool is_castor_header(std::string_view first_bytes) {
  if (first_bytes.find('\0') != std::string_view::npos) {
    return false;
  }
  while (!first_bytes.empty()) {
    const std::string_view line = next_line(first_bytes);
    const std::size_t colon = line.find(':');
    const std::string key = normal(line.substr(0, std::min(colon, line.size())));
    if (colon != std::string_view::npos && !line.substr(colon).starts_with(":=") &&
        (key == "data filename" || key == "scanner name" || key == "data mode")) {
      return true;
    }
  }
  return false;
}

CastorHeader::CastorHeader(std::filesystem::path path) : path_(std::move(path)) {
  const std::string all = read_text_file(path_);
  for (std::string_view text = all; !text.empty();) {
    std::string_view line = next_line(text);
    line = line.substr(0, line.find('#'));
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      // The first of several counts, as with CASToR.
      values_.emplace(normal(line.substr(0, colon)), recon::trimmed(line.substr(colon + 1)));
    }
  }
  if (values_.empty()) {
    fail("it has no line \"key : value\", so it is no file of CASToR");
  }
}

void CastorHeader::fail(const std::string& sentence) const {
  throw FileError(fmt::format("{}: {}.", path_.string(), sentence));
}

const std::string* CastorHeader::find(std::string_view key) const {
  const std::string wanted = normal(key);
  auto at = values_.lower_bound(wanted);
  if (at == values_.end() || !at->first.starts_with(wanted)) {
    return nullptr;
  }
  const auto next = std::next(at);
  const bool only = next == values_.end() || !next->first.starts_with(wanted);
  return at->first == wanted || only ? &at->second : nullptr;
}

std::string CastorHeader::text(std::string_view key) const {
  const std::string* value = find(key);
  if (value == nullptr) {
    fail(fmt::format("the key \"{}\" is missing", key));
  }
  return *value;
}

std::string CastorHeader::text(std::string_view key, std::string_view otherwise) const {
  const std::string* value = find(key);
  return value != nullptr ? *value : std::string(otherwise);
}

double CastorHeader::number_in(std::string_view key, std::string_view word) const {
  word = recon::trimmed(word);
  if (word.starts_with('+')) {
    word.remove_prefix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  // People write full stops and units behind numbers.
  const std::string_view rest = recon::trimmed(word.substr(static_cast<std::size_t>(end - word.data())));
  const bool harmless = std::ranges::none_of(rest, [](unsigned char c) { return std::isdigit(c) != 0 || c == ','; });
  if (error != std::errc() || !std::isfinite(value) || !harmless) {
    fail(fmt::format("\"{}\" of the key \"{}\" is no number", word, key));
  }
  return value;
}

double CastorHeader::number(std::string_view key) const { return number_in(key, text(key)); }

double CastorHeader::number(std::string_view key, double otherwise) const { return has(key) ? number(key) : otherwise; }

std::uint64_t CastorHeader::count(std::string_view key, std::uint64_t least, std::uint64_t most) const {
  const double value = number(key);
  if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
    fail(fmt::format("\"{}\" is {}: it must be a whole number from {} to {}", key, text(key), least, most));
  }
  return static_cast<std::uint64_t>(value);
}

std::uint64_t CastorHeader::count(std::string_view key, std::uint64_t least, std::uint64_t most,
                                  std::uint64_t otherwise) const {
  return has(key) ? count(key, least, most) : otherwise;
}

bool CastorHeader::flag(std::string_view key) const { return count(key, 0, 1, 0) == 1; }

std::vector<double> CastorHeader::numbers(std::string_view key) const {
  std::vector<double> values;
  const std::string list = text(key);
  for (std::string_view rest = list;;) {
    const std::size_t comma = rest.find(',');
    values.push_back(number_in(key, rest.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return values;
    }
    rest.remove_prefix(comma + 1);
  }
}

std::vector<double> CastorHeader::numbers(std::string_view key, double otherwise) const {
  return has(key) ? numbers(key) : std::vector<double>{otherwise};
}

}  // namespace coincide::io
