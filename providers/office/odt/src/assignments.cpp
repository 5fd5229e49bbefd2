// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/catalog.hpp>
#include <iterator>

#include "grammar.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

constexpr EffectiveIntent kRequired{true, false, false, false};
constexpr EffectiveIntent kAvailable{false, true, false, false};
constexpr EffectiveIntent kBoth{true, true, false, false};
constexpr EffectiveIntent kOpen{false, true, true, false};
constexpr EffectiveIntent kRequiredAndOpen{true, true, true, false};
constexpr EffectiveIntent kUninstall{false, false, false, true};
constexpr EffectiveIntent kUninstallAndOpen{false, true, true, true};

// Microsoft's table, and with it the pairs it leaves out: the same twice, Required beside both, and
// an offer without enrolment beside a user's Uninstall (our choice: as the offer with enrolment).
constexpr std::size_t kIntents = 5;
constexpr EffectiveIntent kUserPairs[kIntents][kIntents] = {
    // Required, Available, both, without enrolment, Uninstall
    {kRequired, kBoth, kBoth, kRequired, kRequired},
    {kBoth, kAvailable, kBoth, kAvailable, kUninstall},
    {kBoth, kBoth, kBoth, kBoth, kBoth},
    {kRequired, kAvailable, kBoth, kOpen, kUninstall},
    {kRequired, kUninstall, kBoth, kUninstall, kUninstall},
};
// A user's intent against Required and Uninstall of a device.
constexpr EffectiveIntent kAgainstDevice[kIntents][2] = {
    {kRequired, kRequired},                 // Required
    {kBoth, kAvailable},                    // Available
    {kBoth, kBoth},                         // both
    {kRequiredAndOpen, kUninstallAndOpen},  // without enrolment
    {kRequired, kUninstall},                // Uninstall
};

Intent intent_of(const EffectiveIntent& effective) {
  if (effective.uninstall) return Intent::kUninstall;
  if (effective.required) {
    return effective.available ? Intent::kRequiredAndAvailable : Intent::kRequired;
  }
  return effective.without_enrollment ? Intent::kAvailableWithoutEnrollment : Intent::kAvailable;
}

constexpr EffectiveIntent alone(Intent intent) {
  const auto at = static_cast<std::size_t>(intent);
  return kUserPairs[at][at];
}

std::optional<EffectiveIntent> of_users(std::vector<Intent> intents) {
  if (intents.empty()) return std::nullopt;
  // Uninstall is the last of the enumeration, and so meets what all the others came to.
  std::sort(intents.begin(), intents.end());
  EffectiveIntent effective = alone(intents.front());
  for (const Intent next : intents) {
    effective =
        kUserPairs[static_cast<std::size_t>(intent_of(effective))][static_cast<std::size_t>(next)];
  }
  return effective;
}

bool outlives_a_suite(const Product& product) {
  const ProductInfo* info = find_product(product.id);
  return info != nullptr && info->is_visio_or_project();
}

bool is_suite(const Product& product) {
  const ProductInfo* info = find_product(product.id);
  return info != nullptr && info->group == ProductGroup::kSuite;
}

bool names(const std::vector<Product>& products, std::string_view id) {
  return std::any_of(products.begin(), products.end(),
                     [&](const Product& product) { return same(product.id, id); });
}

void add_language(Product& product, std::string_view id) {
  const auto there = [&](const Language& language) { return same(language.id, id); };
  if (std::any_of(product.languages.begin(), product.languages.end(), there)) return;
  product.languages.emplace_back().id = lower(id);
}

// The suites that earlier configurations put on the device, as far as is known.
using Suites = std::vector<Product>;

void forget(const Remove& removed, Suites& suites) {
  if (removed.all()) suites.clear();
  for (const Product& product : removed.products) {
    const auto is_it = [&](const Product& suite) { return same(suite.id, product.id); };
    const auto suite = std::find_if(suites.begin(), suites.end(), is_it);
    if (suite == suites.end()) continue;
    if (product.languages.empty()) {
      suites.erase(suite);
      continue;
    }
    const auto goes = [&](const Language& language) {
      return std::any_of(product.languages.begin(), product.languages.end(),
                         [&](const Language& gone) { return same(gone.id, language.id); });
    };
    auto& languages = suite->languages;
    languages.erase(std::remove_if(languages.begin(), languages.end(), goes), languages.end());
  }
}

void remember(const Configuration& carried_out, Suites& suites) {
  if (carried_out.remove) forget(*carried_out.remove, suites);
  if (!carried_out.add) return;
  for (const Product& product : carried_out.add->products) {
    if (!is_suite(product)) continue;
    const auto there = std::find_if(suites.begin(), suites.end(),
                                    [&](const Product& s) { return same(s.id, product.id); });
    if (there == suites.end()) {
      suites.push_back(product);
      continue;
    }
    for (const Language& language : product.languages) add_language(*there, language.id);
  }
}

std::vector<std::string> languages_of(const Suites& suites) {
  std::vector<std::string> out;
  for (const Product& suite : suites) {
    for (const Language& language : suite.languages) {
      if (!holds(grammar::kKeywords, language.id)) out.push_back(language.id);
    }
  }
  return out;
}

using InstalledLanguages = std::optional<std::vector<std::string>>;

Configuration overridden(const Configuration& earlier, const Configuration& later,
                         const InstalledLanguages& installed_languages, const Suites& suites) {
  Configuration out = later;
  // What adds no product replaces no suite: an uninstall, a change of settings.
  if (!out.add || out.add->products.empty()) return out;
  const std::vector<std::string> installed =
      installed_languages ? *installed_languages : languages_of(suites);
  for (Product& product : out.add->products) {
    if (!is_suite(product) || !(installed_languages || names(suites, product.id))) continue;
    for (const std::string& language : installed) add_language(product, language);
  }
  if (!earlier.add) return out;
  std::vector<Product> products;
  std::vector<Product> outlive;
  for (Product& product : out.add->products) {
    (outlives_a_suite(product) ? outlive : products).push_back(std::move(product));
  }
  for (const Product& product : earlier.add->products) {
    if (outlives_a_suite(product) && !names(outlive, product.id)) products.push_back(product);
  }
  std::move(outlive.begin(), outlive.end(), std::back_inserter(products));
  out.add->products = std::move(products);
  return out;
}

}  // namespace

std::string describe(const EffectiveIntent& intent) {
  std::string out;
  const auto append = [&out](bool is_so, std::string_view word) {
    if (!is_so) return;
    if (!out.empty()) out += " and ";
    out += word;
  };
  append(intent.required, "Required");
  append(intent.uninstall, "Uninstall");
  append(intent.available, "Available");
  if (intent.without_enrollment) out += " without enrollment";
  return out.empty() ? "nothing" : out;
}

EffectiveIntent resolve_intents(const std::vector<GroupIntent>& groups) {
  std::vector<Intent> users;
  bool device_required = false;
  bool device_uninstall = false;
  for (const GroupIntent& group : groups) {
    if (group.group == GroupKind::kUser) {
      users.push_back(group.intent);
    } else if (group.intent == Intent::kUninstall) {
      device_uninstall = true;
    } else if (group.intent == Intent::kRequired || group.intent == Intent::kRequiredAndAvailable) {
      device_required = true;  // devices are offered nothing: there is nobody to choose
    }
  }
  const std::optional<EffectiveIntent> user = of_users(std::move(users));
  if (!device_required && !device_uninstall) return user.value_or(EffectiveIntent{});
  if (!user) return device_required ? kRequired : kUninstall;
  return kAgainstDevice[static_cast<std::size_t>(intent_of(*user))][device_required ? 0 : 1];
}

Configuration merge(const Configuration& earlier, const Configuration& later,
                    const InstalledLanguages& installed_languages) {
  Suites suites;
  remember(earlier, suites);
  return overridden(earlier, later, installed_languages, suites);
}

Configuration removal_of(const Configuration& configuration) {
  Configuration out;
  Remove& remove = out.remove.emplace();
  if (configuration.add) {
    for (const Product& product : configuration.add->products) {
      remove.products.emplace_back().id = product.id;
    }
  }
  out.display = configuration.display;
  return out;
}

Resolution resolve(const std::vector<Assignment>& assignments,
                   const InstalledLanguages& installed_languages) {
  Resolution out;
  Suites suites;
  const Configuration* unwanted = nullptr;
  for (auto it = assignments.begin(); it != assignments.end(); ++it) {
    const auto is_same_app = [&](const Assignment& a) { return a.app == it->app; };
    // An app counts where it was assigned last.
    if (std::any_of(std::next(it), assignments.end(), is_same_app)) continue;
    std::vector<GroupIntent> groups;
    for (const Assignment& assignment : assignments) {
      if (is_same_app(assignment)) groups.push_back(assignment.group);
    }
    const EffectiveIntent intent = resolve_intents(groups);
    out.decisions.push_back({it->app, intent});
    if (intent.uninstall) unwanted = &it->configuration;
    if (!intent.installs()) continue;
    out.effective = overridden(out.effective.value_or(Configuration()), it->configuration,
                               installed_languages, suites);
    remember(*out.effective, suites);
    if (!it->silent) continue;
    if (!out.effective->display) out.effective->display.emplace();
    out.effective->display->level = "None";
  }
  if (!out.effective && unwanted != nullptr) out.effective = removal_of(*unwanted);
  return out;
}

}  // namespace cspkit::odt
