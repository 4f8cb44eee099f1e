#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

namespace coincide::gui {

/// A text of the model in the language of the window; as it is where it has no translation, or nobody has set one.
std::string translated(const char* text);

/// Marks a text that is translated where it is shown, in a table or a choice of texts.
constexpr const char* to_translate(const char* text) { return text; }

/// With the values in the places of its {}, which a translation has, too.
template <class... Values>
std::string translated_with(const char* text, const Values&... values) {
  return fmt::vformat(translated(text), fmt::make_format_args(values...));
}

/// From now on; before there are threads that look texts up. The answer is empty for a text that is not known.
void set_translation(std::function<std::string(const char* text)> find);

}  // namespace coincide::gui
