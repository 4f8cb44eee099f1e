#include "gui/model/translated.h"

#include <utility>

namespace coincide::gui {
namespace {

std::function<std::string(const char*)>& translation() {
  static std::function<std::string(const char*)> find;
  return find;
}

}  // namespace

std::string translated(const char* text) {
  std::string found = translation() ? translation()(text) : std::string();
  return found.empty() ? text : found;
}

void set_translation(std::function<std::string(const char*)> find) { translation() = std::move(find); }

}  // namespace coincide::gui
