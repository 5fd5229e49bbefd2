// SPDX-License-Identifier: Apache-2.0
// Runs the functions of one provider on threads that are the provider's alone, so that the caller
// can go on when one does not return.
//
// Why not on the engine's executor: an embedder's may have one thread, all of them may be in long
// work of others, and a thread that is lost to a hung function is lost to everybody.
#ifndef CSPKIT_CORE_PROVIDER_OFFLOAD_HPP_
#define CSPKIT_CORE_PROVIDER_OFFLOAD_HPP_

#include <cspkit/abi.h>

#include <condition_variable>
#include <cspkit/executor.hpp>
#include <functional>
#include <memory>
#include <mutex>

namespace cspkit::provider {

class Offload {
 public:
  enum class Lane {
    kSerial,     ///< one after the other
    kConcurrent  ///< beside everything else, up to eight at a time
  };
  /// What becomes of a function whose turn has not come when its time is over.
  enum class Unbegun {
    kDrop,  ///< it never runs
    kWait   ///< it runs all the same: those before it end, or are given up by who waits for them
  };
  enum class Ran {
    kDone,
    kHangs,     ///< has run for the whole time it had, and not returned
    kNotBegun,  ///< will not run any more
    kGivenUp    ///< give_up() came in between; it may run, or go on running
  };
  /// Owns whatever it needs: it may go on long after run() has returned.
  using Function = std::function<cspkit_code()>;

  /// Null when the system gives no thread.
  static std::unique_ptr<Offload> make(std::shared_ptr<Clock> clock);

  /// Runs the function and waits for its end. It has the time `budget` to return, counted from its
  /// beginning, and as much before that to wait for its turn. What it owns is gone before this
  /// returns kDone. Any thread but the provider's own.
  Ran run(Lane lane, Unbegun unbegun, Function function, Clock::Duration budget, cspkit_code& code);
  /// Nothing begins any more, and nobody waits. The object must never be destroyed then.
  void give_up();

 private:
  enum class Phase { kQueued, kRuns, kDone };
  struct Work {
    Function function;
    Phase phase = Phase::kQueued;
    bool dropped = false;
    Clock::Duration begun{};
    cspkit_code code = CSPKIT_FAILED;
  };

  Offload(std::shared_ptr<Clock> clock, std::shared_ptr<Executor> serial)
      : clock_(std::move(clock)), serial_(std::move(serial)) {}
  void work(Work& work);
  std::shared_ptr<Executor> concurrent();

  std::shared_ptr<Clock> clock_;
  std::mutex mutex_;  // guards what follows, and every Work
  std::condition_variable changed_;
  bool given_up_ = false;
  std::shared_ptr<Executor> concurrent_;  // made when first needed
  std::shared_ptr<Executor> serial_;      // last in: its thread uses the others
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_OFFLOAD_HPP_
