// SPDX-License-Identifier: Apache-2.0
// get, add, replace, delete, exec and seed: one command on one node.
#include <cspkit/ddf/rules.hpp>
#include <cspkit/ddf/schema.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bundled.hpp"
#include "commands.hpp"
#include "device.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

using cspkit::Code;
using cspkit::Format;
using cspkit::Session;
using cspkit::Status;
using cspkit::Value;

// Twice the limit holds every value the engine takes, also as base64 with line breaks.
constexpr std::size_t kMaxWireBytes = 2 * cspkit::ddf::kDefaultMaxValueBytes;

int report(const Options& options, const Status& status, const Value* value = nullptr) {
  const bool good = is_success(status);
  const std::string text = value != nullptr ? cspkit::ddf::to_wire(*value) : std::string();
  if (options.json) {
    nlohmann::ordered_json object = {{"command", options.name}, {"uri", options.uri}};
    add_status(object, status);
    if (value != nullptr) {
      object["format"] = cspkit::format_name(value->format);
      object["value"] = text;
    }
    print_json(object);
  } else if (value != nullptr) {
    print_line(text);
  }
  if (!good) print_error(options.name + " " + options.uri + ": " + describe(status));
  return good ? kExitOk : kExitStatus;
}

// The node addressed, as the schema has it.
std::optional<cspkit::ddf::Node> schema_node(const cspkit::ddf::Schema& schema,
                                             const std::string& uri) {
  cspkit::ddf::Address address;
  if (!schema.resolve(uri, address).ok()) return std::nullopt;
  return schema.node(address.node);
}

Format format_named(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = cspkit::detail::to_lower(c);
  return lower == "string" ? Format::kChr : cspkit::format_from_name(lower);
}

// The text of --data. False when stdin could not be read.
bool read_data(const Options& options, std::string& text) {
  if (options.data != "-") {
    text = options.data.value_or(std::string());
    return true;
  }
  auto read = read_input("-", kMaxWireBytes + 1);
  if (!read) {
    print_error("standard input: " + read.error().text());
    return false;
  }
  text = std::move(*read);
  return true;
}

// Wire text as a typed value. What cannot be one is handed on so that the engine refuses it where
// its order of checks says.
Value typed(const Options& options, const std::optional<cspkit::ddf::Node>& node,
            std::string text) {
  Format format = format_named(options.format);
  if (text.size() > kMaxWireBytes) return {format, std::move(text)};
  const Format meant = format != Format::kUnset ? format : node ? node->format() : Format::kUnset;
  if (!cspkit::is_binary(meant)) return {format, std::move(text)};
  auto raw = cspkit::ddf::base64_decode(text);
  if (!raw) return {Format::kChr, std::move(text)};
  return {meant, std::move(*raw)};
}

Status change(Session& session, const Options& options,
              const std::optional<cspkit::ddf::Node>& node, const std::string& text) {
  const std::string& uri = options.uri;
  const bool has_value = options.data.has_value() || !options.format.empty();
  const Value value = typed(options, node, text);
  switch (options.command) {
    case Command::kAdd:
      return has_value ? session.add(uri, value) : session.add(uri);
    case Command::kReplace:
      if (!has_value && node && node->is_leaf()) {
        return Status(Code::kBadRequest, "a leaf is replaced with a value: say --data");
      }
      return session.replace(uri, value);
    case Command::kExec:
      return has_value ? session.exec(uri, value) : session.exec(uri);
    default:
      return session.remove(uri);
  }
}

}  // namespace

int run_verb(cspkit::Engine& engine, const Options& options) {
  Session session = engine.open_session(principal_of(options));
  if (options.command == Command::kGet) {
    const auto value = session.get(options.uri);
    return value ? report(options, {}, &*value) : report(options, value.error());
  }
  std::string text;
  if (!read_data(options, text)) return kExitUsage;
  const auto schema = engine.schema();
  return report(options, change(session, options, schema_node(*schema, options.uri), text));
}

int run_seed(cspkit::Engine& engine, const Options& options) {
  std::string text;
  if (!read_data(options, text)) return kExitUsage;
  if (text.size() > kMaxWireBytes) {
    return report(options, Status(Code::kTooLarge, "more than " + std::to_string(kMaxWireBytes) +
                                                       " bytes on standard input"));
  }
  return report(options, engine.owner(options.user).set(options.uri, text));
}

}  // namespace cspctl
