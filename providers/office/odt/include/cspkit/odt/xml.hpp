// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/xml.hpp: a strict reader for small XML documents whose author may have erred. It keeps
// line and column of everything, names the mistakes that are typical of configurations copied from
// web pages, and expands nothing but the five predefined entities and character references.
// Functions are pure; values have no thread rules.
#ifndef CSPKIT_ODT_XML_HPP_
#define CSPKIT_ODT_XML_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// Where something stands in the document, both from 1; columns count characters, not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct XmlAttribute {
  std::string name;
  std::string value;  ///< references resolved, white space normalised to blanks (XML 1.0, 3.3.3)
  Position position;
};

struct XmlElement {
  std::string name;
  std::vector<XmlAttribute> attributes;
  std::vector<XmlElement> children;
  std::string text;  ///< character data directly inside, joined
  Position position;

  /// The attribute of exactly that name, or null. Names are case-sensitive, as ODT's are.
  const std::string* attribute(std::string_view attribute_name) const;
  /// The first child of exactly that name, or null.
  const XmlElement* child(std::string_view child_name) const;
};

/// What was wrong with a document that is not well-formed.
struct XmlError {
  std::string text;  ///< for people, without the position
  Position position;
  bool typographic = false;  ///< a character stands there that word processors and web pages put in
  std::string describe() const;  ///< "line 2, column 60: ..."
};

struct XmlDocument {
  XmlElement root;
  bool has_doctype =
      false;  ///< its content was skipped unread; entities it defines stay unexpanded
};

/// Bounds that keep a hostile document cheap.
struct XmlLimits {
  std::size_t depth = 64;
  std::size_t elements = 100000;
  std::size_t attributes = 200000;
};

/// Reads UTF-8 with or without a byte order mark. False when the text is not well-formed or exceeds
/// a limit: then `error` says what and where, and `document` is unspecified.
[[nodiscard]] bool read_xml(std::string_view text, XmlDocument& document, XmlError& error,
                            const XmlLimits& limits = {});

/// Appends text with & < > " and line breaks written as references: safe in content and attributes.
/// Characters that XML forbids become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_XML_HPP_
