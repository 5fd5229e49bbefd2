// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_DETERMINISTIC_EXECUTOR_HPP_
#define CSPKIT_HARNESS_DETERMINISTIC_EXECUTOR_HPP_

#include <chrono>
#include <cspkit/executor.hpp>
#include <cspkit/export.hpp>
#include <cspkit/harness/manual_clock.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace cspkit::harness {

class Hands;

/// Runs work only when told to, on the thread that tells it (but see lend_hands()), in the order of
/// due times and, at one time, in the order of posting. Any thread may post and cancel; a task may
/// do anything here, also drive().
class CSPKIT_API DeterministicExecutor final : public Executor {
 public:
  /// Ends a loop of tasks that post each other without end.
  static constexpr std::size_t kMaxTasks = 1'000'000;

  /// Its clock is moved by advance() and drive(), and by nobody else.
  explicit DeterministicExecutor(std::shared_ptr<ManualClock> clock);
  ~DeterministicExecutor() override;

  TimerId post(Task task, Clock::Duration delay = Clock::Duration::zero()) override;
  bool cancel(TimerId timer) override;
  bool drive(Clock::Duration until) override;
  bool is_deterministic() const override { return true; }

  /// Runs what is due now and what that posts to run now, at most `limit` tasks; the clock stands.
  /// Returns how many ran: `limit` means that there may be more.
  std::size_t run_until_idle(std::size_t limit = kMaxTasks);
  /// Lets time pass: the clock goes from due time to due time, each task runs at its own, and ends
  /// `duration` later. Returns how many ran.
  std::size_t advance(Clock::Duration duration, std::size_t limit = kMaxTasks);
  /// For providers that work in threads of their own: while the process has more than one thread,
  /// drive() first lets so much real time pass in one wait before it moves the clock. Zero, the
  /// default: none. `before_tasks`: the same where it moves to a task that is due before the wait's
  /// own end; as much, when it is not given.
  void be_patient(std::chrono::milliseconds real_time,
                  std::optional<std::chrono::milliseconds> before_tasks = std::nullopt);
  /// What drive() is called for from now on is another wait, with patience of its own. Without it
  /// waits count as one that follow each other within a tenth of a second.
  void begin_wait();
  /// For providers with jobs that wait in their thread for a batch or a timer of their own: from
  /// now on tasks run on threads made for them, `most` in all, and still one after the other; but
  /// one that sleeps for a tenth of a second is left to itself, as if it were a thread of the
  /// provider's own, and the next may begin. Without it a task that waits for another never ends.
  void lend_hands(std::size_t most);
  /// Of these threads those that have nothing to do.
  std::size_t idle_hands() const;
  /// Tasks posted that have not begun.
  std::size_t pending() const;
  /// When the first of them is due, on the clock's steady time; nothing when there is none.
  std::optional<Clock::Duration> next_due() const;
  /// Drops what has not begun; from now on post() gives 0. As an embedder's executor does when its
  /// program ends.
  void shutdown();

 private:
  using Place = std::pair<Clock::Duration, TimerId>;

  /// Takes the first task that is due at `until` or before, moving the clock to its time.
  Task take(Clock::Duration until);
  void run(Task task);
  /// Until the hands, if any, have done what they were able to.
  void wait_for_hands();
  Hands* hands() const;
  /// True when a little real time has passed instead of the clock's.
  bool wait_for_threads(Clock::Duration until);

  std::shared_ptr<ManualClock> clock_;
  mutable std::mutex mutex_;
  std::map<Place, Task> tasks_;
  std::map<TimerId, Clock::Duration> dues_;
  TimerId last_id_ = 0;
  bool stopped_ = false;
  std::chrono::milliseconds patience_{0};
  std::chrono::milliseconds patience_before_tasks_{0};
  std::chrono::steady_clock::time_point waiting_since_;
  std::chrono::steady_clock::time_point waited_last_;
  std::unique_ptr<Hands> hands_;  ///< stays once it is there; last: its threads use the others
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_DETERMINISTIC_EXECUTOR_HPP_
