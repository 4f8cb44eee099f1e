#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coincide::io::dicom {

// Moments are in s since 1970 by the clock on the scanner's wall: time zones are not looked at, as dates and times
// without one stand beside those with.

/// Of a date (DA, "20261128" or "2026.11.28") and a time (TM, "140509.25" or "14:05:09"). None if either is wrong.
std::optional<double> moment(std::string_view date, std::string_view time);
/// Of both in one (DT, "20261128140509.25+0100").
std::optional<double> moment(std::string_view date_time);

/// "20261128"
std::string date_text(double moment_s);
/// "2026-11-28"
std::string calendar_text(double moment_s);
/// "140509.250000"
std::string time_text(double moment_s);
/// "14:05:09", with decimals if there are any.
std::string clock_text(double moment_s);

}  // namespace coincide::io::dicom
