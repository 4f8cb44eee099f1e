#pragma once

#include <string>
#include <vector>

#include "io/yardl_value.h"

namespace coincide::io {

/// What a PETSIRD header states, in any version of the model, that has no use here: a few words each.
std::vector<std::string> not_used_of_header(const YardlValue& header);

}  // namespace coincide::io
