#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "projectors/error.h"

namespace coincide::io {

/// A whole number that `Int` can hold. nlohmann-json casts any number, also one that does not fit, where the cast is
/// undefined. Throws FileError for anything else.
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

}  // namespace coincide::io
