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
  // Of every change: the kernel's last tick, some milliseconds old, costs a tenth of the exact
  // time.
  UtcTime utc_now() const override {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return UtcTime(std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)));
  }
};

}  // namespace

std::shared_ptr<Clock> make_system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace cspkit
