// SPDX-License-Identifier: Apache-2.0
// Addresses with "?prop=": the properties of a node (OMA-TS-DM_TND 1.2.1, section 7).
#ifndef CSPKIT_CORE_QUERY_PROPERTY_HPP_
#define CSPKIT_CORE_QUERY_PROPERTY_HPP_

#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gate/gate.hpp"

namespace cspkit::query {

enum class Property : std::uint8_t { kName, kFormat, kType, kSize, kTitle, kTStamp, kVerNo };

/// The property a query names, in any case of letters. Nothing for ACL, which Windows has not
/// either, for unknown names and for other queries.
std::optional<Property> property_of(std::string_view query);

/// The property of an existing node, as text. `row` is null when the node was never set: its
/// version is 0 and its time of change empty. Size is of a leaf only (kNotSupported) and is what
/// `value_size` says.
Result<Value> read_property(Property property, const gate::Target& target, const gate::NodeRow* row,
                            std::size_t value_size);

/// "20010711T163817Z" of milliseconds since 1970 UTC.
std::string basic_time(std::int64_t utc_ms);

}  // namespace cspkit::query

#endif  // CSPKIT_CORE_QUERY_PROPERTY_HPP_
