#include "io/yardl_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "projectors/error.h"

namespace coincide::io {
namespace {

template <class T>
constexpr bool is_packed = std::is_same_v<T, YardlValue::Floats> || std::is_same_v<T, YardlValue::Doubles> ||
                           std::is_same_v<T, YardlValue::Integers> || std::is_same_v<T, YardlValue::Naturals>;

[[noreturn]] void refuse(std::string_view what, std::string_view expected) {
  throw FileError(fmt::format("'{}' in the file's header is not {}, by the file's own schema.", what, expected));
}

/// Packed numbers of any type, or an empty list, as vector of Number.
template <class Number>
std::vector<Number> convert(const YardlValue& value, std::string_view what) {
  return std::visit(
      [&](const auto& data) -> std::vector<Number> {
        using Data = std::decay_t<decltype(data)>;
        if constexpr (is_packed<Data>) {
          return std::vector<Number>(data.begin(), data.end());
        } else {
          refuse(what, "a list of numbers");
        }
      },
      value.data());
}

}  // namespace

std::size_t YardlValue::size() const {
  return std::visit(
      [](const auto& data) -> std::size_t {
        using Data = std::decay_t<decltype(data)>;
        if constexpr (is_packed<Data> || std::is_same_v<Data, List>) {
          return data.size();
        } else {
          return 0;
        }
      },
      data_);
}

const YardlValue* YardlValue::find(std::string_view field) const {
  const auto* record = std::get_if<Record>(&data_);
  if (record == nullptr) {
    return nullptr;
  }
  for (std::size_t i = 0; i < record->values.size(); ++i) {
    if (record->type->fields[i].name == field) {
      return record->values[i].is_null() ? nullptr : &record->values[i];
    }
  }
  return nullptr;
}

const YardlValue* YardlValue::find_any(std::initializer_list<std::string_view> fields) const {
  for (const std::string_view field : fields) {
    if (const YardlValue* value = find(field)) {
      return value;
    }
  }
  return nullptr;
}

const YardlValue& YardlValue::at(std::string_view field) const {
  if (const YardlValue* value = find(field)) {
    return *value;
  }
  const auto* record = std::get_if<Record>(&data_);
  throw FileError(fmt::format("The file's header lacks '{}'{}.", field,
                              record ? fmt::format(" in its {}", record->type->name) : std::string()));
}

const YardlValue::List& YardlValue::list(std::string_view what) const {
  if (const auto* list = std::get_if<List>(&data_)) {
    return *list;
  }
  refuse(what, "a list");
}

double YardlValue::number(std::string_view what) const {
  if (const auto* real = std::get_if<double>(&data_)) {
    return *real;
  }
  if (const auto* integer = std::get_if<std::int64_t>(&data_)) {
    return static_cast<double>(*integer);
  }
  return static_cast<double>(natural(what));
}

std::uint64_t YardlValue::natural(std::string_view what) const {
  if (const auto* natural = std::get_if<std::uint64_t>(&data_)) {
    return *natural;
  }
  refuse(what, "a natural number");
}

const std::string& YardlValue::text(std::string_view what) const {
  if (const auto* text = std::get_if<std::string>(&data_)) {
    return *text;
  }
  refuse(what, "a text");
}

const std::string& YardlValue::symbol(std::string_view what) const {
  if (const auto* symbol = std::get_if<Symbol>(&data_)) {
    return symbol->name;
  }
  refuse(what, "an enumeration");
}

std::vector<float> YardlValue::floats(std::string_view what) const { return convert<float>(*this, what); }

std::vector<std::int32_t> YardlValue::integers(std::string_view what) const {
  const auto wide = convert<std::int64_t>(*this, what);
  const auto fits = [](std::int64_t value) {
    return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  };
  if (!std::all_of(wide.begin(), wide.end(), fits)) {
    refuse(what, "a list of 32-bit numbers");
  }
  return {wide.begin(), wide.end()};
}

YardlValue::Symbol find_symbol(const YardlType& type, std::int64_t value) {
  for (const YardlSymbol& symbol : type.symbols) {
    if (symbol.value == value) {
      return {symbol.name, value};
    }
  }
  return {"", value};
}

}  // namespace coincide::io
