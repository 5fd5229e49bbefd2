// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cspkit::gate {

namespace {

using ddf::Occurrence;

bool is_optional(Occurrence occurrence) {
  return occurrence == Occurrence::kZeroOrOne || occurrence == Occurrence::kZeroOrMore ||
         occurrence == Occurrence::kZeroOrN;
}

bool is_required(Occurrence occurrence) {
  return occurrence == Occurrence::kOne || occurrence == Occurrence::kOneOrMore ||
         occurrence == Occurrence::kOneOrN;
}

const char* verb_name(std::uint32_t verb) {
  switch (verb) {
    case ddf::kAccessGet:
      return "Get";
    case ddf::kAccessAdd:
      return "Add";
    case ddf::kAccessReplace:
      return "Replace";
    case ddf::kAccessDelete:
      return "Delete";
    case ddf::kAccessExec:
      return "Exec";
    default:
      return "Copy";
  }
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return detail::is_blank(c); });
}

Status judge_scope(const Principal& principal, Scope scope, std::uint32_t verb, Target& out) {
  if (scope == Scope::kUser) {
    if (principal.user.empty()) {
      return Status(Code::kNotAllowed, "./User needs a user; this session is the device's");
    }
    out.user = principal.user;
    return {};
  }
  out.user.clear();
  const bool changes = verb != ddf::kAccessGet && verb != 0;
  if (changes && !principal.device_authority) {
    return Status(Code::kDenied,
                  principal.user.empty()
                      ? std::string("without device authority ./Device can be read, not changed")
                      : fmt::format("user {} may read ./Device but not change it", principal.user));
  }
  return {};
}

/// Row 4: is the node, and all above it, for a device like this?
Status judge_applicability(const World& world, const ddf::Address& address) {
  if (world.excluded.empty()) return {};
  for (const ddf::Address::Segment& segment : address.segments) {
    if (world.excludes(segment.node)) {
      return ddf::check_applicable(world.schema->node(segment.node), world.profile);
    }
  }
  return {};
}

/// Row 5 applies to few nodes, and decoding a name costs memory.
bool has_name_rule(const ddf::Node& node) {
  return !node.is_leaf() && node.value_type() == ddf::ValueType::kRegEx;
}

Status judge_names(const ddf::Schema& schema, const ddf::Address& address) {
  for (std::size_t i = 0; i < address.segments.size(); ++i) {
    if (!address.segments[i].dynamic) continue;
    const ddf::Node node = schema.node(address.segments[i].node);
    if (!has_name_rule(node)) continue;
    Status status = ddf::check_name(node, address.name(i));
    if (!status.ok()) return status;
  }
  return {};
}

/// Row 6.
Status judge_access(const ddf::Node& node, std::uint32_t verb) {
  if (verb == 0 || node.grants(verb)) return {};
  return Status(Code::kNotAllowed,
                fmt::format("the DDF grants no {} on {}", verb_name(verb), node.uri()));
}

}  // namespace

Status judge_address(const World& world, std::string_view uri, const Principal& principal,
                     std::uint32_t verb, const ddf::UriLimits& limits, Target& out) {
  const ddf::Schema& schema = *world.schema;
  Status resolved = schema.resolve(uri, out.address, limits);
  if (!resolved.ok() && resolved.code() != Code::kNotFound) return resolved;
  Status scope = judge_scope(principal, out.address.scope, verb, out);
  if (!scope.ok()) return scope;
  if (!resolved.ok()) return resolved;
  out.node = schema.node(out.address.node);
  Status applicable = judge_applicability(world, out.address);
  if (!applicable.ok()) return applicable;
  Status names = judge_names(schema, out.address);
  return names.ok() ? judge_access(out.node, verb) : names;
}

Status judge_plain(const World& world, const Principal& principal, std::uint32_t verb,
                   Target& out) {
  Status scope = judge_scope(principal, out.address.scope, verb, out);
  if (!scope.ok()) return scope;
  out.node = world.schema->node(out.address.node);
  return judge_access(out.node, verb);
}

std::size_t plain_scope(std::string_view uri, Scope& scope) {
  constexpr std::string_view kUsual = "./Device/";
  if (uri.size() > kUsual.size() && uri.substr(0, kUsual.size()) == kUsual) return kUsual.size();
  if (uri.size() > 9 && uri[8] == '/' && ddf::folds_to(uri.substr(0, 8), "./device")) return 9;
  if (uri.size() > 7 && uri[6] == '/' && ddf::folds_to(uri.substr(0, 6), "./user")) {
    scope = Scope::kUser;
    return 7;
  }
  // With a second one: "./Device" is the scope itself.
  const bool plain = uri.substr(0, 2) == "./" && uri.find('/', 2) != std::string_view::npos;
  return plain ? 2 : 0;
}

bool exists_below_parent(const World& world, const ddf::Node& node, const NodeRow* row) {
  if (row || node.is_dynamic() || world.owned(node.id())) return row != nullptr;
  if (node.is_root()) return true;
  const bool can_add = node.grants(ddf::kAccessAdd);
  if (!node.is_leaf()) return !(is_optional(node.occurrence()) && can_add);
  if (!can_add) return !(is_optional(node.occurrence()) && !node.grants(ddf::kAccessReplace));
  return is_required(node.occurrence()) && node.has_default();
}

namespace {

// Its instances are found by what their addresses fold to, without looking at the schema again.
bool is_plain(const World& world, const ddf::Node& node) {
  if (world.excludes(node.id()) || node.case_sensitive()) return false;
  if (!node.is_dynamic()) return true;
  if (has_name_rule(node)) return false;
  const std::vector<ddf::Node> siblings = node.parent().static_children();
  return std::none_of(siblings.begin(), siblings.end(),
                      [](const ddf::Node& each) { return each.case_sensitive(); });
}

}  // namespace

std::vector<std::uint8_t> find_traits(const World& world) {
  std::vector<std::uint8_t> traits(world.schema->node_count());
  for (std::uint32_t id = 0; id < traits.size(); ++id) {
    const ddf::Node node = world.schema->node(ddf::NodeId{id});
    const bool stands = node.is_ancestor_of_root() || exists_below_parent(world, node, nullptr);
    const bool stored = node.is_leaf() && node.grants(ddf::kAccessGet) &&
                        !world.binding(node.id()).handles(CSPKIT_GET);
    traits[id] = static_cast<std::uint8_t>(
        (stands ? kStands : 0) | (is_plain(world, node) ? kPlain : 0) | (stored ? kStored : 0));
  }
  return traits;
}

std::size_t existing_depth(const World& world, const View& view, const Target& target,
                           Found* last) {
  const ddf::Address& address = target.address;
  for (std::size_t n = last ? last->segment + 1 : 1; n <= address.segments.size(); ++n) {
    // What exists by rule needs no lookup; everything else is there when it is set.
    if (world.has(address.segments[n - 1].node, kStands)) continue;
    const NodeRow* row = view.find(target.user, address.key_of(n));
    if (row == nullptr) return n - 1;
    if (last) *last = {row, n, last->spelled};
  }
  return address.segments.size();
}

std::vector<std::string> child_names(const World& world, const View& view, const Target& target) {
  std::vector<std::string> names;
  const std::string_view parent = target.address.key;
  // Only static children that are set, or exist by rule; each is looked up by its own key.
  std::string key(parent);
  for (const ddf::Node& child : target.node.static_children()) {
    if (world.excludes(child.id())) continue;
    key.resize(parent.size());
    if (!key.empty()) key.push_back('/');
    const std::string segment = ddf::encode_segment(child.name());
    key.append(child.case_sensitive() ? segment : ddf::fold(segment));
    if (child.is_ancestor_of_root() ||
        exists_below_parent(world, child, view.find(target.user, key))) {
      names.emplace_back(child.name());
    }
  }
  const ddf::Node dynamic = target.node.dynamic_child();
  if (dynamic.valid() && !world.excludes(dynamic.id())) {
    std::vector<std::string> keys;
    view.children(target.user, parent, keys);
    for (const std::string& instance : keys) {
      const NodeRow* row = view.find(target.user, instance);
      const std::size_t slash = row->path.rfind('/');
      const std::string_view last =
          std::string_view(row->path).substr(slash == std::string::npos ? 0 : slash + 1);
      Result<std::string> name = ddf::decode_segment(last);
      // Rows of static children were listed above.
      if (name && !target.node.static_child(*name).valid()) names.push_back(*std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status judge_parents(const World& world, const Target& target, std::size_t from,
                     std::size_t& failing) {
  const ddf::Address& address = target.address;
  for (std::size_t i = from; i + 1 < address.segments.size(); ++i) {
    const ddf::Node node = world.schema->node(address.segments[i].node);
    const ddf::Node next = world.schema->node(address.segments[i + 1].node);
    const bool owned = world.owned(node.id());
    const bool makable =
        !owned && (node.grants(ddf::kAccessAdd) ||
                   (!node.is_dynamic() && exists_below_parent(world, node, nullptr)) ||
                   (node.is_dynamic() && next.grants(ddf::kAccessAdd)));
    if (makable) continue;
    failing = i + 1;
    return Status(Code::kNotFound,
                  fmt::format("{} does not exist and cannot be made on the way: add it first",
                              readable_uri(target, failing)));
  }
  return {};
}

Status judge_instances(const World& world, const View& view, const Target& target, std::size_t n) {
  const ddf::Node node = world.schema->node(target.address.segments[n - 1].node);
  const std::uint32_t limit = node.occurrence_limit();
  const bool counted =
      node.occurrence() == Occurrence::kZeroOrN || node.occurrence() == Occurrence::kOneOrN;
  if (!node.is_dynamic() || !counted || limit == 0) return {};
  std::vector<std::string> keys;
  view.children(target.user, target.address.key_of(n - 1), keys);
  std::size_t instances = 0;
  const Scope scope = target.user.empty() ? Scope::kDevice : Scope::kUser;
  ddf::Address sibling;
  for (const std::string& key : keys) {
    const NodeRow* row = view.find(target.user, key);
    if (row && world.schema->resolve_path(scope, row->path, sibling).ok() &&
        sibling.node == node.id()) {
      ++instances;
    }
  }
  if (instances < limit) return {};
  return Status(
      Code::kBusy,
      fmt::format("{} allows {} instances and has them all; delete one first", node.uri(), limit));
}

namespace {

/// The format a request names; kBadFormat for a name that is none.
Result<Format> requested_format(std::string_view given) {
  if (given.empty()) return Format::kUnset;
  if (given == "string") return Format::kChr;
  const Format format = format_from_name(given);
  if (format != Format::kUnset) return format;
  return Result<Format>(Code::kBadFormat,
                        fmt::format("unknown format \"{}\"", given.substr(0, 40)));
}

}  // namespace

Status format_fits(const ddf::Node& node, std::string_view given) {
  const Result<Format> format = requested_format(given);
  if (!format) return format.error();
  const Format wanted = node.is_leaf() ? node.format() : Format::kNode;
  const bool fits = *format == Format::kUnset || *format == wanted || wanted == Format::kNull ||
                    (wanted == Format::kXml && *format == Format::kChr) ||
                    (wanted == Format::kBin && *format == Format::kB64);
  if (fits) return {};
  return Status(Code::kBadFormat, fmt::format("{} has the format {}, not {}", node.uri(),
                                              format_name(wanted), given));
}

namespace {

/// An interior node holds no value, and takes none but the empty one.
Status judge_no_value(const ddf::Node& node, Format format, std::string_view text, Value& value) {
  if (format != Format::kUnset && format != Format::kNode) {
    return Status(Code::kBadFormat,
                  fmt::format("{} is an interior node: its format is node, not {}", node.uri(),
                              format_name(format)));
  }
  if (!is_blank(text)) {
    return Status(Code::kBadFormat,
                  fmt::format("{} is an interior node and holds no value", node.uri()));
  }
  value = Value(Format::kNode, {});
  return {};
}

}  // namespace

Status judge_value(const ddf::Node& node, std::string_view given, std::string_view wire_text,
                   std::size_t max_bytes, Value& value) {
  const Result<Format> requested = requested_format(given);
  if (!requested) return requested.error();
  if (!node.is_leaf()) return judge_no_value(node, *requested, wire_text, value);
  Status reads = ddf::read_value(node, *requested, wire_text, max_bytes, value);
  return reads.ok() ? ddf::check_allowed(node, value) : reads;
}

Status judge_value(const ddf::Node& node, std::size_t max_bytes, Value& value) {
  if (!node.is_leaf()) return judge_no_value(node, value.format, value.data, value);
  Status fits = ddf::fit_format(node, value, max_bytes);
  return fits.ok() ? ddf::check_allowed(node, value) : fits;
}

std::string readable_uri(const Target& target, std::size_t n) {
  std::string uri = target.address.scope == Scope::kUser ? "./User" : ".";
  const std::string_view path = target.address.path_of(n);
  if (!path.empty()) uri.append("/").append(path);
  return uri;
}

}  // namespace cspkit::gate
