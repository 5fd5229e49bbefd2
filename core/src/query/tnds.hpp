// SPDX-License-Identifier: Apache-2.0
// A subtree as one document (OMA-TS-DM_TNDS 1.2): MgmtTree, VerDTD 1.2, nested Nodes with their
// RTProperties and Values.
#ifndef CSPKIT_CORE_QUERY_TNDS_HPP_
#define CSPKIT_CORE_QUERY_TNDS_HPP_

#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/property.hpp"

namespace cspkit::query {

inline constexpr std::string_view kTndsType = "application/vnd.syncml.dmtnds+xml";

/// One node of a listing.
struct Entry {
  std::string uri;        ///< readable: "./Vendor/..." or "./User/..."
  std::string name;       ///< decoded, as it was created
  std::size_t depth = 0;  ///< 0: the node addressed
  bool leaf = false;
  bool computed = false;  ///< its value is its provider's
  bool has_value = false;
  Value value;  ///< its format is the node's also where there is no value
  std::string mime;
  std::string title;
  std::int64_t tstamp = 0;  ///< 0: never set
  std::uint16_t verno = 0;
};

/// The document of a node and all below it, parents first. `path` is the address of the first
/// one's parent.
std::string write_tnds(const std::vector<Entry>& entries, std::string_view path, const List& list);

}  // namespace cspkit::query

#endif  // CSPKIT_CORE_QUERY_TNDS_HPP_
