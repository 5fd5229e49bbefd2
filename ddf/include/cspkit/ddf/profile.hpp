// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/profile.hpp: is a node there at all on this kind of device? MSFT:Applicability held
// against what is known of the device. Row 4 of the order of checks.
#ifndef CSPKIT_DDF_PROFILE_HPP_
#define CSPKIT_DDF_PROFILE_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cspkit::ddf {

/// What is known of a device. What is left out excludes nothing.
struct DeviceProfile {
  std::string os_build;                  ///< "10.0.22621.2506"; without revision it counts as 0
  std::optional<std::uint32_t> edition;  ///< Windows edition number: 0x30 is Pro, 0x4 Enterprise
  std::optional<bool> azure_ad_joined;   ///< false: nodes with RequiresAzureAd are not there
};

/// Ok, or kNotSupported with the reason when the node is not for such a device; kBadValue when
/// os_build of the profile is no version. OsBuildVersion: the node is there from the smallest
/// build listed without a revision on, from the listed revision of a build on (backports), and on
/// every build after the last one listed. EditionAllowList: the listed numbers; an empty list
/// allows all. Versions that Microsoft uses for "not released" (99.9.99999) are never reached.
CSPKIT_API Status check_applicable(const Node& node, const DeviceProfile& profile);

/// The OsBuildVersion rule alone, for texts of that form.
CSPKIT_API Result<bool> build_applies(std::string_view os_build_version,
                                      std::string_view device_build);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_PROFILE_HPP_
