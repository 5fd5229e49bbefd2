// SPDX-License-Identifier: Apache-2.0
// What a command is judged against besides the rows: the schema and which provider handles what.
// Immutable; a new one replaces it when a DDF or a provider is loaded.
#ifndef CSPKIT_CORE_GATE_WORLD_HPP_
#define CSPKIT_CORE_GATE_WORLD_HPP_

#include <cspkit/abi.h>

#include <cspkit/ddf/profile.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace cspkit::provider {
class LoadedProvider;
}

namespace cspkit::gate {

/// A provider's handlers at one schema node.
struct Binding {
  provider::LoadedProvider* provider = nullptr;
  std::uint32_t verbs = 0;
  std::uint32_t flags = 0;        ///< CSPKIT_HANDLER_* of all rows for this node
  std::uint16_t handler[6] = {};  ///< index by verb, see handler_slot

  bool handles(std::uint32_t verb) const { return (verbs & verb) != 0; }
};

/// Where a verb's handler index stands in Binding.
constexpr std::size_t handler_slot(std::uint32_t verb) {
  switch (verb) {
    case CSPKIT_GET:
      return 0;
    case CSPKIT_ADD:
      return 1;
    case CSPKIT_REPLACE:
      return 2;
    case CSPKIT_DELETE:
      return 3;
    case CSPKIT_EXEC:
      return 4;
    default:
      return 5;
  }
}

/// A DDF tree that a provider claims.
struct Claim {
  provider::LoadedProvider* provider = nullptr;
  std::string_view root;  ///< canonical path; the provider's
};

/// What holds for a schema node whatever is set: worked out once, not by every command.
enum Trait : std::uint8_t {
  kStands = 1,  ///< exists whenever its parent does
  kPlain =
      2,  ///< for this device, and its instances are told by their names in any case of letters
  kStored = 4,  ///< a leaf that grants Get and is read from its row
};

struct World {
  std::shared_ptr<const ddf::Schema> schema;
  std::vector<Binding> bindings;          ///< [0] is "none"
  std::vector<std::uint32_t> binding_of;  ///< by NodeId; 0: store-backed
  bool any_refresh = false;               ///< some provider has refresh handlers
  bool any_transactions = false;          ///< some provider has effects that are undone
  std::vector<std::shared_ptr<provider::LoadedProvider>> providers;  ///< keeps them alive

  std::vector<bool> excluded;  ///< by NodeId: not for this device; empty: none is
  ddf::DeviceProfile profile;

  std::vector<Claim> claims;            ///< [0] is "nobody's"
  std::vector<std::uint32_t> claim_of;  ///< by NodeId
  const Claim& claim(ddf::NodeId node) const {
    const auto index = static_cast<std::size_t>(node);
    return claims[index < claim_of.size() ? claim_of[index] : 0];
  }
  /// Who claims the DDF tree that the node is in; null: nobody.
  provider::LoadedProvider* claimant(const ddf::Node& node) const {
    return claim(node.id()).provider;
  }

  bool excludes(ddf::NodeId node) const {
    const auto index = static_cast<std::size_t>(node);
    return index < excluded.size() && excluded[index];
  }
  const Binding& binding(ddf::NodeId node) const {
    const auto index = static_cast<std::size_t>(node);
    return bindings[index < binding_of.size() ? binding_of[index] : 0];
  }
  /// Does any handler, anywhere, take this verb?
  bool handles_any(std::uint32_t verb) const {
    for (const Binding& each : bindings) {
      if (each.handles(verb)) return true;
    }
    return false;
  }
  bool has(ddf::NodeId node, Trait trait) const {
    return (traits[static_cast<std::size_t>(node)] & trait) != 0;
  }
  std::vector<std::uint8_t> traits;  ///< by NodeId
  bool owned(ddf::NodeId node) const { return (binding(node).flags & CSPKIT_HANDLER_OWN) != 0; }
};

}  // namespace cspkit::gate

#endif  // CSPKIT_CORE_GATE_WORLD_HPP_
