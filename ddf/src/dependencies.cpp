// SPDX-License-Identifier: Apache-2.0
#include "cspkit/ddf/dependencies.hpp"

#include <algorithm>

#include "judge.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

bool is_placeholder(std::string_view segment) {
  return segment.size() > 2 && ((segment.front() == '{' && segment.back() == '}') ||
                                (segment.front() == '[' && segment.back() == ']'));
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end != 0) out.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

/// True when the other node fulfils the positive condition.
bool fulfilled(const Schema& schema, const std::string& uri, const Dependency& dependency,
               const ValueLookup& lookup, std::string& reason) {
  Address target;
  if (Status status = schema.resolve(uri, target); !status) {
    reason = "no such node: " + status.text();
    return false;
  }
  const std::optional<std::string> value = lookup(uri);
  if (!value) {
    reason = "it is not set";
    return false;
  }
  const Node node = schema.node(target.node);
  if (!node.is_leaf()) return true;
  const Status status = judge(node, dependency.allowed, *value);
  if (!status) reason = status.text();
  return status.ok();
}

}  // namespace

std::string dependency_target(std::string_view dependency_uri, const Schema& schema,
                              const Address& from) {
  static_cast<void>(schema);
  const text::Split split = text::split_scope(detail::trim(dependency_uri));
  std::string out = split.user ? "./User" : "./Device";
  bool together = split.user == (from.scope == Scope::kUser);
  const std::vector<std::string_view> parts = segments_of(split.rest);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += '/';
    const bool have = together && i < from.segments.size();
    if (is_placeholder(parts[i])) {
      if (have && from.segments[i].dynamic) {
        append_encoded(out, from.name(i));
        continue;
      }
      together = false;
    } else {
      together = have && text::equal_folded(from.name(i), parts[i]);
    }
    append_encoded(out, parts[i]);
  }
  return out;
}

DependencyVerdict evaluate_dependencies(const Schema& schema, const Address& at,
                                        const ValueLookup& lookup) {
  DependencyVerdict verdict;
  for (const DependencyGroup& group : schema.node(at.node).dependencies()) {
    const bool changes = group.changed_allowed.type != ValueType::kAbsent;
    std::vector<UnmetDependency> unmet;
    for (const Dependency& dependency : group.dependencies) {
      UnmetDependency one;
      one.uri = dependency_target(dependency.uri, schema, at);
      const bool holds = fulfilled(schema, one.uri, dependency, lookup, one.reason);
      if (holds != dependency.negated) continue;
      one.friendly_id = group.friendly_id;
      one.negated = dependency.negated;
      if (dependency.negated) one.reason = "it must not hold one of these values";
      unmet.push_back(std::move(one));
    }
    if (changes) {
      if (unmet.empty() && verdict.changed_allowed.type == ValueType::kAbsent)
        verdict.changed_allowed = group.changed_allowed;
      continue;
    }
    verdict.satisfied = verdict.satisfied && unmet.empty();
    std::move(unmet.begin(), unmet.end(), std::back_inserter(verdict.unmet));
  }
  return verdict;
}

}  // namespace cspkit::ddf
