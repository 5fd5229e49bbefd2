// SPDX-License-Identifier: Apache-2.0
// UTF-8 and the characters XML allows.
#ifndef CSPKIT_ODT_UTF8_HPP_
#define CSPKIT_ODT_UTF8_HPP_

#include <cstddef>
#include <string>
#include <string_view>

namespace cspkit::odt {

constexpr char32_t kInvalid = 0xFFFFFFFF;

inline bool is_xml_char(char32_t c) {
  return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

inline bool is_name_start(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && (c < 0x2000 || c > 0x206F) && is_xml_char(c));
}

inline bool is_name_char(char32_t c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xB7;
}

// Characters that look right on a web page and are wrong in a file.
inline const char* typographic_name(char32_t c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
      return "a typographic single quote";
    case 0x201C:
    case 0x201D:
    case 0x201E:
      return "a typographic double quote";
    case 0x200B:
      return "a zero-width space";
    case 0x00A0:
      return "a no-break space";
    case '\\':
      return "a backslash";
    default:
      return nullptr;
  }
}

// Decodes one UTF-8 sequence; size 0 at the end or when it is malformed.
struct Decoded {
  char32_t code = kInvalid;
  std::size_t size = 0;
};

inline Decoded decode(std::string_view s) {
  if (s.empty()) return {};
  const auto lead = static_cast<unsigned char>(s[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || s.size() < size) return {};
  char32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(s[i]);
    if ((byte & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte & 0x3FU);
  }
  constexpr char32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLowest[size]) return {};
  return {code, size};
}

inline void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_UTF8_HPP_
