// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/assignments.hpp: what a device is to have when several assignments reach it. Sources:
// Microsoft's "Add Microsoft 365 Apps to Windows devices" (one deployment per device; a later one
// overrides an earlier one, but for Visio and Project) and "Assign apps to groups" (how intents
// conflict). Functions are pure and may be called from any thread.
#ifndef CSPKIT_ODT_ASSIGNMENTS_HPP_
#define CSPKIT_ODT_ASSIGNMENTS_HPP_

#include <cspkit/odt/configuration.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// Whose group an app is assigned to.
enum class GroupKind : std::uint8_t {
  kUser,   ///< a group of users
  kDevice  ///< a group of devices
};

/// What an assignment wants.
enum class Intent : std::uint8_t {
  kRequired,                    ///< installed without being asked for
  kAvailable,                   ///< offered to the user
  kRequiredAndAvailable,        ///< both
  kAvailableWithoutEnrollment,  ///< offered on devices that are not enrolled, too
  kUninstall                    ///< removed
};

/// One app assigned to one group.
struct GroupIntent {
  GroupKind group = GroupKind::kDevice;  ///< whose group
  Intent intent = Intent::kRequired;     ///< what is wanted
};

/// What holds of several intents for one app.
struct EffectiveIntent {
  bool required = false;            ///< installed without being asked for
  bool available = false;           ///< offered to the user
  bool without_enrollment = false;  ///< the offer reaches devices that are not enrolled
  bool uninstall = false;           ///< removed; where it is also offered, the user may install it
  bool operator==(const EffectiveIntent&) const = default;  ///< member by member
  bool installs() const { return required; }                ///< without anybody's asking
};
std::string describe(const EffectiveIntent& intent);  ///< "Required and Available"

/// Microsoft's table of conflicts; of more than two groups, users' come before devices', and
/// uninstalling last (our choice: the table has pairs only). Empty: nothing is assigned.
EffectiveIntent resolve_intents(const std::vector<GroupIntent>& groups);

/// The configuration of an earlier assignment, overridden by a later one: the later one as a whole,
/// and the Visio and Project products of the earlier one that it does not name. The suite lists
/// every language that is installed, so that its excluded apps replace the earlier ones instead of
/// joining them: those given, else, for a suite that was named before, those of every suite before.
/// An Add is never made a Remove: an app that is to go stands in ExcludeApp.
Configuration merge(const Configuration& earlier, const Configuration& later,
                    const std::optional<std::vector<std::string>>& installed_languages = {});

/// An app suite assigned to a group. Assignments of one app have the same `app`.
struct Assignment {
  std::string app;              ///< its id
  GroupIntent group;            ///< to whom, and what for
  Configuration configuration;  ///< what the app installs
  bool silent = true;           ///< when it is required nothing is shown, whatever Display says
};

/// What all assignments come to.
struct Resolution {
  /// What holds for one app.
  struct Decision {
    std::string app;         ///< its id
    EffectiveIntent intent;  ///< of all its assignments together
  };
  std::vector<Decision> decisions;         ///< one per app, in the order of their last assignment
  std::optional<Configuration> effective;  ///< what the device is to carry out; unset: nothing
};

/// Intents first, app by app; then the configurations of the apps that are required override one
/// another in their order, earliest first; a suite lists the languages of every earlier one. When
/// nothing is required and an app is to be uninstalled, the effective configuration removes what
/// the last of those names.
Resolution resolve(const std::vector<Assignment>& assignments,
                   const std::optional<std::vector<std::string>>& installed_languages = {});

/// A configuration that removes the products which the given one adds.
Configuration removal_of(const Configuration& configuration);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_ASSIGNMENTS_HPP_
