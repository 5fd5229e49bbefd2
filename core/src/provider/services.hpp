// SPDX-License-Identifier: Apache-2.0
// What a loaded provider's host table needs of the engine.
#ifndef CSPKIT_CORE_PROVIDER_SERVICES_HPP_
#define CSPKIT_CORE_PROVIDER_SERVICES_HPP_

#include <cspkit/engine.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gate/world.hpp"
#include "provider/job_lane.hpp"
#include "provider/writer.hpp"
#include "tree/tree.hpp"

namespace cspkit::provider {

class LoadedProvider;

/// How a call that went on has ended.
struct PendingEnd {
  std::vector<WriteOp> ops;  ///< empty unless it ended well
  Code code = Code::kOk;
  std::int64_t alert = 0;  ///< the row that waits for it
  /// The instance its command was for; null: none. What it did there comes to nothing once that was
  /// deleted.
  std::shared_ptr<const txn::AwaitedValue> instance = {};
};

/// Implemented by the engine; every function may be called from any thread.
class Services {
 public:
  virtual ~Services() = default;
  virtual tree::Tree& tree() = 0;
  /// The world in force; look at it under the tree's shared lock or with the turn.
  virtual const gate::World& world() = 0;
  virtual Clock& clock() = 0;
  virtual Executor& executor() = 0;
  /// The same, for who may outlive the engine.
  virtual std::shared_ptr<Clock> shared_clock() = 0;
  virtual std::shared_ptr<Executor> shared_executor() = 0;
  /// Where the jobs of all providers wait.
  virtual std::shared_ptr<JobLane> job_lane() = 0;
  virtual std::chrono::milliseconds call_deadline() = 0;
  virtual void log(LogLevel level, std::string_view source, std::string_view text) = 0;
  /// Queues a batch for the turn. `done` runs on the executor. False when the engine is closing:
  /// then nothing happens and `done` is not called.
  virtual bool submit(std::shared_ptr<LoadedProvider> provider, std::vector<WriteOp> ops,
                      std::function<void(Code)> done) = 0;
  /// A call whose command was answered 202 has ended: applies what it did, and what the server will
  /// be told, in one batch. Never blocks.
  virtual void finish_pending(std::shared_ptr<LoadedProvider> provider, PendingEnd end) = 0;
  /// False when there is no such job.
  virtual bool job_progress(const std::string& provider, const std::string& id, int percent,
                            std::string text) = 0;
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_SERVICES_HPP_
