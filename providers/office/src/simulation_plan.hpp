// SPDX-License-Identifier: Apache-2.0
// The course of a simulated run: what it comes to, when, and what is said on the way. Pure: the
// same after every restart.
#ifndef CSPKIT_OFFICE_SIMULATION_PLAN_HPP_
#define CSPKIT_OFFICE_SIMULATION_PLAN_HPP_

#include <chrono>
#include <cspkit/odt/check.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation_rules.hpp"

namespace cspkit::office {

/// What a run takes, but for the download where a profile tells the bandwidth.
struct SimulationTiming {
  std::chrono::milliseconds install{3000};
  std::chrono::milliseconds uninstall{1500};
};

struct SimulationPlan {
  Forecast end;                       ///< with the first fault that the run meets
  std::optional<Fault> power_loss;    ///< before the end
  std::chrono::milliseconds span{0};  ///< of all hundred percent
  int install_at = kAtInstall;        ///< where the download is over
  bool removes = false;
  std::vector<std::pair<int, std::string>> steps;  ///< percent, text; sorted

  /// What is done at this percent: for people.
  std::string phase(int percent) const;
};

SimulationPlan plan_run(const odt::Report& report, const SimulatedDevice& device,
                        const MachineState& machine, const DeviceState& state,
                        const SimulationTiming& timing, std::int64_t now_ms);

/// How a run ends that the power failed, when it is not taken up again.
Forecast after_power_loss(const SimulationPlan& plan, const MachineState& machine,
                          const DeviceState& state);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_PLAN_HPP_
