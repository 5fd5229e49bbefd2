// SPDX-License-Identifier: Apache-2.0
// What carries a run out: the simulated Click-to-Run, or a pipeline that runs the real tool. The
// provider owns the record (nodes, job row, machine state); an engine owns the work.
#ifndef CSPKIT_OFFICE_DEPLOYMENT_ENGINE_HPP_
#define CSPKIT_OFFICE_DEPLOYMENT_ENGINE_HPP_

#include <chrono>
#include <cspkit/odt/check.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "machine_state.hpp"

namespace cspkit::office {

/// Time and threads, lent to an engine by the provider. Functions may be called from any thread.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual std::chrono::milliseconds now_utc() const = 0;     ///< since 1970
  virtual std::chrono::milliseconds now_steady() const = 0;  ///< never goes back
  /// Runs the task once, later, on some thread. Dropped when the provider ends before.
  virtual void run_after(std::chrono::milliseconds delay, std::function<void()> task) = 0;
};

/// One run, as its job row tells it: the same after every restart.
struct RunRequest {
  std::string run;            ///< unique on this device, for ever
  std::string configuration;  ///< well-formed XML
  MachineState machine;       ///< before the run; nobody else changes it meanwhile
  std::string device;    ///< the engine's own record of the device: RunResult::device, or empty
  std::int64_t due = 0;  ///< UTC, ms since 1970: when it should be over
  std::int64_t expected = 0;  ///< ms from start to due, as the engine said at the start
  std::uint32_t attempt = 1;  ///< more than 1: a process died, or stopped, in the midst of it
};

struct RunResult {
  std::int32_t status = kSuccess;  ///< value of the node Status
  MachineState machine;            ///< after the run
  std::string text;                ///< why it failed, or what was done: for people, no keys
  /// What the engine wants to know of the device at the next run, recorded with the end of this
  /// one. Nothing: as before.
  std::optional<std::string> device{};
};

/// Hears of one run. Called by one thread at a time, never from inside DeploymentEngine::run.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// False: the run was cancelled; the engine stops, and does not report it finished.
  [[nodiscard]] virtual bool progress(int percent, std::string_view text) = 0;
  /// Something was done: a line for the log of the run, no keys.
  virtual void step(std::string_view text) = 0;
  /// A step of a run that was taken up again: the process that died may have told it, or not.
  virtual void step_again(std::string_view text) { static_cast<void>(text); }
  /// Last call.
  virtual void finished(RunResult result) = 0;
};

/// Functions may be called from any thread.
class DeploymentEngine {
 public:
  virtual ~DeploymentEngine() = default;
  /// How long a run is expected to take; recorded before it begins. `device`: as in RunRequest.
  virtual std::chrono::milliseconds expected(const odt::Report& report, const MachineState& machine,
                                             std::string_view device) const = 0;
  /// What is installed before the first run ever.
  virtual MachineState initial() const { return {}; }
  /// Begins, or takes up again, a run and returns at once.
  virtual void run(RunRequest request, std::shared_ptr<RunObserver> observer) = 0;
  /// The end of a run stands in the durable record: what was kept so that it could be told again
  /// may go.
  virtual void recorded(std::string_view run, std::int32_t status) {
    static_cast<void>(run);
    static_cast<void>(status);
  }
  /// After a start: every run but `live` (empty: every one) is over as far as the record knows, and
  /// is to be ended.
  virtual void settle(std::string_view live) { static_cast<void>(live); }
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_DEPLOYMENT_ENGINE_HPP_
