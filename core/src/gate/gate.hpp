// SPDX-License-Identifier: Apache-2.0
// May this command run? The order of the checks and the refusal of each is the table in the
// project's design: syntax, scope, schema, names, access, existence, duplicates, format, allowed
// values. Nothing here calls a provider or changes anything.
#ifndef CSPKIT_CORE_GATE_GATE_HPP_
#define CSPKIT_CORE_GATE_GATE_HPP_

#include <cspkit/ddf/rules.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/engine.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gate/world.hpp"
#include "store/store.hpp"

namespace cspkit::gate {

using store::NodeRow;

/// What is set, as the judge's caller sees it.
class View {
 public:
  virtual ~View() = default;
  virtual const NodeRow* find(std::string_view user, std::string_view key) const = 0;
  /// Keys of the set nodes directly below `key`, sorted.
  virtual void children(std::string_view user, std::string_view key,
                        std::vector<std::string>& keys) const = 0;
};

/// A command's address, judged: rows 2 to 6.
struct Target {
  ddf::Address address;
  ddf::Node node;
  std::string user;  ///< whose rows: "" the device's
};

/// Rows 2 to 6 for one address. `verb` is an access bit; 0 skips row 6.
Status judge_address(const World& world, std::string_view uri, const Principal& principal,
                     std::uint32_t verb, const ddf::UriLimits& limits, Target& out);

/// The same for an address that is resolved already and leads through nothing but nodes of
/// kPlain.
Status judge_plain(const World& world, const Principal& principal, std::uint32_t verb, Target& out);
/// Where the path begins in an address as most are written, "./Device/...", "./User/..." or
/// "./..."; 0 for any other.
std::size_t plain_scope(std::string_view uri, Scope& scope);

/// Does the node of the first n segments exist, given that its parent does?
bool exists_below_parent(const World& world, const ddf::Node& node, const NodeRow* row);
/// The Traits of every node of a world that is complete but for them.
std::vector<std::uint8_t> find_traits(const World& world);
/// The row of one of a target's segments, counted from 1.
struct Found {
  const NodeRow* row = nullptr;
  std::size_t segment = 0;
  /// The address's path is spelled as this row's, and names nothing behind it.
  bool spelled = false;
};
/// Number of leading segments that exist: address.segments.size() when the node itself does.
/// `last`: the row that was looked up last and is there; valid as long as what a view finds. One
/// that it holds at first is taken to exist with all above it.
std::size_t existing_depth(const World& world, const View& view, const Target& target,
                           Found* last = nullptr);

/// Names of the children of the target that exist, decoded, as created or as the DDF spells them,
/// sorted.
std::vector<std::string> child_names(const World& world, const View& view, const Target& target);

/// Row 7 for Add, Replace and Exec: can the segments from `from` to the last but one be made? On
/// refusal `failing` is the number of segments of the parent that cannot.
Status judge_parents(const World& world, const Target& target, std::size_t from,
                     std::size_t& failing);
/// Row 8's limit: room for one more instance of a dynamic node below the first n - 1 segments.
Status judge_instances(const World& world, const View& view, const Target& target, std::size_t n);

/// Row 9 for a command that carries no value: only the format, if one was sent, is judged.
Status format_fits(const ddf::Node& node, std::string_view given);
/// Rows 9 and 10. `given` is the format as sent. For interior nodes the value is empty, of format
/// node. After a failure `value` holds anything.
Status judge_value(const ddf::Node& node, std::string_view given, std::string_view wire_text,
                   std::size_t max_bytes, Value& value);
/// The same for a value that is typed already; it gets the format it takes on.
Status judge_value(const ddf::Node& node, std::size_t max_bytes, Value& value);

/// The address of the first n segments as a person would write it: "./Vendor/..." or
/// "./User/Vendor/...".
std::string readable_uri(const Target& target, std::size_t n);
inline std::string readable_uri(const Target& target) {
  return readable_uri(target, target.address.segments.size());
}

}  // namespace cspkit::gate

#endif  // CSPKIT_CORE_GATE_GATE_HPP_
