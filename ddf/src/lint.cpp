// SPDX-License-Identifier: Apache-2.0
#include "lint.hpp"

#include <algorithm>
#include <cspkit/ddf/dependencies.hpp>
#include <cspkit/ddf/profile.hpp>
#include <cspkit/value.hpp>
#include <map>
#include <unordered_map>

#include "patterns.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

template <typename F>
void for_each_part(std::string_view text, char separator, F&& f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (const std::string_view part = detail::trim(text.substr(0, end)); !part.empty()) f(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_build(std::string_view text) { return static_cast<bool>(build_applies({}, text)); }

void lint_applicability(const Node& node, const Report& report) {
  const Applicability own = node.applicability();
  // What an ancestor says was reported there.
  const Node parent = node.parent();
  const Applicability above = parent.valid() ? parent.applicability() : Applicability{};
  if (own.os_build_version != above.os_build_version) {
    for_each_part(own.os_build_version, ',', [&](std::string_view part) {
      if (is_build(part)) return;
      report(Severity::kWarning, "D412",
             "OsBuildVersion: \"" + std::string(part.substr(0, 60)) +
                 "\" is no build of the form 10.0.22621.2506; ignored");
    });
  }
  if (own.edition_allow_list != above.edition_allow_list) {
    for_each_part(own.edition_allow_list, ';', [&](std::string_view part) {
      std::string_view number = part;
      if (number.back() == '*') number.remove_suffix(1);
      if (parse_int(number)) return;
      report(Severity::kWarning, "D412",
             "EditionAllowList: \"" + std::string(part.substr(0, 60)) +
                 "\" is no number of an edition; ignored");
    });
  }
  if (node.deprecated() && !node.os_build_deprecated().empty() &&
      !is_build(node.os_build_deprecated())) {
    report(Severity::kWarning, "D412",
           "OsBuildDeprecated: \"" + std::string(node.os_build_deprecated().substr(0, 60)) +
               "\" is no build of the form 10.0.22621");
  }
}

void lint_word(std::string_view word, const char* element,
               std::initializer_list<std::string_view> known, const Report& report) {
  if (word.empty() || std::find(known.begin(), known.end(), word) != known.end()) return;
  report(Severity::kWarning, "D413",
         std::string(element) + ": \"" + std::string(word.substr(0, 60)) +
             "\" is none of DDF v2; it has no effect");
}

void lint_behaviour(const Node& node, const Report& report) {
  lint_word(node.reboot_behavior(), "RebootBehavior", {"None", "Automatic", "ServerInitiated"},
            report);
  lint_word(node.replace_behavior(), "ReplaceBehavior", {"Replace", "Append"}, report);
  lint_word(node.conflict_resolution(), "ConflictResolution",
            {"NoMerge", "LastWrite", "LowestValueMostSecure", "HighestValueMostSecure",
             "LowestValueMostSecureZeroHasNoLimits", "HighestValueMostSecureZeroHasNoLimits"},
            report);
}

/// UniqueName is prose in every published file; a pattern there would never be held against a name.
void lint_naming(const Node& node, const Report& report) {
  if (node.naming() != Naming::kNone && !node.is_dynamic()) {
    report(Severity::kInfo, "D410",
           "DynamicNodeNaming on a node that has a name; it has no effect");
  }
  const std::string_view text = detail::trim(node.unique_name());
  const bool pattern = text.find(' ') == text.npos && text.find_first_of("^$[(\\") != text.npos;
  if (!pattern) return;
  const std::string problem = Regex(text).problem();
  report(Severity::kWarning, "D411",
         "UniqueName looks like a pattern and is never enforced; put it into AllowedValues of type "
         "RegEx" +
             (problem.empty() ? std::string() : ". It does not compile: " + problem));
}

/// The node of `uri` belongs to a tree that is loaded.
bool leads_into_a_tree(const Schema& schema, const Address& reached) {
  if (reached.segments.empty()) return false;
  return !schema.node(reached.segments.back().node).is_ancestor_of_root();
}

class Linter {
 public:
  explicit Linter(const Schema& schema) : schema_(schema) {}

  std::vector<Finding> run() {
    for (std::uint32_t i = 0; i < schema_.node_count(); ++i) {
      const Node node = schema_.node(NodeId{i});
      if (!node.is_ancestor_of_root()) judge(node);
    }
    std::map<std::string_view, std::size_t> order;
    for (const FileInfo& file : schema_.files()) order.emplace(file.name, order.size());
    std::stable_sort(findings_.begin(), findings_.end(), [&](const Finding& a, const Finding& b) {
      return std::pair(order[a.file], a.line) < std::pair(order[b.file], b.line);
    });
    return std::move(findings_);
  }

 private:
  void judge(const Node& node) {
    const Report report = [&](Severity severity, std::string_view code, std::string text) {
      const std::string file(node.file());
      FindingSink& sink = sinks_.try_emplace(file, findings_, file).first->second;
      sink.add(severity, code, node.line(), sink.is_full() ? std::string() : node.uri(),
               std::move(text));
    };
    const AllowedValues allowed = node.allowed_values();
    if (allowed.type != ValueType::kAbsent) lint_allowed(node, allowed, "AllowedValues", report);
    lint_default(node, report);
    lint_naming(node, report);
    lint_applicability(node, report);
    lint_behaviour(node, report);
    for (const DependencyGroup& group : node.dependencies()) judge(node, group, report);
  }

  void judge(const Node& node, const DependencyGroup& group, const Report& report) {
    if (group.changed_allowed.type != ValueType::kAbsent)
      lint_allowed(node, group.changed_allowed, "DependencyChangedAllowedValues", report);
    Address from;
    if (!schema_.resolve(address_of(node), from)) return;
    for (const Dependency& dependency : group.dependencies) {
      const std::string uri = dependency_target(dependency.uri, schema_, from);
      Address target;
      const Status found = schema_.resolve(uri, target);
      if (!found && leads_into_a_tree(schema_, target)) {
        report(Severity::kWarning, "D414",
               "the dependency on \"" + uri + "\" leads to no node: " + found.text());
      }
      if (found) {
        lint_allowed(schema_.node(target.node), dependency.allowed,
                     "the dependency on " + std::string(dependency.uri), report);
      }
    }
  }

  /// A name that leads to a dynamic node: none of the static ones beside it.
  static std::string made_up_name(const Node& dynamic) {
    std::string name = "x";
    while (dynamic.parent().static_child(name).valid()) name += 'x';
    return name;
  }

  /// An address of the node, with a made-up name for each dynamic one.
  static std::string address_of(const Node& node) {
    std::string path;
    for (Node at = node; at.parent().valid(); at = at.parent()) {
      path.insert(0, '/' + (at.is_dynamic() ? made_up_name(at) : encode_segment(at.name())));
    }
    return (node.scope() == Scope::kUser ? "./User" : "./Device") + path;
  }

  const Schema& schema_;
  std::vector<Finding> findings_;
  std::unordered_map<std::string, FindingSink> sinks_;
};

}  // namespace

std::vector<Finding> lint(const Schema& schema) { return Linter(schema).run(); }

}  // namespace cspkit::ddf
