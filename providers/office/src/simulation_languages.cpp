// SPDX-License-Identifier: Apache-2.0
#include "simulation_languages.hpp"

#include <algorithm>

namespace cspkit::office {
namespace {

Names installed_languages(const MachineState& machine) {
  Names all;
  for (const InstalledProduct& product : machine.products) unite(all, product.languages);
  return all;
}

Names match_installed(const odt::Product& product, const odt::Language& language,
                      const InstalledProduct* installed, const MachineState& machine) {
  if (odt::same(language.target_product, "All") || is_language_pack(product.id)) {
    return installed_languages(machine);
  }
  const InstalledProduct* target =
      language.target_product.empty() ? installed : machine.find(language.target_product);
  return target == nullptr ? Names() : target->languages;
}

}  // namespace

Names match_os(const SimulatedDevice& device, const odt::ProductInfo& product,
               std::string_view fallback) {
  Names all{device.os_language};
  unite(all, device.display_languages);
  const auto gone = [&](const std::string& id) { return !has_pack(product, id); };
  all.erase(std::remove_if(all.begin(), all.end(), gone), all.end());
  if (all.empty() && has_pack(product, fallback)) all.emplace_back(fallback);
  return all;
}

Names resolve_languages(const odt::Product& product, const InstalledProduct* installed,
                        const LanguageSources& sources) {
  const odt::ProductInfo& info = *odt::find_product(product.id);
  Names languages;
  for (const odt::Language& language : product.languages) {
    if (language.id == "MatchOS") {
      unite(languages, match_os(sources.device, info, language.fallback));
    } else if (language.id == "MatchInstalled") {
      unite(languages, match_installed(product, language, installed, sources.machine));
    } else if (language.id == "MatchPreviousMSI") {
      for (const std::string& former : sources.msi) {
        if (has_pack(info, former)) unite(languages, {former});
      }
    } else {
      unite(languages, {language.id});
    }
  }
  if (!languages.empty()) return languages;
  if (installed != nullptr) return installed->languages;
  languages = installed_languages(sources.machine);
  if (languages.empty()) languages = match_os(sources.device, info, "en-us");
  return languages;
}

}  // namespace cspkit::office
