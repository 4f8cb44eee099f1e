#pragma once

#include <fmt/format.h>

#include <string>
#include <unordered_map>

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

/// What a layer below has said, a finished sentence with its values, in the language of the window; as it is where no
/// text of the language fits (gui/model/sentences.h). For what is shown only: log and record stay English.
std::string in_language(const std::string& sentence);

/// Texts with their translations, from now on; before there are threads that look texts up.
void set_translation(const std::unordered_map<std::string, std::string>& texts);

}  // namespace coincide::gui
