// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/diff.hpp: what changed between two sets of DDF files.
#ifndef CSPKIT_DDF_DIFF_HPP_
#define CSPKIT_DDF_DIFF_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cspkit::ddf {

/// What became of a node from one set of files to the other.
enum class ChangeKind : std::uint8_t {
  kAdded,    ///< it is new
  kRemoved,  ///< it is gone
  kChanged   ///< something that is said of it is another
};

/// One property of a node that changed.
struct PropertyChange {
  std::string property;  ///< name of the DDF element
  std::string before;    ///< "" when it was absent
  std::string after;     ///< "" when it is gone
};

/// A node that changed.
struct NodeChange {
  ChangeKind kind = ChangeKind::kChanged;  ///< see there
  std::string uri;                         ///< "./Device/Vendor/..."
  std::vector<PropertyChange> properties;  ///< of changed nodes
};

/// Every property of a node that DDF knows, as one line of text each; absent ones are left out.
CSPKIT_API std::vector<std::pair<std::string, std::string>> property_texts(const Node& node);

/// Nodes added, removed and changed from one schema to the other, by URI. Unnamed nodes are the
/// same when they stand at the same place, whatever their titles; letters are compared without
/// regard to case.
CSPKIT_API std::vector<NodeChange> diff(const Schema& before, const Schema& after);

/// "+ URI", "- URI", or "~ URI" with a line "    Property: before -> after" for each change.
CSPKIT_API std::string to_string(const NodeChange& change);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_DIFF_HPP_
