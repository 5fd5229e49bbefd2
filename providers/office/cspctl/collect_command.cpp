// SPDX-License-Identifier: Apache-2.0
// collect: the logs of a failed installation in one archive.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "../collect/local_machine.hpp"
#ifdef CSPKIT_WITH_OFFICE_PROCESS
#include "../collect/cms_sealer.hpp"
#endif
#include "runs.hpp"
#include "tool.hpp"

namespace cspctl_office {
namespace {

namespace fs = std::filesystem;
namespace collect = cspkit::office::collect;

std::unique_ptr<collect::Sealer> sealer_for(const std::string& certificate) {
#ifdef CSPKIT_WITH_OFFICE_PROCESS
  if (!certificate.empty()) return std::make_unique<collect::CmsSealer>(certificate);
#else
  static_cast<void>(certificate);
#endif
  return nullptr;
}

nlohmann::ordered_json as_json(const collect::Collection& collection) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const collect::Entry& entry : collection.entries) {
    nlohmann::ordered_json file = {{"path", cspkit::odt::shown(entry.path)}};
    if (entry.problem.empty() && !entry.name.empty()) {
      file["name"] = cspkit::odt::shown(entry.name);
      file["bytes"] = entry.bytes;
    } else if (!entry.problem.empty()) {
      file["problem"] = entry.problem;
    }
    files.push_back(std::move(file));
  }
  nlohmann::ordered_json object = {{"state", collect::name_of(collection.state)},
                                   {"text", collection.text},
                                   {"files", std::move(files)}};
  if (collection.state == collect::State::kCompleted) {
    object["archive"] = collection.archive.string();
  }
  return object;
}

void print_report(const collect::Collection& collection) {
  for (const collect::Entry& entry : collection.entries) {
    if (!entry.problem.empty()) {
      print_error(cspkit::odt::shown(entry.path) + ": " + entry.problem);
    }
  }
  if (collection.state == collect::State::kCompleted) {
    print(fmt::format("{}: {}\n", collection.archive.string(), collection.text));
  } else {
    print_error(fmt::format("{}: {}", collect::name_of(collection.state), collection.text));
  }
}

}  // namespace

int run_collect(const CollectCommand& command) {
  const auto folder = log_folder(command.folder);
  if (!folder) return kExitUsage;
  const auto log = find_log(*folder, command.id, command.user);
  if (!log) return kExitRejected;
  const auto text = read_file(*log);
  if (!text) return kExitUsage;
  const auto run = summarise(read_log(*text));

  collect::LocalMachine machine;
  for (const std::string& map : command.maps) {
    if (!machine.map(map)) {
      print_error(map + ": is no C:=FOLDER or %VARIABLE%=FOLDER, or was given before");
      return kExitUsage;
    }
  }
  const std::unique_ptr<collect::Sealer> sealer = sealer_for(command.recipient);
  if (!sealer && !command.recipient.empty()) {
    print_error("--encrypt-for: this cspctl-office was built without OpenSSL");
    return kExitUsage;
  }
  collect::Order order;
  order.rules = command.strict ? collect::Rules::kStrict : collect::Rules::kUsual;
  order.archive = command.out;
  if (run && run->phase == RunPhase::kEnded) order.status = run->status;
  // The provider's own log is there, so nobody need name it; it counts like the others. Who names
  // as many files as there may be wants those.
  const bool room = command.paths.size() < order.limits.paths;
  if (!command.strict && room) order.paths.push_back(fs::absolute(*log).string());
  if (!command.strict && command.paths.size() == order.limits.paths) {
    print_error(fmt::format("the provider's own log is left out: {} files are named",
                            command.paths.size()));
  }
  order.paths.insert(order.paths.end(), command.paths.begin(), command.paths.end());
  const collect::Collection collection = collect::collect(order, machine, sealer.get());
  if (command.json) {
    print_json(as_json(collection));
  } else {
    print_report(collection);
  }
  return collection.state == collect::State::kCompleted ? kExitOk : kExitRejected;
}

}  // namespace cspctl_office
