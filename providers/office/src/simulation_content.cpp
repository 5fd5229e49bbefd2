// SPDX-License-Identifier: Apache-2.0
#include "simulation_content.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cspkit::office {
namespace {

using odt::LanguageKind;
using odt::ProductChannels;
using odt::ProductGroup;

// The newest build of each channel on the simulated content delivery network: samples.
constexpr std::pair<std::string_view, std::string_view> kNewest[] = {
    {"Current", "16.0.18129.20158"},           {"CurrentPreview", "16.0.18227.20082"},
    {"MonthlyEnterprise", "16.0.18025.20214"}, {"SemiAnnual", "16.0.17328.20648"},
    {"SemiAnnualPreview", "16.0.17928.20286"}, {"BetaChannel", "16.0.18324.20014"},
    {"PerpetualVL2019", "16.0.10415.20025"},   {"PerpetualVL2021", "16.0.14332.20812"},
    {"PerpetualVL2024", "16.0.17932.20162"}};

constexpr std::int64_t kSuiteMb = 2200;
constexpr std::int64_t kOtherMb = 600;

std::array<std::uint64_t, 4> parts_of(std::string_view version) {
  std::array<std::uint64_t, 4> parts = {};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (std::uint64_t& part : parts) {
    const auto [stop, error] = std::from_chars(at, end, part);
    if (error != std::errc()) break;
    at = stop == end ? end : stop + 1;
  }
  return parts;
}

}  // namespace

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

bool newer_version(std::string_view a, std::string_view b) { return parts_of(a) > parts_of(b); }

bool fits_channel(const odt::ProductInfo& product, std::string_view channel) {
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

bool has_pack(const odt::ProductInfo& product, std::string_view language) {
  constexpr std::string_view kNotForVisio[] = {"en-gb", "fr-ca", "es-mx"};
  const LanguageKind kind = odt::language_kind(language);
  if (kind == LanguageKind::kNoPack || kind == LanguageKind::kUnknown) return false;
  if (kind == LanguageKind::kProofing && product.group != ProductGroup::kLanguage) return false;
  return !product.is_visio_or_project() ||
         std::find(std::begin(kNotForVisio), std::end(kNotForVisio), language) ==
             std::end(kNotForVisio);
}

bool is_language_pack(std::string_view product) { return odt::same(product, "LanguagePack"); }

std::int64_t product_mb(std::string_view product) {
  const odt::ProductInfo* info = odt::find_product(product);
  const bool suite = info != nullptr && info->group == ProductGroup::kSuite;
  return suite ? kSuiteMb : kOtherMb;
}

std::int64_t installed_mb(const MachineState& machine) {
  std::int64_t sum = 0;
  for (const InstalledProduct& product : machine.products) {
    const auto further = static_cast<std::int64_t>(product.languages.size()) - 1;
    sum += product_mb(product.id) + std::max<std::int64_t>(further, 0) * kLanguageMb;
  }
  return sum;
}

const ChannelContent* Content::find(std::string_view channel) const {
  for (const ChannelContent& content : *source_.channels) {
    if (content.channel == channel) return &content;
  }
  return nullptr;
}

bool Content::has_channel(std::string_view channel) const {
  return !source_.channels || find(channel) != nullptr;
}

std::string Content::newest(std::string_view channel) const {
  if (source_.channels) return find(channel)->versions.front();
  for (const auto& [name, version] : kNewest) {
    if (name == channel) return std::string(version);
  }
  return std::string(kNewest[0].second);
}

bool Content::has_version(std::string_view channel, std::string_view version) const {
  return !source_.channels || contains(find(channel)->versions, version);
}

bool Content::has_product(std::string_view channel, std::string_view product) const {
  if (!source_.channels || is_language_pack(product)) return true;
  const Names& products = find(channel)->products;
  return products.empty() || contains(products, product);
}

bool Content::has_language(std::string_view channel, std::string_view language) const {
  if (!source_.channels) return true;
  const Names& languages = find(channel)->languages;
  return languages.empty() || contains(languages, language);
}

}  // namespace cspkit::office
