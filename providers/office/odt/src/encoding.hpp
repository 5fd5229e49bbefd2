// SPDX-License-Identifier: Apache-2.0
// In which characters a document is written: its first bytes, and what its XML declaration says.
#ifndef CSPKIT_ODT_ENCODING_HPP_
#define CSPKIT_ODT_ENCODING_HPP_

#include <cspkit/odt/xml.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cspkit::odt {

enum class Encoding : std::uint8_t {
  kUtf8,
  kMarkedUtf8,  ///< with a byte order mark
  kDecoded,     ///< UTF-8 made of characters that came in any encoding
  kUtf16,
  kAscii,
  kLatin1,
  kWindows1252,
  kOther
};

/// An XML declaration (XML 1.0, 2.8): what it says, how long it is, or what is wrong with it.
struct XmlDeclaration {
  std::string_view encoding;    ///< as written; empty when it names none
  std::size_t encoding_at = 0;  ///< where that stands
  std::size_t size = 0;         ///< of all of it; where it goes wrong when there is an error
  std::string_view error;       ///< what should stand there; empty when all is well
};

/// Reads the declaration at the start of `text`; size 0 and no error when there is none.
XmlDeclaration read_declaration(std::string_view text);

/// The encoding of a name, compared without regard to case.
Encoding encoding_named(std::string_view name);

/// What is wrong with a declared encoding, for a document that is written in `bytes`; empty when
/// nothing is. The mark of UTF-8 outweighs the declaration, as in the readers of Windows.
std::string encoding_complaint(std::string_view declared, Encoding bytes);

/// True when the document is UTF-16: a byte order mark, or a first character that takes two bytes.
bool is_utf16(std::string_view bytes);

/// The characters of UTF-16, without the mark. False for half a character or a lone surrogate:
/// `error` says where.
[[nodiscard]] bool utf8_of_utf16(std::string_view bytes, std::string& utf8, XmlError& error);

/// The characters of an encoding of eight bits (kAscii, kLatin1, kWindows1252). False for a byte
/// that it does not have: `error` says where.
[[nodiscard]] bool utf8_of_bytes(std::string_view bytes, Encoding encoding, std::string& utf8,
                                 XmlError& error);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_ENCODING_HPP_
