#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "projectors/error.h"

// nlohmann-json casts any number, also one that does not fit, where the cast is undefined. These throw FileError for
// what is no number of that kind.

namespace coincide::io {

/// A whole number that `Int` can hold.
template <class Int, class Json>
Int whole_number(const Json& value) {
  if (value.is_number_unsigned()) {
    if (const auto number = value.template get<std::uint64_t>(); std::in_range<Int>(number)) {
      return static_cast<Int>(number);
    }
  } else if (value.is_number_integer()) {
    if (const auto number = value.template get<std::int64_t>(); std::in_range<Int>(number)) {
      return static_cast<Int>(number);
    }
  }
  throw FileError(fmt::format("{} stands where a whole number should", value.dump()));
}

/// A finite number from `least` to `most`.
template <class Float = double, class Json>
Float real_number(const Json& value, double least = std::numeric_limits<Float>::lowest(),
                  double most = std::numeric_limits<Float>::max()) {
  const double number = value.is_number() ? value.template get<double>() : std::numeric_limits<double>::quiet_NaN();
  if (!(number >= least && number <= most)) {
    throw FileError(value.is_number()
                        ? fmt::format("{} stands where a number from {:g} to {:g} should", value.dump(), least, most)
                        : fmt::format("{} stands where a number should", value.dump()));
  }
  return static_cast<Float>(number);
}

/// A list of as many numbers, each of which `number` reads.
template <std::size_t count, class Json, class Number>
auto numbers(const Json& list, Number&& number) {
  if (!list.is_array() || list.size() != count) {
    throw FileError(fmt::format("{} stands where a list of {} numbers should", list.dump(), count));
  }
  std::array<std::decay_t<decltype(number(list))>, count> values{};
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = number(list[i]);
  }
  return values;
}

}  // namespace coincide::io
