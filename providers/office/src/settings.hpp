// SPDX-License-Identifier: Apache-2.0
// Settings of the provider: lines "name = value" of the file that CSPKIT_OFFICE_SETTINGS names, and
// over them environment variables, CSPKIT_OFFICE_RUN_TIME_S for run-time-s. README.md lists them.
#ifndef CSPKIT_OFFICE_SETTINGS_HPP_
#define CSPKIT_OFFICE_SETTINGS_HPP_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "process_settings.hpp"
#include "simulation_plan.hpp"

namespace cspkit::office {

enum class EngineKind : std::uint8_t { kSimulate, kProcess };

struct Settings {
  EngineKind engine = EngineKind::kSimulate;
  bool queue = false;         ///< a second Exec on another {id} waits, instead of 17003
  bool status_zero = false;   ///< Status is 0 before the first Exec, instead of 404
  bool user_installs = true;  ///< what users order in ./User is carried out
  bool verbose = false;       ///< every step goes to the host's log, too
  std::string log_folder;     ///< of the logs of runs; empty: none are kept
  SimulationTiming timing;
  std::string device_profile;  ///< of the simulation; empty: a device where everything works
  ProcessSettings process;
};

/// The value of an environment variable; null when it is not set.
using Environment = std::function<const char*(const char*)>;

/// Reads them. Empty, or what is wrong: with the name, the place, and what was expected.
std::string read_settings(const Environment& environment, Settings& settings);
/// The lines of one file's text; `name` is for messages.
std::string read_settings_text(std::string_view text, const std::string& name, Settings& settings);
/// Names of all settings, in the order of README.md.
std::vector<std::string_view> setting_names();

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SETTINGS_HPP_
