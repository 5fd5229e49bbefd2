// SPDX-License-Identifier: Apache-2.0
// store check, store dump and store backup: the state file itself.
#include <cspkit/ddf/rules.hpp>
#include <cspkit/state.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "bundled.hpp"
#include "commands.hpp"
#include "device.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

using cspkit::Status;
using cspkit::StoredItem;
using cspkit::StoredNode;

int refused(const Options& options, const std::string& file, const Status& status) {
  if (options.json) {
    nlohmann::ordered_json object = {{"command", options.name}, {"file", file}};
    add_status(object, status);
    print_json(object);
  }
  print_error(options.name + ": " + status.text());
  return kExitCannotOpen;
}

/// The state file that --state names, or the default one. Empty when the line on stderr is written.
std::string chosen_file(const Options& options) {
  const auto file =
      options.state ? cspkit::Result<std::string>(*options.state) : default_state_file();
  if (!file) print_error(options.name + ": " + file.error().text());
  return file ? *file : std::string();
}

const char* kind_name(StoredItem::Kind kind) {
  switch (kind) {
    case StoredItem::Kind::kState:
      return "state";
    case StoredItem::Kind::kJob:
      return "job";
    case StoredItem::Kind::kAlert:
      return "alert";
    default:
      return "undo";
  }
}

std::string wire(const StoredNode& node) {
  return cspkit::ddf::to_wire(cspkit::Value(node.format, node.value));
}

nlohmann::ordered_json to_json(const StoredNode& node) {
  nlohmann::ordered_json object = {
      {"kind", "node"},      {"uri", node.uri},       {"format", cspkit::format_name(node.format)},
      {"verno", node.verno}, {"tstamp", node.tstamp}, {"bytes", node.bytes}};
  if (!node.user.empty()) object["user"] = node.user;
  if (!node.mime.empty()) object["mime"] = node.mime;
  if (!node.title.empty()) object["title"] = node.title;
  if (node.orphan) object["orphan"] = true;
  if (node.shown && node.format != cspkit::Format::kNode) object["value"] = wire(node);
  return object;
}

void print_node(const StoredNode& node) {
  std::string line = node.uri;
  if (!node.user.empty()) line += " (user " + one_line(node.user) + ")";
  if (node.orphan) line += " (in no DDF)";
  if (node.format != cspkit::Format::kNode) {
    line += node.shown ? " = " + one_line(wire(node))
                       : " (" + std::to_string(node.bytes) + " bytes, not shown)";
  }
  print_line(line);
}

void print_item(const Options& options, const StoredItem& item) {
  if (options.json) {
    print_json({{"kind", kind_name(item.kind)},
                {"provider", item.provider},
                {"name", item.name},
                {"bytes", item.bytes}});
    return;
  }
  const std::string owner = item.provider.empty() ? "the engine" : item.provider;
  print_line(std::string(kind_name(item.kind)) + " " + one_line(item.name) + " of " + owner + " (" +
             std::to_string(item.bytes) + " bytes)");
}

}  // namespace

int run_store_check(const Options& options) {
  const std::string file = chosen_file(options);
  if (file.empty()) return kExitCannotOpen;
  const auto check = cspkit::check_state(file);
  if (!check) return refused(options, file, check.error());
  if (options.json) {
    print_json({{"command", options.name},
                {"file", check->path},
                {"version", check->schema_version},
                {"bytes", check->bytes},
                {"nodes", check->nodes},
                {"state", check->state},
                {"jobs", check->jobs},
                {"alerts", check->alerts},
                {"undo", check->undo},
                {"problems", check->problems}});
  } else if (check->problems.empty()) {
    print_line(check->path + ": sound, schema version " + std::to_string(check->schema_version) +
               ", " + std::to_string(check->bytes) + " bytes, " + std::to_string(check->nodes) +
               " nodes");
  }
  if (check->problems.empty()) return kExitOk;
  for (const std::string& problem : check->problems) print_error(check->path + ": " + problem);
  print_error(check->path + ": is damaged; restore a backup, or move it away to start anew");
  return kExitStatus;
}

int run_store_backup(const Options& options) {
  const std::string file = chosen_file(options);
  if (file.empty()) return kExitCannotOpen;
  const Status made = cspkit::backup_state(file, options.out);
  if (!made.ok()) return refused(options, file, made);
  if (options.json) {
    print_json({{"command", options.name}, {"file", file}, {"status", 200}, {"copy", options.out}});
  }
  return kExitOk;
}

int run_store_dump(const Options& options) {
  const std::string file = chosen_file(options);
  if (file.empty()) return kExitCannotOpen;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return refused(options, file, Status(cspkit::Code::kIo, file + ": no such state file"));
  }
  int exit_code = kExitOk;
  const auto engine = open_device(options, exit_code);
  if (!engine) return exit_code;
  const auto dump = engine->dump();
  if (!dump) return refused(options, file, dump.error());
  for (const StoredNode& node : dump->nodes) {
    if (options.json) {
      print_json(to_json(node));
    } else {
      print_node(node);
    }
  }
  for (const StoredItem& item : dump->items) print_item(options, item);
  return kExitOk;
}

}  // namespace cspctl
