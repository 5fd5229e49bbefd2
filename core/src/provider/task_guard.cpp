// SPDX-License-Identifier: Apache-2.0
#include "provider/task_guard.hpp"

#include <algorithm>

#include "txn/turn.hpp"

namespace cspkit::provider {

std::uint64_t TaskGuard::post(std::function<void()> task, Clock::Duration delay) {
  const std::shared_ptr<Executor> executor = executor_.lock();
  const std::lock_guard lock(mutex_);
  if (closed_ || !executor) return 0;
  const std::uint64_t timer = next_++;
  auto self = shared_from_this();
  const Executor::TimerId id = executor->post(
      [self, timer, task = std::move(task)]() mutable { self->run(timer, task); }, delay);
  if (id == 0) return 0;
  timers_.emplace(timer, id);
  return timer;
}

void TaskGuard::run(std::uint64_t timer, std::function<void()>& task) {
  // Should the engine go without waiting for this task, the executor must not wait for it either.
  std::shared_ptr<Executor> keep = executor_.lock();
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || timers_.erase(timer) == 0) return;
    ++running_;
  }
  task();
  task = nullptr;
  keep.reset();
  const std::lock_guard lock(mutex_);
  --running_;
  changed_.notify_all();
}

bool TaskGuard::cancel(std::uint64_t timer) {
  const std::shared_ptr<Executor> executor = executor_.lock();
  Executor::TimerId id = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto it = timers_.find(timer);
    if (it == timers_.end()) return false;
    id = it->second;
    timers_.erase(it);  // even if the executor has begun it, run() finds it gone and returns
  }
  if (executor) executor->cancel(id);  // not under the lock: what the task holds may call back
  return true;
}

bool TaskGuard::close(Clock::Duration deadline) {
  const std::shared_ptr<Executor> executor = executor_.lock();
  std::unique_lock lock(mutex_);
  closed_ = true;
  const std::unordered_map<std::uint64_t, Executor::TimerId> dropped = std::exchange(timers_, {});
  lock.unlock();
  for (const auto& [timer, id] : dropped) {
    if (executor) executor->cancel(id);
  }
  lock.lock();
  const auto idle = [&] { return running_ == 0; };
  while (!idle()) {
    const Clock::Duration now = clock_->steady_now();
    if (now >= deadline || !executor) return false;
    // In steps: a deterministic executor moves its clock to the end of each.
    const Clock::Duration step = std::min(deadline, now + std::chrono::seconds(1));
    txn::wait_for(lock, changed_, *clock_, *executor, step, idle);
  }
  return true;
}

}  // namespace cspkit::provider
