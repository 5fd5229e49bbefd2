// SPDX-License-Identifier: Apache-2.0
// A Click-to-Run to practise on: installs nothing, but decides, takes time and leaves the machine's
// record changed as the real one would. Rules: Microsoft's Office CSP page (status values) and
// "Configuration options for the Office Deployment Tool"; what no page says is listed in README.md.
#ifndef CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_
#define CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "deployment_engine.hpp"

namespace cspkit::office {

/// Codes of Click-to-Run and the Deployment Tool that the simulation gives.
inline constexpr std::int32_t kInstallFailure = 1603;
inline constexpr std::int32_t kPoolInitialization = 17000;
inline constexpr std::int32_t kQueueScenario = 17001;
inline constexpr std::int32_t kCompletingScenario = 17002;
inline constexpr std::int32_t kAnotherRunningScenario = 17003;
inline constexpr std::int32_t kNeedCleanUp = 17004;
inline constexpr std::int32_t kCancelledAsPlanned = 17005;
inline constexpr std::int32_t kHandlingCommandLine = 17100;
inline constexpr std::int32_t kFail = -2147467259;        ///< 0x80004005, E_FAIL
inline constexpr std::int32_t kUnexpected = -2147418113;  ///< 0x8000FFFF, E_UNEXPECTED

/// What a run takes.
struct SimulationTiming {
  std::chrono::milliseconds install{3000};
  std::chrono::milliseconds uninstall{1500};
};

/// What a run with this configuration would come to on a machine in this state. Pure.
RunResult simulate(std::string_view configuration, const MachineState& machine);

class SimulatedClickToRun final : public DeploymentEngine {
 public:
  SimulatedClickToRun(Scheduler& scheduler, SimulationTiming timing)
      : scheduler_(scheduler), timing_(timing) {}
  std::chrono::milliseconds expected(const odt::Report& report) const override;
  void run(RunRequest request, std::shared_ptr<RunObserver> observer) override;

 private:
  struct Running;
  void step(const std::shared_ptr<Running>& running);

  Scheduler& scheduler_;
  const SimulationTiming timing_;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATED_CLICK_TO_RUN_HPP_
