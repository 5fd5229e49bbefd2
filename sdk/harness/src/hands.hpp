// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_HANDS_HPP_
#define CSPKIT_HARNESS_HANDS_HPP_

#include <cspkit/executor.hpp>
#include <cstddef>
#include <memory>

namespace cspkit::harness {

/// Threads that do one task after the other while the caller looks on: at any time one of them is
/// at work, in the caller's place. Only a task that sleeps, for a tenth of a second at first, is
/// left to itself, and the caller goes on: a job may wait in its thread for a batch or a timer of
/// its own, which are tasks of the same executor.
class Hands {
 public:
  /// None is made before it is needed.
  explicit Hands(std::size_t most);
  /// Joins them.
  ~Hands();
  Hands(const Hands&) = delete;
  Hands& operator=(const Hands&) = delete;

  /// Back when the task has ended, or sleeps. A task that runs another, and anybody's when all
  /// hands are full, does it itself.
  void run(Executor::Task task);
  /// Back when every task that slept and has woken up has ended, or sleeps again.
  void wait_for_quiet();
  /// Those that have nothing to do.
  std::size_t idle() const;

 private:
  struct Hand;
  struct Shared;
  std::shared_ptr<Shared> shared_;  ///< a hand may be the last to go
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_HANDS_HPP_
