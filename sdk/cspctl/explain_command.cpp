// SPDX-License-Identifier: Apache-2.0
// explain: what the DDF says of a node.
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

Json values_of(const Node& node) {
  const cspkit::ddf::AllowedValues allowed = node.allowed_values();
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
    put(object, "title", node.title());
    put(object, "naming", naming_name(node.naming()));
    put(object, "unique_name", node.unique_name());
  }
  if (node.persistence() != Persistence::kUnset) {
    object["scope"] = node.persistence() == Persistence::kPermanent ? "Permanent" : "Dynamic";
  }
  if (node.case_sensitive()) object["case_sensitive"] = true;
  if (node.atomic_required()) object["atomic_required"] = true;
  put(object, "reboot", node.reboot_behavior());
  if (node.deprecated()) {
    object["deprecated"] =
        node.os_build_deprecated().empty() ? Json(true) : Json(node.os_build_deprecated());
  }
}

Json describe_node(const Node& node) {
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
  if (node.value_type() != ValueType::kAbsent) object["values"] = values_of(node);
  if (Json applicability = applicability_of(node); !applicability.empty()) {
    object["applicability"] = std::move(applicability);
  }
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

void print_text(const Json& object) {
  print_line(scalar(object["uri"]));
  for (const auto& [key, value] : object.items()) {
    if (key == "command" || key == "uri" || key == "status" || key == "file" || key == "line") {
      continue;
    }
    if (key == "values") {
      print_values(value);
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
  const Json object = describe_node(schema->node(address.node));
  if (options.json) {
    print_json(object);
  } else {
    print_text(object);
  }
  return kExitOk;
}

}  // namespace cspctl
