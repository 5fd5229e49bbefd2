// SPDX-License-Identifier: Apache-2.0
#include "syncml/input.hpp"

#include <algorithm>
#include <cstdint>

#include "syncml/chars.hpp"

namespace cspkit::syncml {
namespace {

constexpr auto kNone = std::string_view::npos;

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// A lone surrogate becomes the three bytes UTF-8 forbids: check_text judges it like any other
// invalid sequence.
std::string utf16_to_utf8(std::string_view bytes, bool big_endian) {
  const auto unit = [bytes, big_endian](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint32_t>(big_endian ? (first << 8) | second : (second << 8) | first);
  };
  std::string out;
  out.reserve(bytes.size() / 2 + 16);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    if (code >= 0xD800 && code <= 0xDBFF && i + 3 < bytes.size()) {
      const std::uint32_t low = unit(i + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    append_utf8(out, code);
  }
  return out;
}

bool starts_at(std::string_view text, std::size_t at, std::string_view what) {
  return text.substr(std::min(at, text.size()), what.size()) == what;
}

// Length of the reference that begins at text[0] == '&'; 0 when it is none. pugixml would pass such
// text through, and cut it at &#0;.
std::size_t reference_length(std::string_view text) {
  for (std::string_view known : {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}) {
    if (starts_at(text, 0, known)) return known.size();
  }
  if (!starts_at(text, 0, "&#")) return 0;
  const bool hex = starts_at(text, 2, "x");
  std::size_t i = hex ? 3 : 2;
  const std::size_t first = i;
  std::uint32_t code = 0;
  for (; i < text.size() && text[i] != ';'; ++i) {
    const char c = text[i];
    std::uint32_t digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (hex && c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (hex && c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit == 99 || code > 0x10FFFF) return 0;
    code = code * (hex ? 16 : 10) + digit;
  }
  return i > first && i < text.size() && is_xml_char(code) ? i + 1 : 0;
}

// Position after the comment, CDATA section or instruction that begins at `open` with "<!" or "<?".
std::size_t end_of_section(std::string_view text, std::size_t open) {
  std::string_view close = ">";
  std::size_t skip = 2;
  if (starts_at(text, open, "<!--")) close = "-->", skip = 4;
  if (starts_at(text, open, "<![CDATA[")) close = "]]>", skip = 9;
  if (starts_at(text, open, "<?")) close = "?>";
  const std::size_t at = text.find(close, open + skip);
  return at == kNone ? text.size() : at + close.size();
}

// Position after the '>' of the tag that stands at `at`, quotes respected.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  while (true) {
    at = text.find_first_of("\"'>", at);
    if (at == kNone) return text.size();
    if (text[at] == '>') return at + 1;
    at = text.find(text[at], at + 1);
    if (at == kNone) return text.size();
    ++at;
  }
}

bool is_section(std::string_view text, std::size_t open) {
  return starts_at(text, open, "<!") || starts_at(text, open, "<?");
}

// Tags, and attributes by their '='. Stops when it has seen enough.
std::size_t count_markup(std::string_view text) {
  std::size_t count = 0;
  std::size_t at = text.find('<');
  while (at != kNone && count <= kMaxMarkup) {
    std::size_t end = 0;
    if (is_section(text, at)) {
      end = end_of_section(text, at);
    } else {
      end = end_of_tag(text, at);
      const std::string_view tag = text.substr(at, end - at);
      count += 1 + static_cast<std::size_t>(std::count(tag.begin(), tag.end(), '='));
    }
    at = text.find('<', end);
  }
  return count;
}

// One pass over a message's characters; what may stand only in CDATA, comments or a LocURI is
// looked into when it turns up.
class CharacterCheck {
 public:
  explicit CharacterCheck(std::string_view text) : text_(text) {}

  Status run() {
    std::size_t i = 0;
    while (i < text_.size()) {
      while (text_.size() - i >= 16 && are_plain16(text_.data() + i)) i += 16;
      const std::size_t plain = plain_block(i);
      if (plain != 0) {
        i += plain;
        continue;
      }
      const std::size_t end = std::min(i + 8, text_.size());
      while (i < end) {
        const std::size_t length = step(i);
        if (length == 0) return failure(i);
        i += length;
      }
    }
    return {};
  }

 private:
  // The high bits of bytes that need a look.
  static std::uint64_t special(std::uint64_t word) {
    return swar::below(word, 0x20) | swar::equal(word, '&') | (word & swar::kHighs);
  }

  // 8 when that many bytes from i are plain ASCII text or markup, else 0.
  std::size_t plain_block(std::size_t i) const {
    return text_.size() - i >= 8 && special(swar::load(text_.data() + i)) == 0 ? 8 : 0;
  }

  // Length of the character or reference at i, 0 when it may not stand there.
  std::size_t step(std::size_t i) {
    const auto c = static_cast<unsigned char>(text_[i]);
    if (c == '&') {
      const std::size_t length = reference_length(text_.substr(i));
      return length != 0 || is_literal(i) ? std::max<std::size_t>(length, 1) : 0;
    }
    if (c < 0x80) return is_xml_char(c) ? 1 : 0;
    const Utf8Char found = read_utf8(text_.data() + i, text_.size() - i);
    if (found.length != 0) return is_xml_char(found.code) ? found.length : 0;
    return is_locuri_text(i) ? 1 : 0;
  }

  Status failure(std::size_t i) const {
    const auto c = static_cast<unsigned char>(text_[i]);
    const char* reason = c == '&'    ? "not well-formed: '&' begins no known reference"
                         : c == 0    ? "not well-formed: NUL byte"
                         : c >= 0x80 ? "not well-formed: invalid UTF-8"
                                     : "not well-formed: control character";
    return Status(Code::kNotSyncml, located(text_, i, reason));
  }

  // True within CDATA, a comment or a processing instruction, where '&' is itself. Goes on from
  // where it stopped, so that the whole check stays linear.
  bool is_literal(std::size_t i) {
    while (section_end_ <= i) {
      std::size_t open = text_.find('<', section_end_);
      for (; open < i; open = text_.find('<', open + 1)) {
        if (text_[open + 1] == '!' || text_[open + 1] == '?') break;
      }
      if (open == kNone || open >= i) {
        section_begin_ = section_end_ = i;
        return false;
      }
      section_begin_ = open;
      section_end_ = end_of_section(text_, open);
    }
    return section_begin_ < i && i < section_end_;
  }

  // True when the nearest tag before i is the start tag of a LocURI. The answer holds up to the
  // next tag.
  bool is_locuri_text(std::size_t i) {
    if (i < locuri_end_) return true;
    const std::size_t open = text_.rfind('<', i);
    if (open == kNone) return false;
    const std::size_t close = text_.find('>', open);
    if (close == kNone || close > i) return false;
    std::string_view name = text_.substr(open + 1, close - open - 1);
    name = name.substr(0, name.find_first_of(" \t\r\n"));
    if (const std::size_t colon = name.find(':'); colon != kNone) name.remove_prefix(colon + 1);
    if (name != "LocURI") return false;
    locuri_end_ = std::min(text_.find('<', i), text_.size());
    return true;
  }

  std::string_view text_;
  std::size_t section_begin_ = 0, section_end_ = 0;
  std::size_t locuri_end_ = 0;
};

}  // namespace

Result<std::string_view> decode_input(std::string_view bytes, std::string& storage) {
  if (starts_at(bytes, 0, "\xEF\xBB\xBF")) return bytes.substr(3);
  const bool bom_le = starts_at(bytes, 0, "\xFF\xFE");
  const bool bom_be = starts_at(bytes, 0, "\xFE\xFF");
  // Without a BOM the first character of XML (markup or blank) has one zero byte in UTF-16.
  const bool little = bom_le || (bytes.size() >= 2 && bytes[0] != 0 && bytes[1] == 0);
  const bool big = bom_be || (bytes.size() >= 2 && bytes[0] == 0 && bytes[1] != 0);
  if (!little && !big) return bytes;
  if (bytes.size() % 2 != 0) {
    return Status(Code::kNotSyncml, "1:1: UTF-16 text of an odd number of bytes");
  }
  storage = utf16_to_utf8(bom_le || bom_be ? bytes.substr(2) : bytes, big);
  return std::string_view(storage);
}

Status check_text(std::string_view text) {
  // Fewer bytes cannot hold so much.
  if (text.size() > kMaxMarkup && count_markup(text) > kMaxMarkup) {
    return Status(Code::kTooLarge, "1:1: message of more than " + std::to_string(kMaxMarkup) +
                                       " tags and attributes");
  }
  return CharacterCheck(text).run();
}

std::string located(std::string_view text, std::size_t offset, std::string_view reason) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = before.size() - (newline == kNone ? 0 : newline + 1) + 1;
  std::string out = std::to_string(line) + ":" + std::to_string(column) + ": ";
  return out.append(reason);
}

std::string_view inner_markup(std::string_view text, std::size_t name_offset) {
  const std::size_t begin = end_of_tag(text, name_offset);
  std::size_t depth = 1;
  std::size_t at = begin;
  while ((at = text.find('<', at)) != kNone) {
    if (starts_at(text, at, "</")) {
      if (--depth == 0) return text.substr(begin, at - begin);
      at = end_of_tag(text, at);
    } else if (is_section(text, at)) {
      at = end_of_section(text, at);
    } else {
      at = end_of_tag(text, at);
      if (text[at - 2] != '/') ++depth;
    }
  }
  return text.substr(std::min(begin, text.size()));
}

}  // namespace cspkit::syncml
