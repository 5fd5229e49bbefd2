// SPDX-License-Identifier: Apache-2.0
// What a provider of a DDF has to do: the nodes that want a handler, and a recipe that reaches
// them.
#ifndef CSPKIT_CSPCTL_PROVIDER_PLAN_HPP_
#define CSPKIT_CSPCTL_PROVIDER_PLAN_HPP_

#include <cspkit/ddf/schema.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cspctl {

/// A node that the store cannot serve by itself.
struct Wish {
  enum class Verb { kRefresh, kGet, kExec };
  std::string pattern;  ///< as Provider::on takes it
  Verb verb = Verb::kGet;
  cspkit::ddf::Node node;  ///< the first of this pattern; of several roots there may be more
};

/// Nodes that want a handler, in the order of the tree: Exec; leaves that may be got, that nobody
/// may set and that have no default; and the parents of dynamic nodes that no server may add.
/// Nodes whose names no pattern can hold are put into `left_out`.
std::vector<Wish> find_wishes(const cspkit::ddf::Schema& schema,
                              std::vector<std::string>& left_out);

/// The pattern of a node below its root, its braces filled with titles; false when a name on the
/// way cannot stand in one.
bool pattern_of(const cspkit::ddf::Node& node, std::string& pattern);

/// Lines of a recipe (cspkit/harness/recipe.hpp) that make what has to be there and call each wish
/// once, tried on a device in memory that has the DDF and no provider. The device's principal has
/// to be kRecipeUser with device authority. `file` is loaded.
std::vector<std::string> make_recipe(const std::string& file, const cspkit::ddf::Schema& schema);
inline constexpr std::string_view kRecipeUser = "user";

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_PROVIDER_PLAN_HPP_
