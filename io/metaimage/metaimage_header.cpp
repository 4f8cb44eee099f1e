#include "io/metaimage/metaimage_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <utility>

#include "io/input_file.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

struct ElementType {
  std::string_view name;
  NumberKind kind;
  int bytes;
};

constexpr std::array<ElementType, 12> element_types{{{"MET_CHAR", NumberKind::signed_integer, 1},
                                                     {"MET_UCHAR", NumberKind::unsigned_integer, 1},
                                                     {"MET_SHORT", NumberKind::signed_integer, 2},
                                                     {"MET_USHORT", NumberKind::unsigned_integer, 2},
                                                     {"MET_INT", NumberKind::signed_integer, 4},
                                                     {"MET_UINT", NumberKind::unsigned_integer, 4},
                                                     {"MET_LONG", NumberKind::signed_integer, 4},
                                                     {"MET_ULONG", NumberKind::unsigned_integer, 4},
                                                     {"MET_LONG_LONG", NumberKind::signed_integer, 8},
                                                     {"MET_ULONG_LONG", NumberKind::unsigned_integer, 8},
                                                     {"MET_FLOAT", NumberKind::floating, 4},
                                                     {"MET_DOUBLE", NumberKind::floating, 8}}};

}  // namespace

MetaImageHeader::MetaImageHeader(std::filesystem::path path) : path_(std::move(path)) {
  constexpr std::size_t most_bytes = 1 << 16;
  if (const std::string why = why_no_input_file(path_); !why.empty()) {
    fail(why);
  }
  std::string text(most_bytes, '\0');
  std::ifstream file(path_, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!has("ElementDataFile")) {
    const std::size_t line_end = text.find('\n', end_);
    const std::string_view line = std::string_view(text).substr(end_, line_end - end_);
    const std::size_t equals = line.find('=');
    if (line_end == std::string::npos || equals == std::string_view::npos) {
      fail("it is no MetaImage, whose header is lines \"Key = value\" up to \"ElementDataFile = ...\"");
    }
    values_[std::string(recon::trimmed(line.substr(0, equals)))] = recon::trimmed(line.substr(equals + 1));
    end_ = line_end + 1;
  }
}

const std::string& MetaImageHeader::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) {
    fail(fmt::format("it does not say \"{}\"", key));
  }
  return found->second;
}

bool MetaImageHeader::yes(std::string_view key) const {
  return has(key) && (text(key).starts_with('T') || text(key).starts_with('t') || text(key).starts_with('1'));
}

std::int64_t MetaImageHeader::whole_number(std::string_view key, std::int64_t least, std::int64_t most) const {
  const double number = numbers(key, 1).front();
  if (number != std::floor(number) || number < static_cast<double>(least) || number > static_cast<double>(most)) {
    fail(fmt::format("\"{} = {}\" must be a whole number from {} to {}", key, text(key), least, most));
  }
  return static_cast<std::int64_t>(number);
}

std::vector<double> MetaImageHeader::numbers(std::string_view key, std::size_t count) const {
  std::vector<double> numbers;
  for (std::string_view rest = recon::trimmed(text(key)); !rest.empty(); rest = recon::trimmed(rest)) {
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (error != std::errc{} || !std::isfinite(number) ||
        !(rest.empty() || recon::blanks.find(rest[0]) != recon::blanks.npos)) {
      fail(fmt::format("\"{} = {}\" does not consist of numbers", key, text(key)));
    }
    numbers.push_back(number);
  }
  if (numbers.size() != count) {
    fail(fmt::format("\"{} = {}\" must be {} numbers", key, text(key), count));
  }
  return numbers;
}

RawFormat MetaImageHeader::number_format() const {
  const std::string& name = text("ElementType");
  const auto* const found = std::ranges::find(element_types, name, &ElementType::name);
  if (found == element_types.end()) {
    fail(fmt::format("numbers of the type {} are not read here; real numbers of 8 to 64 bits are", name));
  }
  return {.kind = found->kind,
          .bytes = found->bytes,
          .big_endian = yes("BinaryDataByteOrderMSB") || yes("ElementByteOrderMSB")};
}

void MetaImageHeader::fail(const std::string& sentence) const {
  throw FileError(fmt::format("{}: {}.", path_.string(), sentence));
}

}  // namespace coincide::io
