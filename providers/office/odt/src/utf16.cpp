// SPDX-License-Identifier: Apache-2.0
#include "utf16.hpp"

#include "utf8.hpp"

namespace cspkit::odt {
namespace {

constexpr std::string_view kLittleEndian = "\xFF\xFE";
constexpr std::string_view kBigEndian = "\xFE\xFF";

char32_t unit(std::string_view bytes, std::size_t at, bool big) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return big ? (char32_t{first} << 8) | second : (char32_t{second} << 8) | first;
}

Position end_of(std::string_view utf8) {
  Position place;
  for (const char c : utf8) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

}  // namespace

bool is_utf16(std::string_view bytes) {
  const std::string_view mark = bytes.substr(0, 2);
  return mark == kLittleEndian || mark == kBigEndian;
}

bool utf8_of_utf16(std::string_view bytes, std::string& utf8, XmlError& error) {
  const bool big = bytes.substr(0, 2) == kBigEndian;
  utf8.clear();
  utf8.reserve(bytes.size() / 2);
  for (std::size_t at = 2; at < bytes.size(); at += 2) {
    char32_t code = kInvalid;
    if (at + 1 < bytes.size()) {
      code = unit(bytes, at, big);
      if (code >= 0xD800 && code <= 0xDBFF && at + 3 < bytes.size()) {
        const char32_t low = unit(bytes, at + 2, big);
        code = low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                                              : kInvalid;
        at += 2;
      }
    }
    if (code == kInvalid || (code >= 0xD800 && code <= 0xDFFF)) {
      error.text = "bytes that are not UTF-16";
      error.position = end_of(utf8);
      return false;
    }
    append_utf8(utf8, code);
  }
  return true;
}

}  // namespace cspkit::odt
