// SPDX-License-Identifier: Apache-2.0
// cspkit/executor.hpp: time and threads as the engine sees them. An embedder may bring its own;
// without one the engine makes a SystemClock and a ThreadExecutor. The harness has deterministic
// ones.
#ifndef CSPKIT_EXECUTOR_HPP_
#define CSPKIT_EXECUTOR_HPP_

#include <chrono>
#include <cspkit/export.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace cspkit {

/// Where time comes from. All functions may be called from any thread.
class CSPKIT_API Clock {
 public:
  using Duration = std::chrono::nanoseconds;  ///< steady time, and spans of it
  using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;  ///< the calendar, UTC

  virtual ~Clock() = default;
  /// Since an arbitrary moment; never goes back.
  virtual Duration steady_now() const = 0;
  /// The same where it may be some milliseconds later: for deadlines, of which every call of a
  /// provider gets one, and which should not come early. The system's clock gives the kernel's last
  /// tick and two more.
  virtual Duration steady_tick() const { return steady_now(); }
  /// The calendar: for TStamp, which is the time at which a node's transaction began, and for
  /// providers that ask. May go back. The system's clock gives the kernel's last tick, at most some
  /// milliseconds ago.
  virtual UtcTime utc_now() const = 0;
};

/// Where work that belongs to no caller runs: jobs, timers, batches, completions, subscribers.
/// All functions may be called from any thread, also from a running task.
class CSPKIT_API Executor {
 public:
  using Task = std::function<void()>;  ///< a piece of work; must not throw
  using TimerId = std::uint64_t;       ///< never 0

  virtual ~Executor() = default;
  /// Runs the task once, after `delay` on the engine's clock; as soon as it can for 0. 0 after
  /// shutdown began: the task is dropped. Tasks must not throw.
  virtual TimerId post(Task task, Clock::Duration delay = Clock::Duration::zero()) = 0;
  /// True when the task will not run any more; false when it runs, has run or is unknown.
  virtual bool cancel(TimerId timer) = 0;
  /// Called by a thread that waits for a result of the executor's work. A deterministic executor
  /// runs one task here, moving its clock to the next timer if none is due but not beyond `until`
  /// (steady), and returns true; false when it has nothing to run until then, having moved its
  /// clock to `until`. An executor with threads of its own returns false at once: the caller then
  /// waits on its condition variable.
  virtual bool drive(Clock::Duration until) = 0;
  /// True when work runs only inside drive() and its like: a waiting caller must then never block.
  virtual bool is_deterministic() const { return false; }
};

/// The system's clocks.
CSPKIT_API std::shared_ptr<Clock> make_system_clock();
/// `threads` worker threads (at least one) and a timer queue by the steady clock. When all of them
/// are in work and more is waiting, others are made, `most` in all; those go again when there is
/// nothing to do for a second. So tasks that take long do not keep the others waiting. Destruction
/// drops what has not begun and joins the threads; a task may hold the last reference: its own
/// thread is then let go instead of joined. A task that throws ends the process. Null when the
/// system gives no thread at all.
CSPKIT_API std::shared_ptr<Executor> make_thread_executor(unsigned threads = 2, unsigned most = 0);

}  // namespace cspkit

#endif  // CSPKIT_EXECUTOR_HPP_
