// SPDX-License-Identifier: Apache-2.0
#include "txn/turn.hpp"

#include <algorithm>

namespace cspkit::txn {

Status Turn::acquire(Clock::Duration deadline) {
  std::unique_lock lock(mutex_);
  if (!held_ && queue_.empty()) {
    held_ = true;
    return {};
  }
  const auto waiter = std::make_shared<Waiter>();
  queue_.push_back(waiter);
  if (wait_for(lock, changed_, *clock_, *executor_, deadline, [&] { return waiter->granted; }))
    return {};
  queue_.erase(std::remove(queue_.begin(), queue_.end(), waiter), queue_.end());
  return Status(Code::kBusy, "another change held the device for too long; try again");
}

void Turn::release() {
  std::unique_lock lock(mutex_);
  hand_on(lock);
}

void Turn::hand_on(std::unique_lock<std::mutex>& lock) {
  if (queue_.empty()) {
    held_ = false;
    changed_.notify_all();
    return;
  }
  const std::shared_ptr<Waiter> next = queue_.front();
  queue_.pop_front();
  next->granted = true;
  if (!next->task) {
    changed_.notify_all();
    return;
  }
  lock.unlock();
  run_posted(next);
}

void Turn::run_posted(std::shared_ptr<Waiter> waiter) {
  // The turn is already the task's while it waits for a thread of the executor.
  const auto run = [this, waiter] {
    const After after = waiter->task();
    release();
    if (after) after();
    const std::lock_guard lock(mutex_);
    --posted_;
    changed_.notify_all();
  };
  if (executor_->post(run) == 0) run();  // the executor is closing: better here than never
}

void Turn::post(Task task) {
  std::unique_lock lock(mutex_);
  ++posted_;
  const auto waiter = std::make_shared<Waiter>();
  waiter->task = std::move(task);
  if (held_ || !queue_.empty()) {
    queue_.push_back(waiter);
    return;
  }
  held_ = true;
  waiter->granted = true;
  lock.unlock();
  run_posted(waiter);
}

void Turn::drain() {
  std::unique_lock lock(mutex_);
  while (posted_ != 0) {
    wait_for(lock, changed_, *clock_, *executor_, clock_->steady_now() + std::chrono::seconds(1),
             [&] { return posted_ == 0; });
  }
}

}  // namespace cspkit::txn
