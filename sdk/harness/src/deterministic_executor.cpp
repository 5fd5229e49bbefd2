// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/harness/deterministic_executor.hpp>
#include <thread>

#include "hands.hpp"
#include "process.hpp"

namespace cspkit::harness {
namespace {

// Far enough for "never", near enough for sums.
constexpr Clock::Duration kEnd = Clock::Duration::max() / 4;

Clock::Duration later(Clock::Duration now, Clock::Duration delay) {
  return std::min(now + std::clamp(delay, Clock::Duration::zero(), kEnd), kEnd);
}

}  // namespace

DeterministicExecutor::DeterministicExecutor(std::shared_ptr<ManualClock> clock)
    : clock_(std::move(clock)) {}

DeterministicExecutor::~DeterministicExecutor() { shutdown(); }

Executor::TimerId DeterministicExecutor::post(Task task, Clock::Duration delay) {
  const Clock::Duration due = later(clock_->steady_now(), delay);
  const std::lock_guard lock(mutex_);
  if (stopped_ || !task) return 0;
  const TimerId id = ++last_id_;
  tasks_.emplace(Place{due, id}, std::move(task));
  dues_.emplace(id, due);
  return id;
}

bool DeterministicExecutor::cancel(TimerId timer) {
  Task dropped;  // destroyed without the lock: what it holds may call back
  const std::lock_guard lock(mutex_);
  const auto due = dues_.find(timer);
  if (due == dues_.end()) return false;
  const auto task = tasks_.find(Place{due->second, timer});
  dropped = std::move(task->second);
  tasks_.erase(task);
  dues_.erase(due);
  return true;
}

Executor::Task DeterministicExecutor::take(Clock::Duration until) {
  Task task;
  Clock::Duration due{};
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty() || tasks_.begin()->first.first > until) return {};
    const auto first = tasks_.begin();
    due = first->first.first;
    task = std::move(first->second);
    dues_.erase(first->first.second);
    tasks_.erase(first);
  }
  clock_->advance_to(due);
  return task;
}

void DeterministicExecutor::be_patient(std::chrono::milliseconds real_time,
                                       std::optional<std::chrono::milliseconds> before_tasks) {
  const std::lock_guard lock(mutex_);
  patience_ = real_time;
  patience_before_tasks_ = before_tasks.value_or(real_time);
}

void DeterministicExecutor::begin_wait() {
  const std::lock_guard lock(mutex_);
  waited_last_ = {};
}

bool DeterministicExecutor::wait_for_threads(Clock::Duration until) {
  using std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kSlice(1);
  constexpr std::chrono::milliseconds kOneWait(100);  // drives further apart are of two waits
  const std::size_t idle = idle_hands();
  {
    const std::lock_guard lock(mutex_);
    const bool comes_to_a_task = !tasks_.empty() && tasks_.begin()->first.first < until;
    const auto patience = comes_to_a_task ? patience_before_tasks_ : patience_;
    if (patience.count() == 0 || count_threads() <= 1 + idle) return false;
    const auto now = steady_clock::now();
    if (now - waited_last_ > kOneWait) waiting_since_ = now;
    waited_last_ = now;
    if (now - waiting_since_ >= patience) return false;
  }
  std::this_thread::sleep_for(kSlice);
  return true;
}

void DeterministicExecutor::lend_hands(std::size_t most) {
  const std::lock_guard lock(mutex_);
  if (!hands_) hands_ = std::make_unique<Hands>(most);
}

Hands* DeterministicExecutor::hands() const {
  const std::lock_guard lock(mutex_);
  return hands_.get();
}

std::size_t DeterministicExecutor::idle_hands() const {
  const Hands* const all = hands();
  return all != nullptr ? all->idle() : 0;
}

void DeterministicExecutor::run(Task task) {
  if (Hands* const all = hands()) {
    all->run(std::move(task));
  } else {
    task();
  }
}

void DeterministicExecutor::wait_for_hands() {
  if (Hands* const all = hands()) all->wait_for_quiet();
}

bool DeterministicExecutor::drive(Clock::Duration until) {
  wait_for_hands();
  if (Task task = take(clock_->steady_now())) {
    run(std::move(task));
    return true;
  }
  if (wait_for_threads(until)) return true;
  // What is due already runs even when the caller's own time is over.
  if (Task task = take(std::max(until, clock_->steady_now()))) {
    run(std::move(task));
    return true;
  }
  clock_->advance_to(std::min(until, kEnd));
  return false;
}

std::size_t DeterministicExecutor::run_until_idle(std::size_t limit) {
  std::size_t ran = 0;
  wait_for_hands();
  while (ran < limit) {
    Task task = take(clock_->steady_now());
    if (!task) break;
    run(std::move(task));
    ++ran;
  }
  return ran;
}

std::size_t DeterministicExecutor::advance(Clock::Duration duration, std::size_t limit) {
  const Clock::Duration end = later(clock_->steady_now(), duration);
  std::size_t ran = 0;
  wait_for_hands();
  while (ran < limit) {
    Task task = take(end);
    if (!task) break;
    run(std::move(task));
    ++ran;
  }
  clock_->advance_to(end);
  return ran;
}

std::size_t DeterministicExecutor::pending() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

std::optional<Clock::Duration> DeterministicExecutor::next_due() const {
  const std::lock_guard lock(mutex_);
  if (tasks_.empty()) return std::nullopt;
  return tasks_.begin()->first.first;
}

void DeterministicExecutor::shutdown() {
  std::map<Place, Task> dropped;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(tasks_);
  dues_.clear();
}

}  // namespace cspkit::harness
