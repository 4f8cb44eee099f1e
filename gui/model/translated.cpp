#include "gui/model/translated.h"

#include "gui/model/sentences.h"

namespace coincide::gui {
namespace {

struct Language {
  std::unordered_map<std::string, std::string> texts;
  Sentences sentences;
};

Language& language() {
  static Language of_window;
  return of_window;
}

}  // namespace

std::string translated(const char* text) {
  const auto found = language().texts.find(text);
  return found == language().texts.end() || found->second.empty() ? text : found->second;
}

std::string in_language(const std::string& sentence) { return language().sentences.translation(sentence); }

void set_translation(const std::unordered_map<std::string, std::string>& texts) {
  language() = {texts, Sentences(texts)};
}

}  // namespace coincide::gui
