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

// One loop, whose place in the text stays in a register.
#define CSPKIT_INLINE [[gnu::always_inline]] inline

constexpr std::size_t kBlock = sizeof(text::Bytes16);

/// Of the lowest mark of a block.
std::size_t place_of(std::uint32_t marks) {
  return static_cast<std::size_t>(std::countr_zero(marks));
}

/// Marks of the first n bytes of a block.
std::uint32_t below(std::size_t n) { return (1u << n) - 1; }

/// The first n bytes at `p`, behind which so many are `left`, are those at `before`, which stands
/// earlier in the same text.
bool same_bytes(const char* p, const char* before, std::size_t n, std::size_t left) {
  if (left < n + kBlock) return std::memcmp(p, before, n) == 0;
  for (; n > kBlock; n -= kBlock, p += kBlock, before += kBlock) {
    if (!text::is_zero(text::load16(p) ^ text::load16(before))) return false;
  }
  return (~text::signs(text::load16(p) == text::load16(before)) & below(n)) == 0;
}

/// As many set bytes as a block has, and as many zeros.
struct Edge {
  alignas(kBlock) char bytes[2 * kBlock] = {};
  constexpr Edge() {
    for (std::size_t i = 0; i < kBlock; ++i) bytes[i] = '\xFF';
  }
};
constexpr Edge kEdge;

/// The first n bytes of a block, n <= 16, and behind them 0.
text::Bytes16 only(text::Bytes16 block, std::size_t n) {
  return block & text::load16(kEdge.bytes + kBlock - n);
}

/// A word of memory with its first byte lowest.
std::uint64_t first_lowest(std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

}  // namespace

bool Scanner::scan() {
  if (!before_root()) return false;
  do {
    if (!content()) return false;
  } while (!out_.open_.empty());
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
  return follows("<") && !follows("</");
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
CSPKIT_INLINE bool Scanner::content() {
  const char* const begin = at_;
  skip_blanks();  // no text when there is nothing else
  if (at_ == end_) return false;
  if (*at_ != '<') {
    auto kind = Document::Kind::kCharacters;
    at_ = begin;
    if (!text(kind)) return false;
    add_text(begin, at_, kind, out_.open_.back());
  }
  if (left() < 2) return false;
  if (at_[1] == '/') return end_tag();
  if (at_[1] == '!') return follows("<!--") ? comment() : character_data();
  return start_tag();
}

CSPKIT_INLINE bool Scanner::text(Document::Kind& kind) {
  text::Bytes16 special{};
  for (; left() >= kBlock; at_ += kBlock) {
    const text::Bytes16 v = text::load16(at_);
    const text::Bytes16 here = (v == '&') | (v == '\r');
    const std::uint32_t end = text::signs(v == '<');
    if (end != 0) {
      const std::size_t n = place_of(end);
      if (text::is_zero(special | only(here, n))) kind = Document::Kind::kClean;
      at_ += n;
      return true;
    }
    special |= here;
  }
  const void* const next = std::memchr(at_, '<', left());
  if (next == nullptr) return false;
  at_ = static_cast<const char*>(next);
  return true;
}

inline void Scanner::skip_blanks() {
  // Mostly nothing, or the end of a line and spaces.
  if (at_ == end_ || static_cast<unsigned char>(*at_) > ' ') return;
  while (left() >= kBlock + 3) {
    if (*at_ == '\r') ++at_;
    if (*at_ == '\n') ++at_;
    const std::uint32_t spaces = text::signs(text::load16(at_) == ' ');
    if (spaces == below(kBlock)) {
      at_ += kBlock;
      continue;
    }
    at_ += place_of(~spaces);
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
  add_text(begin, at_ - 3, Document::Kind::kCdata, out_.open_.back());
  return true;
}

CSPKIT_INLINE void Scanner::add_text(const char* begin, const char* end, Document::Kind kind,
                                     std::uint32_t owner) {
  Document::Text& text = out_.texts_.add();
  text.begin = offset_of(begin);
  text.size = static_cast<std::uint32_t>(end - begin);
  text.owner = owner;
  text.kind = kind;
}

/// Reads a name of letters only, as all names of DDF but one are.
CSPKIT_INLINE bool Scanner::take_name(Element& element) {
  const char* const local = at_ + (std::memcmp(at_, "MSFT:", 5) == 0 ? 5 : 0);
  // Of what may stand in a name or end it, only letters have the bit that a shift makes the sign.
  const text::Bytes16 block = text::load16(local);
  std::size_t n = place_of(~text::signs(text::doubled(block)));
  const auto words = reinterpret_cast<text::Words2>(only(block, n));
  while (n >= kBlock && local + n != end_ && (*(local + n) & 0x40) != 0) ++n;
  if (local + n == end_) return false;
  const char* const end = local + n;
  if (*end != '>' && *end != '/' && !is_blank(*end)) return false;
  element.name = kNameTable.find({local, n}, first_lowest(words[0]), first_lowest(words[1]));
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

CSPKIT_INLINE bool Scanner::start_tag() {
  if (left() < kAhead) return false;
  ++at_;
  const auto index = static_cast<std::uint32_t>(out_.elements_.size());
  // Made where it stays: to copy what was just written by parts costs more than all the rest.
  Element& element = out_.elements_.add();
  if (!take_name(element) && !take_any_name(element)) return false;
  element.offset = offset_of(at_);
  element.first_text = static_cast<std::uint32_t>(out_.texts_.size());
  element.first_attribute = static_cast<std::uint32_t>(out_.attributes_.size());
  at_ += element.name_size;
  if (is_blank(*at_) && !follows(" />") && !attributes()) return false;
  if (*at_ == '>') {
    ++at_;
    return leaf(index);
  }
  if (*at_ == ' ') ++at_;
  if (!follows("/>")) return false;
  at_ += 2;
  return index != 0;  // an empty document is left to pugixml
}

CSPKIT_INLINE bool Scanner::leaf(std::uint32_t index) {
  if (at_ != end_ && static_cast<unsigned char>(*at_) > ' ' && *at_ != '<') {
    const char* const begin = at_;
    auto kind = Document::Kind::kCharacters;
    if (!text(kind)) return false;
    add_text(begin, at_, kind, index);
    const Element& element = out_.elements_[index];
    const std::size_t n = element.name_size;
    if (left() > n + 2 && at_[1] == '/' && at_[2 + n] == '>' &&
        same_bytes(at_ + 2, begin_ + element.offset, n, left() - 2)) {
      at_ += n + 3;
      return true;
    }
  }
  out_.open_.push_back(index);
  return true;
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
  Document::Attribute& attribute = out_.attributes_.add();
  attribute.name = offset_of(begin);
  attribute.name_size = name_size;
  attribute.value = offset_of(at_);
  attribute.value_size = static_cast<std::uint32_t>(end - at_);
  at_ = end + 1;
  // The next one has to stand apart.
  return at_ != end_ && !kNameCharacters.first[static_cast<unsigned char>(*at_)];
}

CSPKIT_INLINE bool Scanner::end_tag() {
  const std::uint32_t index = out_.open_.back();
  Element& element = out_.elements_[index];
  at_ += 2;
  const std::size_t n = element.name_size;
  if (left() <= n || !same_bytes(at_, begin_ + element.offset, n, left())) return false;
  at_ += n;
  if (*at_ != '>') skip_blanks();
  if (at_ == end_ || *at_ != '>') return false;
  ++at_;
  element.size =
      static_cast<std::uint32_t>(out_.elements_.size() - index) & Document::kMostElements;
  out_.open_.pop_back();
  return true;
}

}  // namespace cspkit::ddf::dom
