// SPDX-License-Identifier: Apache-2.0
#include "cspkit/ddf/locuri.hpp"

#include "text.hpp"

namespace cspkit::ddf {
namespace {

struct HexDigits {
  signed char of[256] = {};
  constexpr HexDigits() {
    for (int c = 0; c < 256; ++c) {
      const int value = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      of[c] = static_cast<signed char>(value);
    }
  }
};
constexpr HexDigits kHexDigits;

int hex_digit(char c) { return kHexDigits.of[static_cast<unsigned char>(c)]; }

Status bad(std::string_view what, std::string_view raw) {
  constexpr std::size_t kShown = 80;
  std::string text(what);
  text += ": \"";
  text += raw.substr(0, kShown);
  if (raw.size() > kShown) text += "...";
  text += '"';
  return Status(Code::kBadRequest, std::move(text));
}

/// Appends the bytes an encoded text stands for.
Status append_bytes(std::string_view raw, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + raw.size());  // decoding never makes it longer
  char* to = out.data() + before;
  const char* from = raw.data();
  const char* const end = from + raw.size();
  while (from != end) {
    if (*from != '%') {
      *to++ = *from++;
      continue;
    }
    const int high = end - from > 2 ? hex_digit(from[1]) : -1;
    const int low = end - from > 2 ? hex_digit(from[2]) : -1;
    if (high < 0 || low < 0) {
      out.resize(static_cast<std::size_t>(to - out.data()));
      return bad("a % must be followed by two hex digits (write a plain % as %25)", raw);
    }
    *to++ = static_cast<char>(high * 16 + low);
    from += 3;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return {};
}

/// Length of the valid UTF-8 sequence at p, 0 when there is none.
std::size_t utf8_sequence(const unsigned char* p, std::size_t left) {
  const unsigned c = p[0];
  const auto tail = [&](std::size_t i) { return i < left && (p[i] & 0xC0u) == 0x80u; };
  if (c < 0x80) return 1;
  if (c < 0xC2) return 0;
  if (c < 0xE0) return tail(1) ? 2 : 0;
  if (c < 0xF0) {
    if (!tail(1) || !tail(2)) return 0;
    if (c == 0xE0 && p[1] < 0xA0) return 0;   // overlong
    if (c == 0xED && p[1] >= 0xA0) return 0;  // surrogate
    return 3;
  }
  if (c > 0xF4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (c == 0xF0 && p[1] < 0x90) return 0;
  if (c == 0xF4 && p[1] >= 0x90) return 0;
  return 4;
}

}  // namespace

bool is_utf8(std::string_view s) {
  const auto* p = reinterpret_cast<const unsigned char*>(s.data());
  std::size_t left = s.size();
  while (left != 0) {
    const char* const at = reinterpret_cast<const char*>(p);
    if (left >= 64 && text::is_ascii(text::load16(at) | text::load16(at + 16) |
                                     text::load16(at + 32) | text::load16(at + 48))) {
      p += 64;
      left -= 64;
      continue;
    }
    if (left >= 16 && text::is_ascii(text::load16(at))) {
      p += 16;
      left -= 16;
      continue;
    }
    const std::size_t n = utf8_sequence(p, left);
    if (n == 0) return false;
    p += n;
    left -= n;
  }
  return true;
}

std::string fold(std::string_view s) {
  std::string out;
  fold(s, out);
  return out;
}

void fold(std::string_view s, std::string& out) {
  if (out.size() != s.size()) out.resize(s.size());
  text::fold_into(out.data(), s);
}

void append_encoded(std::string& out, std::string_view decoded) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const std::size_t before = out.size();
  out.resize(before + 3 * decoded.size());  // at most
  char* to = out.data() + before;
  for (const char c : decoded) {
    if (text::is_unreserved(c)) {
      *to++ = c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    *to++ = '%';
    *to++ = kHex[byte >> 4];
    *to++ = kHex[byte & 15u];
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

std::string encode_segment(std::string_view decoded) {
  std::string out;
  out.reserve(decoded.size());
  append_encoded(out, decoded);
  return out;
}

Result<std::string> decode_segment(std::string_view encoded) {
  std::string out;
  out.reserve(encoded.size());
  if (Status status = append_bytes(encoded, out); !status) return status;
  if (out.find('\0') != std::string::npos) return bad("a name holds no NUL", encoded);
  if (!is_utf8(out)) return bad("not valid UTF-8", encoded);
  return out;
}

namespace text {

Split split_scope(std::string_view s) {
  Split split;
  split.rest = s;
  if (s == ".") {
    split.rest = {};
    return split;
  }
  if (s.size() >= 2 && s[0] == '.' && s[1] == '/') {
    s.remove_prefix(2);
    split.bad_end = s.empty() || s[0] == '?';
  }
  if (!s.empty() && s[0] == '?') split.bad_end = true;  // a query of nothing
  const auto names_scope = [&](std::string_view name) {
    return s.size() >= name.size() && equal_folded(s.substr(0, name.size()), name) &&
           (s.size() == name.size() || s[name.size()] == '/' || s[name.size()] == '?');
  };
  std::size_t skip = 0;
  if (names_scope("device")) {
    skip = 6;
  } else if (names_scope("user")) {
    skip = 4;
    split.user = true;
  }
  if (skip != 0) {
    split.scope_given = true;
    s.remove_prefix(skip);
    if (!s.empty() && s[0] == '/') {
      s.remove_prefix(1);
      split.bad_end = s.empty() || s[0] == '?';
    }
  }
  split.rest = s;
  return split;
}

bool split_query(std::string_view& rest, std::string_view& query) {
  const std::size_t mark = rest.find('?');
  if (mark == std::string_view::npos) return false;
  query = rest.substr(mark + 1);
  rest = rest.substr(0, mark);
  return true;
}

Status append_decoded_segment(std::string_view raw, std::string& out) {
  if (raw.empty()) return bad("an empty segment (no / at either end, no //)", raw);
  const std::size_t before = out.size();
  if (Status status = append_bytes(raw, out); !status) return status;
  const std::string_view decoded = std::string_view(out).substr(before);
  if (decoded == "." || decoded == ".." || decoded == "*") {
    return bad("a segment may not be \".\", \"..\" or \"*\"", raw);
  }
  if (decoded.find('\0') != std::string_view::npos) return bad("a name holds no NUL", raw);
  if (!is_utf8(decoded)) return bad("not valid UTF-8", raw);
  return {};
}

}  // namespace text

Result<LocUri> LocUri::parse(std::string_view whole, const UriLimits& limits) {
  const std::string_view trimmed = detail::trim(whole);
  if (trimmed.empty()) return Status(Code::kBadRequest, "an empty LocURI");
  if (limits.max_bytes != 0 && trimmed.size() > limits.max_bytes) {
    return Status(Code::kUriTooLong,
                  "the LocURI is longer than " + std::to_string(limits.max_bytes) + " bytes");
  }
  LocUri uri;
  text::Split split = text::split_scope(trimmed);
  std::string_view query;
  if (trimmed.substr(0, 2) == ".?") split.rest.remove_prefix(1);  // the root's own properties
  uri.has_query_ = text::split_query(split.rest, query);
  uri.query_ = query;
  uri.scope_ = split.user ? Scope::kUser : Scope::kDevice;
  uri.scope_given_ = split.scope_given;
  if (split.bad_end) return bad("a LocURI does not end in /", trimmed);
  std::string_view rest = split.rest;
  uri.decoded_.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    if (Status status = text::append_decoded_segment(rest.substr(0, slash), uri.decoded_);
        !status) {
      return status;
    }
    if (limits.max_segments != 0 && uri.ends_.size() == limits.max_segments) {
      return Status(Code::kUriTooLong, "the LocURI has more than " +
                                           std::to_string(limits.max_segments) + " segments");
    }
    uri.ends_.push_back(static_cast<std::uint32_t>(uri.decoded_.size()));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) return bad("a LocURI does not end in /", trimmed);
  }
  return uri;
}

bool equal_folded(std::string_view a, std::string_view b) { return text::equal_folded(a, b); }

bool folds_to(std::string_view text, std::string_view folded) {
  return text.size() == folded.size() && text::folds_to(text.data(), folded.data(), text.size());
}

namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <bool Fold>
std::uint64_t hash_of(std::string_view all, std::uint64_t seed) {
  constexpr std::uint64_t kA = 0x9E3779B97F4A7C15u, kB = 0xC2B2AE3D27D4EB4Fu;
  const char* p = all.data();
  std::size_t n = all.size();
  std::uint64_t h = mix(seed ^ kA, n ^ kB);
  if (n < 16) {
    std::uint64_t first = n < 8 ? text::load_tail(p, n) : text::load8(p);
    std::uint64_t last = n < 8 ? 0 : text::load8(p + n - 8);
    if (Fold) first = text::fold8(first), last = text::fold8(last);
    return mix(first ^ h, last ^ kB);
  }
  const auto take = [&h](const char* from) {
    text::Bytes16 bytes = text::load16(from);
    if (Fold) bytes = text::fold16(bytes);
    const auto words = reinterpret_cast<text::Words2>(bytes);
    h = mix(words[0] ^ h, words[1] ^ kB);
  };
  for (; n > 16; n -= 16, p += 16) take(p);
  take(p + n - 16);
  return h;
}

}  // namespace

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  return hash_of<false>(text, seed);
}
std::uint64_t hash_folded(std::string_view text, std::uint64_t seed) {
  return hash_of<true>(text, seed);
}

std::string_view LocUri::operator[](std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(decoded_).substr(begin, ends_[index] - begin);
}

std::string LocUri::path() const {
  std::string out;
  out.reserve(decoded_.size() + ends_.size());
  for (std::size_t i = 0; i < size(); ++i) {
    if (i != 0) out += '/';
    append_encoded(out, (*this)[i]);
  }
  return out;
}

std::string LocUri::full() const {
  std::string out = scope_ == Scope::kUser ? "./User" : "./Device";
  if (size() != 0) out += '/';
  out += path();
  return out;
}

}  // namespace cspkit::ddf
