// SPDX-License-Identifier: Apache-2.0
// A Click-to-Run to practise on: installs nothing, but decides, takes time and leaves the device's
// record changed as the real one would.
#ifndef CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_
#define CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_

#include <chrono>
#include <memory>
#include <string_view>

#include "deployment_engine.hpp"
#include "simulated_device.hpp"
#include "simulation_plan.hpp"
#include "simulation_rules.hpp"

namespace cspkit::office {

/// What a run with this configuration would come to on a machine in this state, where everything is
/// to be had and nothing goes wrong. Pure.
RunResult simulate(std::string_view configuration, const MachineState& machine);

class SimulatedClickToRun final : public DeploymentEngine {
 public:
  SimulatedClickToRun(Scheduler& scheduler, SimulationTiming timing, SimulatedDevice device = {})
      : scheduler_(scheduler), timing_(timing), device_(std::move(device)) {}
  std::chrono::milliseconds expected(const odt::Report& report, const MachineState& machine,
                                     std::string_view device) const override;
  void run(RunRequest request, std::shared_ptr<RunObserver> observer) override;
  MachineState initial() const override { return device_.machine; }

 private:
  struct Running;
  /// What the record says of the device, else what it was at first.
  DeviceState state_of(std::string_view record) const;
  void step(const std::shared_ptr<Running>& running);
  void lose_power(const std::shared_ptr<Running>& running);
  void finish(Running& running, const Forecast& end) const;

  Scheduler& scheduler_;
  const SimulationTiming timing_;
  const SimulatedDevice device_;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_
