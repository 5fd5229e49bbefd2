// SPDX-License-Identifier: Apache-2.0
// Providers linked into the program instead of loaded: both samples, the same sources.
#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <string>

extern "C" const cspkit_plugin cspkit_plugin_v1_hello;
extern "C" const cspkit_plugin cspkit_plugin_v1_hello_c;

namespace {

const std::string kSamples = CSPKIT_SAMPLES_DIR;

TEST(StaticProviders, ServeSideBySide) {
  auto engine = cspkit::Engine::open();
  ASSERT_TRUE(engine) << engine.error().text();
  const auto hello = engine->add_provider(cspkit_plugin_v1_hello, kSamples + "/hello");
  ASSERT_TRUE(hello.ok()) << hello.text();
  const auto hello_c =
      engine->add_provider(cspkit_plugin_v1_hello_c, kSamples + "/hello_c/HelloC.xml");
  ASSERT_TRUE(hello_c.ok()) << hello_c.text();
  ASSERT_EQ(engine->providers().size(), 2U);
  EXPECT_EQ(engine->providers()[0].file, "");
  EXPECT_EQ(engine->providers()[0].name, "example");
  EXPECT_EQ(engine->providers()[1].plugin_id, "com.example.hello_c");

  auto device = engine->open_session(cspkit::Principal::device());
  for (const std::string root : {"./Vendor/Example/Greeter", "./Vendor/Example/HelloC"}) {
    EXPECT_TRUE(device.add(root + "/Greeting/Ada").ok());
    const auto text = device.get(root + "/Greeting/Ada/Text");
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(text->data, "Hello, Ada");
  }
  EXPECT_TRUE(device.exec("./Vendor/Example/HelloC/Reset").ok());
  EXPECT_FALSE(device.get("./Vendor/Example/HelloC/Greeting/Ada"));
  EXPECT_TRUE(device.get("./Vendor/Example/Greeter/Greeting/Ada"));
}

TEST(StaticProviders, AreRefusedTwiceAndWithoutTheirDdf) {
  auto engine = cspkit::Engine::open();
  ASSERT_TRUE(engine) << engine.error().text();
  const auto lost = engine->add_provider(cspkit_plugin_v1_hello);
  EXPECT_EQ(lost.code(), cspkit::Code::kProviderRefused);
  EXPECT_NE(lost.text().find("Example.xml"), std::string::npos) << lost.text();
  EXPECT_TRUE(engine->add_provider(cspkit_plugin_v1_hello, kSamples + "/hello").ok());
  const auto again = engine->add_provider(cspkit_plugin_v1_hello, kSamples + "/hello");
  EXPECT_EQ(again.code(), cspkit::Code::kProviderRefused);
  EXPECT_NE(again.text().find("already"), std::string::npos) << again.text();
}

}  // namespace
