// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/catalog.hpp: which products, languages and update channels the Office Deployment Tool
// knows. Sources: Microsoft's list of product IDs for the Office Deployment Tool, its overview of
// languages and its pages on update channels (learn.microsoft.com/deployoffice), as of October
// 2024. Constant data; every function may be called from any thread.
#ifndef CSPKIT_ODT_CATALOG_HPP_
#define CSPKIT_ODT_CATALOG_HPP_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// What a product belongs to.
enum class ProductGroup : std::uint8_t {
  kSuite,       ///< several apps
  kStandalone,  ///< one app
  kVisio,       ///< an edition of Visio
  kProject,     ///< an edition of Project
  kLanguage     ///< LanguagePack, ProofingTools
};

/// The channels on which a product can be had.
enum class ProductChannels : std::uint8_t {
  kSubscription,  ///< the Microsoft 365 channels
  kPerpetual,     ///< its own PerpetualVL channel by default, the Microsoft 365 ones beside a suite
  kPerpetualOnly,  ///< its own PerpetualVL channel and no other
  kAsSuite,        ///< the channel of the suite that is installed
  kNone            ///< not installable with the tool (volume licences of 2016)
};

/// A product of the list.
struct ProductInfo {
  std::string_view id;       ///< as Microsoft writes it
  ProductGroup group;        ///< what it belongs to
  ProductChannels channels;  ///< where it can be had
  std::uint16_t release;     ///< 2016, 2019, 2021, 2024; 0 for the subscription and undated ones

  /// Visio and Project have no packs of en-gb, fr-ca and es-mx, and outlive a later suite.
  bool is_visio_or_project() const {
    return group == ProductGroup::kVisio || group == ProductGroup::kProject;
  }
};

/// What a language ID can be had as.
enum class LanguageKind : std::uint8_t {
  kUnknown,   ///< no culture at all
  kNoPack,    ///< a culture of Windows for which Office has no pack
  kProofing,  ///< proofing tools only
  kPartial,   ///< a language accessory pack
  kCore,      ///< a full language
  kKeyword    ///< MatchOS, MatchInstalled, MatchPreviousMSI
};

/// An update channel under one of its names.
struct ChannelInfo {
  std::string_view id;         ///< a spelling
  std::string_view canonical;  ///< what it means today
};

/// IDs are compared without regard to ASCII case; surrounding blanks must be gone. Null: unknown.
/// @{
const ProductInfo* find_product(std::string_view id);
const ChannelInfo* find_channel(std::string_view id);
LanguageKind language_kind(std::string_view id);
/// @}

/// All of them, sorted by ID. Languages: without those that have no pack, in lower case.
/// @{
std::span<const ProductInfo> products();
std::span<const ChannelInfo> channels();
const std::vector<std::string_view>& languages();
/// @}

/// True for products of 2013 to 2016 that Microsoft's list no longer holds; the tool takes them.
bool is_withdrawn(const ProductInfo& product);

/// True for PerpetualVL2019, PerpetualVL2021 and PerpetualVL2024.
bool is_perpetual(std::string_view canonical_channel);
/// "PerpetualVL2021" for a release that has a perpetual channel, else empty.
std::string_view perpetual_channel(std::uint16_t release);

/// ASCII lower case; other bytes stay.
std::string lower(std::string_view text);
bool same(std::string_view a, std::string_view b);  ///< equal but for ASCII case
/// Without blanks, tabs and line breaks around it.
std::string_view trimmed(std::string_view text);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_CATALOG_HPP_
