// SPDX-License-Identifier: Apache-2.0
// SyncML in WBXML (application/vnd.syncml.dm+wbxml; WAP-192-WBXML 1.3 with the code pages SyncML
// and MetInf of OMA-TS-SyncML-RepPro 1.2.2, section 8), to and from the XML that the reader and the
// writer of this folder speak.
//
// libwbxml2 0.11 was tried first and does for neither side: it turns the line ends of values into
// CR LF, ends a value's CDATA at the first "]]>", and gives no way to its tree that would mend
// this. The tests hold this codec against it where it is installed.
//
// Choices:
//  * No element of SyncML has attributes in WBXML: an input that has some is refused, and
//    msft:originalerror is left out of replies.
//  * Opaque bytes in the Data of an Item of format bin become base64, as they would be in XML. So
//  do
//    those of a further piece of such an object, which need not say its format again.
#ifndef CSPKIT_CORE_SYNCML_WBXML_HPP_
#define CSPKIT_CORE_SYNCML_WBXML_HPP_

#include <cspkit/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace cspkit::syncml {

/// True when the bytes begin as WBXML does. No XML, in whatever encoding, begins so.
bool is_wbxml(std::string_view bytes);

/// The message as XML. kNotSyncml with the offset and a reason: cut short, another document type or
/// character set, unknown tokens, elements nested deeper than 256. kTooLarge: it would be more than
/// `max_bytes` (strings of the string table may be used any number of times). `binary_target`: the
/// Target of an object of format bin of which pieces are to come; empty: none.
Result<std::string> wbxml_to_xml(std::string_view bytes, std::size_t max_bytes,
                                 std::string_view binary_target = {});

/// A reply as ReplyWriter made it.
std::string xml_to_wbxml(std::string_view reply);

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_WBXML_HPP_
