// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/catalog.hpp>

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

std::vector<std::string> suite_languages(const Add& add) {
  std::vector<std::string> out;
  for (const Product& product : add.products) {
    if (!is_suite(product)) continue;
    for (const Language& language : product.languages) {
      if (!holds(grammar::kKeywords, language.id)) out.push_back(language.id);
    }
  }
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
                    const std::optional<std::vector<std::string>>& installed_languages) {
  Configuration out = later;
  // What adds no product replaces no suite: an uninstall, a change of settings.
  if (!out.add || out.add->products.empty() || !earlier.add) return out;
  std::vector<Product> products;
  for (const Product& product : later.add->products) {
    if (!outlives_a_suite(product)) products.push_back(product);
  }
  const std::vector<std::string> installed =
      installed_languages ? *installed_languages : suite_languages(*earlier.add);
  for (Product& product : products) {
    const bool replaces = is_suite(product) && names(earlier.add->products, product.id);
    if (!replaces && !(installed_languages && is_suite(product))) continue;
    for (const std::string& language : installed) add_language(product, language);
  }
  for (const Product& product : earlier.add->products) {
    if (outlives_a_suite(product) && !names(later.add->products, product.id)) {
      products.push_back(product);
    }
  }
  for (const Product& product : later.add->products) {
    if (outlives_a_suite(product)) products.push_back(product);
  }
  out.add->products = std::move(products);
  return out;
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
                   const std::optional<std::vector<std::string>>& installed_languages) {
  Resolution out;
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
    out.effective = out.effective ? merge(*out.effective, it->configuration, installed_languages)
                                  : it->configuration;
  }
  if (!out.effective && unwanted != nullptr) out.effective = removal_of(*unwanted);
  return out;
}

}  // namespace cspkit::odt
