// SPDX-License-Identifier: Apache-2.0
// cspkit/value.hpp: the formats and values of the management tree, one type for engine, providers
// and embedders. C++17, standard library only.
#ifndef CSPKIT_VALUE_HPP_
#define CSPKIT_VALUE_HPP_

#include <cspkit/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cspkit {

/// The formats of DDF (DFFormat) and SyncML (Meta/Format).
enum class Format : std::int32_t {
  kUnset = CSPKIT_FORMAT_UNSET,  ///< not given: the schema's is taken
  kB64 = CSPKIT_FORMAT_B64,
  kBin = CSPKIT_FORMAT_BIN,
  kBool = CSPKIT_FORMAT_BOOL,
  kChr = CSPKIT_FORMAT_CHR,
  kInt = CSPKIT_FORMAT_INT,
  kNode = CSPKIT_FORMAT_NODE,
  kNull = CSPKIT_FORMAT_NULL,
  kXml = CSPKIT_FORMAT_XML,
  kDate = CSPKIT_FORMAT_DATE,
  kTime = CSPKIT_FORMAT_TIME,
  kFloat = CSPKIT_FORMAT_FLOAT
};

/// Whose nodes: the device's, or one user's.
enum class Scope : std::int32_t { kDevice = CSPKIT_SCOPE_DEVICE, kUser = CSPKIT_SCOPE_USER };

/// "chr", "int", ...; "" for kUnset.
constexpr std::string_view format_name(Format format) {
  constexpr std::string_view kNames[] = {"",     "b64",  "bin", "bool", "chr",  "int",
                                         "node", "null", "xml", "date", "time", "float"};
  const auto index = static_cast<std::size_t>(format);
  return index < sizeof(kNames) / sizeof(kNames[0]) ? kNames[index] : std::string_view{};
}

/// The format with that exact lower-case name; kUnset for "" and for names that are none.
constexpr Format format_from_name(std::string_view name) {
  for (std::int32_t i = 1; i <= CSPKIT_FORMAT_FLOAT; ++i) {
    if (format_name(static_cast<Format>(i)) == name) return static_cast<Format>(i);
  }
  return Format::kUnset;
}

/// True for the two formats whose bytes travel as base64 and are held raw.
constexpr bool is_binary(Format format) { return format == Format::kB64 || format == Format::kBin; }

/// A value with its format. Text formats (int and bool too) hold UTF-8 text exactly as it was set;
/// b64 and bin hold the raw bytes.
struct Value {
  Format format = Format::kUnset;  ///< kUnset, given to a node: the format of its schema
  std::string data;                ///< text, or raw bytes
  bool secret = false;             ///< never logged

  /// A value of that format: chr, xml, int (decimal), bool ("true", "false"), bin (raw).
  /// @{
  static Value chr(std::string text) { return {Format::kChr, std::move(text)}; }
  static Value xml(std::string text) { return {Format::kXml, std::move(text)}; }
  static Value integer(std::int64_t number) { return {Format::kInt, std::to_string(number)}; }
  static Value boolean(bool on) { return {Format::kBool, on ? "true" : "false"}; }
  static Value bytes(std::string raw) { return {Format::kBin, std::move(raw)}; }
  /// @}

  /// The number of an int (decimal or 0x hex, 64-bit signed, blanks around it ignored). kBadFormat.
  Result<std::int64_t> as_int() const;
  /// The truth of a bool: true, false, 1, 0 in any case. kBadFormat.
  Result<bool> as_bool() const;

  Value() = default;
  /// A value of any format; nothing is judged.
  Value(Format f, std::string d) : format(f), data(std::move(d)) {}
  /// Equal in format and data, byte for byte; whether they are secret does not count.
  /// @{
  friend bool operator==(const Value& a, const Value& b) {
    return a.format == b.format && a.data == b.data;
  }
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }
  /// @}
};

namespace detail {
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
inline std::string_view trim(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}
}  // namespace detail

/// Reads a 64-bit signed integer: decimal with an optional sign, or 0x and hex digits; blanks
/// around it ignored. kBadFormat when it is none or does not fit.
inline Result<std::int64_t> parse_int(std::string_view text) {
  std::string_view s = detail::trim(text);
  bool negative = false;
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) {
    negative = s.front() == '-';
    s.remove_prefix(1);
  }
  unsigned base = 10;
  if (s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
    base = 16;
    s.remove_prefix(2);
  }
  if (s.empty()) return Result<std::int64_t>(Code::kBadFormat, "not an integer");
  const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : (std::uint64_t{1} << 63) - 1;
  std::uint64_t number = 0;
  for (char c : s) {
    const char low = detail::to_lower(c);
    unsigned digit = 99;
    if (low >= '0' && low <= '9') digit = static_cast<unsigned>(low - '0');
    if (low >= 'a' && low <= 'f') digit = static_cast<unsigned>(low - 'a') + 10;
    if (digit >= base) return Result<std::int64_t>(Code::kBadFormat, "not an integer");
    if (number > (limit - digit) / base)
      return Result<std::int64_t>(Code::kBadFormat, "integer beyond 64 bits");
    number = number * base + digit;
  }
  return static_cast<std::int64_t>(negative ? std::uint64_t{0} - number : number);
}

/// Reads true, false, 1 or 0 in any case of letters, blanks around it ignored. kBadFormat.
inline Result<bool> parse_bool(std::string_view text) {
  const std::string_view s = detail::trim(text);
  if (s == "1" || detail::equals_ignoring_case(s, "true")) return true;
  if (s == "0" || detail::equals_ignoring_case(s, "false")) return false;
  return Result<bool>(Code::kBadFormat, "not a bool");
}

inline Result<std::int64_t> Value::as_int() const { return parse_int(data); }
inline Result<bool> Value::as_bool() const { return parse_bool(data); }

}  // namespace cspkit

#endif  // CSPKIT_VALUE_HPP_
