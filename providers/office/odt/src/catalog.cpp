// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cspkit/odt/catalog.hpp>

#include "catalog_tables.hpp"

namespace cspkit::odt {
namespace {

constexpr char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool less_ignoring_case(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const char x = lower_char(a[i]);
    const char y = lower_char(b[i]);
    if (x != y) return x < y;
  }
  return a.size() < b.size();
}

template <typename Row, std::size_t N>
constexpr bool sorted(const Row (&table)[N]) {
  for (std::size_t i = 1; i < N; ++i) {
    if (!less_ignoring_case(table[i - 1].id, table[i].id)) return false;
  }
  return true;
}
static_assert(sorted(tables::kProducts) && sorted(tables::kLanguages) && sorted(tables::kChannels));

template <typename Row, std::size_t N>
const Row* find(const Row (&table)[N], std::string_view id) {
  const auto less = [](const Row& row, std::string_view key) {
    return less_ignoring_case(row.id, key);
  };
  const Row* row = std::lower_bound(std::begin(table), std::end(table), id, less);
  return row != std::end(table) && same(row->id, id) ? row : nullptr;
}

}  // namespace

const ProductInfo* find_product(std::string_view id) { return find(tables::kProducts, id); }

const ChannelInfo* find_channel(std::string_view id) { return find(tables::kChannels, id); }

LanguageKind language_kind(std::string_view id) {
  const tables::Language* row = find(tables::kLanguages, id);
  return row == nullptr ? LanguageKind::kUnknown : row->kind;
}

std::span<const ProductInfo> products() { return tables::kProducts; }

std::span<const ChannelInfo> channels() { return tables::kChannels; }

const std::vector<std::string_view>& languages() {
  static const std::vector<std::string_view> kIds = [] {
    std::vector<std::string_view> ids;
    for (const tables::Language& row : tables::kLanguages) {
      if (row.kind != LanguageKind::kNoPack) ids.push_back(row.id);
    }
    return ids;
  }();
  return kIds;
}

bool is_withdrawn(const ProductInfo& product) {
  constexpr std::string_view kWithdrawn[] = {
      "GrooveRetail",           "InfoPathRetail", "LyncEntryRetail", "LyncRetail",
      "O365SmallBusPremRetail", "ProPlusRetail",  "SPDRetail"};
  return std::find(std::begin(kWithdrawn), std::end(kWithdrawn), product.id) !=
         std::end(kWithdrawn);
}

bool is_perpetual(std::string_view canonical_channel) {
  return canonical_channel.substr(0, 11) == "PerpetualVL";
}

std::string_view perpetual_channel(std::uint16_t release) {
  switch (release) {
    case 2019:
      return "PerpetualVL2019";
    case 2021:
      return "PerpetualVL2021";
    case 2024:
      return "PerpetualVL2024";
    default:
      return {};
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

bool same(std::string_view a, std::string_view b) {
  const auto equal = [](char x, char y) { return lower_char(x) == lower_char(y); };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), equal);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace cspkit::odt
