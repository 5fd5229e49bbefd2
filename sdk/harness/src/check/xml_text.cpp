// SPDX-License-Identifier: Apache-2.0
#include "check/xml_text.hpp"

#include <cspkit/ddf/locuri.hpp>

namespace cspkit::harness::check {

std::string xml_text(std::string_view text) {
  const bool is_text = ddf::is_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
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
      default: {
        // U+FFFE and U+FFFF are the two that UTF-8 can hold and XML cannot.
        const std::string_view rest = text.substr(i, 3);
        const bool is_none = rest == "\xEF\xBF\xBE" || rest == "\xEF\xBF\xBF";
        if (is_none) i += 2;
        const bool bad = byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !is_text) || is_none;
        out += bad ? '?' : c;
      }
    }
  }
  return out;
}

}  // namespace cspkit::harness::check
