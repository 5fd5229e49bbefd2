// SPDX-License-Identifier: Apache-2.0
#include "provider_plan.hpp"

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/engine.hpp>
#include <cspkit/harness/node_values.hpp>
#include <cspkit/syncml_status.hpp>
#include <map>
#include <set>
#include <utility>

namespace cspctl {
namespace {

using cspkit::Format;
using cspkit::Value;
using cspkit::ddf::Node;
using cspkit::harness::fitting_value;
using cspkit::harness::wants_get;
using cspkit::harness::wants_refresh;

bool fits_pattern(std::string_view name) {
  return !name.empty() && name.front() != '{' && name.find('/') == name.npos;
}

std::string brace_name(const Node& node, const std::set<std::string>& taken) {
  std::string name;
  for (const char c : node.title()) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9' && !name.empty())) name += c;
  }
  if (name.empty() || name.size() > 40) name = "Name";
  std::string unique = name;
  for (int i = 2; taken.count(unique) != 0; ++i) unique = name + std::to_string(i);
  return unique;
}

/// A pattern without what its braces are called, and without case.
std::string place_of(std::string_view pattern) {
  std::string place;
  bool inside = false;
  for (const char c : cspkit::ddf::fold(pattern)) {
    if (c == '}') inside = false;
    if (!inside) place += c;
    if (c == '{') inside = true;
  }
  return place;
}

template <typename Visit>
void walk(const Node& node, const Visit& visit) {
  visit(node);
  for (const Node& child : node.static_children()) walk(child, visit);
  if (const Node instance = node.dynamic_child(); instance.valid()) walk(instance, visit);
}

/// The device on which a recipe is tried before it is written down.
class Trial {
 public:
  explicit Trial(cspkit::Engine& engine, std::vector<std::string>& lines)
      : engine_(engine),
        session_(engine.open_session(cspkit::Principal::for_user(std::string(kRecipeUser), true))),
        lines_(lines) {}

  void call(const Node& node) {
    const bool gets = wants_get(node);
    const bool executes = node.grants(cspkit::ddf::kAccessExec);
    if (!gets && !executes) return;
    const std::string uri = address_of(node);
    if (uri.empty()) return;
    if (!make_way(node.parent()) || (gets && !make(node, uri))) {
      lines_.push_back("# " + node.uri() + ": reach it by hand");
      return;
    }
    if (gets) {
      const auto value = session_.get(uri);
      add(value ? 200 : cspkit::syncml_status(value.error()), "get", uri,
          value ? std::string(cspkit::format_name(node.format())) : std::string());
    }
    // Without a provider the host itself takes an Exec; the handler as it is written says 406.
    if (executes) {
      const int status = cspkit::syncml_status(session_.exec(uri));
      add(status == 200 ? 406 : status, "exec", uri, {});
    }
  }

 private:
  /// The address with names for its instances; "" when none fits.
  std::string address_of(const Node& node) {
    if (const auto known = address_.find(node.id()); known != address_.end()) return known->second;
    std::string uri;
    if (!node.parent().valid()) {
      uri = node.scope() == cspkit::Scope::kUser ? "./User" : "./Device";
    } else if (const std::string above = address_of(node.parent()); !above.empty()) {
      if (!node.is_dynamic()) {
        uri = above + "/" + cspkit::ddf::encode_segment(node.name());
      } else {
        const std::vector<std::string> names = cspkit::harness::instance_names(node);
        if (!names.empty()) uri = above + "/" + cspkit::ddf::encode_segment(names.front());
        if (uri.empty()) lines_.push_back("# " + node.uri() + ": no name is known that fits");
      }
    }
    address_.emplace(node.id(), uri);
    return uri;
  }

  bool make_way(const Node& node) {
    if (!node.valid() || node.is_ancestor_of_root()) return true;
    if (const auto known = made_.find(node.id()); known != made_.end()) return known->second;
    const bool there = make_way(node.parent()) && make(node, address_of(node));
    made_.emplace(node.id(), there);
    return there;
  }

  /// Sees to it that a node is there.
  bool make(const Node& node, const std::string& uri) {
    if (uri.empty()) return false;
    const auto listed = engine_.list(uri, session_.principal());
    if (listed && !listed->empty()) return true;
    const std::string format(cspkit::format_name(node.format()));
    const Value value(node.format(), node.is_leaf() ? fitting_value(node) : std::string());
    if (node.grants(cspkit::ddf::kAccessAdd)) {
      const bool added = (node.is_leaf() ? session_.add(uri, value) : session_.add(uri)).ok();
      if (added) {
        add(200, "add", uri,
            node.is_leaf() ? format + " = " + cspkit::ddf::to_wire(value) : std::string());
        return true;
      }
    }
    if (!engine_.owner(std::string(kRecipeUser)).set(uri, value).ok()) return false;
    add(200, "seed", uri, node.is_leaf() ? "= " + cspkit::ddf::to_wire(value) : std::string());
    return true;
  }

  void add(int status, const char* verb, const std::string& uri, const std::string& rest) {
    std::string line = std::to_string(status) + " " + verb + " " + uri;
    if (!rest.empty()) line += " " + rest;
    lines_.push_back(std::move(line));
  }

  cspkit::Engine& engine_;
  cspkit::Session session_;
  std::vector<std::string>& lines_;
  std::map<cspkit::ddf::NodeId, std::string> address_;
  std::map<cspkit::ddf::NodeId, bool> made_;
};

}  // namespace

bool pattern_of(const Node& node, std::string& pattern) {
  std::vector<Node> way;
  for (Node at = node; at.valid() && !(at == node.root()); at = at.parent()) way.push_back(at);
  std::set<std::string> taken;
  pattern.clear();
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    if (!pattern.empty()) pattern += '/';
    if (at->is_dynamic()) {
      const std::string name = brace_name(*at, taken);
      taken.insert(name);
      pattern += "{" + name + "}";
    } else if (fits_pattern(at->name())) {
      pattern += at->name();
    } else {
      return false;
    }
  }
  return true;
}

std::vector<Wish> find_wishes(const cspkit::ddf::Schema& schema,
                              std::vector<std::string>& left_out) {
  std::vector<Wish> wishes;
  std::set<std::pair<std::string, Wish::Verb>> known;
  for (const Node& root : schema.roots()) {
    walk(root, [&](const Node& node) {
      std::vector<Wish::Verb> verbs;
      if (wants_refresh(node)) verbs.push_back(Wish::Verb::kRefresh);
      if (wants_get(node)) verbs.push_back(Wish::Verb::kGet);
      if (node.grants(cspkit::ddf::kAccessExec)) verbs.push_back(Wish::Verb::kExec);
      std::string pattern;
      if (verbs.empty()) return;
      if (!pattern_of(node, pattern)) {
        left_out.push_back(node.uri());
        return;
      }
      for (const Wish::Verb verb : verbs) {
        // Two roots may title one place differently; a second handler there would be refused.
        if (known.emplace(place_of(pattern), verb).second) wishes.push_back({pattern, verb, node});
      }
    });
  }
  return wishes;
}

std::vector<std::string> make_recipe(const std::string& file, const cspkit::ddf::Schema& schema) {
  std::vector<std::string> lines;
  cspkit::EngineOptions options;
  options.state = ":memory:";
  auto engine = cspkit::Engine::open(options);
  if (!engine) return {"# no device in memory: " + engine.error().text()};
  if (const cspkit::Status loaded = engine->load_ddf(file); !loaded.ok())
    return {"# " + loaded.text()};
  Trial trial(*engine, lines);
  for (const Node& root : schema.roots()) {
    walk(root, [&](const Node& node) { trial.call(node); });
  }
  return lines;
}

}  // namespace cspctl
