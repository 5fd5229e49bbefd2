// SPDX-License-Identifier: Apache-2.0
// provider list: what is loaded, and which trees it serves.
#include <nlohmann/json.hpp>
#include <string>

#include "commands.hpp"
#include "output.hpp"

namespace cspctl {

int run_provider_list(cspkit::Engine& engine, const Options& options) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const cspkit::ProviderInfo& provider : engine.providers()) {
    const std::string abi =
        std::to_string(provider.abi_major) + "." + std::to_string(provider.abi_minor);
    if (options.json) {
      list.push_back({{"name", provider.name},
                      {"plugin", provider.plugin_id},
                      {"version", provider.version},
                      {"abi", abi},
                      {"roots", provider.roots},
                      {"file", provider.file}});
      continue;
    }
    std::string line =
        provider.name + " " + provider.version + " (" + provider.plugin_id + ", ABI " + abi + "):";
    for (const std::string& root : provider.roots) line += " " + root;
    if (!provider.file.empty()) line += ", from " + provider.file;
    print_line(one_line(line));
  }
  if (options.json) print_json({{"command", options.name}, {"providers", std::move(list)}});
  return kExitOk;
}

}  // namespace cspctl
