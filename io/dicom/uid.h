#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace coincide::io::dicom {

/// "2.25." and the number that a random UUID is: an identifier that needs no registration. Source: DICOM PS3.5, B.2.
std::string new_uid();

/// A number of 128 bits, the highest byte first, as decimal digits.
std::string decimal_digits(std::array<std::uint8_t, 16> number);

}  // namespace coincide::io::dicom
