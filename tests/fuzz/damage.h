#pragma once

#include <random>
#include <string>

namespace coincide::fuzz {

/// Changes an input in one to four places: bits, numbers in binary and in text, pieces that are missing or there twice,
/// the end cut off. The same generator makes the same changes.
void damage(std::string& input, std::mt19937_64& random);

}  // namespace coincide::fuzz
