// SPDX-License-Identifier: Apache-2.0
#include "ddf_model.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace cspkit::model {

namespace {

std::string local(const char* qualified) {
  const std::string name = qualified;
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node parent, const char* name) {
  for (pugi::xml_node each : parent.children()) {
    if (each.type() == pugi::node_element && local(each.name()) == name) return each;
  }
  return {};
}

std::string trimmed(std::string text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  return text;
}

std::string first_element(pugi::xml_node parent) {
  for (pugi::xml_node each : parent.children()) {
    if (each.type() == pugi::node_element) return local(each.name());
  }
  return {};
}

std::string all_text(pugi::xml_node node) {
  std::string text;
  for (pugi::xml_node each : node.children()) {
    if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) text += each.value();
  }
  return text;
}

// "[1-5],[(-1)-2]" and "[1,5]"
void read_ranges(const std::string& text,
                 std::vector<std::pair<std::int64_t, std::int64_t>>& ranges) {
  std::size_t at = 0;
  while ((at = text.find('[', at)) != std::string::npos) {
    const std::size_t end = text.find(']', at);
    if (end == std::string::npos) return;
    std::vector<std::int64_t> numbers;
    std::size_t i = at + 1;
    while (i < end) {
      const bool bracketed_minus = text.compare(i, 2, "(-") == 0;
      const bool leading_minus = text[i] == '-' && numbers.empty() && i == at + 1;
      if (std::isdigit(static_cast<unsigned char>(text[i])) != 0 || bracketed_minus ||
          leading_minus) {
        const std::size_t start = bracketed_minus ? i + 1 : i;
        char* stop = nullptr;
        numbers.push_back(std::strtoll(text.c_str() + start, &stop, 10));
        i = static_cast<std::size_t>(stop - text.c_str());
      } else {
        ++i;
      }
    }
    if (numbers.size() == 2) ranges.emplace_back(numbers[0], numbers[1]);
    at = end;
  }
}

void read_allowed(pugi::xml_node allowed, ModelNode& node) {
  node.value_type = allowed.attribute("ValueType").value();
  for (pugi::xml_node each : allowed.children()) {
    const std::string name = local(each.name());
    if (name == "Enum") node.enums.push_back(trimmed(all_text(child(each, "Value"))));
    if (name == "List") node.has_list = true;
    if (name == "Value" && node.value_type == "Range") read_ranges(all_text(each), node.ranges);
    if (name == "Value" && node.value_type == "RegEx") node.patterns.push_back(all_text(each));
  }
}

std::unique_ptr<ModelNode> read_node(pugi::xml_node xml, const ModelNode* parent, bool user_scope) {
  auto node = std::make_unique<ModelNode>();
  node->parent = parent;
  node->user_scope = user_scope;
  node->name = trimmed(all_text(child(xml, "NodeName")));
  const pugi::xml_node properties = child(xml, "DFProperties");
  for (pugi::xml_node each : child(properties, "AccessType").children()) {
    if (each.type() == pugi::node_element) node->access.insert(local(each.name()));
  }
  if (const std::string format = first_element(child(properties, "DFFormat")); !format.empty())
    node->format = format;
  if (const std::string occurs = first_element(child(properties, "Occurrence")); !occurs.empty()) {
    node->occurrence = occurs;
  }
  if (const pugi::xml_node given = child(properties, "DefaultValue"))
    node->default_value = all_text(given);
  if (const pugi::xml_node allowed = child(properties, "AllowedValues"))
    read_allowed(allowed, *node);
  for (pugi::xml_node each : xml.children()) {
    if (local(each.name()) == "Node")
      node->children.push_back(read_node(each, node.get(), user_scope));
  }
  return node;
}

bool is_optional(const ModelNode& node) { return node.occurrence.rfind("Zero", 0) == 0; }

bool parents_exist(const ModelNode& node, Before before) {
  if (before != Before::kFresh) return true;
  for (const ModelNode* each = node.parent; each != nullptr; each = each->parent) {
    if (!exists_by_rule(*each)) return false;
  }
  return true;
}

bool parents_makable(const ModelNode& node, Before before) {
  if (parents_exist(node, before)) return true;
  // From the topmost missing one on, each must be makable.
  std::vector<const ModelNode*> way;
  for (const ModelNode* each = &node; each != nullptr; each = each->parent)
    way.insert(way.begin(), each);
  bool missing = false;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    missing = missing || !exists_by_rule(*way[i]);
    if (!missing) continue;
    const bool a = way[i]->grants("Add");
    const bool b = !way[i]->dynamic() && exists_by_rule(*way[i]);
    const bool c = way[i]->dynamic() && way[i + 1]->grants("Add");
    if (!a && !b && !c) return false;
  }
  return true;
}

int value_status(const Sent& sent) {
  switch (sent.kind) {
    case Sent::Kind::kWrongFormat:
    case Sent::Kind::kNoParse:
      return 415;
    case Sent::Kind::kNotAllowed:
      return 500;
    default:
      return 200;
  }
}

int state_status(const ModelNode& node, const std::string& verb, Before before) {
  const bool exists =
      before == Before::kSet || (parents_exist(node, before) && exists_by_rule(node));
  if (verb == "Get" || verb == "Delete") return exists ? 200 : 404;
  if (!exists) {
    if (verb != "Add" && !node.grants("Add") && !exists_by_rule(node)) return 404;
    if (!parents_makable(node, before)) return 404;
  }
  return verb == "Add" && before == Before::kSet ? 418 : 200;
}

int early_status(const ModelNode& node, const std::string& verb, const Sent& sent) {
  if (verb == "Replace" && node.leaf() && sent.kind == Sent::Kind::kNothing) return 400;
  return node.grants(verb.c_str()) ? 200 : 405;
}

int judged_value(const std::string& verb, const Sent& sent) {
  return verb == "Get" || verb == "Delete" ? 200 : value_status(sent);
}

std::string fitting_text(const ModelNode& node) {
  if (node.format == "int") return "1";
  if (node.format == "bool") return "true";
  if (node.format == "b64" || node.format == "bin") return "AAEC";
  if (node.format == "float") return "1.5";
  if (node.format == "date") return "2024-02-29";
  if (node.format == "time") return "2024-02-29T10:11:12Z";
  return "text";
}

}  // namespace

std::vector<std::unique_ptr<ModelNode>> read_file(const std::string& path) {
  std::vector<std::unique_ptr<ModelNode>> trees;
  pugi::xml_document document;
  if (!document.load_file(path.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single))
    return trees;
  for (pugi::xml_node each : child(document, "MgmtTree").children()) {
    if (local(each.name()) != "Node") continue;
    std::string where = trimmed(all_text(child(each, "Path")));
    while (!where.empty() && where.back() == '/') where.pop_back();
    const bool user = where.rfind("./User", 0) == 0;
    auto root = read_node(each, nullptr, user);
    root->is_root = true;
    for (const char* prefix : {"./User/", "./Device/", "./"}) {
      if (where.rfind(prefix, 0) == 0) {
        where.erase(0, std::string_view(prefix).size());
        break;
      }
    }
    root->root_path = where == "." ? "" : where;
    trees.push_back(std::move(root));
  }
  return trees;
}

bool exists_by_rule(const ModelNode& node) {
  if (node.dynamic()) return false;
  if (node.is_root) return true;
  if (!node.leaf()) return !(is_optional(node) && node.grants("Add"));
  if (!node.grants("Add")) return !(is_optional(node) && !node.grants("Replace"));
  const bool required =
      node.occurrence == "One" || node.occurrence == "OneOrMore" || node.occurrence == "OneOrN";
  return required && node.default_value.has_value();
}

std::vector<Sent> values_for(const ModelNode& node) {
  std::vector<Sent> values;
  values.push_back({Sent::Kind::kNothing, "", ""});
  if (!node.leaf()) {
    values.push_back({Sent::Kind::kFits, "node", ""});
    values.push_back({Sent::Kind::kWrongFormat, "chr", ""});
    return values;
  }
  const bool plain = node.value_type.empty() || node.value_type == "None";
  const bool binary = node.format == "b64" || node.format == "bin";
  if (plain) {
    values.push_back({Sent::Kind::kFits, node.format, fitting_text(node)});
    values.push_back({Sent::Kind::kFits, "", fitting_text(node)});
  }
  if (!node.enums.empty() && (node.value_type == "ENUM" || node.value_type == "Flag") && !binary) {
    values.push_back({Sent::Kind::kFits, "", node.enums.front()});
  }
  const bool numeric = node.format == "int" || node.format == "chr";
  if (node.value_type == "ENUM" && !node.enums.empty() && numeric) {
    const std::string alien = node.format == "int" ? "987654321" : "no such value, ever";
    values.push_back({Sent::Kind::kNotAllowed, "", alien});
  }
  if (node.value_type == "Range" && !node.ranges.empty() && numeric) {
    std::int64_t highest = node.ranges.front().second;
    for (const auto& range : node.ranges) highest = std::max(highest, range.second);
    values.push_back({Sent::Kind::kFits, "", std::to_string(node.ranges.front().first)});
    values.push_back({Sent::Kind::kFits, "", std::to_string(node.ranges.front().second)});
    values.push_back({Sent::Kind::kNotAllowed, "", std::to_string(highest + 1)});
  }
  if (node.value_type == "ADMX") values.push_back({Sent::Kind::kFits, "", "<enabled/>"});
  const bool typed = node.format == "int" || node.format == "bool" || node.format == "float";
  if (typed) values.push_back({Sent::Kind::kNoParse, "", "neither number nor truth"});
  if (binary) values.push_back({Sent::Kind::kNoParse, "", "&*%"});
  // Every other format is wrong but for null, which takes any.
  if (node.format != "null")
    values.push_back({Sent::Kind::kWrongFormat, node.format == "int" ? "bool" : "int", "1"});
  return values;
}

int expect_alone(const ModelNode& node, const std::string& verb, const Sent& sent, Before before) {
  if (const int early = early_status(node, verb, sent); early != 200) return early;
  if (const int state = state_status(node, verb, before); state != 200) return state;
  return judged_value(verb, sent);
}

int expect_in_atomic(const ModelNode& node, const std::string& verb, const Sent& sent,
                     Before before) {
  if (verb == "Get") return 500;
  if (const int early = early_status(node, verb, sent); early != 200) return early;
  if (const int value = judged_value(verb, sent); value != 200) return value;
  return state_status(node, verb, before);
}

}  // namespace cspkit::model
