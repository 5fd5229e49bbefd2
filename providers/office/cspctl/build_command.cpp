// SPDX-License-Identifier: Apache-2.0
// build and merge: a configuration from settings, and one from several.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/app_suite.hpp>
#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/catalog.hpp>
#include <filesystem>
#include <iterator>

#include "tool.hpp"

namespace cspctl_office {
namespace {

namespace odt = cspkit::odt;

constexpr std::pair<std::string_view, odt::SuiteProduct> kProducts[] = {
    {"suite", odt::SuiteProduct::kEnterprise},
    {"o365ProPlusRetail", odt::SuiteProduct::kEnterprise},
    {"business", odt::SuiteProduct::kBusiness},
    {"o365BusinessRetail", odt::SuiteProduct::kBusiness},
    {"visio", odt::SuiteProduct::kVisio},
    {"visioProRetail", odt::SuiteProduct::kVisio},
    {"project", odt::SuiteProduct::kProject},
    {"projectProRetail", odt::SuiteProduct::kProject}};

bool product(const std::string& name, odt::AppSuite& suite) {
  for (const auto& [known, which] : kProducts) {
    if (known.size() != name.size() ||
        !std::equal(known.begin(), known.end(), name.begin(),
                    [](char a, char b) { return (a | 0x20) == (b | 0x20); })) {
      continue;
    }
    suite.products.push_back(which);
    return true;
  }
  print_error(fmt::format("--product {}: suite, visio or project", name));
  return false;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void replace(std::string& to, const std::string& from) {
  if (!from.empty()) to = from;
}

// The options, over what the JSON says.
bool apply(const BuildCommand& command, odt::AppSuite& suite) {
  for (const std::string& name : command.products) {
    if (!product(name, suite)) return false;
  }
  append(suite.excluded_apps, command.excluded);
  append(suite.locales, command.languages);
  replace(suite.architecture, command.architecture);
  replace(suite.channel, command.channel);
  replace(suite.target_version, command.version);
  replace(suite.display_level, command.display);
  if (command.file_format == "ooxml") suite.file_format = odt::FileFormat::kOpenXml;
  if (command.file_format == "odf") suite.file_format = odt::FileFormat::kOpenDocument;
  suite.remove_older_versions = suite.remove_older_versions || command.remove_msi;
  suite.accept_eula = suite.accept_eula || command.accept_eula;
  suite.required = command.required;
  if (command.shared_computer) suite.shared_computer = true;
  if (command.uninstall) suite.removal = odt::Removal::kProducts;
  if (command.uninstall_all) suite.removal = odt::Removal::kAll;
  return true;
}

struct Named {
  std::string_view name;
  odt::GroupKind group;
};
constexpr Named kGroups[] = {{"user", odt::GroupKind::kUser}, {"device", odt::GroupKind::kDevice}};
constexpr const char* kWhatToChoose =
    "choose with --product suite, visio or project, or give the JSON of an officeSuiteApp";
constexpr std::pair<std::string_view, odt::Intent> kIntents[] = {
    {"required", odt::Intent::kRequired},
    {"available", odt::Intent::kAvailable},
    {"required-and-available", odt::Intent::kRequiredAndAvailable},
    {"available-without-enrollment", odt::Intent::kAvailableWithoutEnrollment},
    {"uninstall", odt::Intent::kUninstall}};

// "user:requird:FILE" is no file: says so. False when it is none of that form either.
bool is_wrong_intent(const std::string& text) {
  for (const Named& group : kGroups) {
    const std::string prefix = fmt::format("{}:", group.name);
    const std::size_t end = text.find(':', prefix.size());
    std::error_code error;
    if (text.compare(0, prefix.size(), prefix) != 0 || end == std::string::npos ||
        std::filesystem::exists(text, error)) {
      continue;
    }
    std::string known;
    for (const auto& [name, which] : kIntents)
      known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
    print_error(fmt::format("{}: there is no intent '{}': {}", text,
                            odt::shown(text.substr(prefix.size(), end - prefix.size())), known));
    return true;
  }
  return false;
}

// "user:required:FILE"; a name without that is a file of a required assignment.
std::string file_of(const std::string& text, odt::GroupIntent& intent) {
  for (const Named& group : kGroups) {
    for (const auto& [name, which] : kIntents) {
      const std::string prefix = fmt::format("{}:{}:", group.name, name);
      if (text.compare(0, prefix.size(), prefix) != 0) continue;
      intent = {group.group, which};
      return text.substr(prefix.size());
    }
  }
  return text;
}

bool is_language(std::string_view tag) {
  const odt::LanguageKind kind = odt::language_kind(tag);
  return kind == odt::LanguageKind::kCore || kind == odt::LanguageKind::kPartial ||
         kind == odt::LanguageKind::kProofing;
}

}  // namespace

int run_build(const BuildCommand& command) {
  odt::AppSuite suite;
  if (!command.json_file.empty()) {
    const std::optional<std::string> json = read_file(command.json_file);
    if (!json) return kExitUsage;
    std::string error;
    if (!odt::read_app_suite(*json, suite, error)) {
      print_error(fmt::format("{}: {}", command.json_file, error));
      return kExitUsage;
    }
  }
  if (!apply(command, suite)) return kExitUsage;
  const odt::Built built = odt::build(suite);
  for (const std::string& problem : built.problems) print_error(problem);
  const bool names_none = suite.products.empty() && suite.removal != odt::Removal::kAll;
  if (!built.ok() && names_none && suite.configuration_xml.empty()) print_error(kWhatToChoose);
  for (const std::string& note : built.notes) print_error("note: " + note);
  if (!built.ok()) return kExitRejected;
  return write_file(command.out, built.xml) ? kExitOk : kExitUsage;
}

int run_merge(const MergeCommand& command) {
  for (const std::string& language : command.installed_languages) {
    if (is_language(language)) continue;
    print_error(
        fmt::format("--installed-language {}: there is no such language", odt::shown(language)));
    return kExitUsage;
  }
  std::vector<odt::Assignment> assignments;
  for (const std::string& text : command.assignments) {
    odt::Assignment assignment;
    assignment.app = file_of(text, assignment.group);
    if (assignment.app == text && is_wrong_intent(text)) return kExitUsage;
    // A bare configuration is merged as it stands; one assigned as required runs silently.
    assignment.silent = assignment.app != text;
    const std::optional<std::string> bytes = read_file(assignment.app);
    if (!bytes) return kExitUsage;
    odt::Report report = odt::check(*bytes);
    if (const odt::Finding* error = report.first_error()) {
      print_error(described(assignment.app, *error));
      return kExitRejected;
    }
    assignment.configuration = std::move(report.configuration);
    assignments.push_back(std::move(assignment));
  }
  std::optional<std::vector<std::string>> installed;
  if (!command.installed_languages.empty()) installed = command.installed_languages;
  const odt::Resolution resolution = odt::resolve(assignments, installed);
  for (const odt::Resolution::Decision& decision : resolution.decisions) {
    print_error(fmt::format("{}: {}", decision.app, odt::describe(decision.intent)));
  }
  if (!resolution.effective) {
    print_error("nothing is required and nothing is to be uninstalled: there is nothing to do");
    return kExitRejected;
  }
  return write_file(command.out, odt::serialise(*resolution.effective)) ? kExitOk : kExitUsage;
}

}  // namespace cspctl_office
