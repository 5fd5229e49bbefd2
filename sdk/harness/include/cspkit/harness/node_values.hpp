// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_NODE_VALUES_HPP_
#define CSPKIT_HARNESS_NODE_VALUES_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cspkit/value.hpp>
#include <string>
#include <vector>

namespace cspkit::harness {

/// The most ordinary value that a leaf takes by its DFFormat and AllowedValues: its default, the
/// first of a list, zero. One that only the format takes where no other is known.
CSPKIT_API std::string fitting_value(const ddf::Node& node);

/// Values for a leaf, made from its DFFormat and AllowedValues.
struct NodeValues {
  std::vector<Value> fitting;    ///< ordinary ones first, then those at the edges
  std::vector<Value> unfitting;  ///< of another format, or excluded
};
CSPKIT_API NodeValues values_for(const ddf::Node& node);

/// Names for instances of a dynamic node that its RegEx allows, ordinary ones first, then some that
/// need encoding; empty when none is known that fits.
CSPKIT_API std::vector<std::string> instance_names(const ddf::Node& dynamic_node);

/// A value that nobody can set: somebody has to compute it, or to write it.
CSPKIT_API bool wants_get(const ddf::Node& node);
/// A parent of nodes that no server can add: somebody has to make them.
CSPKIT_API bool wants_refresh(const ddf::Node& node);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_NODE_VALUES_HPP_
