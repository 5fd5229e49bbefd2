// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cspkit/executor.hpp>
#include <ctime>

namespace cspkit {
namespace {

class SystemClock final : public Clock {
 public:
  Duration steady_now() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  // Of every change, as the one below: the kernel's last tick, some milliseconds old, costs a tenth
  // of the exact time. On a busy machine the next one may be late.
  Duration steady_tick() const override { return last_tick(CLOCK_MONOTONIC_COARSE) + 2 * tick_; }
  UtcTime utc_now() const override {
    return UtcTime(std::chrono::floor<std::chrono::milliseconds>(last_tick(CLOCK_REALTIME_COARSE)));
  }

 private:
  static Duration length_of_tick() {
    timespec length{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &length);
    return std::chrono::seconds(length.tv_sec) + std::chrono::nanoseconds(length.tv_nsec);
  }
  static Duration last_tick(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  }

  const Duration tick_ = length_of_tick();
};

}  // namespace

std::shared_ptr<Clock> make_system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace cspkit
