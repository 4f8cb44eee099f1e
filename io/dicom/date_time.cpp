#include "io/dicom/date_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace coincide::io::dicom {
namespace {

constexpr double day_s = 86400;

/// `count` digits at `at`; none if there are not as many.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) {
    return {};
  }
  int value = 0;
  const char* const end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  return error == std::errc() && stop == end && value >= 0 ? std::optional(value) : std::nullopt;
}

std::string without(std::string_view text, std::string_view letters) {
  std::string rest(text);
  std::erase_if(rest, [&](char letter) { return letters.find(letter) != std::string_view::npos; });
  return rest;
}

std::optional<double> day_moment(std::string_view date) {
  const auto year = digits(date, 0, 4), month = digits(date, 4, 2), day = digits(date, 6, 2);
  if (!year || !month || !day) {
    return {};
  }
  const std::chrono::year_month_day calendar(std::chrono::year(*year),
                                             std::chrono::month(static_cast<unsigned>(*month)),
                                             std::chrono::day(static_cast<unsigned>(*day)));
  if (!calendar.ok()) {
    return {};
  }
  return day_s * static_cast<double>(std::chrono::sys_days(calendar).time_since_epoch().count());
}

/// "HHMMSS.FFFFFF", of which all behind the hours may be missing.
std::optional<double> time_of_day(std::string_view time) {
  const auto hours = digits(time, 0, 2);
  const auto minutes = time.size() > 2 ? digits(time, 2, 2) : 0, seconds = time.size() > 4 ? digits(time, 4, 2) : 0;
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) {
    return {};
  }
  double fraction = 0;
  if (time.size() > 6) {
    const auto [end, error] = std::from_chars(time.data() + 6, time.data() + time.size(), fraction);
    if (time[6] != '.' || error != std::errc() || end != time.data() + time.size()) {
      return {};
    }
  }
  return 3600.0 * *hours + 60.0 * *minutes + *seconds + fraction;
}

double floor_to_day(double moment_s) { return day_s * std::floor(moment_s / day_s); }

/// Time of day in whole microseconds, as DICOM has no more.
std::int64_t microseconds(double moment_s) { return std::llround(1e6 * (moment_s - floor_to_day(moment_s))); }

/// So that rounding does not give a 61st second.
double rounded(double moment_s) { return 1e-6 * std::round(1e6 * moment_s); }

}  // namespace

std::optional<double> moment(std::string_view date, std::string_view time) {
  const auto day = day_moment(without(date, ".- "));
  const auto of_day = time_of_day(without(time, ": "));
  return day && of_day ? std::optional(*day + *of_day) : std::nullopt;
}

std::optional<double> moment(std::string_view date_time) {
  const std::string_view local = date_time.substr(0, date_time.find_first_of("+-"));
  return local.size() > 8 ? moment(local.substr(0, 8), local.substr(8)) : std::nullopt;
}

std::string date_text(double moment_s) {
  const auto days = static_cast<int>(std::floor(rounded(moment_s) / day_s));
  const std::chrono::year_month_day calendar{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(calendar.year()), static_cast<unsigned>(calendar.month()),
                     static_cast<unsigned>(calendar.day()));
}

std::string calendar_text(double moment_s) {
  const std::string date = date_text(moment_s);
  return fmt::format("{}-{}-{}", date.substr(0, 4), date.substr(4, 2), date.substr(6));
}

std::string time_text(double moment_s) {
  const std::int64_t us = microseconds(rounded(moment_s));
  const std::int64_t s = us / 1'000'000;
  return fmt::format("{:02}{:02}{:02}.{:06}", s / 3600, s / 60 % 60, s % 60, us % 1'000'000);
}

std::string clock_text(double moment_s) {
  const std::string time = time_text(moment_s);
  std::string text = fmt::format("{}:{}:{}", time.substr(0, 2), time.substr(2, 2), time.substr(4));
  text.erase(text.find_last_not_of('0') + 1);
  return text.size() < 10 ? fmt::format("{}:{}:{}", time.substr(0, 2), time.substr(2, 2), time.substr(4, 2)) : text;
}

}  // namespace coincide::io::dicom
