// SPDX-License-Identifier: Apache-2.0
// Folding, hashing and comparing of names, several bytes at a time: what every resolve does first.
#ifndef CSPKIT_DDF_SRC_TEXT_HPP_
#define CSPKIT_DDF_SRC_TEXT_HPP_

#include <bit>
#include <cspkit/result.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cspkit::ddf::text {

inline std::uint64_t load8(const char* p) {
  std::uint64_t w;
  std::memcpy(&w, p, sizeof w);
  return w;
}

inline std::uint64_t load4(const char* p) {
  std::uint32_t w;
  std::memcpy(&w, p, sizeof w);
  return w;
}

/// `n` < 8 bytes at p as one word, a different one for each text. Two overlapping loads, because
/// copying byte by byte and loading the result stalls.
inline std::uint64_t load_tail(const char* p, std::size_t n) {
  if (n >= 4) return load4(p) | load4(p + n - 4) << 32;
  if (n == 0) return 0;
  const auto byte = [p](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(p[i]));
  };
  return byte(0) | byte(n / 2) << 8 | byte(n - 1) << 16;
}

/// Lower-cases the ASCII letters among eight bytes.
inline std::uint64_t fold8(std::uint64_t w) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  const std::uint64_t low7 = w & ~kHigh;
  const std::uint64_t beyond_z = low7 + (0x7Fu - 'Z') * kOnes;
  const std::uint64_t from_a = low7 + (0x80u - 'A') * kOnes;
  const std::uint64_t upper = ~w & kHigh & (from_a ^ beyond_z);
  return w | (upper >> 2);
}

/// Sixteen bytes at once, in a register of the machine where it has such; both compilers know them.
using Bytes16 = signed char __attribute__((vector_size(16)));
using Unsigned16 = unsigned char __attribute__((vector_size(16)));  // may wrap round
using Words2 = std::uint64_t __attribute__((vector_size(16)));

inline Bytes16 load16(const char* p) {
  Bytes16 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store16(char* p, Bytes16 v) { std::memcpy(p, &v, sizeof v); }

/// Lower-cases the ASCII letters among sixteen bytes.
inline Bytes16 fold16(Bytes16 v) {
  // 'A' to 'Z' are moved to the very top of what a signed byte holds: one comparison finds them.
  const auto moved = reinterpret_cast<Bytes16>(reinterpret_cast<Unsigned16>(v) +
                                               static_cast<unsigned char>(0x7F - 'Z'));
  return v | ((moved > static_cast<signed char>(0x7F - 26)) & static_cast<signed char>(0x20));
}

/// Every byte shifted up by one bit.
inline Bytes16 doubled(Bytes16 v) {
  const auto bytes = reinterpret_cast<Unsigned16>(v);
  return reinterpret_cast<Bytes16>(bytes + bytes);
}

/// The sign of every byte, the first one lowest: of a comparison, which bytes fulfil it.
inline std::uint32_t signs(Bytes16 v) {
#if defined(__SSE2__)
  using Chars16 = char __attribute__((vector_size(16)));
  return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars16>(v)));
#else
  std::uint32_t out = 0;
  for (unsigned i = 0; i < 16; ++i) out |= (v[i] < 0 ? 1u : 0u) << i;
  return out;
#endif
}

inline bool is_zero(Bytes16 v) {
  const auto words = reinterpret_cast<Words2>(v);
  return (words[0] | words[1]) == 0;
}

inline bool is_ascii(Bytes16 v) {
  const auto words = reinterpret_cast<Words2>(v);
  return ((words[0] | words[1]) & 0x8080808080808080u) == 0;
}

/// At most so many bytes from the beginning, no character halved.
inline std::string_view head(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  return text.substr(0, most);
}

/// Sum of sixteen unsigned bytes.
inline std::uint64_t sum_bytes(Bytes16 v) {
  constexpr std::uint64_t kEven = 0x00FF00FF00FF00FFu;
  const auto words = reinterpret_cast<Words2>(v);
  const Words2 pairs = (words & kEven) + ((words >> 8) & kEven);
  return ((pairs[0] + pairs[1]) * 0x0001000100010001u) >> 48;
}

/// True when `text`, folded, is `folded`.
inline bool folds_to(const char* text, const char* folded, std::size_t n) {
  if (n >= 16) {
    Bytes16 differ = fold16(load16(text + n - 16)) ^ load16(folded + n - 16);
    for (; n > 16; n -= 16, text += 16, folded += 16)
      differ |= fold16(load16(text)) ^ load16(folded);
    return is_zero(differ);
  }
  if (n < 8) return fold8(load_tail(text, n)) == load_tail(folded, n);
  std::uint64_t differ = fold8(load8(text + n - 8)) ^ load8(folded + n - 8);
  for (; n > 8; n -= 8, text += 8, folded += 8) differ |= fold8(load8(text)) ^ load8(folded);
  return differ == 0;
}

/// The same, while copying `from` to `to`, which overlaps neither.
inline bool copy_if_folds(char* to, const char* from, const char* folded, std::size_t n) {
  if (n >= 16) {
    const Bytes16 last = load16(from + n - 16);
    Bytes16 differ = fold16(last) ^ load16(folded + n - 16);
    char* const end = to + n - 16;
    for (; n > 16; n -= 16, from += 16, folded += 16, to += 16) {
      const Bytes16 v = load16(from);
      store16(to, v);
      differ |= fold16(v) ^ load16(folded);
    }
    store16(end, last);
    return is_zero(differ);
  }
  if (n >= 8) {
    const std::uint64_t first = load8(from);
    const std::uint64_t last = load8(from + n - 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + n - 8, &last, 8);
    return ((fold8(first) ^ load8(folded)) | (fold8(last) ^ load8(folded + n - 8))) == 0;
  }
  for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
  return fold8(load_tail(from, n)) == load_tail(folded, n);
}

inline bool equal_folded(const char* a, const char* b, std::size_t n) {
  if (n >= 16) {
    Bytes16 differ = fold16(load16(a + n - 16)) ^ fold16(load16(b + n - 16));
    for (; n > 16; n -= 16, a += 16, b += 16) differ |= fold16(load16(a)) ^ fold16(load16(b));
    return is_zero(differ);
  }
  if (n < 8) return fold8(load_tail(a, n)) == fold8(load_tail(b, n));
  std::uint64_t differ = fold8(load8(a + n - 8)) ^ fold8(load8(b + n - 8));
  for (; n > 8; n -= 8, a += 8, b += 8) differ |= fold8(load8(a)) ^ fold8(load8(b));
  return differ == 0;
}

inline bool equal_folded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_folded(a.data(), b.data(), a.size());
}

/// The first eight bytes of a folded name, as a number by which such names are in order until they
/// differ later.
inline std::uint64_t folded_head(std::string_view name) {
  std::uint64_t head = 0;
  if (name.size() >= 8) {
    head = load8(name.data());
  } else if (!name.empty()) {
    std::memcpy(&head, name.data(), name.size());
  }
  if constexpr (std::endian::native == std::endian::little) head = __builtin_bswap64(head);
  return fold8(head);
}

/// Order of folded names, as of unsigned bytes: <0, 0, >0.
inline int compare_folded(std::string_view a, std::string_view b) {
  const std::size_t n = a.size() < b.size() ? a.size() : b.size();
  std::size_t i = 0;
  while (i + 8 <= n && fold8(load8(a.data() + i)) == fold8(load8(b.data() + i))) i += 8;
  for (; i < n; ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    const int lx = x >= 'A' && x <= 'Z' ? x + 32 : x;
    const int ly = y >= 'A' && y <= 'Z' ? y + 32 : y;
    if (lx != ly) return lx - ly;
  }
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

/// out = folded text of the same length; may be the text itself.
inline void fold_into(char* out, std::string_view s) {
  const char* p = s.data();
  const std::size_t n = s.size();
  if (n < 8) {
    if (n >= 4) {
      const auto first = static_cast<std::uint32_t>(fold8(load4(p)));
      const auto last = static_cast<std::uint32_t>(fold8(load4(p + n - 4)));
      std::memcpy(out, &first, 4);
      std::memcpy(out + n - 4, &last, 4);
      return;
    }
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = p[i] >= 'A' && p[i] <= 'Z' ? static_cast<char>(p[i] + 32) : p[i];
    }
    return;
  }
  // Read before the loop, which may write over it.
  if (n >= 16) {
    const Bytes16 last = fold16(load16(p + n - 16));
    for (std::size_t i = 0; i + 16 < n; i += 16) store16(out + i, fold16(load16(p + i)));
    return store16(out + n - 16, last);
  }
  const std::uint64_t last = fold8(load8(p + n - 8));
  for (std::size_t i = 0; i + 8 < n; i += 8) {
    const std::uint64_t w = fold8(load8(p + i));
    std::memcpy(out + i, &w, 8);
  }
  std::memcpy(out + n - 8, &last, 8);
}

struct Unreserved {
  bool is[256] = {};
  constexpr Unreserved() {
    for (std::size_t c = 0; c < 256; ++c) {
      is[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '.' || c == '_' || c == '~';
    }
  }
};
inline constexpr Unreserved kUnreserved;

/// RFC 3986 unreserved: what stands in a canonical path as it is.
inline bool is_unreserved(char c) { return kUnreserved.is[static_cast<unsigned char>(c)]; }

/// How many bytes at the beginning are unreserved.
inline std::size_t plain_run(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && is_unreserved(s[n])) ++n;
  return n;
}

/// Ones where the byte is unreserved.
inline Bytes16 unreserved16(Bytes16 v) {
  const Bytes16 folded = fold16(v);
  return ((folded >= 'a') & (folded <= 'z')) | ((v >= '0') & (v <= '9')) | (v == '-') | (v == '.') |
         (v == '_') | (v == '~');
}

/// True when all is unreserved.
inline bool is_plain(std::string_view s) {
  const char* p = s.data();
  std::size_t n = s.size();
  if (n < 8) return plain_run(s) == n;
  if (n < 16) {
    const Words2 ends = {load8(p), load8(p + n - 8)};
    return is_zero(~unreserved16(reinterpret_cast<Bytes16>(ends)));
  }
  Bytes16 bad = ~unreserved16(load16(p + n - 16));
  for (; n > 16; n -= 16, p += 16) bad |= ~unreserved16(load16(p));
  return is_zero(bad);
}

/// The beginning of a LocURI, taken off: blanks, "./", the scope.
struct Split {
  std::string_view rest;  ///< what stands below the scope, "" for the root, query included
  bool user = false;
  bool scope_given = false;
  bool bad_end = false;  ///< "./", "./Device/", "?x": no name where one must be
};
Split split_scope(std::string_view trimmed);

/// Takes the query off `rest`; true when there was one.
bool split_query(std::string_view& rest, std::string_view& query);

/// "." and "..", which no segment of an address may be.
inline bool is_dots(std::string_view name) { return name == "." || name == ".."; }

/// Judges and decodes one segment, appending to `out`. kBadRequest: empty, "*", ".", "..", NUL,
/// invalid UTF-8, malformed escape.
Status append_decoded_segment(std::string_view raw, std::string& out);

/// Appends a code point as UTF-8.
inline void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0u | (c >> 6));
    out += static_cast<char>(0x80u | (c & 0x3Fu));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0u | (c >> 12));
    out += static_cast<char>(0x80u | ((c >> 6) & 0x3Fu));
    out += static_cast<char>(0x80u | (c & 0x3Fu));
  } else {
    out += static_cast<char>(0xF0u | (c >> 18));
    out += static_cast<char>(0x80u | ((c >> 12) & 0x3Fu));
    out += static_cast<char>(0x80u | ((c >> 6) & 0x3Fu));
    out += static_cast<char>(0x80u | (c & 0x3Fu));
  }
}

}  // namespace cspkit::ddf::text

#endif  // CSPKIT_DDF_SRC_TEXT_HPP_
