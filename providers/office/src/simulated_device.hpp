// SPDX-License-Identifier: Apache-2.0
// The device that the simulated Click-to-Run works on: what a profile file says of it (its schema
// stands in README.md), and what runs have changed since, which is kept in the provider's state.
#ifndef CSPKIT_OFFICE_SIMULATED_DEVICE_HPP_
#define CSPKIT_OFFICE_SIMULATED_DEVICE_HPP_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine_state.hpp"

namespace cspkit::office {

/// An Office product of the Windows Installer.
struct MsiProduct {
  std::string id;       ///< Setup ID: "ProPlus", "VisPro"; Microsoft has no closed list
  int release = 0;      ///< 2003, 2007, 2010, 2013, 2016
  std::string edition;  ///< "32" or "64"
  std::vector<std::string> languages;
};

/// What a channel of a source holds. No products, or no languages: all of them.
struct ChannelContent {
  std::string channel;                ///< canonical name
  std::vector<std::string> versions;  ///< the newest first
  std::vector<std::string> products, languages;
};

/// Where content comes from: the delivery network, or a folder that SourcePath names.
struct ContentSource {
  std::string path;  ///< empty: the delivery network
  bool reachable = true;
  /// Nothing: every channel, each with a sample version, and whatever else is asked for.
  std::optional<std::vector<ChannelContent>> channels;
};

enum class Architecture : std::uint8_t { kX86, kX64, kArm64 };

/// What can be made to go wrong, in the order of their names in README.md.
enum class FaultKind : std::uint8_t {
  kToolDownload,
  kToolSignature,
  kToolCertificate,
  kClientStart,
  kQueue,
  kOtherScenario,
  kAppsBlock,
  kUserCancels,
  kOtherCancels,
  kContentDownload,
  kContentSignature,
  kDiskFull,
  kPlannedCancel,
  kCleanUp,
  kToolExit,
  kPowerLoss
};
inline constexpr std::size_t kFaultKinds = 16;

/// The name in a profile: "disk-full".
std::string_view fault_name(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kToolDownload;
  int percent = 0;                      ///< of the run
  std::int64_t times = 0;               ///< so many runs meet it; 0: every one
  std::int32_t status = 0;              ///< of kToolCertificate and kToolExit
  std::string screen;                   ///< of kToolExit: what the installer shows; empty: nothing
  bool ends = false;                    ///< of kPowerLoss: the run is not taken up again
  bool kills = false;                   ///< of kPowerLoss: the process dies, too
  std::chrono::milliseconds off{1000};  ///< of kPowerLoss: until the machine is back
};

/// What runs change.
struct DeviceState {
  std::vector<MsiProduct> msi;
  std::optional<std::int64_t> free_mb;    ///< nothing: disks never fill
  std::vector<std::string> running_apps;  ///< "Word"
  bool damaged = false;  ///< Click-to-Run is half there: it has to be installed over
  std::map<std::string, std::int64_t, std::less<>> met;  ///< fault -> runs that met it
};

/// What runs do not change, and what the device was before the first of them. A default one is a
/// machine where nothing is installed and everything is to be had.
struct SimulatedDevice {
  std::string name;  ///< the file it was read from; empty: no profile
  Architecture architecture = Architecture::kX64;
  std::string os_build = "10.0.22631.0";
  std::string os_language = "en-us";
  std::vector<std::string> display_languages;  ///< of the profiles of users
  std::int64_t memory_mb = 8192;
  std::optional<std::int64_t> utc_ms;  ///< the device's clock at the beginning of a run
  double speed = 1;                    ///< so many seconds of the device in one of ours
  bool store_office = false;
  bool user_cancels = false;             ///< asked to close programs, the user cancels
  std::string temp_drive = "C:";         ///< where %temp% is; %ProgramFiles% is on C:
  bool temp_usable = true;               ///< what is put there stays
  std::vector<std::string> hidden_apps;  ///< by FSLogix: "Word"
  bool com_plus_blocked = false;
  bool network = true;
  std::int64_t kbit_s = 0;  ///< 0: downloading takes no time of its own
  bool proxy_blocks = false, proxy_intercepts = false;
  std::string tool_version;                                    ///< empty: the newest
  std::optional<std::int64_t> tool_valid_from, tool_valid_to;  ///< UTC ms: the tool's certificate
  ContentSource cdn;
  std::vector<ContentSource> sources;
  std::vector<Fault> faults;
  MachineState machine;  ///< of old
  DeviceState state;     ///< of old

  const Fault* fault(FaultKind kind) const;
};

/// Reads a profile. Empty, or what is wrong with it: "FILE:12: ..." or "FILE: /os/build: ...".
std::string read_profile(const std::string& file, SimulatedDevice& device);
/// The same of a text; `name` is for messages.
std::string read_profile_text(std::string_view text, const std::string& name,
                              SimulatedDevice& device);

/// What is kept in the provider's state, as text, and back. False: it is something else.
std::string write_device_state(const DeviceState& state);
[[nodiscard]] bool read_device_state(std::string_view text, DeviceState& state);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATED_DEVICE_HPP_
