// SPDX-License-Identifier: Apache-2.0
#include "encoding.hpp"

#include <fmt/format.h>

#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>

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

// What windows-1252 has where ISO-8859-1 has control characters; 0: nothing.
constexpr char16_t kWindows[] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                 0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

char32_t character(unsigned char byte, Encoding encoding) {
  if (byte < 0x80) return byte;
  if (encoding == Encoding::kAscii) return kInvalid;
  if (encoding == Encoding::kLatin1 || byte >= 0xA0) return byte;
  const char32_t code = kWindows[byte - 0x80U];
  return code == 0 ? kInvalid : code;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_encoding_name(std::string_view name) {
  constexpr std::string_view kOthers = "0123456789._-";
  if (name.empty() || !is_letter(name[0])) return false;
  for (const char c : name) {
    if (!is_letter(c) && kOthers.find(c) == std::string_view::npos) return false;
  }
  return true;
}

// The pseudo-attributes of a declaration, in the one order they may have.
class DeclarationReader {
 public:
  explicit DeclarationReader(std::string_view text) : text_(text) {}

  XmlDeclaration run() {
    at_ = kStart.size();
    std::string_view value;
    if (!attribute("version", value) || value.substr(0, 2) != "1." || value.size() < 3 ||
        value.find_first_not_of("0123456789", 2) != std::string_view::npos) {
      return wrong("version=\"1.0\" of the XML declaration");
    }
    if (attribute("encoding", value)) {
      if (!is_encoding_name(value)) return wrong("the name of an encoding");
      result_.encoding = value;
      result_.encoding_at = static_cast<std::size_t>(value.data() - text_.data());
    }
    if (attribute("standalone", value) && value != "yes" && value != "no") {
      return wrong("standalone=\"yes\" or \"no\"");
    }
    skip_space();
    if (text_.substr(at_, 2) != "?>") return wrong("'?>' at the end of the XML declaration");
    result_.size = at_ + 2;
    return result_;
  }

  static constexpr std::string_view kStart = "<?xml";

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  XmlDeclaration wrong(std::string_view wanted) {
    result_.error = wanted;
    result_.size = at_;
    return result_;
  }

  // Leaves the place where it was, behind the blanks, when another name stands there.
  bool attribute(std::string_view name, std::string_view& value) {
    if (at_ >= text_.size() || !is_space(text_[at_])) return false;
    skip_space();
    if (text_.substr(at_, name.size()) != name) {
      --at_;  // the blank belongs to the next
      return false;
    }
    const std::size_t start = at_;
    at_ += name.size();
    skip_space();
    if (at_ >= text_.size() || text_[at_] != '=') return back_to(start);
    ++at_;
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return false;
    value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  bool back_to(std::size_t start) {
    at_ = start;
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  XmlDeclaration result_;
};

}  // namespace

XmlDeclaration read_declaration(std::string_view text) {
  constexpr std::string_view kStart = DeclarationReader::kStart;
  if (text.substr(0, kStart.size()) != kStart || text.size() == kStart.size() ||
      !is_space(text[kStart.size()])) {
    return {};
  }
  return DeclarationReader(text).run();
}

Encoding encoding_named(std::string_view name) {
  struct Name {
    std::string_view name;
    Encoding encoding;
  };
  constexpr Name kNames[] = {{"utf-8", Encoding::kUtf8},
                             {"utf8", Encoding::kUtf8},
                             {"utf-16", Encoding::kUtf16},
                             {"utf-16le", Encoding::kUtf16},
                             {"utf-16be", Encoding::kUtf16},
                             {"ucs-2", Encoding::kUtf16},
                             {"iso-10646-ucs-2", Encoding::kUtf16},
                             {"unicode", Encoding::kUtf16},
                             {"us-ascii", Encoding::kAscii},
                             {"ascii", Encoding::kAscii},
                             {"iso-8859-1", Encoding::kLatin1},
                             {"iso8859-1", Encoding::kLatin1},
                             {"latin1", Encoding::kLatin1},
                             {"windows-1252", Encoding::kWindows1252},
                             {"cp1252", Encoding::kWindows1252}};
  for (const Name& known : kNames) {
    if (same(known.name, name)) return known.encoding;
  }
  return Encoding::kOther;
}

std::string encoding_complaint(std::string_view declared, Encoding bytes) {
  const Encoding encoding = encoding_named(declared);
  if (declared.empty() || encoding == bytes || bytes == Encoding::kDecoded) return {};
  if (bytes == Encoding::kMarkedUtf8 && encoding != Encoding::kUtf16) return {};
  if (bytes != Encoding::kUtf16 && encoding == Encoding::kOther) {
    return fmt::format("encoding '{}', which is not read: save the file as UTF-8", declared);
  }
  return fmt::format(
      "encoding '{}', but the file is {}: leave the encoding out, or save the file "
      "in it",
      declared, bytes == Encoding::kUtf16 ? "UTF-16" : "UTF-8");
}

std::string_view as_utf8(std::string_view text) {
  const XmlDeclaration said = read_declaration(text);
  if (said.encoding.empty() || encoding_named(said.encoding) == Encoding::kUtf8) return text;
  return text.substr(said.size);
}

bool is_utf16(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  const std::string_view mark = bytes.substr(0, 2);
  // Without the mark: no document in another encoding has a zero there.
  return mark == kLittleEndian || mark == kBigEndian || (bytes[0] == '\0') != (bytes[1] == '\0');
}

bool utf8_of_utf16(std::string_view bytes, std::string& utf8, XmlError& error) {
  const bool marked = bytes.substr(0, 2) == kLittleEndian || bytes.substr(0, 2) == kBigEndian;
  const bool big = marked ? bytes.substr(0, 2) == kBigEndian : bytes[0] == '\0';
  utf8.clear();
  utf8.reserve(bytes.size() / 2);
  for (std::size_t at = marked ? 2 : 0; at < bytes.size(); at += 2) {
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

bool utf8_of_bytes(std::string_view bytes, Encoding encoding, std::string& utf8, XmlError& error) {
  utf8.clear();
  utf8.reserve(bytes.size() + bytes.size() / 16);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const char32_t code = character(byte, encoding);
    if (code == kInvalid) {
      error.text = fmt::format(
          "byte 0x{:02X}, which the encoding of the XML declaration does not have: save "
          "the file as UTF-8",
          byte);
      error.position = end_of(utf8);
      return false;
    }
    append_utf8(utf8, code);
  }
  return true;
}

}  // namespace cspkit::odt
