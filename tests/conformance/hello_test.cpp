// SPDX-License-Identifier: Apache-2.0
// The same sample in each language, side by side in one device: what is promised of the first is
// true of all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <string>

namespace {

using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::ValueIs;

class HelloTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    cspkit::harness::DeviceOptions options;
    options.providers = {{CSPKIT_HELLO_LIBRARY}, {CSPKIT_HELLO_C_LIBRARY}};
#if defined(CSPKIT_HELLO_RUST_LIBRARY)
    options.providers.emplace_back(CSPKIT_HELLO_RUST_LIBRARY);
#endif
    auto device = cspkit::harness::Device::open(std::move(options));
    ASSERT_THAT(device, IsOk());
    device_ = std::move(*device);
  }
  std::string uri(const std::string& rest) const { return GetParam() + "/" + rest; }
  std::unique_ptr<cspkit::harness::Device> device_;
};

TEST_P(HelloTest, GreetsWhoWasAdded) {
  EXPECT_THAT(device_->get(uri("Greeting/Ada/Text")), StatusIs(404));
  ASSERT_THAT(device_->add(uri("Greeting/Ada")), StatusIs(200));
  ASSERT_THAT(device_->add(uri("Greeting/Ada")), StatusIs(418));
  EXPECT_THAT(device_->get(uri("Greeting/Ada/Text")), ValueIs(cspkit::Format::kChr, "Hello, Ada"));
  EXPECT_THAT(device_->get(uri("greeting/ADA/text")), ValueIs("Hello, Ada"))
      << "a name keeps the case in which it was created";
  ASSERT_THAT(device_->add(uri("Greeting/B%2F%20%C3%A9")), StatusIs(200));
  EXPECT_THAT(device_->get(uri("Greeting/B%2f%20%c3%a9/Text")), ValueIs("Hello, B/ \xC3\xA9"));
  EXPECT_THAT(device_->get(uri("Greeting")), ValueIs("Ada/B%2F%20%C3%A9"));
}

TEST_P(HelloTest, ResetForgetsAllAndOnlyItsOwn) {
  const std::string other = GetParam().find("HelloC") == std::string::npos
                                ? "./Vendor/Example/HelloC"
                                : "./Vendor/Example/Greeter";
  ASSERT_THAT(device_->add(other + "/Greeting/Eve"), StatusIs(200));
  ASSERT_THAT(device_->add(uri("Greeting/Ada")), StatusIs(200));
  ASSERT_THAT(device_->exec(uri("Reset")), StatusIs(200));
  EXPECT_THAT(device_->get(uri("Greeting")), ValueIs(""));
  EXPECT_THAT(device_->get(other + "/Greeting/Eve/Text"), ValueIs("Hello, Eve"));
}

TEST_P(HelloTest, WhatTheDdfDoesNotGrantIsRefused) {
  ASSERT_THAT(device_->add(uri("Greeting/Ada")), StatusIs(200));
  EXPECT_THAT(device_->replace(uri("Greeting/Ada/Text"), "x"), StatusIs(405));
  EXPECT_THAT(device_->get(uri("Reset")), StatusIs(405));
  EXPECT_THAT(device_->exec(uri("Greeting")), StatusIs(405));
  EXPECT_THAT(device_->remove(uri("Greeting")), StatusIs(405));
  ASSERT_THAT(device_->remove(uri("Greeting/Ada")), StatusIs(200));
  EXPECT_THAT(device_->get(uri("Greeting/Ada/Text")), StatusIs(404));
}

TEST_P(HelloTest, AnsweredInSyncml) {
  ASSERT_THAT(device_->add(uri("Greeting/Ada")), StatusIs(200));
  const auto reply = device_->run(
      "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Get><CmdID>1</CmdID><Item><Target><LocURI>" +
      uri("Greeting/Ada/Text") + "</LocURI></Target></Item></Get><Final/></SyncBody></SyncML>");
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(*reply, testing::HasSubstr("Hello, Ada"));
  EXPECT_EQ(device_->statuses(), std::vector<int>{200});
}

std::string language(const testing::TestParamInfo<std::string>& sample) {
  constexpr const char* kLanguages[] = {"Cxx", "C", "Rust"};
  return kLanguages[sample.index];
}

INSTANTIATE_TEST_SUITE_P(Samples, HelloTest,
                         testing::Values("./Vendor/Example/Greeter", "./Vendor/Example/HelloC"
#if defined(CSPKIT_HELLO_RUST_LIBRARY)
                                         ,
                                         "./Vendor/Example/HelloRust"
#endif
                                         ),
                         language);

#if defined(CSPKIT_PANICS_LIBRARY)
TEST(HelloRust, APanicFailsTheOperationAndUndoesIt) {
  cspkit::harness::DeviceOptions options;
  options.providers = {{CSPKIT_PANICS_LIBRARY}};
  auto opened = cspkit::harness::Device::open(std::move(options));
  ASSERT_THAT(opened, IsOk());
  auto& device = **opened;
  const std::string root = "./Vendor/Example/HelloRust";
  ASSERT_THAT(device.add(root + "/Greeting/Ada"), IsOk());
  ASSERT_THAT(device.add(root + "/Greeting/Eve"), IsOk());

  testing::internal::CaptureStderr();
  const auto text = device.get(root + "/Greeting/Eve/Text");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "the terminal is the embedder's";
  ASSERT_THAT(text, StatusIs(500));
  EXPECT_THAT(text.error().text(), testing::HasSubstr("Eve is not greeted"));
  EXPECT_THAT(device.exec(root + "/Reset"), StatusIs(500));
  EXPECT_THAT(device.get(root + "/Greeting/Ada/Text"), ValueIs("call 3"))
      << "what it removed is back";
}
#endif

}  // namespace
