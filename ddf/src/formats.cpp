// SPDX-License-Identifier: Apache-2.0
// Row 9 of the order of checks: does the text parse in the node's format?
#include <charconv>
#include <cmath>

#include "cspkit/ddf/rules.hpp"
#include "enum_match.hpp"

namespace cspkit::ddf {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// Takes `count` digits off the front as a number; -1 when they are not there.
int take_digits(std::string_view& s, std::size_t count) {
  if (s.size() < count) return -1;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (s[i] < '0' || s[i] > '9') return -1;
    number = number * 10 + (s[i] - '0');
  }
  s.remove_prefix(count);
  return number;
}

bool take(std::string_view& s, char c) {
  if (s.empty() || s.front() != c) return false;
  s.remove_prefix(1);
  return true;
}

int days_of_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

/// ISO 8601 calendar date, basic or extended: 20240229, 2024-02-29.
bool take_date(std::string_view& s) {
  const int year = take_digits(s, 4);
  const bool extended = take(s, '-');
  const int month = take_digits(s, 2);
  if (extended && !take(s, '-')) return false;
  const int day = take_digits(s, 2);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_of_month(year, month);
}

bool take_zone(std::string_view& s) {
  if (s.empty() || take(s, 'Z') || take(s, 'z')) return true;
  if (!take(s, '+') && !take(s, '-')) return false;
  const int hours = take_digits(s, 2);
  if (hours < 0 || hours > 23) return false;
  if (s.empty()) return true;
  static_cast<void>(take(s, ':'));
  const int minutes = take_digits(s, 2);
  return minutes >= 0 && minutes <= 59;
}

/// ISO 8601 time of day: hh, hh:mm, hh:mm:ss[.f], or without colons, and a zone.
bool take_time(std::string_view& s) {
  const int hours = take_digits(s, 2);
  if (hours < 0 || hours > 24) return false;
  const bool extended = take(s, ':');
  const int minutes = take_digits(s, 2);
  if (minutes > 59) return false;
  if (minutes >= 0) {
    if (!extended || take(s, ':')) {
      const int seconds = take_digits(s, 2);
      if (seconds > 60 || (extended && seconds < 0)) return false;
      if (seconds >= 0 && (take(s, '.') || take(s, ','))) {
        if (take_digits(s, 1) < 0) return false;
        while (take_digits(s, 1) >= 0) {
        }
      }
    }
  } else if (extended) {
    return false;
  }
  return take_zone(s);
}

bool is_date(std::string_view text) {
  std::string_view s = detail::trim(text);
  return take_date(s) && s.empty();
}

/// A time of day, or a date and a time of day: published nodes of format time take the latter.
bool is_time(std::string_view text) {
  std::string_view s = detail::trim(text);
  std::string_view whole = s;
  if (take_date(whole) && (take(whole, 'T') || take(whole, 't') || take(whole, ' '))) {
    return take_time(whole) && whole.empty();
  }
  static_cast<void>(take(s, 'T'));
  return take_time(s) && s.empty();
}

bool is_float(std::string_view text) {
  std::string_view s = detail::trim(text);
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), number);
  return error == std::errc() && end == s.data() + s.size() && std::isfinite(number);
}

bool parses(Format format, std::string_view text) {
  switch (format) {
    case Format::kInt:
      return parse_int(text).has_value();
    case Format::kBool:
      return parse_bool(text).has_value();
    case Format::kFloat:
      return is_float(text);
    case Format::kDate:
      return is_date(text);
    case Format::kTime:
      return is_time(text);
    case Format::kNode:
      return detail::trim(text).empty();
    default:
      return true;
  }
}

/// The format a value takes on in the node; kUnset when the node refuses the one that is given.
Format target_format(Format schema, Format given, bool empty) {
  if (schema == Format::kNull) {
    if (given == Format::kNode) return Format::kUnset;
    if (given != Format::kUnset) return given;
    return empty ? Format::kNull : Format::kChr;
  }
  const bool fits = given == Format::kUnset || given == schema ||
                    (schema == Format::kXml && given == Format::kChr) ||
                    (schema == Format::kBin && given == Format::kB64);
  return fits ? schema : Format::kUnset;
}

Status wrong_format(const Node& node, Format given) {
  return Status(Code::kBadFormat, "the format of " + node.uri() + " is " +
                                      std::string(format_name(node.format())) + ", not " +
                                      std::string(format_name(given)));
}

Status unreadable(const Node& node, Format format) {
  return Status(Code::kBadFormat, "the value for " + node.uri() + " does not read as " +
                                      std::string(format_name(format)));
}

Status too_large(std::size_t max_bytes) {
  return Status(Code::kTooLarge,
                "the value is larger than " + std::to_string(max_bytes) + " bytes");
}

/// What a node that was never set holds when it has no DefaultValue.
std::string_view empty_text(Format format) {
  switch (format) {
    case Format::kInt:
    case Format::kFloat:
      return "0";
    case Format::kBool:
      return "false";
    default:
      return {};
  }
}

}  // namespace

std::string base64_encode(std::string_view raw) {
  std::string out;
  out.reserve((raw.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < raw.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 |
              (i + k < raw.size() ? static_cast<unsigned char>(raw[i + k]) : std::uint32_t{0});
    }
    out += kBase64[group >> 18 & 63u];
    out += kBase64[group >> 12 & 63u];
    out += i + 1 < raw.size() ? kBase64[group >> 6 & 63u] : '=';
    out += i + 2 < raw.size() ? kBase64[group & 63u] : '=';
  }
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (char c : text) {
    if (detail::is_blank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding != 0) {
      return Status(Code::kBadFormat, "not base64: an unexpected character");
    }
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (++digits % 4 == 0) {
      out += static_cast<char>(group >> 16 & 0xFFu);
      out += static_cast<char>(group >> 8 & 0xFFu);
      out += static_cast<char>(group & 0xFFu);
      group = 0;
    }
  }
  const std::size_t left = digits % 4;
  if (left == 1 || (padding != 0 && padding != 4 - left) || (left == 0 && padding != 0)) {
    return Status(Code::kBadFormat, "not base64: it is cut off or wrongly padded");
  }
  if (left == 2) out += static_cast<char>(group >> 4 & 0xFFu);
  if (left == 3) {
    out += static_cast<char>(group >> 10 & 0xFFu);
    out += static_cast<char>(group >> 2 & 0xFFu);
  }
  return out;
}

std::string to_wire(const Value& value) {
  return is_binary(value.format) ? base64_encode(value.data) : value.data;
}

Status read_value(const Node& node, Format given, std::string_view wire_text, std::size_t max_bytes,
                  Value& value) {
  if (wire_text.size() > max_bytes) return too_large(max_bytes);
  value.format = target_format(node.format(), given, wire_text.empty());
  value.secret = false;
  if (value.format == Format::kUnset) return wrong_format(node, given);
  if (is_binary(value.format)) {
    Result<std::string> raw = base64_decode(wire_text);
    if (!raw && !enum_lists(node, wire_text)) return unreadable(node, value.format);
    value.data = raw ? *std::move(raw) : std::string(wire_text);
    return {};
  }
  if (!parses(value.format, wire_text) && !enum_lists(node, wire_text))
    return unreadable(node, value.format);
  value.data.assign(wire_text);
  return {};
}

Result<Value> read_value(const Node& node, Format given, std::string_view wire_text,
                         std::size_t max_bytes) {
  Value value;
  Status read = read_value(node, given, wire_text, max_bytes, value);
  if (!read.ok()) return read;
  return value;
}

Status fit_format(const Node& node, std::string_view data, std::size_t max_bytes, Format& format) {
  const Format target = target_format(node.format(), format, data.empty());
  if (target == Format::kUnset) return wrong_format(node, format);
  const bool binary = is_binary(target);
  const std::size_t wire = binary ? (data.size() + 2) / 3 * 4 : data.size();
  if (wire > max_bytes) return too_large(max_bytes);
  if (!binary && !parses(target, data) && !enum_lists(node, data)) return unreadable(node, target);
  format = target;
  return {};
}

Status fit_format(const Node& node, Value& value, std::size_t max_bytes) {
  return fit_format(node, value.data, max_bytes, value.format);
}

Result<Value> check_format(const Node& node, Value value, std::size_t max_bytes) {
  Status fits = fit_format(node, value, max_bytes);
  if (!fits.ok()) return fits;
  return value;
}

Value initial_value(const Node& node) {
  const Format format = node.format();
  if (!node.has_default()) return Value(format, std::string(empty_text(format)));
  const std::string_view text = node.default_value();
  if (is_binary(format)) {
    Result<std::string> raw = base64_decode(text);
    return Value(format, raw ? std::move(*raw) : std::string(text));
  }
  return Value(format, std::string(text));
}

}  // namespace cspkit::ddf
