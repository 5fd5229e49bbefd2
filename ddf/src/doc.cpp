// SPDX-License-Identifier: Apache-2.0
#include "cspkit/ddf/doc.hpp"

#include <algorithm>
#include <cspkit/value.hpp>
#include <set>
#include <tuple>

#include "property_text.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

/// One line for a table cell or a paragraph.
std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!detail::is_blank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string cell(std::string_view text) {
  std::string out;
  for (char c : one_line(text)) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) { return '`' + cell(text) + '`'; }

/// A description as a sentence.
std::string sentence(std::string_view text) {
  std::string out = one_line(text);
  const bool open = !out.empty() && (text::is_unreserved(out.back()) && out.back() != '.');
  return open ? out + '.' : out;
}

std::string shown_name(const Node& node) {
  return node.is_dynamic() ? '{' + std::string(node.title()) + '}' : std::string(node.name());
}

/// Children in the order of the published pages: the unnamed one first, then by name.
std::vector<Node> children_of(const Node& node) {
  std::vector<Node> out;
  if (node.dynamic_child().valid()) out.push_back(node.dynamic_child());
  for (const Node& child : node.static_children()) out.push_back(child);
  return out;
}

bool lists(std::string_view editions, std::initializer_list<int> numbers) {
  bool any = false;
  while (!editions.empty()) {
    const std::size_t end = std::min(editions.find(';'), editions.size());
    std::string_view part = detail::trim(editions.substr(0, end));
    editions.remove_prefix(std::min(end + 1, editions.size()));
    if (part.empty()) continue;
    any = true;
    if (part.back() == '*') part.remove_suffix(1);
    const Result<std::int64_t> number = parse_int(part);
    for (int wanted : numbers) {
      if (number && *number == wanted) return true;
    }
  }
  return !any;
}

std::string mark(bool on, std::string_view what) {
  return (on ? "\xE2\x9C\x85 " : "\xE2\x9D\x8C ") + std::string(what);
}

std::string editions_text(std::string_view list) {
  // Windows edition numbers: PRODUCT_* of winnt.h.
  return mark(lists(list, {0x30, 0x31}), "Pro") + " <br> " +
         mark(lists(list, {0x4, 0x1B}), "Enterprise") + " <br> " +
         mark(lists(list, {0x79, 0x7A}), "Education") + " <br> " +
         mark(lists(list, {0xCA, 0xCB}), "Windows SE") + " <br> " +
         mark(lists(list, {0xBC, 0xBF}), "IoT Enterprise / IoT Enterprise LTSC");
}

/// "Windows 10, version 1703", "" when the build is none of a release.
std::string release_name(std::string_view build) {
  constexpr std::pair<std::string_view, std::string_view> kReleases[] = {
      {"10240", "Windows 10, version 1507"},     {"10586", "Windows 10, version 1511"},
      {"14393", "Windows 10, version 1607"},     {"15063", "Windows 10, version 1703"},
      {"16299", "Windows 10, version 1709"},     {"17134", "Windows 10, version 1803"},
      {"17763", "Windows 10, version 1809"},     {"18362", "Windows 10, version 1903"},
      {"18363", "Windows 10, version 1909"},     {"19041", "Windows 10, version 2004"},
      {"19042", "Windows 10, version 20H2"},     {"19043", "Windows 10, version 21H1"},
      {"19044", "Windows 10, version 21H2"},     {"19045", "Windows 10, version 22H2"},
      {"20348", "Windows Server 2022"},          {"22000", "Windows 11, version 21H2"},
      {"22621", "Windows 11, version 22H2"},     {"22631", "Windows 11, version 23H2"},
      {"25398", "Windows Server, version 23H2"}, {"26100", "Windows 11, version 24H2"}};
  const std::size_t first = build.find('.');
  const std::size_t second = first == build.npos ? first : build.find('.', first + 1);
  if (second == build.npos || build.substr(0, 3) != "10.") return {};
  const std::string_view number =
      build.substr(second + 1, build.find('.', second + 1) - second - 1);
  for (const auto& [release, name] : kReleases) {
    if (release == number) return std::string(name);
  }
  return "Windows";
}

std::string builds_text(std::string_view list) {
  std::vector<std::string> entries;
  bool preview = false;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view part = detail::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (part.empty()) continue;
    const std::string name = release_name(part);
    if (name.empty()) {
      preview = true;
      continue;
    }
    entries.push_back('[' + std::string(part) + "] and later");
    entries.back().insert(0, name + ' ');
  }
  // The builds are told apart by their numbers: those stand in brackets.
  std::sort(entries.begin(), entries.end(), [](const std::string& a, const std::string& b) {
    return a.substr(a.find('[')) < b.substr(b.find('['));
  });
  if (preview) entries.push_back("Windows Insider Preview");
  std::string out;
  for (const std::string& entry : entries) {
    if (!out.empty()) out += " <br> ";
    out += mark(true, entry);
  }
  return out;
}

class Page {
 public:
  Page(const Schema& schema, std::vector<Node> roots) : schema_(schema), roots_(std::move(roots)) {
    std::set<Scope> scopes;
    for (const Node& root : roots_) scopes.insert(root.scope());
    both_ = scopes.size() > 1;
    // Device before user.
    std::stable_sort(roots_.begin(), roots_.end(),
                     [](const Node& a, const Node& b) { return a.scope() < b.scope(); });
  }

  std::string write() {
    const std::string name(roots_[0].name());
    begin(name);
    const bool area = roots_[0].parent().name() == "Config";
    out_ += area ? "# Policy CSP - " + name + "\n\n" : "# " + name + " CSP\n\n";
    begin(name + "-Tree");
    out_ += "The following list shows the " + name + " configuration service provider nodes:\n\n";
    for (const Node& root : roots_) {
      out_ += "- " + root.uri() + '\n';
      tree(root, heading_prefix(root), 1);
    }
    end(name + "-Tree");
    for (const Node& root : roots_) {
      for (const Node& child : children_of(root)) {
        node(child, heading_prefix(root), root.scope() == Scope::kUser ? "User" : "Device", 2);
      }
    }
    out_ += "<!-- " + name + "-End -->\n";
    return std::move(out_);
  }

 private:
  std::string heading_prefix(const Node& root) const {
    if (!both_) return {};
    return root.scope() == Scope::kUser ? "User/" : "Device/";
  }
  void begin(const std::string& what) { out_ += "<!-- " + what + "-Begin -->\n"; }
  void end(const std::string& what) { out_ += "<!-- " + what + "-End -->\n\n"; }

  static std::string anchor(std::string_view heading) {
    std::string out;
    for (char c : heading) {
      const char low = detail::to_lower(c);
      if ((low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || c == '-' || c == '_')
        out += low;
      if (c == ' ') out += '-';
    }
    return out;
  }

  void tree(const Node& node, const std::string& heading, std::size_t depth) {
    for (const Node& child : children_of(node)) {
      const std::string whole = heading + shown_name(child);
      out_ +=
          std::string(2 * depth, ' ') + "- [" + shown_name(child) + "](#" + anchor(whole) + ")\n";
      tree(child, whole + '/', depth + 1);
    }
  }

  void node(const Node& node, const std::string& above, const std::string& mark_above,
            std::size_t level) {
    const std::string heading = above + shown_name(node);
    const std::string name = mark_above + '-' + shown_name(node);
    begin(name);
    out_ += std::string(std::min<std::size_t>(level, 6), '#') + ' ' + heading + "\n\n";
    applicability(node, name);
    begin(name + "-OmaUri");
    out_ += node.scope() == Scope::kUser ? "```User\n" : "```Device\n";
    out_ += node.uri() + "\n```\n";
    end(name + "-OmaUri");
    begin(name + "-Description");
    if (!node.description().empty())
      out_ += "<!-- Description-Source-DDF -->\n" + sentence(node.description()) + '\n';
    end(name + "-Description");
    properties(node, name);
    allowed_table(node, name);
    gp_table(node, name);
    end(name);
    for (const Node& child : children_of(node)) this->node(child, heading + '/', name, level + 1);
  }

  void applicability(const Node& node, const std::string& name) {
    begin(name + "-Applicability");
    const Scope other_scope = node.scope() == Scope::kUser ? Scope::kDevice : Scope::kUser;
    const bool other = exists_in(node, other_scope);
    const bool device = node.scope() == Scope::kDevice || other;
    const bool user = node.scope() == Scope::kUser || other;
    const Applicability rule = node.applicability();
    out_ += "| Scope | Editions | Applicable OS |\n|:--|:--|:--|\n| " + mark(device, "Device") +
            " <br> " + mark(user, "User") + " | " + editions_text(rule.edition_allow_list) + " | " +
            builds_text(rule.os_build_version) + " |\n";
    end(name + "-Applicability");
  }

  /// True when the same place is described in the other scope, too.
  bool exists_in(const Node& node, Scope scope) const {
    std::vector<Node> way;
    for (Node at = node; at.parent().valid(); at = at.parent()) way.push_back(at);
    Node at = schema_.top(scope);
    for (std::size_t i = way.size(); i-- > 0 && at.valid();) {
      at = way[i].is_dynamic() ? at.dynamic_child() : at.static_child(way[i].name());
    }
    return at.valid() && !at.is_ancestor_of_root();
  }

  void row(std::string_view name, std::string_view value) {
    out_ += "| ";
    out_ += name;
    out_ += " | ";
    out_ += value;
    out_ += " |\n";
  }

  void properties(const Node& node, const std::string& name) {
    begin(name + "-DFProperties");
    out_ += "**Description framework properties**:\n\n";
    out_ += "| Property name | Property value |\n|:--|:--|\n";
    row("Format",
        code(format_name(node.format())) + (node.format() == Format::kChr ? " (string)" : ""));
    row("Access Type", access_text(node.access()));
    if (node.has_default()) row("Default Value", cell(node.default_value()));
    if (node.naming() == Naming::kUniqueName) {
      row("Dynamic Node Naming", "UniqueName: " + cell(node.unique_name()));
    } else if (node.naming() != Naming::kNone) {
      row("Dynamic Node Naming", naming_text(node.naming()));
    }
    if (node.atomic_required()) row("Atomic Required", "True");
    if (node.case_sensitive()) row("Case Sensitivity", "True");
    if (!node.reboot_behavior().empty()) row("Reboot Behavior", node.reboot_behavior());
    if (!node.replace_behavior().empty()) row("Replace Behavior", node.replace_behavior());
    allowed_rows(node.allowed_values());
    for (const DependencyGroup& group : node.dependencies()) dependency_rows(group);
    if (node.deprecated()) {
      const std::string_view build = node.os_build_deprecated();
      row("Deprecated", build.empty() ? "Yes" : "Since " + std::string(build));
    }
    end(name + "-DFProperties");
  }

  void allowed_rows(const AllowedValues& allowed) {
    std::string text;
    std::string value;
    for (const EnumValue& each : allowed.values)
      value += (value.empty() ? "" : ", ") + std::string(each.value);
    if (allowed.type == ValueType::kRange) {
      text = "Range: " + code(value);
    } else if (allowed.type == ValueType::kRegEx && !value.empty()) {
      text = "Regular Expression: " + code(value);
    } else if (allowed.type == ValueType::kXsd) {
      text = "XML schema";
    } else if (allowed.type == ValueType::kJson || allowed.type == ValueType::kSddl) {
      text = value_type_text(allowed.type);
    } else if (allowed.type == ValueType::kAdmx) {
      text = "ADMX policy " + code(allowed.admx_name) + " of " + code(allowed.admx_file);
    }
    if (!text.empty()) row("Allowed Values", text);
    if (allowed.has_list) {
      row("Allowed Values", "List (Delimiter: " + code(allowed.list_delimiter) + ')');
    }
  }

  void dependency_rows(const DependencyGroup& group) {
    std::string text;
    for (const Dependency& dependency : group.dependencies) {
      text += dependency.negated ? "Dependency Type: `Not` <br> "
                                 : "Dependency Type: `DependsOn` <br> ";
      text += "Dependency URI: " + code(dependency.uri) + " <br> ";
      std::string values;
      for (const auto* list : {&dependency.allowed.enums, &dependency.allowed.values}) {
        for (const EnumValue& value : *list)
          values += (values.empty() ? "" : ", ") + std::string(value.value);
      }
      if (!values.empty()) text += "Dependency Allowed Value: " + code(values) + " <br> ";
      text += "Dependency Allowed Value Type: " + code(value_type_text(dependency.allowed.type)) +
              " <br> ";
    }
    row("Dependency [" + cell(group.friendly_id) + ']', text);
  }

  void allowed_table(const Node& node, const std::string& name) {
    const AllowedValues allowed = node.allowed_values();
    if (allowed.enums.empty()) return;
    begin(name + "-AllowedValues");
    out_ += "**Allowed values**:\n\n";
    out_ +=
        allowed.type == ValueType::kFlag ? "| Flag | Description |\n" : "| Value | Description |\n";
    out_ += "|:--|:--|\n";
    for (const EnumValue& value : allowed.enums) {
      const bool first = node.has_default() && node.default_value() == value.value;
      row(cell(value.value) + (first ? " (Default)" : ""), cell(sentence(value.description)));
    }
    end(name + "-AllowedValues");
  }

  void gp_table(const Node& node, const std::string& name) {
    const GpMapping gp = node.gp_mapping();
    if (gp.english_name.empty() && gp.area_path.empty()) return;
    begin(name + "-GpMapping");
    out_ += "**Group policy mapping**:\n\n| Name | Value |\n|:--|:--|\n";
    row("Name", cell(gp.english_name));
    row("Path", cell(gp.area_path));
    if (!gp.element.empty()) row("Element Name", cell(gp.element));
    end(name + "-GpMapping");
  }

  const Schema& schema_;
  std::vector<Node> roots_;
  bool both_ = false;
  std::string out_;
};

}  // namespace

std::vector<std::string> doc_subjects(const Schema& schema) {
  std::vector<std::string> out;
  for (const Node& root : schema.roots()) out.emplace_back(root.name());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string doc_page(const Schema& schema, std::string_view csp) {
  std::vector<Node> roots;
  for (const Node& root : schema.roots()) {
    if (detail::equals_ignoring_case(root.name(), csp)) roots.push_back(root);
  }
  return roots.empty() ? std::string() : Page(schema, std::move(roots)).write();
}

}  // namespace cspkit::ddf
