// SPDX-License-Identifier: Apache-2.0
// The turn: one changing transaction at a time, first come, first served. Threads may wait for it;
// batches queue for it without a thread. Readers never take it.
#ifndef CSPKIT_CORE_TXN_TURN_HPP_
#define CSPKIT_CORE_TXN_TURN_HPP_

#include <atomic>
#include <condition_variable>
#include <cspkit/executor.hpp>
#include <cspkit/result.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace cspkit::txn {

class Turn {
 public:
  Turn(std::shared_ptr<Clock> clock, std::shared_ptr<Executor> executor)
      : clock_(std::move(clock)), executor_(std::move(executor)) {}

  /// Waits for the turn. kBusy when it takes longer than that; then nothing is held.
  Status acquire(Clock::Duration patience) {
    State free = State::kFree;
    // Nobody has it, nearly always.
    if (state_.compare_exchange_strong(free, State::kHeld, std::memory_order_acquire)) return {};
    return queue_for(patience);
  }
  void release() {
    State held = State::kHeld;
    if (!state_.compare_exchange_strong(held, State::kFree, std::memory_order_release)) hand_on();
  }
  /// What a posted task leaves to be done after the turn has been given back.
  using After = std::function<void()>;
  using Task = std::function<After()>;
  /// Queues a task that will hold the turn when it runs: on the executor, or on a thread that waits
  /// for its own turn when the executor has no thread free. Never blocks. False once closed.
  bool post(Task task);
  /// Waits until no posted task is queued or running, what they leave included.
  void drain();
  /// The same; no task is taken any more.
  void close();

 private:
  struct Waiter {
    bool granted = false;
    std::atomic<bool> begun{false};
    Task task;  // set: a posted task, no thread waits
  };
  enum class State {
    kFree,
    kHeld,       // nobody waits
    kContended,  // somebody waits, or has waited: who gives it back looks at the queue
  };
  Status queue_for(Clock::Duration patience);
  bool take_if_free();
  void hand_on();
  void run_posted(const std::shared_ptr<Waiter>& waiter);
  void run(const std::shared_ptr<Waiter>& waiter, bool helping);
  void ended();
  void wait_a_little(std::unique_lock<std::mutex>& lock, Clock::Duration until);

  std::shared_ptr<Clock> clock_;
  std::shared_ptr<Executor> executor_;
  std::atomic<State> state_{State::kFree};  // kHeld to kFree and back without the mutex
  std::mutex mutex_;                        // guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Waiter>> queue_;
  std::shared_ptr<Waiter> posted_holder_;  // the posted task that has the turn, begun or not
  bool closed_ = false;
  unsigned posted_ = 0;
};

/// Holds the turn for a block.
class TurnHolder {
 public:
  TurnHolder(Turn& turn, Clock::Duration patience) : turn_(turn), status_(turn.acquire(patience)) {}
  ~TurnHolder() {
    if (status_.ok()) turn_.release();
  }
  TurnHolder(const TurnHolder&) = delete;
  TurnHolder& operator=(const TurnHolder&) = delete;
  const Status& status() const { return status_; }

 private:
  Turn& turn_;
  Status status_;
};

/// Waits on a condition: drives a deterministic executor, or sleeps on the variable. True when
/// `ready` holds, false when the deadline (steady) passed first. Call with the lock held; it is
/// released while waiting.
template <typename Ready>
bool wait_for(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
              const Clock& clock, Executor& executor, Clock::Duration deadline, Ready ready) {
  while (!ready()) {
    if (clock.steady_now() >= deadline) return false;
    if (executor.is_deterministic()) {
      lock.unlock();
      executor.drive(deadline);
      lock.lock();
    } else {
      // Slices, because the engine's clock need not be the one the variable sleeps by.
      changed.wait_for(lock, std::chrono::milliseconds(50));
    }
  }
  return true;
}

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_TURN_HPP_
