// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/app_suite.hpp>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>

#include "grammar.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

struct ChannelName {
  std::string_view name, canonical;
};
// Beside the spellings of the Deployment Tool.
constexpr ChannelName kChannelNames[] = {
    {"current", "Current"},
    {"deferred", "SemiAnnual"},
    {"firstReleaseCurrent", "CurrentPreview"},
    {"firstReleaseDeferred", "SemiAnnualPreview"},
    {"monthlyEnterprise", "MonthlyEnterprise"},
    {"Monthly", "Current"},
    {"Monthly (Targeted)", "CurrentPreview"},
    {"Monthly Enterprise", "MonthlyEnterprise"},
    {"Semi-Annual", "SemiAnnual"},
    {"Semi-Annual (Targeted)", "SemiAnnualPreview"},
    {"Current Channel", "Current"},
    {"Current Channel (Preview)", "CurrentPreview"},
    {"Monthly Enterprise Channel", "MonthlyEnterprise"},
    {"Semi-Annual Enterprise Channel", "SemiAnnual"},
    {"Semi-Annual Enterprise Channel (Preview)", "SemiAnnualPreview"},
    {"Maandelijks", "Current"},
    {"Maandelijks (gericht)", "CurrentPreview"},
    {"Halfjaarlijks", "SemiAnnual"},
    {"Halfjaarlijks (gericht)", "SemiAnnualPreview"},
};

// In the order they are installed: the suite decides the first-run experience.
constexpr std::pair<SuiteProduct, std::string_view> kProductIds[] = {
    {SuiteProduct::kEnterprise, "O365ProPlusRetail"},
    {SuiteProduct::kVisio, "VisioProRetail"},
    {SuiteProduct::kProject, "ProjectProRetail"}};

class Builder {
 public:
  explicit Builder(const AppSuite& suite) : suite_(suite) {}

  Built run() {
    if (!suite_.configuration_xml.empty()) return as_it_is();
    if (has(SuiteProduct::kBusiness)) {
      problem(
          "O365BusinessRetail is only available as configuration XML: the designer builds the "
          "enterprise suite");
    }
    if (suite_.removal == Removal::kNone) {
      add();
      settings();
    } else {
      remove();
    }
    display();
    if (built_.ok()) {
      built_.xml = serialise(built_.configuration);
      // What the rules say against it, they say before it is sent.
      const Report report = check(built_.xml);
      for (const Finding& finding : report.findings) {
        const bool error = finding.severity == Severity::kError;
        (error ? built_.problems : built_.notes).push_back(finding.message);
      }
      if (!built_.ok()) built_.xml.clear();
    }
    return std::move(built_);
  }

 private:
  void problem(std::string text) { built_.problems.push_back(std::move(text)); }
  void note(std::string text) { built_.notes.push_back(std::move(text)); }

  bool has(SuiteProduct product) const {
    return std::find(suite_.products.begin(), suite_.products.end(), product) !=
           suite_.products.end();
  }

  Built as_it_is() {
    Report report = check(suite_.configuration_xml);
    for (const Finding& finding : report.findings) {
      std::string text = fmt::format("line {}, column {}: {} {}", finding.position.line,
                                     finding.position.column, finding.code, finding.message);
      const bool error = finding.severity == Severity::kError;
      (error ? built_.problems : built_.notes).push_back(std::move(text));
    }
    if (!built_.ok()) return std::move(built_);
    built_.xml = suite_.configuration_xml;
    built_.configuration = std::move(report.configuration);
    return std::move(built_);
  }

  // Graph writes apps in camel case; those that products of today do not have are left away.
  std::vector<std::string> excluded() {
    constexpr std::string_view kOfOld[] = {"infoPath", "sharePointDesigner", "visio"};
    std::vector<std::string> out;
    for (const std::string& app : suite_.excluded_apps) {
      if (!known_spelling(kOfOld, app).empty()) continue;
      std::string_view spelling = known_spelling(grammar::kCurrentApps, app);
      if (spelling.empty() && same(app, "OutlookForWindows")) spelling = "OutlookForWindows";
      if (spelling.empty()) {
        problem(fmt::format("app '{}' is unknown{}", shown(app),
                            did_you_mean(nearest(grammar::kCurrentApps, app))));
      } else if (std::find(out.begin(), out.end(), spelling) == out.end()) {
        out.emplace_back(spelling);
      }
    }
    return out;
  }

  void add() {
    Add& add = built_.configuration.add.emplace();
    architecture(add);
    channel_and_version(add);
    const std::vector<std::string> without = excluded();
    const bool no_app =
        std::all_of(std::begin(grammar::kCurrentApps), std::end(grammar::kCurrentApps),
                    [&](std::string_view app) {
                      return std::find(without.begin(), without.end(), app) != without.end();
                    });
    for (const auto& [which, id] : kProductIds) {
      if (!has(which)) continue;
      const bool is_suite = which == SuiteProduct::kEnterprise;
      if (is_suite && no_app) {
        note("every app is excluded: the suite is left out");
        continue;
      }
      Product& product = add.products.emplace_back();
      product.id = std::string(id);
      languages(product);
      if (!is_suite) continue;
      for (const std::string& app : without) product.excluded.emplace_back().id = app;
    }
    if (add.products.empty() && built_.ok()) problem("no product is chosen");
    proofing(add);
    if (suite_.remove_older_versions) built_.configuration.remove_msi.emplace();
  }

  void architecture(Add& add) {
    add.edition = suite_.architecture.empty() ? "64" : suite_.architecture;
    if (add.edition != "32" && add.edition != "64") {
      problem(fmt::format("architecture is '{}': 32 or 64", shown(add.edition)));
    }
  }

  void channel_and_version(Add& add) {
    const std::string_view channel = channel_named(suite_.channel);
    if (channel.empty() && !suite_.channel.empty()) {
      std::vector<std::string_view> known;
      for (const ChannelInfo& info : channels()) {
        if (info.id == info.canonical && !is_perpetual(info.id)) known.push_back(info.id);
      }
      problem(fmt::format("channel '{}' is unknown; there are {}", shown(suite_.channel),
                          listed(known)));
    }
    add.channel = std::string(channel);
    add.version = wanted_version(channel);
    if (add.channel.empty() && add.version.empty()) return;
    Updates& updates = built_.configuration.updates.emplace();
    updates.channel = add.channel;
    updates.target_version = add.version;
  }

  // The version asked for, empty for the newest.
  std::string wanted_version(std::string_view channel) {
    const std::string& name = suite_.update_version;
    const std::string& version = suite_.target_version;
    if (name.empty() && version.empty()) return {};
    if (channel.empty()) {
      problem("a version needs a channel: the default channel may not hold that build");
      return {};
    }
    if (!version.empty() && !is_office_version(version)) {
      problem(fmt::format("version is '{}': four numbers that begin with 16.0", shown(version)));
      return {};
    }
    if (suite_.builds.empty()) {
      if (version.empty()) {
        problem(
            fmt::format("version '{}' is a name: without a list of builds the full version "
                        "(16.0.b.r) must be given too",
                        shown(name)));
      }
      return version;
    }
    for (const KnownBuild& build : suite_.builds) {
      const bool fits =
          (version.empty() || build.version == version) && (name.empty() || build.name == name);
      if (fits && channel_named(build.channel) == channel) return build.version;
    }
    problem(fmt::format("version '{}' is not in the list of builds of channel {}",
                        shown(version.empty() ? name : version), channel));
    return {};
  }

  void language(Product& product, std::string_view id) {
    for (const Language& there : product.languages) {
      if (there.id == id) return;
    }
    product.languages.emplace_back().id = std::string(id);
  }

  // Those installed with Windows always, then those chosen.
  void languages(Product& product) {
    language(product, "MatchOS");
    if (suite_.remove_older_versions) language(product, "MatchPreviousMSI");
    const ProductInfo* info = find_product(product.id);
    bool core = false;
    std::string partial;
    for (const std::string& locale : suite_.locales) {
      const std::string id = lower(trimmed(locale));
      const LanguageKind kind = language_kind(id);
      constexpr std::string_view kNotForVisio[] = {"en-gb", "fr-ca", "es-mx"};
      if (info != nullptr && info->is_visio_or_project() && holds(kNotForVisio, id)) {
        note(fmt::format("{} cannot be had in {}: left out there", product.id, id));
        continue;
      }
      switch (kind) {
        case LanguageKind::kCore:
          core = true;
          language(product, id);
          break;
        case LanguageKind::kPartial:
          partial = id;
          language(product, id);
          break;
        case LanguageKind::kProofing:  // told apart below
        case LanguageKind::kKeyword:
          if (kind == LanguageKind::kKeyword) {
            problem(fmt::format("language '{}' is no language", shown(locale)));
          }
          break;
        default:
          problem(fmt::format("language '{}' is unknown{}", shown(locale),
                              did_you_mean(nearest(odt::languages(), id))));
      }
    }
    if (!partial.empty() && !core) {
      note(
          fmt::format("language '{}' is a partial one: it shows its texts beside a full language "
                      "only",
                      partial));
    }
  }

  // Proofing tools are a product of their own.
  void proofing(Add& add) {
    Product tools;
    tools.id = "ProofingTools";
    for (const std::string& locale : suite_.locales) {
      const std::string id = lower(trimmed(locale));
      if (language_kind(id) == LanguageKind::kProofing) language(tools, id);
    }
    if (!tools.languages.empty()) add.products.push_back(std::move(tools));
  }

  void property(std::string_view name, std::string_view value) {
    Property& property = built_.configuration.properties.emplace_back();
    property.name = std::string(name);
    property.value = std::string(value);
  }

  void settings() {
    if (suite_.shared_computer) {
      property("SharedComputerLicensing", *suite_.shared_computer ? "1" : "0");
    }
    if (suite_.file_format == FileFormat::kNotSet) return;
    const bool open_document = suite_.file_format == FileFormat::kOpenDocument;
    user("excel", "excel16", "L_SaveExcelfilesas", "REG_DWORD", open_document ? "60" : "51");
    user("powerpoint", "ppt16", "L_SavePowerPointfilesas", "REG_DWORD",
         open_document ? "52" : "27");
    user("word", "word16", "L_SaveWordfilesas", "REG_SZ", open_document ? "ODT" : "");
  }

  void user(std::string_view program, std::string_view app, std::string_view id,
            std::string_view type, std::string_view value) {
    auto& settings = built_.configuration.app_settings;
    if (!settings) settings.emplace();
    UserSetting& setting = settings->users.emplace_back();
    setting.key = fmt::format("software\\microsoft\\office\\16.0\\{}\\options", program);
    setting.name = "defaultformat";
    setting.value = std::string(value);
    setting.type = std::string(type);
    setting.app = std::string(app);
    setting.id = std::string(id);
  }

  void remove() {
    Remove& remove = built_.configuration.remove.emplace();
    if (suite_.removal == Removal::kAll) {
      remove.all_given = true;
      return;
    }
    for (const auto& [which, id] : kProductIds) {
      if (has(which)) remove.products.emplace_back().id = std::string(id);
    }
    if (remove.products.empty() && built_.ok()) problem("no product is chosen");
  }

  void display() {
    if (!suite_.required && suite_.display_level.empty() && !suite_.accept_eula) return;
    Display& display = built_.configuration.display.emplace();
    if (suite_.accept_eula) display.accept_eula = true;
    if (suite_.required) {
      display.level = "None";
      return;
    }
    display.level = std::string(known_spelling(grammar::kDisplayLevels, suite_.display_level));
    if (display.level.empty() && !suite_.display_level.empty()) {
      problem(fmt::format("display level is '{}': None or Full", shown(suite_.display_level)));
    }
  }

  const AppSuite& suite_;
  Built built_;
};

}  // namespace

std::string_view channel_named(std::string_view name) {
  name = trimmed(name);
  if (name.empty()) return {};
  for (const ChannelName& known : kChannelNames) {
    if (same(known.name, name)) return known.canonical;
  }
  const ChannelInfo* info = find_channel(name);
  return info == nullptr ? std::string_view() : info->canonical;
}

Built build(const AppSuite& suite) { return Builder(suite).run(); }

}  // namespace cspkit::odt
