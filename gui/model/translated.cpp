#include "gui/model/translated.h"

#include "gui/model/sentences.h"

namespace coincide::gui {
namespace {

Sentences& language() {
  static Sentences of_window;
  return of_window;
}

}  // namespace

std::string translated(const char* text) {
  const std::string* found = language().find(text);
  return found == nullptr || found->empty() ? text : *found;
}

std::string in_language(const std::string& sentence) { return language().translation(sentence); }

void set_translation(const std::unordered_map<std::string, std::string>& texts) { language() = Sentences(texts); }

}  // namespace coincide::gui
