// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/harness/manual_clock.hpp>

namespace cspkit::harness {

Clock::UtcTime ManualClock::default_start() {
  using std::chrono::January;
  return std::chrono::sys_days(std::chrono::year(2026) / January / 1);
}

ManualClock::ManualClock(UtcTime start) : utc_(start) {}

Clock::Duration ManualClock::steady_now() const {
  const std::lock_guard lock(mutex_);
  return steady_;
}

Clock::UtcTime ManualClock::utc_now() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::floor<std::chrono::milliseconds>(utc_);
}

void ManualClock::advance(Duration duration) {
  const std::lock_guard lock(mutex_);
  const Duration step = std::max(duration, Duration::zero());
  steady_ += step;
  utc_ += step;
}

void ManualClock::advance_to(Duration steady) {
  const std::lock_guard lock(mutex_);
  const Duration step = std::max(steady - steady_, Duration::zero());
  steady_ += step;
  utc_ += step;
}

void ManualClock::set_utc(UtcTime time) {
  const std::lock_guard lock(mutex_);
  utc_ = time;
}

}  // namespace cspkit::harness
