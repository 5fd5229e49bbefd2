// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cspkit/executor.hpp>

namespace cspkit {
namespace {

class SystemClock final : public Clock {
 public:
  Duration steady_now() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  UtcTime utc_now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace

std::shared_ptr<Clock> make_system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace cspkit
