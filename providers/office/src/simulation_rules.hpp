// SPDX-License-Identifier: Apache-2.0
// What a run comes to on a device. Rules: Microsoft's Office CSP page (status values) and
// "Configuration options for the Office Deployment Tool"; what no page says is listed in README.md.
#ifndef CSPKIT_OFFICE_SIMULATION_RULES_HPP_
#define CSPKIT_OFFICE_SIMULATION_RULES_HPP_

#include <cspkit/odt/check.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulated_device.hpp"

namespace cspkit::office {

/// Codes of the Deployment Tool and Click-to-Run; those of the CSP itself: certificate_codes.hpp.
inline constexpr std::int32_t kUserExit = 1602;
inline constexpr std::int32_t kInstallFailure = 1603;
inline constexpr std::int32_t kPoolInitialization = 17000;
inline constexpr std::int32_t kQueueScenario = 17001;
inline constexpr std::int32_t kCompletingScenario = 17002;
inline constexpr std::int32_t kAnotherRunningScenario = 17003;
inline constexpr std::int32_t kNeedCleanUp = 17004;
inline constexpr std::int32_t kCancelledAsPlanned = 17005;
inline constexpr std::int32_t kScenarioCancelled = 17006;
inline constexpr std::int32_t kRemoveNeeded = 17007;
inline constexpr std::int32_t kHandlingCommandLine = 17100;
inline constexpr std::int32_t kFail = -2147467259;        ///< 0x80004005, E_FAIL
inline constexpr std::int32_t kUnexpected = -2147418113;  ///< 0x8000FFFF, E_UNEXPECTED

/// Where in a run, in percent, each step begins.
inline constexpr int kAtTool = 2;
inline constexpr int kAtSignature = 5;
inline constexpr int kAtPrerequisites = 8;
inline constexpr int kAtClient = 10;
inline constexpr int kAtContent = 12;
inline constexpr int kAtInstall = 50;
inline constexpr int kAtEnd = 100;

/// What a run will come to, and when that will show.
struct Forecast {
  std::int32_t status = kSuccess;
  int percent = kAtEnd;
  std::string text;      ///< why it fails, or what was done: for people, no keys
  MachineState machine;  ///< after it
  DeviceState state;     ///< after it
  std::int64_t download_mb = 0;
  std::vector<std::string> notes;  ///< for the log of the run
};

/// Pure. `now_ms`: UTC, for a device that has no clock of its own. Faults are not looked at: they
/// come in between.
Forecast foretell(const odt::Report& report, const SimulatedDevice& device,
                  const MachineState& machine, const DeviceState& state, std::int64_t now_ms);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_RULES_HPP_
