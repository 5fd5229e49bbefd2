// SPDX-License-Identifier: Apache-2.0
#include "machine_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/xml.hpp>

namespace cspkit::office {
namespace {

void attribute(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  fmt::format_to(std::back_inserter(out), " {}=\"", name);
  odt::append_escaped(out, value);
  out += '"';
}

std::string text_of(const odt::XmlElement& element, std::string_view name) {
  const std::string* found = element.attribute(name);
  return found == nullptr ? std::string() : *found;
}

void write_product(std::string& out, const InstalledProduct& product) {
  out += "<Product";
  attribute(out, "ID", product.id);
  out += '>';
  for (const std::string& language : product.languages) {
    out += "<Language";
    attribute(out, "ID", language);
    out += "/>";
  }
  for (const std::string& app : product.excluded_apps) {
    out += "<ExcludeApp";
    attribute(out, "ID", app);
    out += "/>";
  }
  out += "</Product>";
}

void write_run(std::string& out, const RunRecord& run) {
  out += "<LastRun";
  attribute(out, "Scope", run.device_scope ? "Device" : "User");
  attribute(out, "ID", run.instance);
  attribute(out, "Action", run.action);
  attribute(out, "Status", std::to_string(run.status));
  if (run.status != kInProgress) {
    attribute(out, "FinalStatus", std::to_string(final_status(run.status)));
  }
  attribute(out, "Started", format_utc(run.started));
  if (run.ended != 0) attribute(out, "Ended", format_utc(run.ended));
  out += "/>";
}

RunRecord read_run(const odt::XmlElement& element) {
  RunRecord run;
  run.device_scope = text_of(element, "Scope") != "User";
  run.instance = text_of(element, "ID");
  run.action = text_of(element, "Action");
  const std::string status = text_of(element, "Status");
  std::from_chars(status.data(), status.data() + status.size(), run.status);
  run.started = parse_utc(text_of(element, "Started"));
  run.ended = parse_utc(text_of(element, "Ended"));
  return run;
}

void read_products(const odt::XmlElement& element, MachineState& state) {
  state.version = text_of(element, "Version");
  state.edition = text_of(element, "OfficeClientEdition");
  state.channel = text_of(element, "Channel");
  state.update_channel = text_of(element, "UpdateChannel");
  for (const odt::XmlElement& child : element.children) {
    if (child.name != "Product") continue;
    InstalledProduct product;
    product.id = text_of(child, "ID");
    for (const odt::XmlElement& part : child.children) {
      if (part.name == "Language") product.languages.push_back(text_of(part, "ID"));
      if (part.name == "ExcludeApp") product.excluded_apps.push_back(text_of(part, "ID"));
    }
    state.products.push_back(std::move(product));
  }
}

}  // namespace

InstalledProduct* MachineState::find(std::string_view product_id) {
  const auto matches = [&](const InstalledProduct& p) { return odt::same(p.id, product_id); };
  const auto it = std::find_if(products.begin(), products.end(), matches);
  return it == products.end() ? nullptr : &*it;
}

const InstalledProduct* MachineState::find(std::string_view product_id) const {
  return const_cast<MachineState*>(this)->find(product_id);
}

void MachineState::settle() {
  if (!products.empty()) return;
  version.clear();
  edition.clear();
  channel.clear();
  update_channel.clear();
}

std::string write_machine_state(const MachineState& state) {
  if (!state.is_installed() && !state.last_run) return {};
  std::string out = "<OfficeStatus Schema=\"1\">";
  if (state.is_installed()) {
    out += "<ClickToRun";
    attribute(out, "Version", state.version);
    attribute(out, "OfficeClientEdition", state.edition);
    attribute(out, "Channel", state.channel);
    attribute(out, "UpdateChannel", state.update_channel);
    out += '>';
    for (const InstalledProduct& product : state.products) write_product(out, product);
    out += "</ClickToRun>";
  }
  if (state.last_run) write_run(out, *state.last_run);
  out += "</OfficeStatus>";
  return out;
}

bool read_machine_state(std::string_view text, MachineState& state) {
  state = {};
  if (text.empty()) return true;
  odt::XmlDocument document;
  odt::XmlError error;
  if (!odt::read_xml(text, document, error) || document.root.name != "OfficeStatus") return false;
  if (const odt::XmlElement* found = document.root.child("ClickToRun")) {
    read_products(*found, state);
  }
  if (const odt::XmlElement* found = document.root.child("LastRun")) {
    state.last_run = read_run(*found);
  }
  return true;
}

std::string describe(const MachineState& state) {
  if (!state.is_installed()) return "nothing";
  std::string out =
      fmt::format("{}, {}-bit, {}", state.version.empty() ? "unknown version" : state.version,
                  state.edition, state.channel);
  if (state.update_channel != state.channel) out += ", updates from " + state.update_channel;
  const char* separator = ": ";
  for (const InstalledProduct& product : state.products) {
    out += fmt::format("{}{} ({}", separator, product.id, fmt::join(product.languages, ", "));
    if (!product.excluded_apps.empty()) {
      out += fmt::format("; without {}", fmt::join(product.excluded_apps, ", "));
    }
    out += ')';
    separator = ", ";
  }
  return out;
}

std::string format_utc(std::int64_t ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(ms)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::int64_t parse_utc(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kShape.size()) return 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return 0;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  const year_month_day date{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok()) return 0;
  const auto time = sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) +
                    seconds(number(17, 2)) + milliseconds(number(20, 3));
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

}  // namespace cspkit::office
