// SPDX-License-Identifier: Apache-2.0
// The Office CSP: what its nodes say and what an Exec on Install sets going. Behaviour: Microsoft's
// "Office CSP" page (learn.microsoft.com/windows/client-management/mdm/office-csp); what it leaves
// open is decided in README.md.
//
// Everything that decides stands in the durable state and changes in one transaction with the
// nodes:
//   live/<scope>/<user>/<id>   the job of an instance that is at work
//   run                        the job that holds the machine
//   queue/<number>             an order that waits for its turn
//   next                       the number of the next job
//   machine                    what CurrentStatus returns
//   device                     what the engine keeps of the device
// The job row itself is the token of a run: whoever ends it, a finish or a Delete, has the last
// word.
#ifndef CSPKIT_OFFICE_OFFICE_PROVIDER_HPP_
#define CSPKIT_OFFICE_OFFICE_PROVIDER_HPP_

#include <chrono>
#include <cspkit/provider.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "deployment_engine.hpp"
#include "run_log.hpp"
#include "run_record.hpp"
#include "settings.hpp"

namespace cspkit::office {

class OfficeProvider final : public Provider {
 public:
  explicit OfficeProvider(Host host);
  ~OfficeProvider() override;

  Status start() override;
  void job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) override;

 private:
  class HostScheduler;
  class Watcher;
  /// A run that is over and has to be recorded.
  struct Ending {
    std::string job;
    Instance instance;
    RunResult result;
    std::chrono::milliseconds pause{100};  ///< before the next try, should this one fail
  };

  Status install(Call& call);
  Status forget(Call& call);
  Result<Value> current_status(Call& call) const;

  MachineState machine(const Writer& writer) const;
  /// Makes a run hold the machine, in the writer's transaction.
  void occupy(Writer& writer, const std::string& job, RunOrder& order, const odt::Report& report,
              MachineState& state);
  void promote(Writer& writer, MachineState& state);
  void wake();
  void wake_later();
  void begin(const std::string& job, std::string_view payload, std::uint32_t attempt);
  void abandon(const std::string& job);
  bool record(Batch& batch, const Ending& ending);
  void finish(Ending ending);
  void retry(Ending ending, std::string_view why);
  void note(const Instance& instance, std::string_view job, std::string_view event,
            std::string_view text);

  Settings settings_;
  RunLog log_;
  std::unique_ptr<HostScheduler> scheduler_;
  std::unique_ptr<DeploymentEngine> engine_;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_OFFICE_PROVIDER_HPP_
