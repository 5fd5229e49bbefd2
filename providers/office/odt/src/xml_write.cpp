// SPDX-License-Identifier: Apache-2.0
// Values and text of XML documents, written.
#include "xml_write.hpp"

#include <algorithm>
#include <cspkit/odt/xml.hpp>

#include "utf8.hpp"

namespace cspkit::odt {

bool operator==(const XmlAttribute& a, const XmlAttribute& b) {
  return a.name == b.name && a.value == b.value;
}

// Recursion is bounded by the reader's limit on depth.
bool operator==(const XmlElement& a, const XmlElement& b) {
  return a.name == b.name && a.attributes == b.attributes && a.text == b.text &&
         a.before == b.before && a.inside == b.inside && a.children == b.children;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const char c = text[0];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const Decoded here = decode(text);
      const bool good = here.size != 0 && is_xml_char(here.code);
      out += good ? text.substr(0, here.size) : std::string_view("\xEF\xBF\xBD");
      text.remove_prefix(std::max<std::size_t>(here.size, 1));
      continue;
    }
    text.remove_prefix(1);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
}

void append_asides(std::string& out, const Asides& asides, std::size_t level) {
  for (const std::string& aside : asides) {
    out.append(2 * level, ' ');
    out += aside;
    out += '\n';
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  // A '>' needs no reference there, and nobody writes one.
  while (!value.empty()) {
    const std::size_t sign = std::min(value.find('>'), value.size());
    append_escaped(out, value.substr(0, sign));
    if (sign < value.size()) out += '>';
    value.remove_prefix(std::min(sign + 1, value.size()));
  }
  out += '"';
}

void append_element(std::string& out, const XmlElement& element, std::size_t level) {
  append_asides(out, element.before, level);
  out.append(2 * level, ' ');
  out += '<';
  out += element.name;
  for (const XmlAttribute& a : element.attributes) append_attribute(out, a.name, a.value);
  if (element.children.empty() && element.inside.empty()) {
    if (element.text.empty()) {
      out += " />\n";
      return;
    }
    out += '>';
    append_escaped(out, element.text);
  } else {
    out += ">\n";
    if (!element.text.empty()) {
      out.append(2 * level + 2, ' ');
      append_escaped(out, element.text);
      out += '\n';
    }
    for (const XmlElement& child : element.children) append_element(out, child, level + 1);
    append_asides(out, element.inside, level + 1);
    out.append(2 * level, ' ');
  }
  out += "</";
  out += element.name;
  out += ">\n";
}

}  // namespace cspkit::odt
