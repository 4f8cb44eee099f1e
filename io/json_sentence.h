#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace coincide::io {

/// What the library has against a document, in our words: "it has no \"job\"", "it is no JSON from its byte 12 on".
std::string json_sentence(const nlohmann::json::exception& error);

}  // namespace coincide::io
