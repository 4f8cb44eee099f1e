#include "io/json_sentence.h"

#include <fmt/format.h>

namespace coincide::io {

std::string json_sentence(const nlohmann::json::exception& error) {
  if (const auto* parsing = dynamic_cast<const nlohmann::json::parse_error*>(&error)) {
    return fmt::format("it is no JSON from its byte {} on", parsing->byte);
  }
  constexpr int no_such_key = 403;
  if (error.id == no_such_key) {  // "... key 'job' not found": the library names it nowhere else
    const std::string words = error.what();
    const std::size_t first = words.find('\'') + 1;
    return fmt::format("it has no \"{}\"", words.substr(first, words.rfind('\'') - first));
  }
  return "a value in it is of another kind than what this program writes there";
}

}  // namespace coincide::io
