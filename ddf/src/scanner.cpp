// SPDX-License-Identifier: Apache-2.0
#include "scanner.hpp"

#include <bit>
#include <cstring>

#include "element_names.hpp"
#include "text.hpp"

namespace cspkit::ddf::dom {
namespace {

/// Closer to the end of a text than this no tag begins here: so far names are looked at in words.
constexpr std::size_t kAhead = 32;

constexpr std::uint64_t kOnes = 0x0101010101010101u;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Characters of a name, as pugixml takes them.
struct NameCharacters {
  bool inside[256] = {};
  bool first[256] = {};
  constexpr NameCharacters() {
    for (std::size_t c = 0; c < 256; ++c) {
      first[c] =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c >= 128;
      inside[c] = first[c] || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }
  }
};
constexpr NameCharacters kNameCharacters;

bool is_name(std::string_view name) {
  if (name.empty() || !kNameCharacters.first[static_cast<unsigned char>(name[0])]) return false;
  for (const char c : name) {
    if (!kNameCharacters.inside[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

/// Eight bytes, the first one lowest.
std::uint64_t load_word(const char* p) {
  std::uint64_t word = text::load8(p);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// Of the lowest mark.
std::size_t place_of(std::uint64_t marks) {
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

/// The bytes of a word below the n-th.
std::uint64_t lowest(std::uint64_t word, std::size_t n) {
  return n >= 8 ? word : word & ((std::uint64_t{1} << (8 * n)) - 1);
}

/// The first n bytes at `p`, behind which so many are `left`, are those at `before`, which stands
/// earlier in the same text.
bool same_bytes(const char* p, const char* before, std::size_t n, std::size_t left) {
  if (left < n + 8) return std::memcmp(p, before, n) == 0;
  for (; n > 8; n -= 8, p += 8, before += 8) {
    if (text::load8(p) != text::load8(before)) return false;
  }
  return lowest(load_word(p) ^ load_word(before), n) == 0;
}

}  // namespace

bool Scanner::scan() {
  if (!before_root() || !start_tag()) return false;
  while (!out_.open_.empty()) {
    if (!content()) return false;
  }
  return after_root();
}

bool Scanner::before_root() {
  if (follows("<?xml") && left() > 5 && is_blank(at_[5])) {
    at_ += 5;
    if (!skip_past("?>")) return false;
  }
  for (skip_blanks(); follows("<!"); skip_blanks()) {
    if (follows("<!--") ? !comment() : !document_type()) return false;
  }
  return follows("<");
}

/// A document type that declares nothing, as DDF files have it.
bool Scanner::document_type() {
  if (!follows("<!DOCTYPE")) return false;
  at_ += 9;
  while (at_ != end_) {
    const char c = *at_++;
    if (c == '>') return true;
    if (c == '"' || c == '\'') {
      if (!skip_past({&c, 1})) return false;
    } else if (c == '<') {
      if (!follows("?")) return false;
      ++at_;
      if (!skip_past("?>")) return false;
    }
  }
  return false;
}

bool Scanner::after_root() {
  for (skip_blanks(); follows("<!--"); skip_blanks()) {
    if (!comment()) return false;
  }
  return at_ == end_;
}

/// Text up to the next tag, and that.
bool Scanner::content() {
  const char* const begin = at_;
  skip_blanks();  // no text when there is nothing else
  if (at_ == end_) return false;
  if (*at_ != '<') {
    const void* const next = std::memchr(at_, '<', left());
    if (next == nullptr) return false;
    at_ = static_cast<const char*>(next);
    add_text(begin, at_, Document::Kind::kCharacters);
  }
  if (left() < 2) return false;
  if (at_[1] == '/') return end_tag();
  if (at_[1] == '!') return follows("<!--") ? comment() : character_data();
  return start_tag();
}

inline void Scanner::skip_blanks() {
  // Mostly nothing, or the end of a line and spaces.
  if (at_ == end_ || static_cast<unsigned char>(*at_) > ' ') return;
  while (left() >= 10) {
    if (*at_ == '\r') ++at_;
    if (*at_ == '\n') ++at_;
    const std::uint64_t differ = load_word(at_) ^ (kOnes * ' ');
    if (differ == 0) {
      at_ += 8;
      continue;
    }
    at_ += place_of(differ);
    if (!is_blank(*at_)) return;
    ++at_;
  }
  while (at_ != end_ && is_blank(*at_)) ++at_;
}

bool Scanner::skip_past(std::string_view closing) {
  const std::size_t found = std::string_view(at_, left()).find(closing);
  if (found == std::string_view::npos) return false;
  at_ += found + closing.size();
  return true;
}

bool Scanner::comment() {
  if (!follows("<!--")) return false;
  at_ += 4;
  return skip_past("-->");
}

bool Scanner::character_data() {
  if (!follows("<![CDATA[")) return false;
  at_ += 9;
  const char* const begin = at_;
  if (!skip_past("]]>")) return false;
  add_text(begin, at_ - 3, Document::Kind::kCdata);
  return true;
}

void Scanner::add_text(const char* begin, const char* end, Document::Kind kind) {
  out_.texts_.push_back(
      {offset_of(begin), static_cast<std::uint32_t>(end - begin), out_.open_.back(), kind});
}

/// Reads a name of letters only, as all names of DDF but one are.
inline bool Scanner::take_name(Element& element) {
  const char* const local = at_ + (std::memcmp(at_, "MSFT:", 5) == 0 ? 5 : 0);
  // Of what may stand in a name or end it, only letters have this bit.
  constexpr std::uint64_t kLetters = kOnes << 6;
  std::uint64_t first = load_word(local);
  std::uint64_t second = 0;
  std::uint64_t marks = ~first & kLetters;
  std::size_t n = 0;
  if (marks != 0) {
    n = place_of(marks);
    first = lowest(first, n);
  } else {
    second = load_word(local + 8);
    marks = ~second & kLetters;
    n = marks == 0 ? 8 : place_of(marks);
    second = lowest(second, n);
    n += 8;
    while (n >= 16 && local + n != end_ && (*(local + n) & 0x40) != 0) ++n;
  }
  if (local + n == end_) return false;
  const char* const end = local + n;
  if (*end != '>' && *end != '/' && !is_blank(*end)) return false;
  element.name = kNameTable.find({local, n}, first, second);
  element.name_size = static_cast<std::uint32_t>(end - at_);
  return element.name != Name::kOther;
}

bool Scanner::take_any_name(Element& element) {
  const char* end = at_;
  while (end != end_ && kNameCharacters.inside[static_cast<unsigned char>(*end)]) ++end;
  const std::string_view name(at_, static_cast<std::size_t>(end - at_));
  if (end == end_ || !is_name(name)) return false;
  element.name = name_of(name);
  element.name_size = static_cast<std::uint32_t>(name.size());
  return true;
}

bool Scanner::start_tag() {
  if (left() < kAhead) return false;
  ++at_;
  Element element;
  if (!take_name(element) && !take_any_name(element)) return false;
  const auto index = static_cast<std::uint32_t>(out_.elements_.size());
  element.offset = offset_of(at_);
  element.parent = out_.open_.empty() ? 0 : out_.open_.back();
  element.first_text = static_cast<std::uint32_t>(out_.texts_.size());
  element.first_attribute = static_cast<std::uint32_t>(out_.attributes_.size());
  out_.elements_.push_back(element);
  at_ += element.name_size;
  if (is_blank(*at_) && !attributes()) return false;
  if (*at_ == '>') {
    ++at_;
    out_.open_.push_back(index);
    return true;
  }
  if (!follows("/>")) return false;
  at_ += 2;
  return index != 0;  // an empty document is left to pugixml
}

/// Attributes, and blanks around them.
bool Scanner::attributes() {
  for (;;) {
    skip_blanks();
    if (at_ == end_) return false;
    if (*at_ == '>' || *at_ == '/') return true;
    if (!attribute()) return false;
  }
}

bool Scanner::attribute() {
  const char* const begin = at_;
  while (at_ != end_ && kNameCharacters.inside[static_cast<unsigned char>(*at_)]) ++at_;
  const auto name_size = static_cast<std::uint32_t>(at_ - begin);
  if (name_size == 0 || !kNameCharacters.first[static_cast<unsigned char>(*begin)]) return false;
  skip_blanks();
  if (at_ == end_ || *at_ != '=') return false;
  ++at_;
  skip_blanks();
  if (at_ == end_ || (*at_ != '"' && *at_ != '\'')) return false;
  const char quote = *at_++;
  const void* const last = std::memchr(at_, quote, left());
  if (last == nullptr) return false;
  const char* const end = static_cast<const char*>(last);
  out_.attributes_.push_back(
      {offset_of(begin), name_size, offset_of(at_), static_cast<std::uint32_t>(end - at_)});
  at_ = end + 1;
  // The next one has to stand apart.
  return at_ != end_ && !kNameCharacters.first[static_cast<unsigned char>(*at_)];
}

bool Scanner::end_tag() {
  const std::uint32_t index = out_.open_.back();
  Element& element = out_.elements_[index];
  at_ += 2;
  const std::size_t n = element.name_size;
  if (left() <= n || !same_bytes(at_, begin_ + element.offset, n, left())) return false;
  at_ += n;
  if (*at_ != '>') skip_blanks();
  if (at_ == end_ || *at_ != '>') return false;
  ++at_;
  element.size = static_cast<std::uint32_t>(out_.elements_.size()) - index;
  out_.open_.pop_back();
  return true;
}

}  // namespace cspkit::ddf::dom
