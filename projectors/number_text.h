#pragma once

#include <charconv>
#include <string>

namespace coincide::projectors {

/// A number in a message, as short as reads back the same: "0.1", "1e-07", "nan".
inline std::string number_text(float value) {
  char text[24];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace coincide::projectors
