// SPDX-License-Identifier: Apache-2.0
// What there is to install, and whether it can be had: channels, versions, language packs, sizes.
#ifndef CSPKIT_OFFICE_SIMULATION_CONTENT_HPP_
#define CSPKIT_OFFICE_SIMULATION_CONTENT_HPP_

#include <cspkit/odt/catalog.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulated_device.hpp"

namespace cspkit::office {

using Names = std::vector<std::string>;

/// Compared without regard to ASCII case.
bool contains(const Names& names, std::string_view name);
void unite(Names& names, const Names& more);
void subtract(Names& names, const Names& less);

/// Of two versions of four numbers: the first is newer.
bool newer_version(std::string_view a, std::string_view b);

/// A product can be had on a channel (canonical name).
bool fits_channel(const odt::ProductInfo& product, std::string_view channel);
/// There is a pack of the language (no keyword, in lower case) for the product.
bool has_pack(const odt::ProductInfo& product, std::string_view language);

bool is_language_pack(std::string_view product);

/// What a product in its first language, and each further language, take: MB, samples.
std::int64_t product_mb(std::string_view product);
inline constexpr std::int64_t kLanguageMb = 250;
/// What everything that is installed takes.
std::int64_t installed_mb(const MachineState& machine);

/// What one source holds.
class Content {
 public:
  explicit Content(const ContentSource& source) : source_(source) {}
  bool has_channel(std::string_view channel) const;
  /// Of a channel that is there.
  std::string newest(std::string_view channel) const;
  bool has_version(std::string_view channel, std::string_view version) const;
  bool has_product(std::string_view channel, std::string_view product) const;
  bool has_language(std::string_view channel, std::string_view language) const;

 private:
  const ChannelContent* find(std::string_view channel) const;
  const ContentSource& source_;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_CONTENT_HPP_
