// SPDX-License-Identifier: Apache-2.0
// The names of DDF's elements, found by their bytes.
#ifndef CSPKIT_DDF_SRC_ELEMENT_NAMES_HPP_
#define CSPKIT_DDF_SRC_ELEMENT_NAMES_HPP_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "document.hpp"

namespace cspkit::ddf::dom {

inline constexpr std::pair<Name, std::string_view> kNames[] = {
    {Name::kB64, "b64"},
    {Name::kBin, "bin"},
    {Name::kBool, "bool"},
    {Name::kChr, "chr"},
    {Name::kInt, "int"},
    {Name::kNodeFormat, "node"},
    {Name::kNull, "null"},
    {Name::kXml, "xml"},
    {Name::kDate, "date"},
    {Name::kTime, "time"},
    {Name::kFloat, "float"},
    {Name::kAccessType, "AccessType"},
    {Name::kAdd, "Add"},
    {Name::kAdmxBacked, "AdmxBacked"},
    {Name::kAllowedValues, "AllowedValues"},
    {Name::kApplicability, "Applicability"},
    {Name::kAtomicRequired, "AtomicRequired"},
    {Name::kCaseInsensitive, "CIS"},
    {Name::kCaseSense, "CaseSense"},
    {Name::kCaseSensitive, "CS"},
    {Name::kClientInventory, "ClientInventory"},
    {Name::kCommonErrorResults, "CommonErrorResults"},
    {Name::kConflictResolution, "ConflictResolution"},
    {Name::kCopy, "Copy"},
    {Name::kCspVersion, "CspVersion"},
    {Name::kDdfName, "DDFName"},
    {Name::kDefaultValue, "DefaultValue"},
    {Name::kDelete, "Delete"},
    {Name::kDependency, "Dependency"},
    {Name::kDependencyAllowedValue, "DependencyAllowedValue"},
    {Name::kDependencyBehavior, "DependencyBehavior"},
    {Name::kDependencyChangedAllowedValues, "DependencyChangedAllowedValues"},
    {Name::kDependencyGroup, "DependencyGroup"},
    {Name::kDependencyUri, "DependencyUri"},
    {Name::kDeprecated, "Deprecated"},
    {Name::kDescription, "Description"},
    {Name::kDfFormat, "DFFormat"},
    {Name::kDfProperties, "DFProperties"},
    {Name::kDfTitle, "DFTitle"},
    {Name::kDfType, "DFType"},
    {Name::kDiagnostics, "Diagnostics"},
    {Name::kDynamic, "Dynamic"},
    {Name::kDynamicNodeNaming, "DynamicNodeNaming"},
    {Name::kEditionAllowList, "EditionAllowList"},
    {Name::kEnum, "Enum"},
    {Name::kExec, "Exec"},
    {Name::kGet, "Get"},
    {Name::kGpMapping, "GpMapping"},
    {Name::kList, "List"},
    {Name::kMan, "Man"},
    {Name::kMime, "MIME"},
    {Name::kMod, "Mod"},
    {Name::kNode, "Node"},
    {Name::kNodeName, "NodeName"},
    {Name::kOccurrence, "Occurrence"},
    {Name::kOne, "One"},
    {Name::kOneOrMore, "OneOrMore"},
    {Name::kOneOrN, "OneOrN"},
    {Name::kOsBuildVersion, "OsBuildVersion"},
    {Name::kPath, "Path"},
    {Name::kPermanent, "Permanent"},
    {Name::kRebootBehavior, "RebootBehavior"},
    {Name::kReplace, "Replace"},
    {Name::kReplaceBehavior, "ReplaceBehavior"},
    {Name::kRequiresAzureAd, "RequiresAzureAd"},
    {Name::kScope, "Scope"},
    {Name::kServerGenerated, "ServerGeneratedUniqueIdentifier"},
    {Name::kUniqueName, "UniqueName"},
    {Name::kValue, "Value"},
    {Name::kValueDescription, "ValueDescription"},
    {Name::kVerDtd, "VerDTD"},
    {Name::kZeroOrMore, "ZeroOrMore"},
    {Name::kZeroOrN, "ZeroOrN"},
    {Name::kZeroOrOne, "ZeroOrOne"},
};

/// Eight bytes of a name, the first one lowest; what stands behind its end is 0.
constexpr std::uint64_t word_of(std::string_view name, std::size_t from) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8 && from + i < name.size(); ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(name[from + i])) << (8 * i);
  return word;
}
class NameTable {
 public:
  constexpr NameTable() {
    for (const auto& [name, text] : kNames) {
      const std::uint64_t first = word_of(text, 0);
      std::size_t at = place_of(first);
      while (slots_[at].name != Name::kOther) at = (at + 1) % kSlots;
      slots_[at].first = first;
      slots_[at].second = word_of(text, 8);
      slots_[at].text = text.data();
      slots_[at].size = static_cast<std::uint8_t>(text.size());
      slots_[at].name = name;
    }
  }
  /// The name with these bytes, no prefix before it; `first` and `second` are its words at 0 and 8.
  Name find(std::string_view local, std::uint64_t first, std::uint64_t second) const {
    for (std::size_t at = place_of(first);; at = (at + 1) % kSlots) {
      const Slot& slot = slots_[at];
      const bool same = slot.first == first && slot.second == second && slot.size == local.size();
      if (slot.name == Name::kOther || (same && ends_as(local, slot))) return slot.name;
    }
  }

 private:
  static constexpr std::size_t kSlots = 256;
  struct Slot {
    std::uint64_t first = 0;   // bytes 0 to 7
    std::uint64_t second = 0;  // 8 to 15
    const char* text = nullptr;
    std::uint8_t size = 0;
    Name name = Name::kOther;
  };
  static constexpr std::size_t place_of(std::uint64_t first) {
    // Tried: with this factor hardly a name of those that are frequent stands behind another.
    return static_cast<std::size_t>((first * 0x0888ED6DD90B4FBBu) >> 56);
  }
  static bool ends_as(std::string_view local, const Slot& slot) {
    return local.size() <= 16 ||
           std::memcmp(local.data() + 16, slot.text + 16, local.size() - 16) == 0;
  }
  Slot slots_[kSlots];
};
inline constexpr NameTable kNameTable;

}  // namespace cspkit::ddf::dom

#endif  // CSPKIT_DDF_SRC_ELEMENT_NAMES_HPP_
