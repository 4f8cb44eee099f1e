#include "io/dicom/data_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "io/dicom/decimal_string.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io::dicom {
namespace {

constexpr std::string_view padding(" \0", 2);

template <class Number>
std::vector<double> numbers_in(const std::string& bytes, bool big_endian) {
  std::vector<double> numbers;
  for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
    std::array<char, sizeof(Number)> raw{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(Number), raw.begin());
    if (big_endian) {
      std::ranges::reverse(raw);
    }
    numbers.push_back(static_cast<double>(std::bit_cast<Number>(raw)));
  }
  return numbers;
}

}  // namespace

std::string title(const Tag& tag) { return fmt::format("{} ({:04X},{:04X})", tag.name, tag.group, tag.element); }

const DataSet::Element* DataSet::find(const Tag& tag) const {
  const auto found = elements_.find(tag.number());
  return found == elements_.end() ? nullptr : &found->second;
}

bool DataSet::has(const Tag& tag) const {
  const Element* const element = find(tag);
  return element != nullptr && (!element->items.empty() || !recon::trimmed(element->bytes, padding).empty() ||
                                (tag.kind != Kind::text && tag.kind != Kind::decimals && !element->bytes.empty()));
}

std::string DataSet::text(const Tag& tag) const {
  const Element* const element = find(tag);
  return element != nullptr ? std::string(recon::trimmed(element->bytes, padding)) : std::string();
}

std::vector<std::string> DataSet::texts(const Tag& tag) const {
  std::vector<std::string> list;
  for (std::string rest = text(tag); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\\'), rest.size());
    list.emplace_back(recon::trimmed(rest.substr(0, end), padding));
    rest.erase(0, end + 1);
  }
  return list;
}

const std::vector<DataSet>& DataSet::items(const Tag& tag) const {
  static const std::vector<DataSet> none;
  const Element* const element = find(tag);
  return element != nullptr ? element->items : none;
}

std::vector<double> DataSet::binary_numbers(const Tag& tag, const std::string& bytes) const {
  switch (tag.kind) {
    case Kind::u16:
      return numbers_in<std::uint16_t>(bytes, big_endian_);
    case Kind::i16:
      return numbers_in<std::int16_t>(bytes, big_endian_);
    case Kind::u32:
      return numbers_in<std::uint32_t>(bytes, big_endian_);
    default:
      return numbers_in<double>(bytes, big_endian_);
  }
}

std::vector<double> DataSet::numbers(const Tag& tag) const {
  if (!has(tag)) {
    return {};
  }
  std::vector<double> list;
  if (tag.kind != Kind::decimals) {
    list = binary_numbers(tag, find(tag)->bytes);
    if (list.empty() || !std::ranges::all_of(list, [](double value) { return std::isfinite(value); })) {
      throw FileError(title(tag) + " holds no number.");
    }
    return list;
  }
  for (const std::string& text : texts(tag)) {
    const std::optional<double> number = parse_decimal(text);
    if (!number) {
      throw FileError(fmt::format("{} is \"{}\"; a number is needed.", title(tag), text.substr(0, 40)));
    }
    list.push_back(*number);
  }
  return list;
}

std::optional<double> DataSet::number(const Tag& tag) const {
  const std::vector<double> list = numbers(tag);
  return list.empty() ? std::nullopt : std::optional(list.front());
}

}  // namespace coincide::io::dicom
