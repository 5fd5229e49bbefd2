// SPDX-License-Identifier: Apache-2.0
// Providers built by each compiler, loaded by an engine built by this one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cspkit/engine.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace {

std::vector<std::string> compilers() {
  std::vector<std::string> found;
  const std::string all = CSPKIT_ABI_COMPILERS;
  std::size_t begin = 0;
  while (begin <= all.size()) {
    const std::size_t end = std::min(all.find(',', begin), all.size());
    found.push_back(all.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

/// As it may stand in the name of a test.
std::string word(std::string compiler) {
  std::replace(compiler.begin(), compiler.end(), '+', 'x');
  return compiler;
}

struct Sample {
  const char* library;
  const char* root;
};

class MixedCompilers : public testing::TestWithParam<std::tuple<std::string, Sample>> {};

TEST_P(MixedCompilers, GreeterWorks) {
  const auto& [compiler, sample] = GetParam();
  auto engine = cspkit::Engine::open();
  ASSERT_TRUE(engine) << engine.error().text();
  const auto file = std::filesystem::path(CSPKIT_ABI_DIR) / compiler / sample.library;
  const cspkit::Status loaded = engine->load_provider(file);
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  ASSERT_EQ(engine->providers().size(), 1U);
  EXPECT_EQ(engine->providers()[0].roots, std::vector<std::string>{sample.root});

  auto device = engine->open_session(cspkit::Principal::device());
  const std::string root = sample.root;
  EXPECT_TRUE(device.add(root + "/Greeting/Ada%20L").ok());
  const auto text = device.get(root + "/Greeting/Ada%20L/Text");
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text, cspkit::Value::chr("Hello, Ada L"));
  EXPECT_EQ(device.get(root + "/Greeting/Bob/Text").error().code(), cspkit::Code::kNotFound);

  const cspkit::Status reset = device.exec(root + "/Reset");
  EXPECT_TRUE(reset.ok()) << reset.text();
  EXPECT_EQ(device.get(root + "/Greeting").value_or(cspkit::Value::chr("absent")).data, "");
  EXPECT_EQ(device.get(root + "/Greeting/Ada%20L/Text").error().code(), cspkit::Code::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, MixedCompilers,
    testing::Combine(
        testing::ValuesIn(compilers()),
        testing::Values(Sample{"libcspkit_hello.so", "./Device/Vendor/Example/Greeter"},
                        Sample{"libcspkit_hello_c.so", "./Device/Vendor/Example/HelloC"})),
    [](const auto& test) {
      const std::string language =
          std::string(std::get<1>(test.param).library) == "libcspkit_hello.so" ? "cxx" : "c";
      return language + "_from_" + word(std::get<0>(test.param));
    });

class MixedExceptions : public testing::TestWithParam<std::string> {};

TEST_P(MixedExceptions, StayInTheLibraryThatThrewThem) {
  auto engine = cspkit::Engine::open();
  ASSERT_TRUE(engine) << engine.error().text();
  const auto file = std::filesystem::path(CSPKIT_ABI_DIR) / GetParam() / "throws.so";
  const cspkit::Status loaded = engine->load_provider(file);
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  auto device = engine->open_session(cspkit::Principal::device());
  const std::string root = "./Device/Vendor/Zoo";
  const auto text = device.get(root + "/Text");  // a std::runtime_error
  EXPECT_EQ(text.error().code(), cspkit::Code::kFailed);
  EXPECT_EQ(text.error().text(), "disk on fire");
  EXPECT_EQ(device.get(root + "/Number").error().code(), cspkit::Code::kFailed);  // a number
  const auto busy = device.replace(root + "/Text", cspkit::Value::chr("x"));      // a cspkit::Error
  EXPECT_EQ(busy.code(), cspkit::Code::kBusy);
  EXPECT_EQ(busy.provider_error(), 0x80070020U);
}

INSTANTIATE_TEST_SUITE_P(Plugins, MixedExceptions, testing::ValuesIn(compilers()),
                         [](const auto& test) { return word(test.param); });

}  // namespace
