// SPDX-License-Identifier: Apache-2.0
// What the simulated Click-to-Run decides. Each refusal names the rule it follows.
#include "simulation_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <optional>
#include <utility>

#include "simulation_content.hpp"
#include "simulation_languages.hpp"
#include "simulation_msi.hpp"
#include "simulation_troubles.hpp"

namespace cspkit::office {
namespace {

using odt::LanguageKind;
using odt::ProductChannels;
using odt::ProductGroup;

constexpr std::int64_t kLittleMemoryMb = 4096;

Refusal prerequisite(std::string text) {
  return {kInstallFailure, kAtPrerequisites, std::move(text)};
}

std::string_view without_trailing(std::string_view path) {
  while (!path.empty() && (path.back() == '\\' || path.back() == '/')) path.remove_suffix(1);
  return path;
}

class Scenario {
 public:
  Scenario(const odt::Report& report, const SimulatedDevice& device, std::int64_t now_ms,
           Forecast& forecast)
      : report_(report),
        configuration_(report.configuration),
        device_(device),
        now_ms_(device.utc_ms.value_or(now_ms)),
        forecast_(forecast),
        machine_(forecast.machine),
        state_(forecast.state) {}

  Verdict run() {
    if (auto refusal = refused_at_once()) return refusal;
    if (auto refusal = fetch_tool(device_, now_ms_)) return refusal;
    if (auto refusal = find_configuration(device_)) return refusal;
    const bool was_installed = machine_.is_installed();
    const std::int64_t before_mb = installed_mb(machine_);
    const std::string before_version = machine_.version;
    choose_products();
    if (auto refusal = remove_older()) return refusal;
    if (configuration_.remove) {
      if (auto refusal = remove(*configuration_.remove)) return refusal;
    }
    if (configuration_.add) {
      if (auto refusal = add(*configuration_.add)) return refusal;
    }
    updates();
    machine_.settle();
    if (auto refusal = close_apps(was_installed)) return refusal;
    return take_room(before_mb, before_version);
  }

 private:
  // The tool reads its configuration before anything else.
  Verdict refused_at_once() const {
    const odt::Finding* error = report_.first_error();
    if (error == nullptr) return {};
    return Refusal{
        error->status != 0 ? error->status : kHandlingCommandLine,
        error->status != 0 ? kAtClient : 0,
        fmt::format("the configuration is refused, {} at line {}, column {}: {}{}", error->code,
                    error->position.line, error->position.column, error->message,
                    error->status != 0 ? "" : " (screen code 30088-1007 (0))")};
  }

  // MSICondition: a product that is wanted only where an MSI product is, or was until now.
  void choose_products() {
    if (!configuration_.add) return;
    for (const odt::Product& product : configuration_.add->products) {
      if (product.msi_condition && !product.msi_condition->empty() &&
          !meets_condition(state_.msi, *product.msi_condition)) {
        forecast_.notes.push_back(fmt::format(
            "{} is left out: no product of its MSICondition is there", odt::shown(product.id)));
        continue;
      }
      wanted_.push_back(&product);
    }
  }

  Verdict remove_older() {
    if (!configuration_.remove_msi) return {};
    const std::vector<MsiProduct> before = state_.msi;
    msi_languages_ = remove_msi(state_, *configuration_.remove_msi);
    return remove_old_components(device_, before, state_.msi);
  }

  Verdict remove(const odt::Remove& what) {
    // Only a mere uninstall finds nothing to do an error: an Add beside it is work enough.
    if (!machine_.is_installed() && !configuration_.add) {
      return Refusal{kUnexpected, kAtPrerequisites,
                     fmt::format("there is no Click-to-Run Office to remove (screen code {})",
                                 what.all() ? "30088-1008" : "30125-1011 (404)")};
    }
    if (state_.damaged && !configuration_.add) {
      return Refusal{kRemoveNeeded, kAtClient,
                     "the installation is half there: it has to be installed over first"};
    }
    if (machine_.is_installed()) {
      if (auto refusal = remove_from_drive(device_)) return refusal;
    }
    if (what.all()) machine_.products.clear();
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
    if (wanted_.empty() && !what.products.empty()) return {};  // no condition was met
    if (auto refusal = check_licences()) return refusal;
    if (auto refusal = choose_edition(what)) return refusal;
    if (auto refusal = check_known()) return refusal;
    if (auto refusal = choose_channel(what)) return refusal;
    if (auto refusal = choose_version(what)) return refusal;
    if (auto refusal = check_installed_base(what)) return refusal;
    if (auto refusal = check_content(what)) return refusal;
    if (auto refusal = register_programs(device_, wanted_, machine_.is_installed())) return refusal;
    for (const odt::Product* product : wanted_) {
      if (!is_language_pack(product->id)) install(*product);
    }
    for (const odt::Product* product : wanted_) {
      if (!is_language_pack(product->id)) continue;
      const Names languages = resolve(*product, nullptr);
      for (InstalledProduct& installed : machine_.products) unite(installed.languages, languages);
    }
    state_.damaged = false;
    return {};
  }

  static Refusal unknown_product(const odt::Product& product) {
    return {kNeedCleanUp, kAtClient,
            fmt::format("product '{}' is unknown", odt::shown(product.id))};
  }

  Verdict check_licences() const {
    for (const odt::Product* product : wanted_) {
      const odt::ProductInfo* info = odt::find_product(product->id);
      if (info == nullptr || info->channels != ProductChannels::kNone) continue;
      return Refusal{kFail, kAtPrerequisites,
                     fmt::format("product '{}' is a volume licence that the Deployment Tool cannot "
                                 "install",
                                 product->id)};
    }
    return {};
  }

  Verdict check_known() const {
    for (const odt::Product* product : wanted_) {
      if (odt::find_product(product->id) == nullptr) return unknown_product(*product);
      if (auto refusal = check_languages(*product)) return refusal;
    }
    return {};
  }

  static Refusal no_pack(std::string_view language, std::string_view product) {
    return {kNeedCleanUp, kAtClient,
            fmt::format("there is no pack of language '{}' for product '{}'", language, product)};
  }

  Verdict check_languages(const odt::Product& product) const {
    const odt::ProductInfo& info = *odt::find_product(product.id);
    for (const odt::Language& language : product.languages) {
      const LanguageKind kind = odt::language_kind(language.id);
      if (kind == LanguageKind::kUnknown) {
        return Refusal{kCompletingScenario, kAtClient,
                       fmt::format("language '{}' is unknown", odt::shown(language.id))};
      }
      if (language.id == "MatchOS" && match_os(device_, info, language.fallback).empty()) {
        return no_pack(device_.os_language, product.id);
      }
      if (kind != LanguageKind::kKeyword && !has_pack(info, language.id)) {
        return no_pack(language.id, product.id);
      }
    }
    return {};
  }

  // Part 4.1 of the rules of the tool: what fits the machine, what is there already, what goes by
  // itself.
  Verdict choose_edition(const odt::Add& what) {
    const bool arm = device_.architecture == Architecture::kArm64;
    if (what.edition == "64" && device_.architecture == Architecture::kX86) {
      return prerequisite("64-bit Office cannot be installed on a 32-bit Windows");
    }
    if (what.edition == "32" && arm) {
      return prerequisite("32-bit Office is not for a device with an Arm processor");
    }
    if (machine_.is_installed() && what.migrates() && machine_.version.substr(0, 3) == "15.") {
      return prerequisite("MigrateArch, and Office 2013 is installed");
    }
    if (machine_.is_installed() && !what.edition.empty() && what.edition != machine_.edition &&
        !what.migrates()) {
      return prerequisite(fmt::format(
          "{}-bit Office is installed and {}-bit was asked for without MigrateArch=TRUE",
          machine_.edition, what.edition));
    }
    const bool small =
        device_.architecture == Architecture::kX86 || (!arm && device_.memory_mb < kLittleMemoryMb);
    if (!what.edition.empty()) {
      machine_.edition = what.edition;
    } else if (machine_.edition.empty()) {
      machine_.edition = small ? "32" : "64";
    }
    if (std::string conflict = msi_conflict(state_.msi, machine_.edition); !conflict.empty()) {
      return prerequisite(std::move(conflict));
    }
    return {};
  }

  // Part 4.2, and of 4.3: one channel for everything on the device.
  Verdict choose_channel(const odt::Add& what) {
    std::string channel = what.channel;
    if (channel.empty()) channel = machine_.channel;
    if (channel.empty()) channel = default_channel();
    if (odt::find_channel(channel) == nullptr) {
      return Refusal{kNeedCleanUp, kAtClient,
                     fmt::format("channel '{}' has no content", odt::shown(channel))};
    }
    for (const odt::Product* product : wanted_) {
      if (fits_channel(*odt::find_product(product->id), channel)) continue;
      return Refusal{
          kNeedCleanUp, kAtClient,
          fmt::format("product '{}' cannot be had on channel '{}'", product->id, channel)};
    }
    for (const InstalledProduct& product : machine_.products) {
      const odt::ProductInfo* info = odt::find_product(product.id);
      if (info == nullptr || fits_channel(*info, channel)) continue;
      return prerequisite(
          fmt::format("{} is installed, cannot be had on channel '{}', and a device "
                      "has one channel",
                      product.id, channel));
    }
    if (machine_.update_channel.empty() || !what.channel.empty()) machine_.update_channel = channel;
    machine_.channel = std::move(channel);
    return {};
  }

  std::string default_channel() const {
    for (const odt::Product* product : wanted_) {
      const odt::ProductInfo* info = odt::find_product(product->id);
      if (info->group != ProductGroup::kSuite) continue;
      if (info->channels == ProductChannels::kPerpetualOnly) {
        return std::string(odt::perpetual_channel(info->release));
      }
      return "Current";
    }
    for (const odt::Product* product : wanted_) {
      const odt::ProductInfo* info = odt::find_product(product->id);
      if (info->channels == ProductChannels::kPerpetual) {
        return std::string(odt::perpetual_channel(info->release));
      }
    }
    return "Current";
  }

  // The folder that SourcePath names, else the delivery network.
  const ContentSource* source_of(const odt::Add& what) const {
    if (what.source_path.empty() || device_.name.empty()) return &device_.cdn;
    for (const ContentSource& source : device_.sources) {
      if (odt::same(without_trailing(source.path), without_trailing(what.source_path))) {
        return source.reachable ? &source : nullptr;
      }
    }
    return nullptr;
  }

  Verdict choose_version(const odt::Add& what) {
    const ContentSource* source = source_of(what);
    if (source == nullptr) {
      const bool share = what.source_path.substr(0, 2) == "\\\\";
      return Refusal{
          kNeedCleanUp, kAtContent,
          fmt::format("SourcePath '{}' is out of reach (screen code {})",
                      odt::shown(what.source_path), share ? "0-2015 (2250)" : "30029-1011")};
    }
    const Content content(*source);
    if (!content.has_channel(machine_.channel)) return missing("channel " + machine_.channel);
    if (what.version == "MatchInstalled") {
      if (machine_.is_installed()) return {};
      return prerequisite("Version MatchInstalled, and nothing is installed to match");
    }
    if (machine_.is_installed() && what.version.substr(0, 3) == "15." &&
        machine_.version.substr(0, 3) == "16.") {
      return prerequisite(fmt::format("version {} was asked for, and {} is installed", what.version,
                                      machine_.version));
    }
    const bool wants_newest = what.version.empty() || what.version == "-1";
    if (!wants_newest && !content.has_version(machine_.channel, what.version)) {
      return missing(fmt::format("version {} on channel {}", what.version, machine_.channel));
    }
    machine_.version = wants_newest ? content.newest(machine_.channel) : what.version;
    return {};
  }

  static Refusal missing(const std::string& what) {
    return {kNeedCleanUp, kAtContent,
            fmt::format("the content is not there: {} (screen code 30182-1011)", what)};
  }

  // What can only be had on top of an Office that is there.
  Verdict check_installed_base(const odt::Add& what) const {
    if (machine_.is_installed()) return {};
    const bool brings_product =
        std::any_of(wanted_.begin(), wanted_.end(),
                    [](const odt::Product* p) { return !is_language_pack(p->id); });
    if (!brings_product) {
      return prerequisite(what.products.empty() ? "MigrateArch, and nothing is installed to migrate"
                                                : "a language pack, and nothing is installed");
    }
    for (const odt::Product* product : wanted_) {
      for (const odt::Language& language : product->languages) {
        if (language.id == "MatchInstalled") {
          return prerequisite("language MatchInstalled, and nothing is installed");
        }
      }
    }
    return {};
  }

  Verdict check_content(const odt::Add& what) const {
    const Content content(*source_of(what));
    const Content cdn(device_.cdn);
    const std::string& channel = machine_.channel;
    const bool falls_back = what.allow_cdn_fallback.value_or(false) && cdn.has_channel(channel);
    for (const odt::Product* product : wanted_) {
      if (!content.has_product(channel, product->id)) {
        return missing(fmt::format("{} on channel {}", product->id, channel));
      }
      for (const std::string& language : resolve(*product, machine_.find(product->id))) {
        if (content.has_language(channel, language)) continue;
        if (falls_back && cdn.has_language(channel, language)) continue;
        return missing(fmt::format("language {} on channel {}", language, channel));
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

  Names resolve(const odt::Product& product, const InstalledProduct* installed) const {
    return resolve_languages(product, installed, {device_, machine_, msi_languages_});
  }

  void updates() {
    if (!configuration_.updates || !machine_.is_installed()) return;
    const std::string& channel = configuration_.updates->channel;
    if (odt::find_channel(channel) != nullptr) machine_.update_channel = channel;
  }

  Verdict close_apps(bool was_installed) {
    const bool touches = configuration_.add || configuration_.remove || configuration_.remove_msi;
    if (state_.running_apps.empty() || !touches) return {};
    const std::string open = fmt::format("{}", fmt::join(state_.running_apps, ", "));
    if (odt::same(odt::trimmed(configuration_.property("FORCEAPPSHUTDOWN")), "TRUE")) {
      forecast_.notes.push_back("closed by force, what was not saved is lost: " + open);
    } else if (configuration_.silent()) {
      const bool update = was_installed && configuration_.add;
      return Refusal{update ? kScenarioCancelled : kCompletingScenario, kAtClient,
                     "open, and neither a user to close them nor FORCEAPPSHUTDOWN: " + open};
    } else if (device_.user_cancels) {
      return Refusal{kUserExit, kAtClient, "asked to close " + open + ", the user cancelled"};
    } else {
      forecast_.notes.push_back("closed by the user: " + open);
    }
    state_.running_apps.clear();
    return {};
  }

  Verdict take_room(std::int64_t before_mb, const std::string& before_version) {
    const std::int64_t growth = installed_mb(machine_) - before_mb;
    const bool update = configuration_.add && machine_.version != before_version;
    forecast_.download_mb = update ? installed_mb(machine_) : std::max<std::int64_t>(growth, 0);
    if (!state_.free_mb) return {};
    if (growth > *state_.free_mb) {
      return Refusal{kCompletingScenario, kAtContent,
                     fmt::format("the disk is too small: {} MB are needed, {} MB are free", growth,
                                 *state_.free_mb)};
    }
    *state_.free_mb -= growth;
    return {};
  }

  const odt::Report& report_;
  const odt::Configuration& configuration_;
  const SimulatedDevice& device_;
  const std::int64_t now_ms_;
  Forecast& forecast_;
  MachineState& machine_;
  DeviceState& state_;
  std::vector<const odt::Product*> wanted_;
  Names msi_languages_;
};

}  // namespace

Forecast foretell(const odt::Report& report, const SimulatedDevice& device,
                  const MachineState& machine, const DeviceState& state, std::int64_t now_ms) {
  Forecast forecast;
  forecast.machine = machine;
  forecast.state = state;
  if (device.store_office) {
    forecast.notes.emplace_back(
        "Office of the Store is there, too: Microsoft does not support both on one device");
  }
  if (const Verdict refusal = Scenario(report, device, now_ms, forecast).run()) {
    forecast.status = refusal->status;
    forecast.percent = refusal->percent;
    forecast.text = refusal->text;
    forecast.machine = machine;
    forecast.state = state;
    forecast.download_mb = 0;
    return forecast;
  }
  forecast.text = "done: " + report.configuration.summary();
  return forecast;
}

}  // namespace cspkit::office
