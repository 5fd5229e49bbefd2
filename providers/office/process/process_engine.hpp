// SPDX-License-Identifier: Apache-2.0
// The real thing: fetches the Deployment Tool, checks who made it, runs "setup /configure FILE"
// under a supervisor. Each run has a folder; what stands in it decides how a run goes on after a
// restart, so that the tool is started once at most, whatever is killed.
#ifndef CSPKIT_OFFICE_PROCESS_PROCESS_ENGINE_HPP_
#define CSPKIT_OFFICE_PROCESS_PROCESS_ENGINE_HPP_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "deployment_engine.hpp"
#include "process_settings.hpp"
#include "run_files.hpp"

namespace cspkit::office {

class ProcessEngine final : public DeploymentEngine {
 public:
  /// Throws std::runtime_error, to be shown: the settings are not usable, or another engine has the
  /// work folder.
  ProcessEngine(const Scheduler& clock, ProcessSettings settings);
  /// Leaves what runs to its supervisor.
  ~ProcessEngine() override;

  std::chrono::milliseconds expected(const odt::Report& report, const MachineState& machine,
                                     std::string_view device) const override;
  void run(RunRequest request, std::shared_ptr<RunObserver> observer) override;
  void recorded(std::string_view run, std::int32_t status) override;
  void settle(std::string_view live) override;

 private:
  using Task = std::function<void()>;

  void add(Task task, bool also_at_the_end);
  void work();
  bool pause(std::chrono::milliseconds time);

  const Scheduler& clock_;
  const ProcessSettings settings_;
  process::Descriptor lock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  struct Waiting {
    Task task;
    bool also_at_the_end;
  };
  std::deque<Waiting> tasks_;
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_PROCESS_PROCESS_ENGINE_HPP_
