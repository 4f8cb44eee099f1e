#include "io/interfile/interfile_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "io/companion_file.h"
#include "io/input_file.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

std::optional<double> as_number(std::string_view text) {
  text = recon::trimmed(text);
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
  return whole ? std::optional(value) : std::nullopt;
}

/// The lines of a text as they are indented, those that end in a backslash together with the next.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  bool goes_on = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    std::string_view line = recon::trimmed(whole);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!goes_on) {
      lines.emplace_back(line.empty() ? "" : whole.substr(0, whole.find(line.front())));
    }
    goes_on = line.ends_with('\\');
    line.remove_suffix(goes_on ? 1 : 0);
    lines.back() += line;
  }
  return lines;
}

}  // namespace

std::string interfile_key(std::string_view text) {
  std::string key;
  for (const char letter : text) {
    const bool separates = letter == ' ' || letter == '\t' || letter == '_' || letter == '!' || letter == '\r';
    if (!separates) {
      if (letter == '[' && key.ends_with(' ')) {
        key.pop_back();
      }
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    } else if (!key.empty() && !key.ends_with(' ')) {
      key += ' ';
    }
  }
  return std::string(recon::trimmed(key));
}

bool is_interfile(std::string_view first_bytes) {
  const std::size_t assign = first_bytes.find(":=");
  return assign != std::string_view::npos && interfile_key(first_bytes.substr(0, assign)) == "interfile";
}

InterfileHeader::InterfileHeader(std::filesystem::path path) : path_(std::move(path)) {
  const std::string text = read_text_file(path_);
  if (!is_interfile(text)) {
    fail("it is no Interfile header, whose first line is \"!INTERFILE :=\"");
  }
  for (const std::string& line : lines_of(text)) {
    if (interfile_key(line).starts_with("end of interfile")) {
      break;  // CASToR copies other headers behind the end
    }
    read_line(line);
    text_.push_back(line);
  }
}

void InterfileHeader::read_line(std::string_view line) {
  const std::size_t assign = line.find(":=");
  if (!recon::trimmed(line).starts_with(';') && assign != std::string_view::npos) {
    lines_.emplace_back(interfile_key(line.substr(0, assign)), recon::trimmed(line.substr(assign + 2)));
    values_[lines_.back().first] = lines_.back().second;
  }
}

const std::string* InterfileHeader::find(std::string_view key) const {
  const auto found = values_.find(interfile_key(key));
  return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

std::string InterfileHeader::text(std::string_view key) const {
  const std::string* value = find(key);
  if (value == nullptr) {
    fail(fmt::format("it does not say \"{}\"", key));
  }
  return *value;
}

std::string InterfileHeader::text(std::string_view key, std::string_view otherwise) const {
  const std::string* value = find(key);
  return value != nullptr ? *value : std::string(otherwise);
}

double InterfileHeader::number(std::string_view key) const {
  const std::string value = text(key);
  const std::optional<double> number = as_number(value);
  if (!number) {
    fail(fmt::format("\"{} := {}\" is no number", key, value));
  }
  return *number;
}

double InterfileHeader::number(std::string_view key, double otherwise) const {
  return has(key) ? number(key) : otherwise;
}

std::int64_t InterfileHeader::count(std::string_view key, std::int64_t least, std::int64_t most) const {
  const double value = number(key);
  if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
    fail(fmt::format("\"{} := {}\" must be a whole number from {} to {}", key, text(key), least, most));
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t InterfileHeader::count(std::string_view key, std::int64_t least, std::int64_t most,
                                    std::int64_t otherwise) const {
  return has(key) ? count(key, least, most) : otherwise;
}

std::vector<double> InterfileHeader::numbers(std::string_view key) const {
  const std::string value = text(key);
  std::string_view rest = value;
  if (rest.starts_with('{')) {
    if (!rest.ends_with('}')) {
      fail(fmt::format("\"{} := {}\" has no closing brace", key, value));
    }
    rest = rest.substr(1, rest.size() - 2);
  }
  std::vector<double> numbers;
  while (!recon::trimmed(rest).empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::optional<double> number = as_number(rest.substr(0, comma));
    if (!number) {
      fail(fmt::format("\"{} := {}\" is no list of numbers", key, value));
    }
    numbers.push_back(*number);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return numbers;
}

std::vector<double> InterfileHeader::every_number(std::string_view key) const {
  std::vector<double> numbers;
  for (const auto& [line_key, value] : lines_) {
    if (line_key != interfile_key(key)) {
      continue;
    }
    const std::optional<double> number = as_number(value);
    if (!number) {
      fail(fmt::format("\"{} := {}\" is no number", key, value));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

std::filesystem::path InterfileHeader::data_file() const { return companion_file(path_, text("name of data file")); }

RawFormat InterfileHeader::number_format() const {
  RawFormat format;
  const std::string kind = recon::lower_case(text("number format", "unsigned integer"));
  if (kind == "float" || kind == "short float" || kind == "long float") {
    format.kind = NumberKind::floating;
  } else if (kind == "signed integer") {
    format.kind = NumberKind::signed_integer;
  } else if (kind == "unsigned integer") {
    format.kind = NumberKind::unsigned_integer;
  } else {
    fail(
        fmt::format("numbers of the format \"{}\" are not read here; signed and unsigned integer and float are", kind));
  }
  format.bytes = static_cast<int>(count("number of bytes per pixel", 1, 8));
  const std::string order = recon::lower_case(text("imagedata byte order", "bigendian"));
  if (order != "bigendian" && order != "littleendian") {
    fail(fmt::format("\"imagedata byte order := {}\" must be LITTLEENDIAN or BIGENDIAN", order));
  }
  format.big_endian = order == "bigendian";
  return format;
}

std::string InterfileHeader::text_with(const std::vector<std::pair<std::string, std::string>>& values) const {
  std::vector<std::string> said(values.size());
  std::ranges::transform(values, said.begin(), [](const auto& key_and_value) {
    const auto& [key, value] = key_and_value;
    return value.empty() ? "" : fmt::format("{} := {}\n", key, value);
  });
  std::string text;
  for (const std::string& line : text_) {
    const std::string key = interfile_key(line.substr(0, line.find(":=")));
    const auto other = std::ranges::find_if(values, [&](const auto& value) {
      const std::string wanted = interfile_key(value.first);
      return key == wanted || key.starts_with(wanted + "[");
    });
    text +=
        other == values.end() ? line + "\n" : std::exchange(said[static_cast<std::size_t>(other - values.begin())], "");
  }
  std::ranges::for_each(said, [&text](const std::string& line) { text += line; });
  return text + "!END OF INTERFILE :=\n";
}

void InterfileHeader::fail(const std::string& sentence) const {
  throw FileError(fmt::format("{}: {}.", path_.string(), sentence));
}

}  // namespace coincide::io
