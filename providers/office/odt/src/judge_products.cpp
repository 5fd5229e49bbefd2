// SPDX-License-Identifier: Apache-2.0
// What is to be installed or removed: products, languages, apps.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <unordered_set>

#include "grammar.hpp"
#include "judge.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

bool is_keyword(std::string_view language) { return holds(grammar::kKeywords, language); }

void known_product(const Judging& j, const Product& product) {
  if (product.id.empty()) return;
  const ProductInfo* info = find_product(product.id);
  const Position at = product.place.of("ID");
  if (info == nullptr) {
    if (!j.findings.has_room()) return;
    std::vector<std::string_view> ids;
    for (const ProductInfo& known : products()) ids.push_back(known.id);
    j.findings.warn("D001", at,
                    fmt::format("product '{}' is unknown{}", shown(product.id),
                                did_you_mean(nearest(ids, product.id))),
                    kStatusUnknownProduct);
  } else if (info->channels == ProductChannels::kNone) {
    j.findings.warn("D001", at,
                    fmt::format("product '{}' is a volume licence that the Deployment Tool cannot "
                                "install",
                                info->id),
                    kStatusVolumeLicence);
  } else if (is_withdrawn(*info)) {
    j.findings.warn("D001", at,
                    fmt::format("product '{}' has left Microsoft's list of products", info->id));
  }
}

void key(const Judging& j, const Product& product) {
  const Position at = product.place.of("PIDKEY");
  if (product.key.empty()) {
    if (product.place.has("PIDKEY")) {
      j.findings.warn("D003", at, "PIDKEY is empty: put the product key there, or leave it away");
    }
  } else if (product.key.is_placeholder()) {
    j.findings.warn("D003", at, "PIDKEY is a placeholder: put the product key there");
  } else if (!product.key.is_well_formed()) {
    j.findings.error("D003", at, "PIDKEY is not five groups of five letters or digits");
  } else if (product.id.substr(0, 4) == "O365") {
    j.findings.warn(
        "D003", at,
        fmt::format("{} is activated by signing in: PIDKEY is not used", shown(product.id)));
  }
}

void msi_condition(const Judging& j, const Product& product) {
  if (!product.msi_condition) return;
  const Position at = product.place.of("MSICondition");
  if (product.msi_condition->empty()) {
    j.findings.warn("D004", at, "MSICondition is empty");
  } else if (product.msi_condition->find_first_of(" \t") != std::string::npos) {
    j.findings.warn("D004", at,
                    "MSICondition has blanks: Setup IDs with commas between them, nothing else");
  }
}

struct Where {
  const Product& product;
  const ProductInfo* info;  // null when the product is unknown
  bool adding;
};

void unknown_language(const Judging& j, std::string_view id, Position at, bool adding) {
  if (!j.findings.has_room()) return;
  const std::string text =
      fmt::format("language '{}' is unknown{}", shown(id), did_you_mean(nearest(languages(), id)));
  j.findings.warn("L001", at, text, adding ? kStatusUnknownLanguage : 0);
}

void language_pack(const Judging& j, const Language& language, const Where& where) {
  const Position at = language.place.of("ID");
  const LanguageKind kind = language_kind(language.id);
  if (kind == LanguageKind::kUnknown) {
    unknown_language(j, language.id, at, where.adding);
    return;
  }
  const bool in_language_product =
      where.info != nullptr && where.info->group == ProductGroup::kLanguage;
  if (kind == LanguageKind::kNoPack ||
      (kind == LanguageKind::kProofing && where.info != nullptr && !in_language_product)) {
    j.findings.warn("L001", at,
                    fmt::format("there is no pack of language '{}' for product '{}'",
                                shown(language.id), shown(where.product.id)),
                    where.adding ? kStatusUnknownProduct : 0);
  }
  constexpr std::string_view kNotForVisio[] = {"en-gb", "fr-ca", "es-mx"};
  if (where.adding && where.info != nullptr && where.info->is_visio_or_project() &&
      holds(kNotForVisio, language.id)) {
    j.findings.error("L002", at, fmt::format("{} cannot be had in {}", where.info->id, language.id),
                     kStatusUnknownProduct);
  }
}

void language_attributes(const Judging& j, const Language& language) {
  if (!language.fallback.empty()) {
    const Position at = language.place.of("Fallback");
    if (language.id != "MatchOS") {
      j.findings.advise("L004", at, "Fallback goes with MatchOS, and is ignored elsewhere");
    } else if (language_kind(language.fallback) == LanguageKind::kUnknown) {
      unknown_language(j, language.fallback, at, true);
    }
  }
  if (language.target_product.empty()) return;
  const Position at = language.place.of("TargetProduct");
  if (language.id != "MatchInstalled") {
    j.findings.advise("L004", at,
                      "TargetProduct goes with MatchInstalled, and is ignored elsewhere");
  } else if (language.target_product != "All" && find_product(language.target_product) == nullptr) {
    j.findings.warn("D001", at,
                    fmt::format("product '{}' is unknown", shown(language.target_product)));
  }
}

void previous_msi(const Judging& j, const Product& product) {
  const auto is_previous = [](const Language& l) { return l.id == "MatchPreviousMSI"; };
  const auto& all = product.languages;
  const auto found = std::find_if(all.begin(), all.end(), is_previous);
  if (found == all.end()) return;
  const Position at = found->place.of("ID");
  if (!j.configuration.remove_msi) {
    j.findings.error("L003", at, "MatchPreviousMSI needs RemoveMSI");
  }
  if (std::all_of(all.begin(), all.end(), is_previous)) {
    j.findings.error("L003", at, "MatchPreviousMSI needs another Language beside it");
  } else if (std::all_of(all.begin(), all.end(),
                         [](const Language& l) { return is_keyword(l.id); })) {
    j.findings.advise("L003", at,
                      "only keywords stand beside MatchPreviousMSI: Microsoft asks for at least "
                      "one language such as en-us");
  }
}

void no_language(const Judging& j, const Product& product) {
  if (!product.languages.empty()) return;
  const auto& installed = j.options.target.installed_products;
  const bool missing =
      installed && std::none_of(installed->begin(), installed->end(),
                                [&](const std::string& id) { return same(id, product.id); });
  if (missing) {
    j.findings.error(
        "L006", product.place.element,
        fmt::format("'{}' has no Language and is not installed yet", shown(product.id)));
  } else {
    j.findings.advise(
        "L006", product.place.element,
        fmt::format("'{}' has no Language: it must be installed already", shown(product.id)));
  }
}

void apps(const Judging& j, const Product& product, const ProductInfo* info) {
  for (const ExcludeApp& app : product.excluded) {
    if (app.id.empty()) continue;
    const Position at = app.place.of("ID");
    if (info != nullptr && info->group == ProductGroup::kLanguage) {
      j.findings.advise("E001", at, fmt::format("ExcludeApp has no effect in {}", info->id));
    }
    if (holds(grammar::kCurrentApps, app.id) || !j.findings.has_room()) continue;
    if (holds(grammar::kOtherApps, app.id)) {
      j.findings.warn("E001", at,
                      fmt::format("app '{}' is not in the list of October 2024", app.id));
    } else {
      j.findings.warn("E001", at,
                      fmt::format("app '{}' is unknown and ignored{}", shown(app.id),
                                  did_you_mean(nearest(grammar::kCurrentApps, app.id))));
    }
  }
}

void product_list(const Judging& j, const std::vector<Product>& all, bool adding) {
  std::unordered_set<std::string> seen;
  for (const Product& product : all) {
    const ProductInfo* info = find_product(product.id);
    known_product(j, product);
    if (!product.id.empty() && !seen.insert(lower(product.id)).second) {
      j.findings.warn("D002", product.place.element,
                      fmt::format("product '{}' stands twice", shown(product.id)));
    }
    for (const Language& language : product.languages) {
      language_attributes(j, language);
      if (!language.id.empty() && !is_keyword(language.id)) {
        language_pack(j, language, {product, info, adding});
      } else if (language.id == "MatchInstalled" && j.options.mode == Mode::kDownload) {
        j.findings.error("L005", language.place.of("ID"),
                         "Language MatchInstalled cannot be downloaded");
      }
    }
    if (!adding) continue;
    key(j, product);
    msi_condition(j, product);
    previous_msi(j, product);
    no_language(j, product);
    apps(j, product, info);
  }
}

}  // namespace

void judge_products(const Judging& j) {
  if (j.configuration.add) product_list(j, j.configuration.add->products, true);
  if (j.configuration.remove) product_list(j, j.configuration.remove->products, false);
}

}  // namespace cspkit::odt
