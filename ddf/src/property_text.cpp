// SPDX-License-Identifier: Apache-2.0
// Properties as text, and the comparison of two schemas by them.
#include "property_text.hpp"

#include <algorithm>
#include <map>

#include "cspkit/ddf/diff.hpp"

namespace cspkit::ddf {

std::string access_text(std::uint32_t access) {
  constexpr std::pair<std::uint32_t, std::string_view> kVerbs[] = {
      {kAccessAdd, "Add"},   {kAccessCopy, "Copy"}, {kAccessDelete, "Delete"},
      {kAccessExec, "Exec"}, {kAccessGet, "Get"},   {kAccessReplace, "Replace"}};
  std::string out;
  for (const auto& [bit, name] : kVerbs) {
    if ((access & bit) == 0) continue;
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

std::string_view naming_text(Naming naming) {
  constexpr std::string_view kNames[] = {"", "ServerGeneratedUniqueIdentifier", "ClientInventory",
                                         "UniqueName"};
  return kNames[static_cast<std::size_t>(naming)];
}

std::string_view value_type_text(ValueType type) {
  constexpr std::string_view kNames[] = {"",     "None", "ENUM", "Flag", "Range",  "RegEx",
                                         "ADMX", "JSON", "XSD",  "SDDL", "unknown"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string allowed_text(const AllowedValues& allowed) {
  std::string out(value_type_text(allowed.type));
  for (const auto* list : {&allowed.enums, &allowed.values}) {
    for (const EnumValue& value : *list) {
      out += "; ";
      out += value.value;
      if (value.description.empty()) continue;
      out += " = ";
      out += value.description;
    }
  }
  if (allowed.has_list) out += "; list by " + std::string(allowed.list_delimiter);
  if (allowed.type == ValueType::kAdmx) {
    out += "; ";
    out += allowed.admx_area;
    out += ' ';
    out += allowed.admx_name;
    out += ' ';
    out += allowed.admx_file;
  }
  return out;
}

namespace {

std::string occurrence_text(const Node& node) {
  constexpr std::string_view kNames[] = {"One",       "ZeroOrOne", "ZeroOrMore",
                                         "OneOrMore", "ZeroOrN",   "OneOrN"};
  std::string out(kNames[static_cast<std::size_t>(node.occurrence())]);
  if (node.occurrence_limit() != 0) out += ' ' + std::to_string(node.occurrence_limit());
  return out;
}

std::string dependencies_text(const Node& node) {
  std::string out;
  for (const DependencyGroup& group : node.dependencies()) {
    out += out.empty() ? "" : " | ";
    out += group.friendly_id;
    if (group.changed_allowed.type != ValueType::kAbsent)
      out += " changes " + allowed_text(group.changed_allowed);
    for (const Dependency& dependency : group.dependencies) {
      out += dependency.negated ? " Not " : " DependsOn ";
      out += dependency.uri;
      out += ' ' + allowed_text(dependency.allowed);
    }
  }
  return out;
}

std::string extensions_text(const Node& node) {
  std::string out;
  for (const Extension& extension : node.extensions()) {
    out += out.empty() ? "" : "; ";
    out += extension.name;
    for (const auto& [name, value] : extension.attributes) {
      out += ' ';
      out += name;
      out += '=';
      out += value;
    }
    if (!extension.value.empty()) out += ": " + std::string(extension.value);
  }
  return out;
}

using Key = std::string;

/// Place of a node, with unnamed ones as "{}".
Key key_of(const Node& node) {
  std::string out;
  for (Node at = node; at.parent().valid(); at = at.parent()) {
    out = '/' + (at.is_dynamic() ? std::string("{}") : fold(at.name())) + out;
  }
  return (node.scope() == Scope::kUser ? "u" : "d") + out;
}

std::map<Key, Node> nodes_of(const Schema& schema) {
  std::map<Key, Node> out;
  for (std::uint32_t i = 0; i < schema.node_count(); ++i) {
    const Node node = schema.node(NodeId{i});
    if (!node.is_ancestor_of_root()) out.emplace(key_of(node), node);
  }
  return out;
}

std::vector<PropertyChange> compare(const Node& before, const Node& after) {
  std::map<std::string, PropertyChange> changes;
  for (auto& [name, text] : property_texts(before)) changes[name] = {name, text, {}};
  for (auto& [name, text] : property_texts(after)) {
    changes[name].property = name;
    changes[name].after = text;
  }
  std::vector<PropertyChange> out;
  for (auto& [name, change] : changes) {
    if (change.before != change.after) out.push_back(std::move(change));
  }
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> property_texts(const Node& node) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&out](const char* name, std::string_view text) {
    if (!text.empty()) out.emplace_back(name, text);
  };
  add("AccessType", access_text(node.access()));
  if (node.has_default())
    out.emplace_back("DefaultValue", "\"" + std::string(node.default_value()) + '"');
  add("Description", node.description());
  add("DFFormat", format_name(node.format()));
  add("Occurrence", occurrence_text(node));
  add("Scope", node.persistence() == Persistence::kPermanent ? "Permanent"
               : node.persistence() == Persistence::kDynamic ? "Dynamic"
                                                             : "");
  add("DFTitle", node.title());
  std::string types;
  for (std::string_view mime : node.mime_types())
    types += (types.empty() ? "" : ", ") + std::string(mime);
  add("DFType/MIME", types);
  add("DFType/DDFName", node.ddf_name());
  add("CaseSense", node.case_sensitive() ? "CS" : "");
  const Applicability applicability = node.applicability();
  add("OsBuildVersion", applicability.os_build_version);
  add("CspVersion", applicability.csp_version);
  add("EditionAllowList", applicability.edition_allow_list);
  add("RequiresAzureAd", applicability.requires_azure_ad ? "true" : "");
  std::string naming(naming_text(node.naming()));
  if (node.naming() == Naming::kUniqueName) naming += ": " + std::string(node.unique_name());
  add("DynamicNodeNaming", naming);
  add("AllowedValues", allowed_text(node.allowed_values()));
  add("ReplaceBehavior", node.replace_behavior());
  add("RebootBehavior", node.reboot_behavior());
  const GpMapping gp = node.gp_mapping();
  add("GpMapping", std::string(gp.area_path) + (gp.area_path.empty() ? "" : " ") +
                       std::string(gp.english_name) + (gp.element.empty() ? "" : " ") +
                       std::string(gp.element));
  std::string errors;
  for (const ErrorResult& error : node.error_results())
    errors +=
        (errors.empty() ? "" : "; ") + std::string(error.name) + ' ' + std::string(error.text);
  add("CommonErrorResults", errors);
  if (node.deprecated()) {
    const std::string_view build = node.os_build_deprecated();
    add("Deprecated", build.empty() ? "yes" : build);
  }
  add("DependencyBehavior", dependencies_text(node));
  add("ConflictResolution", node.conflict_resolution());
  add("AtomicRequired", node.atomic_required() ? "true" : "");
  add("Extensions", extensions_text(node));
  return out;
}

std::vector<NodeChange> diff(const Schema& before, const Schema& after) {
  const std::map<Key, Node> old_nodes = nodes_of(before);
  const std::map<Key, Node> new_nodes = nodes_of(after);
  std::vector<NodeChange> out;
  for (const auto& [key, node] : old_nodes) {
    const auto found = new_nodes.find(key);
    if (found == new_nodes.end()) {
      out.push_back({ChangeKind::kRemoved, node.uri(), {}});
      continue;
    }
    std::vector<PropertyChange> changes = compare(node, found->second);
    if (!changes.empty())
      out.push_back({ChangeKind::kChanged, found->second.uri(), std::move(changes)});
  }
  for (const auto& [key, node] : new_nodes) {
    if (old_nodes.count(key) == 0) out.push_back({ChangeKind::kAdded, node.uri(), {}});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const NodeChange& a, const NodeChange& b) { return a.uri < b.uri; });
  return out;
}

std::string to_string(const NodeChange& change) {
  const char sign = change.kind == ChangeKind::kAdded     ? '+'
                    : change.kind == ChangeKind::kRemoved ? '-'
                                                          : '~';
  std::string out(1, sign);
  out += ' ';
  out += change.uri;
  for (const PropertyChange& property : change.properties) {
    out += "\n    " + property.property + ": ";
    out += (property.before.empty() ? "(absent)" : property.before) + " -> ";
    out += property.after.empty() ? "(absent)" : property.after;
  }
  return out;
}

}  // namespace cspkit::ddf
