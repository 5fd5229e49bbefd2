// SPDX-License-Identifier: Apache-2.0
// A provider of version 1.0 of abi.h, in the engine of today.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <string>
#include <utility>

namespace {

using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::ValueIs;

TEST(FrozenProvider, WorksAsItDid) {
  cspkit::harness::DeviceOptions options;
  options.providers = {{CSPKIT_FROZEN_LIBRARY}};
  auto device = cspkit::harness::Device::open(std::move(options));
  ASSERT_THAT(device, IsOk());
  const auto providers = (*device)->engine().providers();
  ASSERT_EQ(providers.size(), 1U);
  EXPECT_EQ(providers[0].abi_major, 1U);
  EXPECT_EQ(providers[0].abi_minor, 0U);
  const std::string root = "./Vendor/Example/Frozen";
  ASSERT_THAT((*device)->add(root + "/Greeting/Ada"), StatusIs(200));
  EXPECT_THAT((*device)->get(root + "/Greeting/Ada/Text"), ValueIs("Hello, Ada"));
  EXPECT_THAT((*device)->get(root + "/Greeting/Bob/Text"), StatusIs(404));
  ASSERT_THAT((*device)->exec(root + "/Reset"), StatusIs(200));
  EXPECT_THAT((*device)->get(root + "/Greeting"), ValueIs(""));
}

}  // namespace
