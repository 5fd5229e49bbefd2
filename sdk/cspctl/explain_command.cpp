// SPDX-License-Identifier: Apache-2.0
// explain: what the DDF says of a node.
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/profile.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/ddf/schema.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

using cspkit::ddf::Access;
using cspkit::ddf::Naming;
using cspkit::ddf::Node;
using cspkit::ddf::Occurrence;
using cspkit::ddf::Persistence;
using cspkit::ddf::ValueType;
using Json = nlohmann::ordered_json;

std::vector<std::string> access_names(const Node& node) {
  struct Name {
    Access bit;
    const char* name;
  };
  constexpr Name kNames[] = {
      {cspkit::ddf::kAccessGet, "Get"},         {cspkit::ddf::kAccessAdd, "Add"},
      {cspkit::ddf::kAccessReplace, "Replace"}, {cspkit::ddf::kAccessDelete, "Delete"},
      {cspkit::ddf::kAccessExec, "Exec"},       {cspkit::ddf::kAccessCopy, "Copy"}};
  std::vector<std::string> names;
  for (const Name& each : kNames) {
    if (node.grants(each.bit)) names.emplace_back(each.name);
  }
  return names;
}

std::string occurrence_name(const Node& node) {
  const std::string limit =
      node.occurrence_limit() != 0 ? std::to_string(node.occurrence_limit()) : std::string("N");
  switch (node.occurrence()) {
    case Occurrence::kOne:
      return "One";
    case Occurrence::kZeroOrOne:
      return "ZeroOrOne";
    case Occurrence::kZeroOrMore:
      return "ZeroOrMore";
    case Occurrence::kOneOrMore:
      return "OneOrMore";
    case Occurrence::kZeroOrN:
      return "ZeroOr" + limit;
    case Occurrence::kOneOrN:
      return "OneOr" + limit;
  }
  return {};
}

const char* type_name(ValueType type) {
  switch (type) {
    case ValueType::kAbsent:
      return "";
    case ValueType::kNone:
      return "None";
    case ValueType::kEnum:
      return "ENUM";
    case ValueType::kFlag:
      return "Flag";
    case ValueType::kRange:
      return "Range";
    case ValueType::kRegEx:
      return "RegEx";
    case ValueType::kAdmx:
      return "ADMX";
    case ValueType::kJson:
      return "JSON";
    case ValueType::kXsd:
      return "XSD";
    case ValueType::kSddl:
      return "SDDL";
    case ValueType::kUnknown:
      return "unknown";
  }
  return "";
}

const char* naming_name(Naming naming) {
  switch (naming) {
    case Naming::kNone:
      return "";
    case Naming::kServerGenerated:
      return "ServerGeneratedUniqueIdentifier";
    case Naming::kClientInventory:
      return "ClientInventory";
    case Naming::kUniqueName:
      return "UniqueName";
  }
  return "";
}

// Only what the DDF says: absent things are left out.
void put(Json& object, const char* key, std::string_view text) {
  if (!text.empty()) object[key] = text;
}

Json values_of(const cspkit::ddf::AllowedValues& allowed) {
  Json object = {{"type", type_name(allowed.type)}};
  Json values = Json::array();
  for (const auto* list : {&allowed.enums, &allowed.values}) {
    for (const cspkit::ddf::EnumValue& each : *list) {
      Json value = {{"value", each.value}};
      put(value, "description", each.description);
      values.push_back(std::move(value));
    }
  }
  if (!values.empty()) object["values"] = std::move(values);
  if (allowed.has_list) object["list_delimiter"] = allowed.list_delimiter;
  put(object, "admx_area", allowed.admx_area);
  put(object, "admx_name", allowed.admx_name);
  put(object, "admx_file", allowed.admx_file);
  return object;
}

Json applicability_of(const Node& node) {
  const cspkit::ddf::Applicability applicability = node.applicability();
  Json object = Json::object();
  put(object, "os_build_version", applicability.os_build_version);
  put(object, "csp_version", applicability.csp_version);
  put(object, "editions", applicability.edition_allow_list);
  if (applicability.requires_azure_ad) object["requires_azure_ad"] = true;
  return object;
}

void describe_behaviour(Json& object, const Node& node) {
  if (node.is_dynamic()) {
    object["dynamic"] = true;
  }
  put(object, "title", node.title());
  put(object, "naming", naming_name(node.naming()));
  put(object, "unique_name", node.unique_name());
  if (node.persistence() != Persistence::kUnset) {
    object["scope"] = node.persistence() == Persistence::kPermanent ? "Permanent" : "Dynamic";
  }
  if (node.case_sensitive()) object["case_sensitive"] = true;
  if (node.atomic_required()) object["atomic_required"] = true;
  put(object, "reboot", node.reboot_behavior());
  put(object, "replace", node.replace_behavior());
  put(object, "conflict_resolution", node.conflict_resolution());
  if (node.deprecated()) {
    object["deprecated"] =
        node.os_build_deprecated().empty() ? Json(true) : Json(node.os_build_deprecated());
  }
}

Json gp_mapping_of(const Node& node) {
  const cspkit::ddf::GpMapping mapping = node.gp_mapping();
  Json object = Json::object();
  put(object, "gp_name", mapping.english_name);
  put(object, "gp_area_path", mapping.area_path);
  put(object, "gp_element", mapping.element);
  return object;
}

Json dependencies_of(const Node& node) {
  Json groups = Json::array();
  for (const cspkit::ddf::DependencyGroup& group : node.dependencies()) {
    Json object = {{"friendly_id", group.friendly_id}};
    if (group.changed_allowed.type != ValueType::kAbsent) {
      object["changes_values_to"] = values_of(group.changed_allowed);
    }
    object["on"] = Json::array();
    for (const cspkit::ddf::Dependency& each : group.dependencies) {
      object["on"].push_back(
          {{"uri", each.uri}, {"negated", each.negated}, {"values", values_of(each.allowed)}});
    }
    groups.push_back(std::move(object));
  }
  return groups;
}

Json error_results_of(const Node& node) {
  Json results = Json::object();
  for (const cspkit::ddf::ErrorResult& each : node.error_results()) {
    results[std::string(each.name)] = each.text;
  }
  return results;
}

// What DDF v2 does not define: elements of older files, and unknown ones.
Json extensions_of(const Node& node) {
  Json list = Json::array();
  for (const cspkit::ddf::Extension& each : node.extensions()) {
    Json object = {{"name", each.name}};
    put(object, "value", each.value);
    for (const auto& [name, value] : each.attributes) object["@" + std::string(name)] = value;
    list.push_back(std::move(object));
  }
  return list;
}

void put_unless_empty(Json& object, const char* key, Json value) {
  if (!value.empty()) object[key] = std::move(value);
}

Json describe_node(const Node& node, const cspkit::ddf::DeviceProfile& profile) {
  Json object = {{"command", "explain"},
                 {"uri", node.uri()},
                 {"status", 200},
                 {"access", access_names(node)},
                 {"format", cspkit::format_name(node.format())},
                 {"occurrence", occurrence_name(node)}};
  describe_behaviour(object, node);
  if (node.has_default()) object["default"] = node.default_value();
  if (!node.mime_types().empty()) object["mime"] = node.mime_types();
  put(object, "ddf_name", node.ddf_name());
  if (node.value_type() != ValueType::kAbsent) object["values"] = values_of(node.allowed_values());
  if (Json applicability = applicability_of(node); !applicability.empty()) {
    object["applicability"] = std::move(applicability);
  }
  if (const cspkit::Status status = check_applicable(node, profile); !status) {
    object["excluded"] = status.text();
  }
  put_unless_empty(object, "group_policy", gp_mapping_of(node));
  put_unless_empty(object, "dependencies", dependencies_of(node));
  put_unless_empty(object, "error_results", error_results_of(node));
  put_unless_empty(object, "extensions", extensions_of(node));
  put(object, "description", node.description());
  if (!node.file().empty()) {
    object["file"] = node.file();
    object["line"] = node.line();
  }
  return object;
}

std::string scalar(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_field(const std::string& key, const std::string& text) {
  std::string line = key;
  line.resize(std::max<std::size_t>(line.size() + 1, 18), ' ');
  print_line(line + one_line(text));
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& each : list) text += (text.empty() ? "" : ", ") + scalar(each);
  return text;
}

void print_values(const Json& values) {
  print_field("values", scalar(values["type"]));
  if (values.contains("values")) {
    for (const Json& each : values["values"]) {
      std::string text = scalar(each["value"]);
      if (each.contains("description")) text += "  " + scalar(each["description"]);
      print_field("", text);
    }
  }
  for (const char* key : {"list_delimiter", "admx_area", "admx_name", "admx_file"}) {
    if (values.contains(key)) print_field(std::string("  ") + key, scalar(values[key]));
  }
}

// Lists of objects are told in one line, as ddf diff tells them.
void print_told(const std::string& key, const char* property, const Node& node) {
  for (const auto& [name, text] : cspkit::ddf::property_texts(node)) {
    if (name == property) print_field(key, text);
  }
}

void print_text(const Json& object, const Node& node) {
  print_line(scalar(object["uri"]));
  for (const auto& [key, value] : object.items()) {
    if (key == "command" || key == "uri" || key == "status" || key == "file" || key == "line") {
      continue;
    }
    if (key == "values") {
      print_values(value);
    } else if (key == "dependencies") {
      print_told(key, "DependencyBehavior", node);
    } else if (key == "extensions") {
      print_told(key, "Extensions", node);
    } else if (value.is_array()) {
      print_field(key, value.empty() ? std::string("none") : joined(value));
    } else if (value.is_object()) {
      for (const auto& [inner, text] : value.items()) print_field(inner, scalar(text));
    } else {
      print_field(key, scalar(value));
    }
  }
  if (object.contains("file")) {
    print_field("declared", scalar(object["file"]) + ":" + scalar(object["line"]));
  }
}

}  // namespace

int run_explain(cspkit::Engine& engine, const Options& options) {
  const auto schema = engine.schema();
  cspkit::ddf::Address address;
  const cspkit::Status status = schema->resolve(options.uri, address);
  if (!status.ok()) {
    if (options.json) {
      Json object = {{"command", options.name}, {"uri", options.uri}};
      add_status(object, status);
      print_json(object);
    }
    print_error("explain " + options.uri + ": " + describe(status));
    return kExitStatus;
  }
  const Node node = schema->node(address.node);
  const Json object = describe_node(node, options.profile);
  if (options.json) {
    print_json(object);
  } else {
    print_text(object, node);
  }
  return kExitOk;
}

}  // namespace cspctl
