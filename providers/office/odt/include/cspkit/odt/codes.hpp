// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/codes.hpp: what the codes mean that Office, its installer and the agents around them
// report. Sources: Microsoft's pages on the Office CSP, on Microsoft 365 Apps in Intune and on
// Intune's app installation errors, and public notes, which are named as such. Constant data; every
// function may be called from any thread.
#ifndef CSPKIT_ODT_CODES_HPP_
#define CSPKIT_ODT_CODES_HPP_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// One meaning of a code. Texts that are not known are empty.
struct CodeInfo {
  std::uint32_t code;        ///< as unsigned; HRESULTs have their highest bit set
  std::string_view screen;   ///< "30088-1008" of a code that is only shown or logged, else empty
  std::string_view symbol;   ///< "ERROR_INSTALL_FAILURE"
  std::string_view origin;   ///< who reports it: "Office CSP", "iOS app"
  std::string_view stage;    ///< "download", "signature", "install", ...
  std::string_view meaning;  ///< what happened
  std::string_view cause;    ///< why it does
  std::string_view remedy;   ///< what to do about it
};

/// The meanings of a code as people write it: decimal, negative, hexadecimal with or without 0x, or
/// as the installer shows it ("30125-1011 (404)"). Digits alone are decimal when that is a code,
/// else hexadecimal. One code may mean several things; empty: not known.
std::vector<CodeInfo> explain_code(std::string_view text);

/// The number that a text stands for: the first reading that is a code, else the first that is a
/// number of 32 bits.
std::optional<std::uint32_t> read_code(std::string_view text);

/// Every code that is known, sorted; those of screens last.
std::vector<CodeInfo> all_codes();

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_CODES_HPP_
