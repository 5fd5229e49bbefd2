// SPDX-License-Identifier: Apache-2.0
// One test of a provider, whichever way it comes: as a library, or linked into the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <memory>
#include <string>
#include <utility>

extern "C" const cspkit_plugin cspkit_plugin_v1_hello;
extern "C" const cspkit_plugin cspkit_plugin_v1_hello_c;

namespace {

using cspkit::harness::DeviceOptions;
using cspkit::harness::HasNode;
using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::ValueIs;

struct Way {
  const char* name;
  const char* root;
  DeviceOptions (*options)();
};

DeviceOptions library(const char* file) {
  DeviceOptions options;
  options.providers = {{file}};
  return options;
}
DeviceOptions linked(const cspkit_plugin& plugin, const std::string& folder) {
  DeviceOptions options;
  options.plugins = {{&plugin, std::string(CSPKIT_SAMPLES_DIR) + folder}};
  return options;
}

class LoadedOrLinked : public testing::TestWithParam<Way> {};

TEST_P(LoadedOrLinked, GreetsAndForgets) {
  auto opened = cspkit::harness::Device::open(GetParam().options());
  ASSERT_THAT(opened, IsOk());
  auto& device = **opened;
  const std::string root = GetParam().root;
  const auto before = device.snapshot();
  ASSERT_THAT(device.add(root + "/Greeting/Ada"), StatusIs(200));
  EXPECT_THAT(device, HasNode(root + "/Greeting/Ada"));
  EXPECT_THAT(device.get(root + "/Greeting/Ada/Text"), ValueIs("Hello, Ada"));
  EXPECT_THAT(device.exec(root + "/Greeting/Ada"), StatusIs(405));
  ASSERT_THAT(device.exec(root + "/Reset"), StatusIs(200));
  EXPECT_THAT(cspkit::harness::diff(before, device.snapshot()), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Ways, LoadedOrLinked,
    testing::Values(
        Way{"hello_loaded", "./Vendor/Example/Greeter", [] { return library(CSPKIT_HELLO); }},
        Way{"hello_linked", "./Vendor/Example/Greeter",
            [] { return linked(cspkit_plugin_v1_hello, "/hello"); }},
        Way{"hello_c_loaded", "./Vendor/Example/HelloC", [] { return library(CSPKIT_HELLO_C); }},
        Way{"hello_c_linked", "./Vendor/Example/HelloC",
            [] { return linked(cspkit_plugin_v1_hello_c, "/hello_c"); }}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
