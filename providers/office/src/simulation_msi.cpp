// SPDX-License-Identifier: Apache-2.0
#include "simulation_msi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>

#include "simulation_content.hpp"

namespace cspkit::office {
namespace {

constexpr int kSameVersion = 2016;  // 16.0, as every Click-to-Run Office today

// Microsoft: products of 2007 to 2016, Lync from 2013 on, the Access runtime and database engine
// from 2010 on.
bool is_removable(const MsiProduct& product) {
  if (odt::same(product.id.substr(0, 4), "Lync")) return product.release >= 2013;
  if (odt::same(product.id, "AccessRT") || odt::same(product.id, "AceRedist")) {
    return product.release >= 2010;
  }
  return product.release >= 2007;
}

}  // namespace

std::vector<std::string> remove_msi(DeviceState& state, const odt::RemoveMsi& what) {
  Names languages;
  const auto goes = [&](const MsiProduct& product) {
    const bool ignored =
        std::any_of(what.ignored.begin(), what.ignored.end(), [&](const odt::IgnoreProduct& kept) {
          return odt::same(odt::trimmed(kept.id), product.id);
        });
    return !ignored && is_removable(product);
  };
  for (const MsiProduct& product : state.msi) {
    if (!goes(product)) continue;
    unite(languages, product.languages);
    if (state.free_mb) *state.free_mb += kMsiMb;
  }
  state.msi.erase(std::remove_if(state.msi.begin(), state.msi.end(), goes), state.msi.end());
  return languages;
}

bool meets_condition(const std::vector<MsiProduct>& products, std::string_view condition) {
  while (!condition.empty()) {
    const std::size_t end = std::min(condition.find(','), condition.size());
    const std::string_view id = odt::trimmed(condition.substr(0, end));
    condition.remove_prefix(std::min(end + 1, condition.size()));
    for (const MsiProduct& product : products) {
      if (odt::same(product.id, id)) return true;
    }
  }
  return false;
}

std::string msi_conflict(const std::vector<MsiProduct>& products, std::string_view edition) {
  for (const MsiProduct& product : products) {
    if (product.release == kSameVersion) {
      return fmt::format(
          "{} 2016 of the Windows Installer is there, of the same version: RemoveMSI "
          "takes it away",
          product.id);
    }
    if (product.edition != edition) {
      return fmt::format("{} {} of the Windows Installer is there as {}-bit, {}-bit was asked for",
                         product.id, product.release, product.edition, edition);
    }
  }
  return {};
}

}  // namespace cspkit::office
