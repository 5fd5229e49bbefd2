// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_SNAPSHOT_HPP_
#define CSPKIT_HARNESS_SNAPSHOT_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/export.hpp>
#include <string>
#include <vector>

namespace cspkit::harness {

/// A tree as text, one line a node, sorted: "./A/B = chr \"text\"" for a leaf, "./A/" for an
/// interior node. Bytes that are no printable ASCII stand as "\xNN"; a secret value as (secret).
struct CSPKIT_API Snapshot {
  std::vector<std::string> lines;  ///< one for each node
  std::string text() const;        ///< the lines, each with its line feed
  /// Equal line by line.
  /// @{
  friend bool operator==(const Snapshot& a, const Snapshot& b) { return a.lines == b.lines; }
  friend bool operator!=(const Snapshot& a, const Snapshot& b) { return !(a == b); }
  /// @}
};

/// Of what Engine::list gave.
CSPKIT_API Snapshot make_snapshot(const std::vector<TreeEntry>& entries);

/// What changed between two snapshots: "- line" for one that went, "+ line" for one that came, in
/// the order of the lines. Empty when nothing did.
CSPKIT_API std::vector<std::string> diff(const Snapshot& before, const Snapshot& after);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_SNAPSHOT_HPP_
