// SPDX-License-Identifier: Apache-2.0
// The properties that are documented, and what they may hold.
#ifndef CSPKIT_ODT_PROPERTY_RULES_HPP_
#define CSPKIT_ODT_PROPERTY_RULES_HPP_

#include <cstdint>
#include <string_view>

#include "text.hpp"

namespace cspkit::odt {

enum class PropertyKind : std::uint8_t { kZeroOrOne, kTruth, kGuid, kText };

struct PropertyRule {
  std::string_view name;
  PropertyKind kind;
  bool documented;  ///< on Microsoft's page
};

inline constexpr PropertyRule kPropertyRules[] = {
    {"AUTOACTIVATE", PropertyKind::kZeroOrOne, true},
    {"FORCEAPPSHUTDOWN", PropertyKind::kTruth, true},
    {"PACKAGEGUID", PropertyKind::kGuid, true},
    {"SharedComputerLicensing", PropertyKind::kZeroOrOne, true},
    {"SCLCacheOverride", PropertyKind::kZeroOrOne, true},
    {"SCLCacheOverrideDirectory", PropertyKind::kText, true},
    {"DeviceBasedLicensing", PropertyKind::kZeroOrOne, true},
    {"PinIconsToTaskbar", PropertyKind::kTruth, true},
    {"TenantId", PropertyKind::kGuid, false},
};

/// The rule of a name, compared without regard to case; null when there is none.
const PropertyRule* find_property_rule(std::string_view name);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_PROPERTY_RULES_HPP_
