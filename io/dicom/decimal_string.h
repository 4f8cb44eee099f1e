#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coincide::io::dicom {

/// A number as text, however long, with spaces around it, a plus, or an exponent. None for all else, infinities and
/// NaN too.
std::optional<double> parse_decimal(std::string_view text);

/// The nearest number that a decimal string (DS) can say: at most 16 letters.
std::string decimal_string(double value);

/// The smallest such number that is not below `value`, which must not be negative.
std::string decimal_string_above(double value);

}  // namespace coincide::io::dicom
