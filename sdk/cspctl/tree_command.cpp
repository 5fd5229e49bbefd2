// SPDX-License-Identifier: Apache-2.0
// tree: the live tree, one node per line.
#include <cspkit/ddf/rules.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.hpp"
#include "device.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

void print_entry(const cspkit::TreeEntry& entry) {
  if (!entry.leaf) return print_line(entry.uri);
  print_line(entry.uri + " = " + one_line(cspkit::ddf::to_wire(entry.value)));
}

nlohmann::ordered_json to_json(const cspkit::TreeEntry& entry) {
  nlohmann::ordered_json object = {{"uri", entry.uri},
                                   {"format", cspkit::format_name(entry.format)}};
  if (entry.leaf) object["value"] = cspkit::ddf::to_wire(entry.value);
  return object;
}

}  // namespace

int run_tree(cspkit::Engine& engine, const Options& options) {
  std::vector<std::string> tops = {options.uri};
  if (options.uri.empty()) {
    tops = {"."};
    if (!options.user.empty()) tops.emplace_back("./User");
  }
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  for (const std::string& top : tops) {
    const auto entries = engine.list(top, principal_of(options));
    if (!entries) {
      if (options.json) {
        nlohmann::ordered_json object = {{"command", options.name}, {"uri", top}};
        add_status(object, entries.error());
        print_json(object);
      }
      print_error("tree " + top + ": " + describe(entries.error()));
      return kExitStatus;
    }
    for (const cspkit::TreeEntry& entry : *entries) {
      if (options.json) {
        nodes.push_back(to_json(entry));
      } else {
        print_entry(entry);
      }
    }
  }
  if (options.json) {
    print_json({{"command", options.name},
                {"uri", options.uri.empty() ? "." : options.uri},
                {"status", 200},
                {"nodes", std::move(nodes)}});
  }
  return kExitOk;
}

}  // namespace cspctl
