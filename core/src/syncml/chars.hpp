// SPDX-License-Identifier: Apache-2.0
// Characters of XML 1.0, read and written eight bytes at a time.
#ifndef CSPKIT_CORE_SYNCML_CHARS_HPP_
#define CSPKIT_CORE_SYNCML_CHARS_HPP_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cspkit::syncml {

/// Char of XML 1.0, production 2.
constexpr bool is_xml_char(std::uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/// What stands at the beginning of some bytes.
struct Utf8Char {
  std::size_t length = 0;  ///< 0: no valid UTF-8
  std::uint32_t code = 0;
};

/// Reads one character of UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
inline Utf8Char read_utf8(const char* text, std::size_t size) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (size == 0) return {};
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || size < length) return {};
  std::uint32_t code = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || surrogate || code > 0x10FFFF) return {};
  return {length, code};
}

namespace swar {
inline constexpr std::uint64_t kOnes = 0x0101010101010101u;
inline constexpr std::uint64_t kHighs = 0x8080808080808080u;

inline std::uint64_t load(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
// The high bit of each byte that is below `limit` (of later bytes too, after a true one: callers
// look at the bytes themselves then). limit <= 0x80.
constexpr std::uint64_t below(std::uint64_t word, unsigned limit) {
  return (word - kOnes * limit) & ~word & kHighs;
}
constexpr std::uint64_t equal(std::uint64_t word, unsigned byte) {
  return below(word ^ (kOnes * byte), 1);
}
}  // namespace swar

/// Sixteen bytes, each with a sign: one comparison finds control characters and what is no ASCII.
using Bytes16 = signed char __attribute__((vector_size(16)));

/// True when each of sixteen bytes is an ASCII character, no control character, and not '&'.
inline bool are_plain16(const char* from) {
  using Words2 = std::uint64_t __attribute__((vector_size(16)));
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  const auto special = reinterpret_cast<Words2>((bytes < 0x20) | (bytes == '&'));
  return (special[0] | special[1]) == 0;
}

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_CHARS_HPP_
