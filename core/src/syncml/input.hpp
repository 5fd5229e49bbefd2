// SPDX-License-Identifier: Apache-2.0
// The bytes of a message before any XML is read: encoding, characters, positions. pugixml leaves
// these to its caller, and takes a NUL for the end of the text.
#ifndef CSPKIT_CORE_SYNCML_INPUT_HPP_
#define CSPKIT_CORE_SYNCML_INPUT_HPP_

#include <cspkit/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace cspkit::syncml {

/// More tags and attributes than this in one message: kTooLarge. Bounds the memory of the DOM.
inline constexpr std::size_t kMaxMarkup = 500'000;

/// The bytes as UTF-8 without BOM: a view of `bytes`, or of `storage` when they were UTF-16. The
/// encoding label is not believed, the bytes are. kNotSyncml when UTF-16 has an odd length.
Result<std::string_view> decode_input(std::string_view bytes, std::string& storage);

/// Judges what pugixml does not: characters that XML 1.0 forbids, references that are none, UTF-8
/// that is none. Invalid UTF-8 in the text of a LocURI passes, so that the one command is refused
/// (400) and the rest of the message runs. kNotSyncml, kTooLarge.
Status check_text(std::string_view text);

/// "3:17: reason", the line and column (in bytes, from 1) of an offset.
std::string located(std::string_view text, std::size_t offset, std::string_view reason);

/// The markup between the start and the end tag of the element whose name stands at `name_offset`,
/// as it was written. The text must be well-formed there.
std::string_view inner_markup(std::string_view text, std::size_t name_offset);

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_INPUT_HPP_
