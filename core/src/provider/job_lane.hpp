// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_CORE_PROVIDER_JOB_LANE_HPP_
#define CSPKIT_CORE_PROVIDER_JOB_LANE_HPP_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "provider/task_guard.hpp"

namespace cspkit::provider {

/// The jobs of all providers of an engine on their way to the executor: only so many run at once.
///
/// Why: a job may wait in its thread for a batch or a timer of its own. Were every thread of the
/// executor in such a job, none would be left to run what they wait for. One job at least runs,
/// whatever `most` says. Any thread.
class JobLane : public std::enable_shared_from_this<JobLane> {
 public:
  explicit JobLane(std::size_t most) : most_(most) {}
  /// Hands a job to the tasks of its provider, at once or when one has ended. It is dropped when
  /// those are closed by then.
  void add(std::shared_ptr<TaskGuard> tasks, std::function<void()> job);

 private:
  using Job = std::pair<std::shared_ptr<TaskGuard>, std::function<void()>>;
  /// Frees its place when the job has run, or was dropped.
  class Place;

  void begin();
  void ended();

  const std::size_t most_;
  std::mutex mutex_;
  std::deque<Job> waiting_;
  std::size_t taken_ = 0;
  bool beginning_ = false;
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_JOB_LANE_HPP_
