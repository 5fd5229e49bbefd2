// SPDX-License-Identifier: Apache-2.0
#include "txn/turn.hpp"

#include <algorithm>
#include <utility>

namespace cspkit::txn {

// With the mutex. Nobody waits while the turn is free.
bool Turn::take_if_free() {
  if (state_.exchange(State::kContended, std::memory_order_acquire) != State::kFree) return false;
  state_.store(State::kHeld, std::memory_order_relaxed);
  return true;
}

Status Turn::queue_for(Clock::Duration patience) {
  std::unique_lock lock(mutex_);
  if (take_if_free()) return {};
  const Clock::Duration deadline = clock_->steady_now() + patience;
  const auto waiter = std::make_shared<Waiter>();
  queue_.push_back(waiter);
  while (!waiter->granted) {
    if (clock_->steady_now() >= deadline) {
      queue_.erase(std::remove(queue_.begin(), queue_.end(), waiter), queue_.end());
      return Status(Code::kBusy, "another change held the device for too long; try again");
    }
    wait_a_little(lock, deadline);
  }
  return {};
}

void Turn::wait_a_little(std::unique_lock<std::mutex>& lock, Clock::Duration until) {
  if (executor_->is_deterministic()) {
    lock.unlock();
    executor_->drive(until);
    lock.lock();
    return;
  }
  // Slices, because the engine's clock need not be the one the variable sleeps by.
  constexpr auto kSlice = std::chrono::milliseconds(50);
  if (changed_.wait_for(lock, kSlice) == std::cv_status::no_timeout) return;
  // The turn may be a task's that no thread of the executor comes to, because all of them are in
  // long work of a provider: then it is done here.
  const std::shared_ptr<Waiter> holder = posted_holder_;
  if (!holder || holder->begun.exchange(true)) return;
  lock.unlock();
  run(holder, true);
  lock.lock();
}

void Turn::hand_on() {
  std::unique_lock lock(mutex_);
  posted_holder_.reset();
  if (queue_.empty()) {
    state_.store(State::kFree, std::memory_order_release);
    return;
  }
  const std::shared_ptr<Waiter> next = queue_.front();
  queue_.pop_front();
  if (queue_.empty()) state_.store(State::kHeld, std::memory_order_relaxed);
  next->granted = true;
  if (!next->task) {
    changed_.notify_all();
    return;
  }
  posted_holder_ = next;
  lock.unlock();
  run_posted(next);
}

void Turn::run_posted(const std::shared_ptr<Waiter>& waiter) {
  // The turn is already the task's while it waits for a thread of the executor. When somebody else
  // has done it, this object may be gone by the time the executor comes to it.
  const auto begin = [this, waiter] {
    if (!waiter->begun.exchange(true)) run(waiter, false);
  };
  if (executor_->post(begin) == 0) begin();  // the executor is closing: better here than never
}

void Turn::run(const std::shared_ptr<Waiter>& waiter, bool helping) {
  Task task = std::move(waiter->task);
  const After after = task();
  release();
  task = nullptr;  // what it holds goes before drain() returns
  if (after && helping) {
    const auto later = [this, after] {
      after();
      ended();
    };
    if (executor_->post(later) != 0) return;
  }
  if (after) after();
  ended();
}

void Turn::ended() {
  const std::lock_guard lock(mutex_);
  --posted_;
  changed_.notify_all();
}

bool Turn::post(Task task) {
  std::unique_lock lock(mutex_);
  if (closed_) return false;
  ++posted_;
  const auto waiter = std::make_shared<Waiter>();
  waiter->task = std::move(task);
  if (!take_if_free()) {
    queue_.push_back(waiter);
    return true;
  }
  waiter->granted = true;
  posted_holder_ = waiter;
  lock.unlock();
  run_posted(waiter);
  return true;
}

void Turn::drain() {
  std::unique_lock lock(mutex_);
  while (posted_ != 0) wait_a_little(lock, clock_->steady_now() + std::chrono::seconds(1));
}

void Turn::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;  // first: whoever posts again from what it posted would never let it end
  while (posted_ != 0) wait_a_little(lock, clock_->steady_now() + std::chrono::seconds(1));
}

}  // namespace cspkit::txn
