// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_MANUAL_CLOCK_HPP_
#define CSPKIT_HARNESS_MANUAL_CLOCK_HPP_

#include <cspkit/executor.hpp>
#include <cspkit/export.hpp>
#include <mutex>

namespace cspkit::harness {

/// A clock that stands still. Any thread may call any function.
class CSPKIT_API ManualClock final : public Clock {
 public:
  /// 2026-01-01T00:00:00Z: the same in every run.
  static UtcTime default_start();

  /// Stands at `start`; its steady time begins at 0.
  explicit ManualClock(UtcTime start = default_start());

  Duration steady_now() const override;
  UtcTime utc_now() const override;  ///< as it was set, and moved since

  /// Moves both times forward; a negative duration moves nothing. Runs nothing: tasks that became
  /// due run in the executor's next drive(); DeterministicExecutor::advance() does both.
  void advance(Duration duration);
  /// Moves both times forward until the steady one stands at `steady`; never back.
  void advance_to(Duration steady);
  /// Sets the calendar, also backwards, as a person or a time server may; steady time stays.
  void set_utc(UtcTime time);

 private:
  mutable std::mutex mutex_;
  Duration steady_{0};
  // Kept finer than it is told: many small steps must add up.
  std::chrono::sys_time<std::chrono::nanoseconds> utc_;
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_MANUAL_CLOCK_HPP_
