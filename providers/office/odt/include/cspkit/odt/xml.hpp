// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/xml.hpp: a strict reader for small XML documents whose author may have erred. It keeps
// line and column of everything, names the mistakes that are typical of configurations copied from
// web pages, and expands nothing but the five predefined entities and character references.
// Comments are kept for who writes the document again.
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
  std::uint32_t line = 1;    ///< counts line feeds
  std::uint32_t column = 1;  ///< of the first character
};
/// In the order of the document.
constexpr bool operator<(Position a, Position b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/// Comments and processing instructions, as they were written, in their order.
using Asides = std::vector<std::string>;

/// An attribute.
struct XmlAttribute {
  std::string name;   ///< with its prefix, if any
  std::string value;  ///< references resolved, white space normalised to blanks (XML 1.0, 3.3.3)
  Position position;  ///< of its name
};
/// Attributes are equal when they say the same, wherever they stand.
bool operator==(const XmlAttribute& a, const XmlAttribute& b);

/// An element, with all that is in it.
struct XmlElement {
  std::string name;                      ///< with its prefix, if any
  std::vector<XmlAttribute> attributes;  ///< in document order
  std::vector<XmlElement> children;      ///< in document order
  std::string text;                      ///< character data directly inside, joined
  Asides before;                         ///< what stands between this element and the one before it
  Asides inside;                         ///< what stands after the last child, before the end tag
  Position position;                     ///< of its start tag

  /// The attribute of exactly that name, or null. Names are case-sensitive, as ODT's are.
  const std::string* attribute(std::string_view attribute_name) const;
  /// The first child of exactly that name, or null.
  const XmlElement* child(std::string_view child_name) const;
};
/// Elements are equal when they say the same, wherever they stand.
bool operator==(const XmlElement& a, const XmlElement& b);

/// What was wrong with a document that is not well-formed.
struct XmlError {
  std::string text;          ///< for people, without the position
  Position position;         ///< where reading ended
  bool typographic = false;  ///< a character stands there that word processors and web pages put in
  std::string describe() const;  ///< "line 2, column 60: ..."
};

/// A document that is well-formed.
struct XmlDocument {
  XmlElement root;  ///< and all that is in it
  Asides after;     ///< what follows the root element
  bool has_doctype =
      false;  ///< its content was skipped unread; entities it defines stay unexpanded
};

/// Bounds that keep a hostile document cheap, and how its bytes came.
struct XmlLimits {
  std::size_t depth = 64;           ///< elements within elements
  std::size_t elements = 100000;    ///< in all
  std::size_t attributes = 200000;  ///< in all
  std::size_t asides = 10000;       ///< more comments than that are read, but not kept
  bool decoded =
      false;  ///< UTF-8 made of characters that came otherwise: a declared encoding is void
};

/// Reads UTF-8 and UTF-16 with or without a byte order mark, and what an XML declaration says is
/// ASCII, ISO-8859-1 or windows-1252. False when the text is not well-formed, is in another
/// encoding than it says, or exceeds a limit: then `error` says what and where, and `document` is
/// unspecified.
[[nodiscard]] bool read_xml(std::string_view text, XmlDocument& document, XmlError& error,
                            const XmlLimits& limits = {});

/// Appends text with & < > " and line breaks written as references: safe in content and attributes.
/// Characters that XML forbids become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Appends the element and what stands before it, one line per tag, indented by two blanks a level;
/// line breaks are LF. Reading it again gives an equal element when texts beside children have no
/// blanks around them.
void append_element(std::string& out, const XmlElement& element, std::size_t level);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_XML_HPP_
