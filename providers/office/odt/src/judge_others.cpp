// SPDX-License-Identifier: Apache-2.0
// Properties, updates, removal, settings of applications, and whether anything is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cspkit/odt/catalog.hpp>
#include <limits>
#include <unordered_set>

#include "dates.hpp"
#include "judge.hpp"
#include "property_rules.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

bool is_guid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'F') ||
                     (text[i] >= 'a' && text[i] <= 'f');
    if (kForm[i] == '-' ? text[i] != '-' : !hex) return false;
  }
  return true;
}

void property_value(const Judging& j, const Property& property, const PropertyRule& rule) {
  const std::string_view value = property.value;
  const Position at = property.place.of("Value");
  if (value.empty()) return;  // told as P001
  switch (rule.kind) {
    case PropertyKind::kZeroOrOne:
      if (value == "0" || value == "1") return;
      j.findings.error("V001", at, fmt::format("{} is '{}': 0 or 1", rule.name, shown(value)));
      return;
    case PropertyKind::kTruth:
      if (same(value, "TRUE") || same(value, "FALSE")) return;
      j.findings.error("V001", at,
                       fmt::format("{} is '{}': TRUE or FALSE", rule.name, shown(value)));
      return;
    case PropertyKind::kGuid:
      if (is_guid(value)) return;
      j.findings.warn(
          "V001", at,
          fmt::format("{} is '{}', which is no GUID without braces", rule.name, shown(value)));
      return;
    case PropertyKind::kText:
      return;
  }
}

void properties(const Judging& j) {
  std::unordered_set<std::string> seen;
  std::vector<std::string_view> names;
  for (const PropertyRule& rule : kPropertyRules) names.push_back(rule.name);
  for (const Property& property : j.configuration.properties) {
    if (property.name.empty()) continue;
    const PropertyRule* rule = find_property_rule(property.name);
    if (rule == nullptr && j.findings.has_room()) {
      j.findings.warn("V003", property.place.of("Name"),
                      fmt::format("property '{}' is unknown{}", shown(property.name),
                                  did_you_mean(nearest(names, property.name))));
    } else if (rule != nullptr) {
      property_value(j, property, *rule);
      if (!rule->documented) {
        j.findings.warn("V003", property.place.of("Name"),
                        fmt::format("property '{}' is not documented", rule->name));
      }
    }
    if (!seen.insert(lower(property.name)).second) {
      j.findings.warn(
          "V003", property.place.element,
          fmt::format("property '{}' is set twice: the last holds", shown(property.name)));
    }
  }
}

Position place_of_property(const Configuration& c, std::string_view name) {
  Position at;
  for (const Property& property : c.properties) {
    if (same(property.name, name)) at = property.place.element;
  }
  return at;
}

void combinations(const Judging& j) {
  const Configuration& c = j.configuration;
  if (c.property("SCLCacheOverride") == "1" && c.property("SCLCacheOverrideDirectory").empty()) {
    j.findings.advise("V002", place_of_property(c, "SCLCacheOverride"),
                      "SCLCacheOverride=1 needs SCLCacheOverrideDirectory");
  }
  if (c.property("SharedComputerLicensing") == "1" && c.property("DeviceBasedLicensing") == "1") {
    j.findings.advise("V002", place_of_property(c, "DeviceBasedLicensing"),
                      "SharedComputerLicensing and DeviceBasedLicensing exclude each other");
  }
  if (c.property("AUTOACTIVATE") != "1" || !c.add) return;
  for (const Product& product : c.add->products) {
    if (product.id.substr(0, 4) != "O365") continue;
    j.findings.advise("V002", place_of_property(c, "AUTOACTIVATE"),
                      fmt::format("AUTOACTIVATE=1 has no meaning for {}: it is activated by "
                                  "signing in",
                                  shown(product.id)));
    return;
  }
}

void updates(const Judging& j, const Updates& updates) {
  if (!updates.target_version.empty() && !is_office_version(updates.target_version)) {
    j.findings.error("U002", updates.place.of("TargetVersion"),
                     fmt::format("TargetVersion is '{}': four numbers that begin with 16.0",
                                 shown(updates.target_version)));
  }
  if (updates.deadline.empty()) return;
  const Position at = updates.place.of("Deadline");
  std::int64_t deadline = 0;
  if (!read_deadline(updates.deadline, deadline)) {
    j.findings.error("U001", at,
                     fmt::format("Deadline is '{}': MM/DD/YYYY HH:MM", shown(updates.deadline)));
    return;
  }
  if (j.options.now_utc == 0) return;
  constexpr std::int64_t kWeek = 7 * 86400;
  if (deadline < j.options.now_utc) {
    j.findings.advise("U001", at, "Deadline is over");
  } else if (deadline - j.options.now_utc < kWeek) {
    j.findings.advise("U001", at, "Deadline is less than a week away: Microsoft advises more");
  }
}

void removal(const Judging& j) {
  const Configuration& c = j.configuration;
  if (c.remove && c.remove->all() && !c.remove->products.empty()) {
    j.findings.advise("R001", c.remove->place.element,
                      "All=TRUE makes the Products beside it redundant");
  }
  if (c.remove && c.add) {
    j.findings.info("R002", c.remove->place.element, "Add and Remove in one configuration", true);
  }
  if (c.remove_msi && c.remove_msi->place.has("All")) {
    j.findings.warn("S001", c.remove_msi->place.of("All"),
                    "All of RemoveMSI is a spelling of 2018: leave it away");
  }
}

// A number as the registry's editor takes it: decimal, or hexadecimal behind 0x.
bool is_dword(std::string_view text) {
  int base = 10;
  if (text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X") {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

void app_settings(const Judging& j, const AppSettings& settings) {
  for (const UserSetting& user : settings.users) {
    const bool number = same(user.type, "REG_DWORD");
    if (!number && !same(user.type, "REG_SZ")) {
      j.findings.error("O001", user.place.of("Type"),
                       fmt::format("Type is '{}': REG_DWORD or REG_SZ", shown(user.type)));
    } else if (number && !is_dword(trimmed(user.value))) {
      j.findings.error(
          "O001", user.place.of("Value"),
          fmt::format("Value '{}' of '{}' is no REG_DWORD", shown(user.value), shown(user.name)));
    } else if (!number && same(user.name, "defaultformat") && is_dword(user.value)) {
      // Of Excel and PowerPoint, whose format is a number in the registry.
      j.findings.advise("O001", user.place.of("Type"),
                        fmt::format("Value '{}' of '{}' is a number written as text: was REG_DWORD "
                                    "meant?",
                                    shown(user.value), shown(user.name)));
    }
  }
}

bool asks_for_something(const Configuration& c) {
  return c.add || c.remove || c.remove_msi || c.updates || c.app_settings || c.display ||
         !c.properties.empty();
}

}  // namespace

const PropertyRule* find_property_rule(std::string_view name) {
  for (const PropertyRule& rule : kPropertyRules) {
    if (same(rule.name, name)) return &rule;
  }
  return nullptr;
}

void judge_others(const Judging& j) {
  const Configuration& c = j.configuration;
  properties(j);
  combinations(j);
  if (c.updates) updates(j, *c.updates);
  removal(j);
  if (c.app_settings) app_settings(j, *c.app_settings);
  if (c.logging) {
    j.findings.warn("S001", c.logging->place.element, "Logging was withdrawn in 2020: ignored");
  }
  if (!asks_for_something(c)) {
    j.findings.error("Z001", c.place.element, "the configuration asks for nothing");
  }
}

}  // namespace cspkit::odt
