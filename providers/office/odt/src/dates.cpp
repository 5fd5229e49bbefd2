// SPDX-License-Identifier: Apache-2.0
#include "dates.hpp"

#include <chrono>

namespace cspkit::odt {
namespace {

// Digits only; -1 when there is something else.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

bool read_deadline(std::string_view text, std::int64_t& seconds) {
  constexpr std::string_view kForm = "MM/DD/YYYY HH:MM";
  if (text.size() != kForm.size() || text[2] != '/' || text[5] != '/' || text[10] != ' ' ||
      text[13] != ':') {
    return false;
  }
  const int month = number(text.substr(0, 2));
  const int day = number(text.substr(3, 2));
  const int year = number(text.substr(6, 4));
  const int hour = number(text.substr(11, 2));
  const int minute = number(text.substr(14, 2));
  if (month < 0 || day < 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return false;
  }
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return false;
  const std::chrono::sys_days days(date);
  seconds = std::int64_t{days.time_since_epoch().count()} * 86400 + hour * 3600 + minute * 60;
  return true;
}

}  // namespace cspkit::odt
