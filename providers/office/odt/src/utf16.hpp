// SPDX-License-Identifier: Apache-2.0
// UTF-16, as PowerShell's Out-File writes it.
#ifndef CSPKIT_ODT_UTF16_HPP_
#define CSPKIT_ODT_UTF16_HPP_

#include <cspkit/odt/xml.hpp>
#include <string>
#include <string_view>

namespace cspkit::odt {

/// True when a byte order mark of UTF-16 stands at the start.
bool is_utf16(std::string_view bytes);

/// The characters behind the mark. False for half a character or a lone surrogate: `error` says
/// where.
[[nodiscard]] bool utf8_of_utf16(std::string_view bytes, std::string& utf8, XmlError& error);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_UTF16_HPP_
