// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_CORE_PROVIDER_TASK_GUARD_HPP_
#define CSPKIT_CORE_PROVIDER_TASK_GUARD_HPP_

#include <condition_variable>
#include <cspkit/executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace cspkit::provider {

/// Timers and running tasks of one provider, so that none outlives it.
class TaskGuard : public std::enable_shared_from_this<TaskGuard> {
 public:
  TaskGuard(std::shared_ptr<Executor> executor, std::shared_ptr<Clock> clock)
      : executor_(executor), clock_(std::move(clock)) {}
  std::uint64_t post(std::function<void()> task, Clock::Duration delay);
  bool cancel(std::uint64_t timer);
  /// No task begins any more; waits for those that run. False: one has not returned by the deadline
  /// (steady).
  bool close(Clock::Duration deadline = Clock::Duration::max());

 private:
  void run(std::uint64_t timer, std::function<void()>& task);
  std::weak_ptr<Executor> executor_;
  std::shared_ptr<Clock> clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::uint64_t, Executor::TimerId> timers_;
  std::uint64_t next_ = 1;
  unsigned running_ = 0;
  bool closed_ = false;
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_TASK_GUARD_HPP_
