// SPDX-License-Identifier: Apache-2.0
// The harness' patience for threads of a provider was used up by many short waits one after the
// other; from then on the device's clock ran away from every call that a thread was to complete.
#include <gtest/gtest.h>

#include <chrono>
#include <cspkit/harness/device.hpp>
#include <cspkit/harness/matchers.hpp>
#include <future>
#include <thread>

namespace {

using cspkit::harness::Device;
using cspkit::harness::DeviceOptions;

TEST(HarnessPatienceTest, EachCommandHasItsOwn) {
  std::promise<void> end;
  std::thread other([ended = end.get_future()] { ended.wait(); });
  DeviceOptions options;
  options.patience = std::chrono::milliseconds(20);
  const auto device = Device::open(std::move(options));
  ASSERT_THAT(device, cspkit::harness::IsOk());
  auto& executor = (*device)->executor();
  const auto begin = (*device)->clock().steady_now();
  const auto until = begin + std::chrono::hours(1);
  while (executor.drive(until)) continue;
  EXPECT_EQ((*device)->clock().steady_now(), until) << "nothing came in time";

  EXPECT_FALSE((*device)->has("./Vendor/Nothing"));
  EXPECT_TRUE(executor.drive(until + std::chrono::hours(1)));
  EXPECT_EQ((*device)->clock().steady_now(), until) << "another command is waited for again";
  end.set_value();
  other.join();
}

}  // namespace
