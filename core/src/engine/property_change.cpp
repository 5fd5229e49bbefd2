// SPDX-License-Identifier: Apache-2.0
#include "engine/property_change.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <optional>
#include <string>
#include <vector>

#include "txn/owner_write.hpp"

namespace cspkit {

namespace {

constexpr std::size_t kMaxTitle = 255;  // OMA-TS-DM_TND 1.2.1, section 7.7.7

// The canonical path of the target, its last segment replaced.
std::string renamed_path(std::string_view path, std::string_view name) {
  const std::size_t slash = path.rfind('/');
  std::string renamed(path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  ddf::append_encoded(renamed, name);
  return renamed;
}

bool handled_at_or_below(const gate::World& world, const ddf::Node& node) {
  const gate::Binding& binding = world.binding(node.id());
  if (binding.verbs != 0 || world.owned(node.id())) return true;
  for (const ddf::Node& child : node.static_children()) {
    if (handled_at_or_below(world, child)) return true;
  }
  const ddf::Node dynamic = node.dynamic_child();
  return dynamic.valid() && handled_at_or_below(world, dynamic);
}

Status judge_name(const gate::World& world, const gate::Target& target, std::string_view name,
                  const ddf::UriLimits& limits) {
  if (!target.node.is_dynamic()) {
    return Status(Code::kNotAllowed, fmt::format("{}: only a node that was named when it was added "
                                                 "can be renamed",
                                                 gate::readable_uri(target)));
  }
  if (name.empty() || name == "." || name == ".." || name == "*") {
    return Status(Code::kBadRequest, fmt::format("\"{}\" is no name for a node", name));
  }
  std::string uri = target.address.scope == Scope::kUser ? "./User/" : "./Device/";
  uri += renamed_path(target.address.path, name);
  ddf::Address address;
  Status resolved = world.schema->resolve(uri, address, limits);
  if (!resolved.ok()) return resolved;
  // A static sibling's name: judged with the state, as a clash.
  if (address.node != target.node.id()) return {};
  return ddf::check_name(target.node, name);
}

}  // namespace

Status judge_property(const gate::World& world, const gate::Target& target,
                      const dm::Operation& operation, const ddf::UriLimits& limits,
                      query::Property& property) {
  const std::optional<query::Property> named = query::property_of(target.address.query);
  if (!named && !query::list_of(target.address.query)) {
    return Status(Code::kNotSupported,
                  fmt::format("the query ?{} is not supported", target.address.query));
  }
  const bool changeable =
      named && (*named == query::Property::kName || *named == query::Property::kTitle);
  if (!changeable || operation.verb != dm::Verb::kReplace) {
    return Status(Code::kNotAllowed,
                  fmt::format("{}: of a node's properties Name and Title can be replaced, "
                              "and nothing else",
                              operation.uri));
  }
  property = *named;
  if (!operation.has_data) {
    return Status(Code::kBadRequest, fmt::format("Replace of {} carries no Data", operation.uri));
  }
  if (!operation.format.empty() && operation.format != "chr" && operation.format != "string") {
    return Status(Code::kBadFormat, fmt::format("{} has the format chr", operation.uri));
  }
  if (property == query::Property::kName) {
    return judge_name(world, target, operation.data, limits);
  }
  if (operation.data.size() > kMaxTitle) {
    return Status(Code::kTooLarge, fmt::format("a Title has at most {} bytes", kMaxTitle));
  }
  return {};
}

Status judge_property_state(const gate::World& world, const gate::View& view,
                            const gate::Target& target, query::Property property,
                            std::string_view value) {
  const ddf::Address& address = target.address;
  if (gate::existing_depth(world, view, target) != address.segments.size()) {
    return Status(Code::kNotFound, fmt::format("{} does not exist", gate::readable_uri(target)));
  }
  if (property != query::Property::kName) return {};
  if (handled_at_or_below(world, target.node)) {
    return Status(Code::kNotSupported,
                  fmt::format("{}: a provider handles this node or one below it, and would not "
                              "hear of its new name",
                              gate::readable_uri(target)));
  }
  ddf::Address renamed;
  Status resolved =
      world.schema->resolve_path(address.scope, renamed_path(address.path, value), renamed);
  if (!resolved.ok()) return resolved;
  const bool other = renamed.key != address.key;
  if (renamed.node != target.node.id() || (other && view.find(target.user, renamed.key))) {
    return Status(Code::kAlreadyExists,
                  fmt::format("{} has a sibling named {}", gate::readable_uri(target), value));
  }
  return {};
}

Status apply_property(txn::Transaction& transaction, const gate::World& world,
                      const gate::Target& target, query::Property property,
                      std::string_view value) {
  const ddf::Address& address = target.address;
  if (property == query::Property::kTitle) {
    if (!transaction.find(target.user, address.key)) {
      txn::make_node(transaction, world, target, address.segments.size(), store::kRowNotSet);
    }
    return transaction.retitle(target.user, address.key, std::string(value));
  }
  const std::string spelled =
      renamed_path(txn::spelled_path(transaction, target, address.segments.size()), value);
  ddf::Address renamed;
  if (!world.schema->resolve_path(address.scope, spelled, renamed).ok())
    return {};  // judged before
  return transaction.rename_subtree(target.user, address.key, renamed.key, spelled);
}

}  // namespace cspkit
