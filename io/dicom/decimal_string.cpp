#include "io/dicom/decimal_string.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "recon/text.h"

namespace coincide::io::dicom {
namespace {

constexpr std::size_t most_letters = 16;

/// With as many digits as fit: 17 at most tell every double from the next.
std::string shortened(double value) {
  for (int digits = 17; digits > 0; --digits) {
    if (std::string text = fmt::format("{:.{}g}", value, digits); text.size() <= most_letters) {
      return text;
    }
  }
  return "0";
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  text = recon::trimmed(text, {" \0\t\r\n", 5});
  if (text.empty()) {
    return {};
  }
  if (text.front() == '+') {
    text.remove_prefix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value) ? std::optional(value)
                                                                                          : std::nullopt;
}

std::string decimal_string(double value) {
  if (std::string exact = fmt::format("{}", value); exact.size() <= most_letters) {
    return exact;
  }
  return shortened(value);
}

std::string decimal_string_above(double value) {
  double raised = value;
  std::string text = decimal_string(value);
  while (*parse_decimal(text) < value) {  // rounded down: what is a little larger rounds up
    constexpr double last_digits = 1e-11;
    raised *= 1 + last_digits;
    text = decimal_string(raised);
  }
  return text;
}

}  // namespace coincide::io::dicom
