// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/xml.hpp>
#include <utility>

#include "encoding.hpp"
#include "text.hpp"
#include "utf8.hpp"

namespace cspkit::odt {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Means itself in an attribute's value, but for the quote that ends it.
bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '<' && c != '&'; }

// Line ends become LF (XML 1.0, 2.11).
void append_lines(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t end = text.find('\r');
    out.append(text.substr(0, end));
    if (end == std::string_view::npos) return;
    out += '\n';
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
}

class Reader {
 public:
  /// `bytes` is what the document was written in before it became UTF-8.
  Reader(std::string_view text, Encoding bytes, XmlDocument& document, XmlError& error,
         const XmlLimits& limits)
      : text_(text), bytes_(bytes), document_(document), error_(error), limits_(limits) {}

  bool run() {
    if (starts_with(kUtf8Mark)) at_ = kUtf8Mark.size();
    if (!declaration() || !misc(true)) return false;
    if (end()) return fail("there is no element");
    if (!starts_with("<") || starts_with("</") || starts_with("<!")) {
      return unexpected("the root element");
    }
    if (!elements() || !misc(false)) return false;
    document_.after = std::move(asides_);
    return end() || unexpected("nothing after the root element");
  }

 private:
  bool end() const { return at_ >= text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  bool starts_with(std::string_view s) const { return rest().substr(0, s.size()) == s; }

  // Positions are computed only for what is kept: everything kept lies behind the last one.
  Position position() {
    for (; counted_ < at_; ++counted_) {
      const char c = text_[counted_];
      if (c == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 &&
                 !(counted_ == 0 && c == '\xEF')) {  // the mark at the very start has no column
        ++place_.column;
      }
    }
    return place_;
  }

  bool fail(std::string text) {
    error_.text = shown(text, 300);  // names from the document are in it
    error_.position = position();
    return false;
  }

  bool unexpected(std::string_view wanted) {
    if (end()) return fail(fmt::format("the document ends where {} should be", wanted));
    const Decoded here = decode(rest());
    if (here.size == 0) return fail("bytes that are not UTF-8");
    if (const char* name = typographic_name(here.code)) {
      error_.typographic = true;
      return fail(fmt::format("{} (U+{:04X}) where {} should be", name,
                              static_cast<std::uint32_t>(here.code), wanted));
    }
    if (!is_xml_char(here.code) || here.code < 0x20) {
      return fail(fmt::format("character U+{:04X} where {} should be",
                              static_cast<std::uint32_t>(here.code), wanted));
    }
    return fail(fmt::format("'{}' where {} should be", rest().substr(0, here.size), wanted));
  }

  void skip_space() {
    while (!end() && is_space(text_[at_])) ++at_;
  }

  bool declaration() {
    const XmlDeclaration said = read_declaration(rest());
    if (!said.error.empty()) {
      at_ += said.size;
      return unexpected(said.error);
    }
    if (std::string complaint = encoding_complaint(said.encoding, bytes_); !complaint.empty()) {
      at_ += said.encoding_at;
      return fail(std::move(complaint));
    }
    at_ += said.size;
    return true;
  }

  bool skip_past(std::string_view mark, std::string_view complaint) {
    const std::size_t found = text_.find(mark, at_);
    if (found == std::string_view::npos) return fail(std::string(complaint));
    if (!check_characters(text_.substr(at_, found - at_))) return false;
    at_ = found + mark.size();
    return true;
  }

  // Advances to a forbidden character, so that the error names its place.
  bool check_characters(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
      const auto byte = static_cast<unsigned char>(s[i]);
      if (byte >= 0x20 && byte < 0x80) {
        ++i;
        continue;
      }
      const Decoded here = decode(s.substr(i));
      if (here.size == 0 || !is_xml_char(here.code)) {
        at_ += i;
        return fail(here.size == 0 ? std::string("bytes that are not UTF-8")
                                   : fmt::format("character U+{:04X}, which XML forbids",
                                                 static_cast<std::uint32_t>(here.code)));
      }
      i += here.size;
    }
    return true;
  }

  // Keeps the markup from start to here, while there is not too much of it.
  void keep(std::size_t start) {
    if (++aside_count_ > limits_.asides) return;
    append_lines(asides_.emplace_back(), text_.substr(start, at_ - start));
  }

  bool comment() {
    const std::size_t start = at_;
    at_ += 4;
    const std::size_t dashes = text_.find("--", at_);
    if (dashes == std::string_view::npos) {
      at_ = start;
      return fail("a comment that does not end");
    }
    if (!check_characters(text_.substr(at_, dashes - at_))) return false;
    at_ = dashes;
    if (!starts_with("-->")) return fail("'--' inside a comment");
    at_ += 3;
    keep(start);
    return true;
  }

  bool instruction() {
    const std::size_t start = at_;
    at_ += 2;
    std::string target;
    if (!name(target, "the name of a processing instruction")) return false;
    if (target.size() == 3 && (target[0] | 0x20) == 'x' && (target[1] | 0x20) == 'm' &&
        (target[2] | 0x20) == 'l') {
      at_ = start;
      return fail("an XML declaration that is not at the very start");
    }
    if (!end() && !is_space(text_[at_]) && !starts_with("?>")) {
      return unexpected("a blank or '?>' after the name of a processing instruction");
    }
    if (!skip_past("?>", "a processing instruction that does not end")) return false;
    keep(start);
    return true;
  }

  // Skipped unread: nothing it declares is ever used.
  bool doctype() {
    document_.has_doctype = true;
    const std::size_t start = at_;
    int depth = 0;
    for (at_ += 9; !end(); ++at_) {
      const char c = text_[at_];
      if (starts_with("<!--")) {
        if (!comment()) return false;
        --at_;
      } else if (c == '"' || c == '\'') {
        const std::size_t close = text_.find(c, at_ + 1);
        if (close == std::string_view::npos) break;
        at_ = close;
      } else if (c == '[' || c == '<') {
        ++depth;
      } else if (c == ']') {
        --depth;
      } else if (c == '>') {
        if (depth == 0) {
          ++at_;
          asides_.clear();
          return true;
        }
        --depth;
      }
    }
    at_ = start;
    return fail("a document type declaration that does not end");
  }

  bool misc(bool before_root) {
    for (;;) {
      skip_space();
      if (starts_with("<!--")) {
        if (!comment()) return false;
      } else if (starts_with("<?")) {
        if (!instruction()) return false;
      } else if (before_root && !document_.has_doctype && starts_with("<!DOCTYPE")) {
        if (!doctype()) return false;
      } else {
        return true;
      }
    }
  }

  bool name(std::string& out, std::string_view what) {
    Decoded here = decode(rest());
    if (here.size == 0 || !is_name_start(here.code)) return unexpected(what);
    const std::size_t start = at_;
    do {
      at_ += here.size;
      here = decode(rest());
    } while (here.size != 0 && is_name_char(here.code));
    out.assign(text_.substr(start, at_ - start));
    return true;
  }

  // At '&': appends what it stands for.
  bool reference(std::string& out) {
    const std::size_t semicolon = text_.substr(at_, 64).find(';');
    if (semicolon == std::string_view::npos) return fail("'&' that starts no entity: write &amp;");
    const std::string_view body = text_.substr(at_ + 1, semicolon - 1);
    if (body == "amp") {
      out += '&';
    } else if (body == "lt") {
      out += '<';
    } else if (body == "gt") {
      out += '>';
    } else if (body == "quot") {
      out += '"';
    } else if (body == "apos") {
      out += '\'';
    } else if (!body.empty() && body[0] == '#') {
      if (!character_reference(body.substr(1), out)) return false;
    } else if (document_.has_doctype && is_plain_name(body)) {
      out.append(text_.substr(at_, semicolon + 1));
    } else {
      return fail(is_plain_name(body) ? fmt::format("entity '&{};' is not defined", body)
                                      : "'&' that starts no entity: write &amp;");
    }
    at_ += semicolon + 1;
    return true;
  }

  static bool is_plain_name(std::string_view s) {
    const auto plain = [](char c) { return is_name_char(static_cast<unsigned char>(c)); };
    return !s.empty() && is_name_start(static_cast<unsigned char>(s[0])) &&
           std::all_of(s.begin(), s.end(), plain);
  }

  bool character_reference(std::string_view digits, std::string& out) {
    char32_t base = 10;
    if (!digits.empty() && digits[0] == 'x') {
      base = 16;
      digits.remove_prefix(1);
    }
    char32_t code = 0;
    bool good = !digits.empty();
    for (const char c : digits) {
      char32_t digit = 99;
      if (c >= '0' && c <= '9') digit = static_cast<char32_t>(c - '0');
      if (c >= 'a' && c <= 'f') digit = static_cast<char32_t>(c - 'a') + 10;
      if (c >= 'A' && c <= 'F') digit = static_cast<char32_t>(c - 'A') + 10;
      if (digit >= base) {
        good = false;
        break;
      }
      code = std::min<char32_t>(code * base + digit, 0x110000);
    }
    if (!good || !is_xml_char(code)) return fail("a character reference to no character");
    append_utf8(out, code);
    return true;
  }

  bool attribute_value(std::string& out) {
    if (end() || (text_[at_] != '"' && text_[at_] != '\'')) {
      return unexpected("the quote before an attribute's value");
    }
    const char quote = text_[at_++];
    for (;;) {
      const std::size_t start = at_;
      while (!end() && is_plain(text_[at_]) && text_[at_] != quote) ++at_;
      out.append(text_.substr(start, at_ - start));
      if (end() || text_[at_] == quote) break;
      const char c = text_[at_];
      if (c == '<') return fail("'<' inside an attribute's value: a quote is missing before it");
      if (c == '&') {
        if (!reference(out)) return false;
      } else if (is_space(c)) {
        out += ' ';
        at_ += starts_with("\r\n") ? 2 : 1;  // one line end
      } else {
        const Decoded here = decode(rest());
        if (here.size == 0 || !is_xml_char(here.code)) return unexpected("an attribute's value");
        out.append(rest().substr(0, here.size));
        at_ += here.size;
      }
    }
    if (end()) return fail("an attribute's value that does not end");
    ++at_;
    return true;
  }

  bool attributes(XmlElement& element) {
    for (;;) {
      const bool blank = !end() && is_space(text_[at_]);
      skip_space();
      if (end() || text_[at_] == '>' || text_[at_] == '/') return true;
      if (!blank) return unexpected("a blank before the next attribute");
      if (++attribute_count_ > limits_.attributes) return fail("too many attributes");
      XmlAttribute attribute;
      attribute.position = position();
      if (!name(attribute.name, "an attribute, '>' or '/>'")) return false;
      skip_space();
      if (!starts_with("=")) return unexpected("'=' after an attribute's name");
      ++at_;
      skip_space();
      if (!attribute_value(attribute.value)) return false;
      if (element.attribute(attribute.name) != nullptr) {
        return fail(fmt::format("attribute '{}' stands twice", attribute.name));
      }
      if (element.attributes.size() >= 256) return fail("too many attributes on one element");
      element.attributes.push_back(std::move(attribute));
    }
  }

  bool cdata(std::string& out) {
    const std::size_t start = at_ + 9;
    if (!skip_past("]]>", "a CDATA section that does not end")) return false;
    append_lines(out, text_.substr(start, at_ - 3 - start));
    return true;
  }

  bool character_data(std::string& out) {
    const std::size_t stop = std::min(text_.find_first_of("<&", at_), text_.size());
    const std::string_view run = text_.substr(at_, stop - at_);
    if (!check_characters(run)) return false;
    const std::size_t forbidden = run.find("]]>");
    if (forbidden != std::string_view::npos) {
      at_ += forbidden;
      return fail("']]>' outside a CDATA section");
    }
    append_lines(out, run);
    at_ = stop;
    return true;
  }

  // The open elements form the stack; a finished one moves into its parent.
  bool elements() {
    std::vector<XmlElement> open;
    do {
      if (starts_with("</")) {
        if (!end_tag(open)) return false;
      } else if (starts_with("<!--")) {
        if (!comment()) return false;
      } else if (starts_with("<![CDATA[")) {
        if (!cdata(open.back().text)) return false;
      } else if (starts_with("<?")) {
        if (!instruction()) return false;
      } else if (starts_with("<")) {
        if (!start_tag(open)) return false;
      } else if (starts_with("&")) {
        if (!reference(open.back().text)) return false;
      } else if (end()) {
        return fail(fmt::format("element '{}' of line {} is not closed", open.back().name,
                                open.back().position.line));
      } else if (!character_data(open.back().text)) {
        return false;
      }
    } while (!open.empty());
    return true;
  }

  bool start_tag(std::vector<XmlElement>& open) {
    if (open.size() >= limits_.depth) return fail("elements nested too deep");
    if (++element_count_ > limits_.elements) return fail("too many elements");
    XmlElement element;
    element.position = position();
    element.before = std::exchange(asides_, {});
    ++at_;
    if (!name(element.name, "the name of an element") || !attributes(element)) return false;
    const bool empty = starts_with("/>");
    if (!empty && !starts_with(">")) return unexpected("'>'");
    at_ += empty ? 2 : 1;
    open.push_back(std::move(element));
    if (empty) close(open);
    return true;
  }

  bool end_tag(std::vector<XmlElement>& open) {
    const std::size_t start = at_;
    at_ += 2;
    std::string closing;
    if (!name(closing, "the name of an element")) return false;
    if (closing != open.back().name) {
      at_ = start;
      return fail(fmt::format("'</{}>' closes element '{}' of line {}", closing, open.back().name,
                              open.back().position.line));
    }
    skip_space();
    if (!starts_with(">")) return unexpected("'>'");
    ++at_;
    close(open);
    return true;
  }

  void close(std::vector<XmlElement>& open) {
    XmlElement done = std::move(open.back());
    done.inside = std::exchange(asides_, {});
    open.pop_back();
    if (open.empty()) {
      document_.root = std::move(done);
    } else {
      open.back().children.push_back(std::move(done));
    }
  }

  std::string_view text_;
  Encoding bytes_;
  XmlDocument& document_;
  XmlError& error_;
  const XmlLimits& limits_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;
  Position place_;
  Asides asides_;  // not yet given to an element
  std::size_t aside_count_ = 0;
  std::size_t element_count_ = 0;
  std::size_t attribute_count_ = 0;
};

}  // namespace

const std::string* XmlElement::attribute(std::string_view attribute_name) const {
  for (const XmlAttribute& a : attributes) {
    if (a.name == attribute_name) return &a.value;
  }
  return nullptr;
}

const XmlElement* XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& c : children) {
    if (c.name == child_name) return &c;
  }
  return nullptr;
}

std::string XmlError::describe() const {
  return fmt::format("line {}, column {}: {}", position.line, position.column, text);
}

bool read_xml(std::string_view text, XmlDocument& document, XmlError& error,
              const XmlLimits& limits) {
  document = {};
  error = {};
  if (limits.decoded) return Reader(text, Encoding::kDecoded, document, error, limits).run();
  std::string utf8;
  if (is_utf16(text)) {
    return utf8_of_utf16(text, utf8, error) &&
           Reader(utf8, Encoding::kUtf16, document, error, limits).run();
  }
  const Encoding named = encoding_named(read_declaration(text).encoding);
  if (named == Encoding::kAscii || named == Encoding::kLatin1 || named == Encoding::kWindows1252) {
    return utf8_of_bytes(text, named, utf8, error) &&
           Reader(utf8, named, document, error, limits).run();
  }
  const bool marked = text.substr(0, kUtf8Mark.size()) == kUtf8Mark;
  return Reader(text, marked ? Encoding::kMarkedUtf8 : Encoding::kUtf8, document, error, limits)
      .run();
}

}  // namespace cspkit::odt
