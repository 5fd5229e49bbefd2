// SPDX-License-Identifier: Apache-2.0
// What the simulated Click-to-Run decides. Each refusal names the rule it follows.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulated_click_to_run.hpp"

namespace cspkit::office {
namespace {

using odt::LanguageKind;
using odt::ProductChannels;
using odt::ProductGroup;
using Names = std::vector<std::string>;

constexpr std::string_view kOsLanguage = "en-us";

// The newest build of each channel on the simulated content delivery network: samples.
constexpr std::pair<std::string_view, std::string_view> kNewest[] = {
    {"Current", "16.0.18129.20158"},           {"CurrentPreview", "16.0.18227.20082"},
    {"MonthlyEnterprise", "16.0.18025.20214"}, {"SemiAnnual", "16.0.17328.20648"},
    {"SemiAnnualPreview", "16.0.17928.20286"}, {"BetaChannel", "16.0.18324.20014"},
    {"PerpetualVL2019", "16.0.10415.20025"},   {"PerpetualVL2021", "16.0.14332.20812"},
    {"PerpetualVL2024", "16.0.17932.20162"}};

std::string_view newest(std::string_view channel) {
  for (const auto& [name, version] : kNewest) {
    if (name == channel) return version;
  }
  return kNewest[0].second;
}

bool contains(const Names& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& n) { return odt::same(n, name); });
}

void unite(Names& names, const Names& more) {
  for (const std::string& name : more) {
    if (!contains(names, name)) names.push_back(name);
  }
}

void subtract(Names& names, const Names& less) {
  const auto gone = [&](const std::string& n) { return contains(less, n); };
  names.erase(std::remove_if(names.begin(), names.end(), gone), names.end());
}

bool is_language_pack(std::string_view id) { return odt::same(id, "LanguagePack"); }

struct Refusal {
  std::int32_t status;
  std::string text;
};
using Verdict = std::optional<Refusal>;

class Scenario {
 public:
  Scenario(const odt::Report& report, const MachineState& before)
      : report_(report), configuration_(report.configuration), machine_(before) {}

  Verdict run() {
    if (const odt::Finding* error = report_.first_error()) {
      return Refusal{
          error->status != 0 ? error->status : kHandlingCommandLine,
          fmt::format("the configuration is refused, {} at line {}, column {}: {}", error->code,
                      error->position.line, error->position.column, error->message)};
    }
    if (configuration_.remove) {
      if (auto refusal = remove(*configuration_.remove)) return refusal;
    }
    if (configuration_.add) {
      if (auto refusal = add(*configuration_.add)) return refusal;
    }
    updates();
    machine_.settle();
    return {};
  }

  MachineState take_machine() { return std::move(machine_); }

 private:
  Verdict remove(const odt::Remove& what) {
    // Only a mere uninstall finds nothing to do an error: an Add beside it is work enough.
    if (!machine_.is_installed() && !configuration_.add) {
      return Refusal{kUnexpected, "there is no Click-to-Run Office to remove"};
    }
    if (what.all()) {
      machine_.products.clear();
    }
    for (const odt::Product& product : what.products) {
      if (odt::find_product(product.id) == nullptr) return unknown_product(product);
      if (auto refusal = check_languages(product)) return refusal;
      remove_product(product);
    }
    machine_.settle();
    return {};
  }

  void remove_product(const odt::Product& product) {
    Names languages;
    for (const odt::Language& language : product.languages) languages.push_back(language.id);
    for (InstalledProduct& installed : machine_.products) {
      if (!is_language_pack(product.id) && !odt::same(installed.id, product.id)) continue;
      if (languages.empty() && !is_language_pack(product.id)) {
        installed.languages.clear();
      } else {
        Names left = installed.languages;
        subtract(left, languages);
        // A language pack leaves with its language; the product stays with its last language.
        if (!left.empty() || !is_language_pack(product.id)) installed.languages = std::move(left);
      }
    }
    const auto bare = [](const InstalledProduct& p) { return p.languages.empty(); };
    auto& all = machine_.products;
    all.erase(std::remove_if(all.begin(), all.end(), bare), all.end());
  }

  Verdict add(const odt::Add& what) {
    if (auto refusal = check_products(what)) return refusal;
    if (auto refusal = check_edition(what)) return refusal;
    if (auto refusal = choose_channel(what)) return refusal;
    if (auto refusal = choose_version(what)) return refusal;
    if (auto refusal = check_installed_base(what)) return refusal;
    if (!what.edition.empty()) {
      machine_.edition = what.edition;
    } else if (machine_.edition.empty()) {
      machine_.edition = "64";
    }
    for (const odt::Product& product : what.products) {
      if (!is_language_pack(product.id)) install(product);
    }
    for (const odt::Product& product : what.products) {
      if (!is_language_pack(product.id)) continue;
      const Names languages = resolve(product, nullptr);
      for (InstalledProduct& installed : machine_.products) unite(installed.languages, languages);
    }
    return {};
  }

  static Refusal unknown_product(const odt::Product& product) {
    return {kNeedCleanUp, fmt::format("product '{}' is unknown", odt::shown(product.id))};
  }

  Verdict check_products(const odt::Add& what) const {
    for (const odt::Product& product : what.products) {
      const odt::ProductInfo* info = odt::find_product(product.id);
      if (info == nullptr) return unknown_product(product);
      if (info->channels == ProductChannels::kNone) {
        return Refusal{kFail, fmt::format("product '{}' is a volume licence that the Deployment "
                                          "Tool cannot install",
                                          product.id)};
      }
      if (auto refusal = check_languages(product)) return refusal;
    }
    return {};
  }

  static Verdict check_languages(const odt::Product& product) {
    const odt::ProductInfo* info = odt::find_product(product.id);
    for (const odt::Language& language : product.languages) {
      const LanguageKind kind = odt::language_kind(language.id);
      if (kind == LanguageKind::kUnknown) {
        return Refusal{kCompletingScenario,
                       fmt::format("language '{}' is unknown", odt::shown(language.id))};
      }
      const bool proofing_only =
          kind == LanguageKind::kProofing && info->group != ProductGroup::kLanguage;
      constexpr std::string_view kNotForVisio[] = {"en-gb", "fr-ca", "es-mx"};
      const bool no_visio =
          info->is_visio_or_project() && std::find(std::begin(kNotForVisio), std::end(kNotForVisio),
                                                   language.id) != std::end(kNotForVisio);
      if (kind == LanguageKind::kNoPack || proofing_only || no_visio) {
        return Refusal{kNeedCleanUp,
                       fmt::format("there is no pack of language '{}' for product '{}'",
                                   language.id, product.id)};
      }
    }
    return {};
  }

  Verdict check_edition(const odt::Add& what) const {
    if (!machine_.is_installed() || what.edition.empty() || what.edition == machine_.edition ||
        what.migrates()) {
      return {};
    }
    return Refusal{kInstallFailure,
                   fmt::format("{}-bit Office is installed and {}-bit was asked for without "
                               "MigrateArch=TRUE",
                               machine_.edition, what.edition)};
  }

  Verdict choose_channel(const odt::Add& what) {
    std::string channel = what.channel;
    if (channel.empty()) channel = machine_.channel;
    if (channel.empty()) channel = default_channel(what);
    if (odt::find_channel(channel) == nullptr) {
      return Refusal{kNeedCleanUp, fmt::format("channel '{}' has no content", odt::shown(channel))};
    }
    for (const odt::Product& product : what.products) {
      if (fits(*odt::find_product(product.id), channel)) continue;
      return Refusal{kNeedCleanUp, fmt::format("product '{}' cannot be had on channel '{}'",
                                               product.id, channel)};
    }
    if (machine_.update_channel.empty() || !what.channel.empty()) machine_.update_channel = channel;
    machine_.channel = std::move(channel);
    return {};
  }

  static std::string default_channel(const odt::Add& what) {
    for (const odt::Product& product : what.products) {
      const odt::ProductInfo* info = odt::find_product(product.id);
      if (info->group != ProductGroup::kSuite) continue;
      if (info->channels == ProductChannels::kPerpetualOnly) {
        return std::string(odt::perpetual_channel(info->release));
      }
      return "Current";
    }
    for (const odt::Product& product : what.products) {
      const odt::ProductInfo* info = odt::find_product(product.id);
      if (info->channels == ProductChannels::kPerpetual) {
        return std::string(odt::perpetual_channel(info->release));
      }
    }
    return "Current";
  }

  static bool fits(const odt::ProductInfo& product, std::string_view channel) {
    switch (product.channels) {
      case ProductChannels::kSubscription:
        return product.group == ProductGroup::kLanguage || !odt::is_perpetual(channel);
      case ProductChannels::kPerpetual:
        return !odt::is_perpetual(channel) || channel == odt::perpetual_channel(product.release);
      case ProductChannels::kPerpetualOnly:
        return channel == odt::perpetual_channel(product.release);
      default:
        return true;
    }
  }

  Verdict choose_version(const odt::Add& what) {
    if (what.version == "MatchInstalled") {
      if (machine_.is_installed()) return {};
      return Refusal{kInstallFailure, "Version MatchInstalled, and nothing is installed to match"};
    }
    const bool wants_newest = what.version.empty() || what.version == "-1";
    machine_.version = wants_newest ? std::string(newest(machine_.channel)) : what.version;
    return {};
  }

  // What can only be had on top of an Office that is there.
  Verdict check_installed_base(const odt::Add& what) const {
    const bool brings_product =
        std::any_of(what.products.begin(), what.products.end(),
                    [](const odt::Product& p) { return !is_language_pack(p.id); });
    if (machine_.is_installed()) return {};
    if (!brings_product) {
      return Refusal{kInstallFailure, what.products.empty()
                                          ? "MigrateArch, and nothing is installed to migrate"
                                          : "a language pack, and nothing is installed"};
    }
    for (const odt::Product& product : what.products) {
      for (const odt::Language& language : product.languages) {
        if (language.id == "MatchInstalled") {
          return Refusal{kInstallFailure, "language MatchInstalled, and nothing is installed"};
        }
      }
    }
    return {};
  }

  void install(const odt::Product& product) {
    InstalledProduct* installed = machine_.find(product.id);
    const Names languages = resolve(product, installed);
    const bool takes_exclusions = odt::find_product(product.id)->group != ProductGroup::kLanguage;
    Names excluded;
    if (takes_exclusions) unite(excluded, product.excluded_apps());
    if (installed == nullptr) {
      machine_.products.push_back({product.id, languages, std::move(excluded)});
      return;
    }
    // A file that lists every installed language replaces the exclusions, another adds to them.
    const bool lists_all =
        std::all_of(installed->languages.begin(), installed->languages.end(),
                    [&](const std::string& language) { return contains(languages, language); });
    if (lists_all) installed->excluded_apps.clear();
    unite(installed->excluded_apps, excluded);
    unite(installed->languages, languages);
  }

  Names installed_languages() const {
    Names all;
    for (const InstalledProduct& product : machine_.products) unite(all, product.languages);
    return all;
  }

  Names resolve(const odt::Product& product, const InstalledProduct* installed) const {
    Names languages;
    for (const odt::Language& language : product.languages) {
      if (language.id == "MatchOS") {
        unite(languages, {std::string(kOsLanguage)});
      } else if (language.id == "MatchInstalled") {
        const InstalledProduct* target =
            language.target_product.empty() ? installed : machine_.find(language.target_product);
        const bool all = odt::same(language.target_product, "All") || is_language_pack(product.id);
        if (all) unite(languages, installed_languages());
        if (!all && target != nullptr) unite(languages, target->languages);
      } else if (language.id != "MatchPreviousMSI") {  // no MSI product is ever simulated
        unite(languages, {language.id});
      }
    }
    if (!languages.empty()) return languages;
    if (installed != nullptr) return installed->languages;
    languages = installed_languages();
    if (languages.empty()) languages.emplace_back(kOsLanguage);
    return languages;
  }

  void updates() {
    if (!configuration_.updates || !machine_.is_installed()) return;
    const std::string& channel = configuration_.updates->channel;
    if (odt::find_channel(channel) != nullptr) machine_.update_channel = channel;
  }

  const odt::Report& report_;
  const odt::Configuration& configuration_;
  MachineState machine_;
};

}  // namespace

RunResult simulate(std::string_view configuration, const MachineState& machine) {
  RunResult result;
  result.machine = machine;
  const odt::Report report = odt::check(configuration);
  Scenario scenario(report, machine);
  if (const Verdict refusal = scenario.run()) {
    result.status = refusal->status;
    result.text = refusal->text;
    return result;
  }
  result.machine = scenario.take_machine();
  result.text = "done: " + report.configuration.summary();
  return result;
}

}  // namespace cspkit::office
