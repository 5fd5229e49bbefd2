// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/dependencies.hpp: MSFT:DependencyBehavior evaluated against the values of a device.
// By default the engine only reports what is unmet.
#ifndef CSPKIT_DDF_DEPENDENCIES_HPP_
#define CSPKIT_DDF_DEPENDENCIES_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

/// The value at a LocURI ("./Device/Vendor/MSFT/..."), nullopt when nothing is there. Interior
/// nodes that exist have the value "". Called on the caller's thread.
using ValueLookup = std::function<std::optional<std::string>(const std::string& uri)>;

/// A dependency that is not met, for people.
struct UnmetDependency {
  std::string uri;          ///< complete, with the names of the dependent address filled in
  std::string friendly_id;  ///< of its group
  bool negated = false;     ///< the other node must not hold one of the values
  std::string reason;       ///< what is there instead
};

/// What the dependencies of a node come to on a device.
struct DependencyVerdict {
  /// True when every group that does not merely change AllowedValues is satisfied.
  bool satisfied = true;
  std::vector<UnmetDependency> unmet;  ///< of the groups that are not satisfied
  /// AllowedValues that hold in place of the node's own, of the first satisfied group that names
  /// some; type kAbsent when there are none. Views into the Schema.
  AllowedValues changed_allowed;
};

/// The address a DependencyUri means, seen from `from`: "./" added, doubled slashes removed, and
/// placeholders ("{id}", "[ProfileName]") replaced by the name that stands at the same place of
/// `from` when both agree up to there.
CSPKIT_API std::string dependency_target(std::string_view dependency_uri, const Schema& schema,
                                         const Address& from);

/// Evaluates the dependencies of the node that `at` addresses. A group is satisfied when all its
/// dependencies are; one of type DependsOn when the other node is there with an allowed value, one
/// of type Not when it is not.
CSPKIT_API DependencyVerdict evaluate_dependencies(const Schema& schema, const Address& at,
                                                   const ValueLookup& lookup);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_DEPENDENCIES_HPP_
