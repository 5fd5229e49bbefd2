// SPDX-License-Identifier: Apache-2.0
// Profiles of simulated devices, read and judged. Whatever the rules of the simulation rely on is
// checked here: a profile that is taken is one that a device could have.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>
#include <filesystem>
#include <fstream>

#include "device_faults.hpp"
#include "json_reader.hpp"
#include "simulated_device.hpp"
#include "simulation_content.hpp"

namespace cspkit::office {
namespace {

using Names = std::vector<std::string>;

constexpr std::uintmax_t kLargestFile = 1U << 20U;
constexpr int kFirstBuild = 15063;  // Windows 10, version 1703: the first with an Office CSP
constexpr std::int64_t kMostMb = std::int64_t{1} << 40;

constexpr std::string_view kApps[] = {"Access",  "Excel",   "Groove",     "Lync",    "OneDrive",
                                      "OneNote", "Outlook", "PowerPoint", "Project", "Publisher",
                                      "Teams",   "Visio",   "Word"};
constexpr std::string_view kExcludable[] = {"Access",     "Bing",      "Excel",
                                            "Groove",     "Lync",      "OneDrive",
                                            "OneNote",    "Outlook",   "OutlookForWindows",
                                            "PowerPoint", "Publisher", "Teams",
                                            "Word"};

// Every element of a list of names, each of which may stand once.
template <typename Read>
Names read_names(const JsonNode& node, Read read) {
  Names names;
  for (const JsonNode& element : node.list()) {
    std::string name = read(element);
    for (const std::string& other : names) {
      if (odt::same(other, name)) element.fail(fmt::format("'{}' stands twice", odt::shown(name)));
    }
    names.push_back(std::move(name));
  }
  return names;
}

template <std::size_t N>
std::string one_of(const JsonNode& node, const std::string_view (&names)[N], const char* what) {
  const std::string given = node.text();
  for (const std::string_view name : names) {
    if (odt::same(name, given)) return std::string(name);
  }
  node.fail(fmt::format("'{}' is no {}: {}", odt::shown(given), what, fmt::join(names, ", ")));
}

std::string read_culture(const JsonNode& node) {
  const std::string given = odt::lower(node.text());
  const odt::LanguageKind kind = odt::language_kind(given);
  if (kind == odt::LanguageKind::kUnknown || kind == odt::LanguageKind::kKeyword) {
    node.fail(fmt::format("'{}' is no language", odt::shown(given)));
  }
  return given;
}

std::string read_pack(const JsonNode& node) {
  std::string culture = read_culture(node);
  if (odt::language_kind(culture) == odt::LanguageKind::kNoPack) {
    node.fail(fmt::format("Office has no pack of '{}'", culture));
  }
  return culture;
}

std::string read_product_id(const JsonNode& node) {
  const std::string given = node.text();
  const odt::ProductInfo* product = odt::find_product(given);
  if (product == nullptr) node.fail(fmt::format("there is no product '{}'", odt::shown(given)));
  if (product->channels == odt::ProductChannels::kNone) {
    node.fail(fmt::format("'{}' is no product of Click-to-Run", product->id));
  }
  return std::string(product->id);
}

std::string read_channel(const JsonNode& node) {
  const std::string given = node.text();
  const odt::ChannelInfo* channel = odt::find_channel(given);
  if (channel == nullptr) node.fail(fmt::format("there is no channel '{}'", odt::shown(given)));
  return std::string(channel->canonical);
}

std::string read_version(const JsonNode& node) {
  std::string given = node.text();
  if (!odt::is_office_version(given)) {
    node.fail(fmt::format("'{}' is no version such as 16.0.18129.20158", odt::shown(given)));
  }
  return given;
}

std::string read_edition(const JsonNode& node) {
  return node.choice({"32", "64"}) == 0 ? "32" : "64";
}

std::int64_t read_time(const JsonNode& node) {
  const std::string given = node.text();
  // Seconds may be whole: "2026-11-21T10:00:00Z".
  const bool whole = given.size() == 20 && given.back() == 'Z';
  const std::int64_t ms = parse_utc(whole ? given.substr(0, 19) + ".000Z" : given);
  if (ms == 0) node.fail("must be a time such as 2026-11-21T10:00:00Z");
  return ms;
}

std::string read_build(const JsonNode& node) {
  std::string given = node.text();
  int parts = 0, part = 0, digits = 0, build = 0;
  for (const char c : given + ".") {
    if (c >= '0' && c <= '9' && ++digits <= 6) {
      part = part * 10 + (c - '0');
      continue;
    }
    if (c != '.' || digits == 0 || digits > 6 || ++parts > 4) {
      parts = 0;
      break;
    }
    if (parts == 3) build = part;
    part = digits = 0;
  }
  if (parts < 3) node.fail("must be a build such as 10.0.22631.4460");
  if (given.rfind("10.0.", 0) != 0 || build < kFirstBuild) {
    node.fail(fmt::format("the Office CSP is there from 10.0.{} on", kFirstBuild));
  }
  return given;
}

MsiProduct read_msi_product(const JsonNode& node) {
  node.expect_members({"id", "release", "edition", "languages"});
  MsiProduct product;
  product.id = node.at("id").text();
  const auto fine = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (!std::all_of(product.id.begin(), product.id.end(), fine)) {
    node.at("id").fail("must be a Setup ID such as ProPlus: letters and digits");
  }
  constexpr int kReleases[] = {2003, 2007, 2010, 2013, 2016};
  product.release = static_cast<int>(node.at("release").integer(2003, 2016));
  if (std::find(std::begin(kReleases), std::end(kReleases), product.release) ==
      std::end(kReleases)) {
    node.at("release").fail(fmt::format("must be one of {}", fmt::join(kReleases, ", ")));
  }
  product.edition = node.has("edition") ? read_edition(node.at("edition")) : "32";
  product.languages =
      node.has("languages") ? read_names(node.at("languages"), read_culture) : Names{"en-us"};
  return product;
}

std::vector<MsiProduct> read_msi(const JsonNode& node) {
  std::vector<MsiProduct> products;
  for (const JsonNode& element : node.list()) {
    MsiProduct product = read_msi_product(element);
    for (const MsiProduct& other : products) {
      if (odt::same(other.id, product.id) && other.release == product.release) {
        element.fail(fmt::format("{} {} stands twice", product.id, product.release));
      }
    }
    products.push_back(std::move(product));
  }
  return products;
}

InstalledProduct read_installed(const JsonNode& node, const MachineState& machine) {
  node.expect_members({"id", "languages", "excluded-apps"});
  InstalledProduct product;
  product.id = read_product_id(node.at("id"));
  const odt::ProductInfo& info = *odt::find_product(product.id);
  if (odt::same(product.id, "LanguagePack")) {
    node.at("id").fail("a language pack is a language of the products it is for");
  }
  if (!fits_channel(info, machine.channel)) {
    node.at("id").fail(fmt::format("cannot be had on channel {}", machine.channel));
  }
  product.languages = read_names(node.at("languages"), [&](const JsonNode& language) {
    std::string culture = read_pack(language);
    if (!has_pack(info, culture)) {
      language.fail(fmt::format("there is no pack of '{}' for {}", culture, info.id));
    }
    return culture;
  });
  if (product.languages.empty()) node.at("languages").fail("must name one at least");
  if (node.has("excluded-apps")) {
    product.excluded_apps = read_names(node.at("excluded-apps"), [](const JsonNode& app) {
      return one_of(app, kExcludable, "program that can be left out");
    });
  }
  return product;
}

void read_click_to_run(const JsonNode& node, SimulatedDevice& device) {
  node.expect_members({"version", "edition", "channel", "update-channel", "products", "damaged"});
  MachineState& machine = device.machine;
  machine.version = read_version(node.at("version"));
  machine.edition = read_edition(node.at("edition"));
  if (machine.edition == "64" && device.architecture == Architecture::kX86) {
    node.at("edition").fail("a 32-bit Windows cannot have 64-bit Office");
  }
  machine.channel = read_channel(node.at("channel"));
  machine.update_channel =
      node.has("update-channel") ? read_channel(node.at("update-channel")) : machine.channel;
  for (const JsonNode& element : node.at("products").list()) {
    InstalledProduct product = read_installed(element, machine);
    if (machine.find(product.id) != nullptr) {
      element.fail(fmt::format("{} stands twice", product.id));
    }
    machine.products.push_back(std::move(product));
  }
  if (machine.products.empty()) node.at("products").fail("must name one at least");
  if (node.has("damaged")) device.state.damaged = node.at("damaged").boolean();
}

void read_os(const JsonNode& node, SimulatedDevice& device) {
  node.expect_members({"build", "architecture", "language", "display-languages"});
  if (node.has("build")) device.os_build = read_build(node.at("build"));
  if (node.has("architecture")) {
    device.architecture =
        static_cast<Architecture>(node.at("architecture").choice({"x86", "x64", "arm64"}));
  }
  if (node.has("language")) device.os_language = read_culture(node.at("language"));
  if (node.has("display-languages")) {
    device.display_languages = read_names(node.at("display-languages"), read_culture);
  }
}

void read_network(const JsonNode& node, SimulatedDevice& device) {
  node.expect_members({"present", "kbit-s", "proxy"});
  if (node.has("present")) device.network = node.at("present").boolean();
  if (node.has("kbit-s")) device.kbit_s = node.at("kbit-s").integer(1, 1'000'000'000);
  if (node.has("proxy")) {
    const std::size_t which = node.at("proxy").choice({"none", "passes", "blocks", "intercepts"});
    device.proxy_blocks = which == 2;
    device.proxy_intercepts = which == 3;
  }
}

std::vector<ChannelContent> read_channels(const JsonNode& node) {
  std::vector<ChannelContent> channels;
  for (const JsonNode& element : node.list()) {
    element.expect_members({"channel", "versions", "products", "languages"});
    ChannelContent content;
    content.channel = read_channel(element.at("channel"));
    for (const ChannelContent& other : channels) {
      if (other.channel == content.channel) {
        element.fail(fmt::format("{} stands twice", content.channel));
      }
    }
    content.versions = read_names(element.at("versions"), read_version);
    if (content.versions.empty()) element.at("versions").fail("must name one at least");
    std::sort(content.versions.begin(), content.versions.end(), newer_version);
    if (element.has("products")) {
      content.products = read_names(element.at("products"), read_product_id);
    }
    if (element.has("languages")) {
      content.languages = read_names(element.at("languages"), read_pack);
    }
    channels.push_back(std::move(content));
  }
  return channels;
}

void read_cdn(const JsonNode& node, SimulatedDevice& device) {
  node.expect_members(
      {"reachable", "tool-version", "tool-valid-from", "tool-valid-to", "channels"});
  if (node.has("tool-version")) device.tool_version = read_version(node.at("tool-version"));
  if (node.has("reachable")) device.cdn.reachable = node.at("reachable").boolean();
  if (node.has("tool-valid-from")) device.tool_valid_from = read_time(node.at("tool-valid-from"));
  if (node.has("tool-valid-to")) device.tool_valid_to = read_time(node.at("tool-valid-to"));
  if (device.tool_valid_from && device.tool_valid_to &&
      *device.tool_valid_to <= *device.tool_valid_from) {
    node.at("tool-valid-to").fail("must be later than tool-valid-from");
  }
  if (node.has("channels")) device.cdn.channels = read_channels(node.at("channels"));
}

void read_sources(const JsonNode& node, SimulatedDevice& device) {
  for (const JsonNode& element : node.list()) {
    element.expect_members({"path", "reachable", "channels"});
    ContentSource source;
    source.path = element.at("path").text();
    for (const ContentSource& other : device.sources) {
      if (odt::same(other.path, source.path)) element.fail("the path stands twice");
    }
    if (element.has("reachable")) source.reachable = element.at("reachable").boolean();
    source.channels = read_channels(element.at("channels"));
    device.sources.push_back(std::move(source));
  }
}

void read_temp(const JsonNode& node, SimulatedDevice& device) {
  node.expect_members({"drive", "usable"});
  if (node.has("usable")) device.temp_usable = node.at("usable").boolean();
  if (!node.has("drive")) return;
  device.temp_drive = node.at("drive").text();
  const bool letter = !device.temp_drive.empty() && (device.temp_drive[0] | 0x20) >= 'a' &&
                      (device.temp_drive[0] | 0x20) <= 'z';
  if (!letter || device.temp_drive.substr(1) != ":") node.at("drive").fail("must be such as D:");
}

Names read_running_apps(const JsonNode& node) {
  return read_names(node,
                    [](const JsonNode& app) { return one_of(app, kApps, "program of Office"); });
}

void read_device(const JsonNode& root, SimulatedDevice& device) {
  root.expect_members({"schema", "os", "memory-mb", "disk-free-mb", "clock", "installed",
                       "running-apps", "user", "temp", "hidden-apps", "com-plus", "network", "cdn",
                       "sources", "faults"});
  root.at("schema").integer(1, 1);
  if (root.has("os")) read_os(root.at("os"), device);
  if (root.has("memory-mb")) device.memory_mb = root.at("memory-mb").integer(1, kMostMb);
  if (root.has("disk-free-mb")) {
    device.state.free_mb = root.at("disk-free-mb").integer(0, kMostMb);
  }
  if (root.has("clock")) {
    const JsonNode clock = root.at("clock");
    clock.expect_members({"utc", "speed"});
    if (clock.has("utc")) device.utc_ms = read_time(clock.at("utc"));
    if (clock.has("speed")) device.speed = clock.at("speed").number(0.001, 1e6);
  }
  if (root.has("installed")) {
    const JsonNode installed = root.at("installed");
    installed.expect_members({"click-to-run", "msi", "store"});
    if (installed.has("click-to-run")) read_click_to_run(installed.at("click-to-run"), device);
    if (installed.has("msi")) device.state.msi = read_msi(installed.at("msi"));
    if (installed.has("store")) device.store_office = installed.at("store").boolean();
  }
  if (root.has("running-apps")) {
    device.state.running_apps = read_running_apps(root.at("running-apps"));
  }
  if (root.has("user")) device.user_cancels = root.at("user").choice({"closes", "cancels"}) == 1;
  if (root.has("temp")) read_temp(root.at("temp"), device);
  if (root.has("hidden-apps")) device.hidden_apps = read_running_apps(root.at("hidden-apps"));
  if (root.has("com-plus")) {
    device.com_plus_blocked = root.at("com-plus").choice({"works", "blocked"}) == 1;
  }
  if (root.has("network")) read_network(root.at("network"), device);
  if (root.has("cdn")) read_cdn(root.at("cdn"), device);
  if (root.has("sources")) read_sources(root.at("sources"), device);
  if (root.has("faults")) read_faults(root.at("faults"), device);
}

}  // namespace

std::string read_profile_text(std::string_view text, const std::string& name,
                              SimulatedDevice& device) {
  device = {};
  device.name = name;
  try {
    const nlohmann::json document = parse_json(text);
    read_device(JsonNode(document), device);
    return {};
  } catch (const WrongJson& wrong) {
    return wrong.where.empty() ? fmt::format("{}: {}", name, wrong.what)
                               : fmt::format("{}: {}: {}", name, wrong.where, wrong.what);
  }
}

std::string read_profile(const std::string& file, SimulatedDevice& device) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return file + (error ? ": " + error.message() : ": is no file");
  }
  if (fs::file_size(file, error) > kLargestFile && !error) return file + ": more than a megabyte";
  std::ifstream in(file, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (!in && !in.eof()) return file + ": cannot be read";
  return read_profile_text(text, file, device);
}

std::string write_device_state(const DeviceState& state) {
  nlohmann::ordered_json object = {{"schema", 1}, {"damaged", state.damaged}};
  object["msi"] = nlohmann::ordered_json::array();
  for (const MsiProduct& product : state.msi) {
    object["msi"].push_back({{"id", product.id},
                             {"release", product.release},
                             {"edition", product.edition},
                             {"languages", product.languages}});
  }
  if (state.free_mb) object["disk-free-mb"] = *state.free_mb;
  object["running-apps"] = state.running_apps;
  object["met"] = nlohmann::ordered_json::array();
  for (const auto& [kind, times] : state.met) {
    object["met"].push_back({{"kind", kind}, {"times", times}});
  }
  return object.dump();
}

bool read_device_state(std::string_view text, DeviceState& state) {
  state = {};
  try {
    const nlohmann::json document = parse_json(text);
    const JsonNode root(document);
    root.expect_members({"schema", "damaged", "msi", "disk-free-mb", "running-apps", "met"});
    root.at("schema").integer(1, 1);
    state.damaged = root.at("damaged").boolean();
    state.msi = read_msi(root.at("msi"));
    if (root.has("disk-free-mb")) state.free_mb = root.at("disk-free-mb").integer(0, kMostMb);
    state.running_apps = read_running_apps(root.at("running-apps"));
    for (const JsonNode& element : root.at("met").list()) {
      state.met[element.at("kind").text()] = element.at("times").integer(0, INT64_MAX);
    }
    return true;
  } catch (const WrongJson&) {
    return false;
  }
}

}  // namespace cspkit::office
