// SPDX-License-Identifier: Apache-2.0
// Addresses with "?prop=", the properties of a node, and "?list=", its subtree (OMA-TS-DM_TND
// 1.2.1, sections 7 and 8).
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

/// What "?list=" asks for.
struct List {
  enum class Kind : std::uint8_t { kStruct, kStructData, kTnds };
  Kind kind = Kind::kStruct;
  /// Of TNDS: the properties that go into the document, and whether values do. "TNDS+A+B" has A and
  /// B only, "TNDS-A-B" all but those (OMA-TS-DM_TND 1.2.1, section 8.4, as we read it); Name is
  /// always there, ACL never.
  bool format = true, type = true, title = true, tstamp = true, verno = true, value = true;
};
/// Nothing when the query is no list, or names a property there is not.
std::optional<List> list_of(std::string_view query);

/// Its name as it was created, decoded; "." of the tree itself.
std::string name_of(const gate::Target& target, const gate::NodeRow* row);
/// The MIME type and the title of a node that was never set are its DDF's.
std::string type_of(const gate::Target& target, const gate::NodeRow* row);

/// The property of an existing node, as text. `row` is null when the node was never set: its
/// version is 0 and its time of change empty. Size is of a leaf only (kNotSupported) and is what
/// `value_size` says.
Result<Value> read_property(Property property, const gate::Target& target, const gate::NodeRow* row,
                            std::size_t value_size);

/// "20010711T163817Z" of milliseconds since 1970 UTC.
std::string basic_time(std::int64_t utc_ms);

}  // namespace cspkit::query

#endif  // CSPKIT_CORE_QUERY_PROPERTY_HPP_
