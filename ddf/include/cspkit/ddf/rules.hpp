// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/rules.hpp: may this value stand in that node? Rows 5, 9 and 10 of the order of checks.
#ifndef CSPKIT_DDF_RULES_HPP_
#define CSPKIT_DDF_RULES_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace cspkit::ddf {

/// Wire text beyond it is kTooLarge unless the caller says otherwise: 16 MiB.
inline constexpr std::size_t kDefaultMaxValueBytes = std::size_t{16} << 20;

/// Row 9. Reads the wire text of a value for `node`: `given` is the request's format, kUnset takes
/// the schema's. Accepted beside the schema's own: chr for xml, b64 for bin; a schema format of
/// null takes any; a value that the node's own ENUM lists passes. b64 and bin are decoded (blanks
/// inside ignored). kBadFormat; kTooLarge beyond max_bytes of wire text.
CSPKIT_API Result<Value> read_value(const Node& node, Format given, std::string_view wire_text,
                                    std::size_t max_bytes = kDefaultMaxValueBytes);
/// The same into `value`, whose memory is used again; after a failure it holds anything.
CSPKIT_API Status read_value(const Node& node, Format given, std::string_view wire_text,
                             std::size_t max_bytes, Value& value);
/// The same judgement for a value that is already typed (b64 and bin raw).
CSPKIT_API Result<Value> check_format(const Node& node, Value value,
                                      std::size_t max_bytes = kDefaultMaxValueBytes);
/// The same, and gives it the format it takes on; after a failure that is as it was.
/// @{
CSPKIT_API Status fit_format(const Node& node, std::string_view data, std::size_t max_bytes,
                             Format& format);
CSPKIT_API Status fit_format(const Node& node, Value& value,
                             std::size_t max_bytes = kDefaultMaxValueBytes);
/// @}
/// Row 10. kBadValue with provider_error 0x80070057 (E_INVALIDARG) when MSFT:AllowedValues excludes
/// the value.
CSPKIT_API Status check_allowed(const Node& node, const Value& value);
/// Row 5. kBadRequest when the RegEx of the dynamic node excludes the name.
CSPKIT_API Status check_name(const Node& dynamic_node, std::string_view decoded_name);

/// The value a leaf holds that was never set: its DefaultValue as written, else the empty value of
/// its format
/// ("" / 0 / false). A default that is no base64 in a b64 or bin node is held as its text's bytes.
CSPKIT_API Value initial_value(const Node& node);

/// Wire text of a value: base64 for b64 and bin, else the data.
CSPKIT_API std::string to_wire(const Value& value);
/// RFC 4648 with padding, without line breaks.
CSPKIT_API std::string base64_encode(std::string_view raw);
/// kBadFormat; blanks and line breaks inside are ignored, padding is optional.
CSPKIT_API Result<std::string> base64_decode(std::string_view text);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_RULES_HPP_
