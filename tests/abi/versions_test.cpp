// SPDX-License-Identifier: Apache-2.0
// Providers and hosts of different minor versions: what was built for 1.0 under the engine of today
// and under a later one, what was built for a later one under that of today, and the wrapper of
// today under a host that lacks what may be absent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <memory>
#include <string>
#include <utility>

#include "other_host.h"

extern "C" const cspkit_plugin cspkit_plugin_v1_frozen_greeter;
extern "C" const cspkit_plugin cspkit_plugin_v1_frozen_wide;
extern "C" const cspkit_plugin cspkit_plugin_v1_later_wide;
extern "C" const cspkit_plugin cspkit_plugin_v1_wrapped;

namespace {

using cspkit::harness::HasNode;
using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::ValueIs;

const cspkit_plugin* behind_a_later_host(const cspkit_plugin& plugin) {
  return static_cast<const cspkit_plugin*>(cspkit_tests_behind_a_later_host(&plugin));
}
const cspkit_plugin* behind_an_older_host(const cspkit_plugin& plugin, bool with_extensions) {
  return static_cast<const cspkit_plugin*>(
      cspkit_tests_behind_an_older_host(&plugin, with_extensions ? 1 : 0));
}

std::unique_ptr<cspkit::harness::Device> device_with(cspkit::harness::DeviceOptions options) {
  auto device = cspkit::harness::Device::open(std::move(options));
  EXPECT_THAT(device, IsOk());
  return device ? *std::move(device) : nullptr;
}
std::unique_ptr<cspkit::harness::Device> device_with(const cspkit_plugin* plugin,
                                                     const std::string& ddf = {}) {
  cspkit::harness::DeviceOptions options;
  options.plugins = {{plugin, ddf}};
  return device_with(std::move(options));
}

void expect_greets(cspkit::harness::Device& device, const std::string& root) {
  ASSERT_THAT(device.add(root + "/Greeting/Ada"), StatusIs(200));
  EXPECT_THAT(device.get(root + "/Greeting/Ada/Text"), ValueIs("Hello, Ada"));
  EXPECT_THAT(device.get(root + "/Greeting/Bob/Text"), StatusIs(404));
  ASSERT_THAT(device.exec(root + "/Reset"), StatusIs(200));
  EXPECT_THAT(device.get(root + "/Greeting"), ValueIs(""));
}

/// Everything that abi.h has, through v1_0/wide.c.
void expect_wide(cspkit::harness::Device& device, bool with_extensions = true) {
  const std::string root = "./Vendor/Example/Wide";
  EXPECT_THAT(device.get(root + "/Kept"), ValueIs("nothing"));
  ASSERT_THAT(device.exec(root + "/Run"), StatusIs(200));
  EXPECT_THAT(device.get(root + "/Kept"), ValueIs("by the exec"));
  EXPECT_THAT(device, HasNode(root + "/Item/from-exec"));
  EXPECT_EQ(device.engine().jobs().size(), with_extensions ? 1U : 0U);
  ASSERT_TRUE(device.settle());
  EXPECT_EQ(device.has(root + "/Item/from-job"), with_extensions);

  ASSERT_THAT(device.replace(root + "/Effect", "first"), StatusIs(200));
  const auto reply = device.run(
      "<SyncML><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr><SyncBody><Atomic><CmdID>1</CmdID>"
      "<Replace><CmdID>2</CmdID><Item><Target><LocURI>" +
      root +
      "/Effect</LocURI></Target><Data>second</Data></Item></Replace>"
      "<Delete><CmdID>3</CmdID><Item><Target><LocURI>" +
      root + "/Item</LocURI></Target></Item></Delete></Atomic><Final/></SyncBody></SyncML>");
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(device.get(root + "/Effect"), ValueIs("first")) << "undone with its Atomic";
}

class Frozen : public testing::Test {
 protected:
  static void expect_version_1_0(cspkit::harness::Device& device) {
    const auto providers = device.engine().providers();
    ASSERT_EQ(providers.size(), 1U);
    EXPECT_EQ(providers[0].abi_major, 1U);
    EXPECT_EQ(providers[0].abi_minor, 0U);
  }
};

TEST_F(Frozen, LibraryWorksAsItDid) {
  cspkit::harness::DeviceOptions options;
  options.providers = {{CSPKIT_FROZEN_LIBRARY}};
  const auto device = device_with(std::move(options));
  ASSERT_NE(device, nullptr);
  expect_version_1_0(*device);
  expect_greets(*device, "./Vendor/Example/Frozen");
}

TEST_F(Frozen, AllOfItWorksAsItDid) {
  const auto device = device_with(&cspkit_plugin_v1_frozen_wide);
  ASSERT_NE(device, nullptr);
  expect_version_1_0(*device);
  expect_wide(*device);
  EXPECT_THAT(device->get("./Vendor/Example/Wide/Later"), ValueIs("1.0"));
}

TEST_F(Frozen, GreetsUnderALaterHost) {
  const auto device =
      device_with(behind_a_later_host(cspkit_plugin_v1_frozen_greeter), CSPKIT_FROZEN_DDF);
  ASSERT_NE(device, nullptr);
  expect_version_1_0(*device);
  expect_greets(*device, "./Vendor/Example/Frozen");
}

TEST_F(Frozen, AllOfItWorksUnderALaterHost) {
  const auto device = device_with(behind_a_later_host(cspkit_plugin_v1_frozen_wide));
  ASSERT_NE(device, nullptr);
  expect_wide(*device);
}

class Later : public testing::Test {
 protected:
  static void expect_later_version(cspkit::harness::Device& device) {
    const auto providers = device.engine().providers();
    ASSERT_EQ(providers.size(), 1U);
    EXPECT_GT(providers[0].abi_minor, CSPKIT_ABI_MINOR);
  }
};

TEST_F(Later, ProviderWorksUnderTheHostOfTodayAndFindsOutWhatItLacks) {
  const auto device = device_with(&cspkit_plugin_v1_later_wide);
  ASSERT_NE(device, nullptr);
  expect_later_version(*device);
  expect_wide(*device);
  EXPECT_THAT(device->get("./Vendor/Example/Wide/Later"), ValueIs("the host is older"));
}

TEST_F(Later, ProviderOverTheWrapperWorksUnderTheHostOfToday) {
  cspkit::harness::DeviceOptions options;
  options.providers = {{CSPKIT_LATER_LIBRARY}};
  const auto device = device_with(std::move(options));
  ASSERT_NE(device, nullptr);
  expect_later_version(*device);
  expect_greets(*device, "./Vendor/Example/Greeter");
}

TEST_F(Later, ProviderFindsWhatALaterHostHas) {
  const auto device = device_with(behind_a_later_host(cspkit_plugin_v1_later_wide));
  ASSERT_NE(device, nullptr);
  expect_wide(*device);
  EXPECT_THAT(device->get("./Vendor/Example/Wide/Later"), ValueIs("the host is later"));
}

TEST_F(Later, ProviderWorksUnderTheFirstHostThereWas) {
  const auto device = device_with(behind_an_older_host(cspkit_plugin_v1_later_wide, true));
  ASSERT_NE(device, nullptr);
  expect_wide(*device);
  EXPECT_THAT(device->get("./Vendor/Example/Wide/Later"), ValueIs("the host is older"));
}

TEST_F(Later, ProviderWorksUnderAHostWithoutExtensions) {
  const auto device = device_with(behind_an_older_host(cspkit_plugin_v1_later_wide, false));
  ASSERT_NE(device, nullptr);
  expect_wide(*device, false);
}

const std::string kWrapped = "./Vendor/Example/Wrapped";

TEST(Wrapper, SaysWhatAHostWithoutExtensionsCannot) {
  const auto device = device_with(behind_an_older_host(cspkit_plugin_v1_wrapped, false));
  ASSERT_NE(device, nullptr);
  EXPECT_THAT(device->exec(kWrapped + "/Jobs"), StatusIs(406));
  EXPECT_THAT(device->exec(kWrapped + "/Alerts"), StatusIs(406));
  EXPECT_THAT(device->get(kWrapped + "/Closing"), ValueIs("false"));
}

TEST(Wrapper, UsesNoMoreOfATableThanThereIs) {
  const auto device = device_with(behind_an_older_host(cspkit_plugin_v1_wrapped, true));
  ASSERT_NE(device, nullptr);
  EXPECT_THAT(device->exec(kWrapped + "/Jobs"), StatusIs(200));
  EXPECT_TRUE(device->settle());
  EXPECT_THAT(device->exec(kWrapped + "/Alerts"), StatusIs(200));
  EXPECT_THAT(device->get(kWrapped + "/Closing"), ValueIs("false"));
}

}  // namespace
