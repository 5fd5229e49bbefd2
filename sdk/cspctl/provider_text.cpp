// SPDX-License-Identifier: Apache-2.0
#include "provider_text.hpp"

#include <algorithm>
#include <cspkit/harness/node_values.hpp>
#include <string_view>

namespace cspctl {
namespace {

using cspkit::Format;

/// A literal of C++; what is not plain ASCII as octal, which ends by itself.
std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out += '\\';
      for (const unsigned shift : {6U, 3U, 0U}) out += static_cast<char>('0' + (byte >> shift) % 8);
    }
  }
  return out + '"';
}

/// The first sentence or so, on comment lines of at most 100 columns.
std::string comment(std::string_view text, std::string_view indent) {
  constexpr std::size_t kMost = 300;
  std::string out;
  std::string line;
  std::string word;
  std::size_t used = 0;
  const auto flush_word = [&] {
    if (indent.size() + 4 + line.size() + word.size() > 98 && !line.empty()) {
      out += std::string(indent) + "//" + line + "\n";
      line.clear();
    }
    if (!word.empty()) line += " " + word;
    word.clear();
  };
  for (const char c : text) {
    if (++used > kMost && cspkit::detail::is_blank(c)) {
      word += " ...";
      break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20) {
      flush_word();
    } else if (c != '\\' && byte != 0x7F) {  // a backslash at a line's end would go on
      word += c;
    }
  }
  flush_word();
  if (!line.empty()) out += std::string(indent) + "//" + line + "\n";
  return out;
}

/// What a get handler returns until somebody knows better: a value that fits.
std::string value_expression(const cspkit::ddf::Node& node) {
  const std::string value = cspkit::harness::fitting_value(node);
  switch (node.format()) {
    case Format::kInt:
      if (const auto number = cspkit::parse_int(value); number && *number >= 0)
        return std::to_string(*number);
      break;
    case Format::kBool:
      if (const auto truth = cspkit::parse_bool(value)) return *truth ? "true" : "false";
      break;
    case Format::kBin:
    case Format::kB64:
      return "cspkit::Bytes{" + (value.empty() ? std::string() : literal(value)) + "}";
    default:
      break;
  }
  return "std::string(" + (value.empty() ? std::string() : literal(value)) + ")";
}

constexpr std::string_view kSourceHead =
    R"(// Provider of @DDF@, begun by `cspctl provider new`, which never changes this file again.
//
// What has no handler here is kept by the host, durably and with the DDF's access rights. A handler is
// called only for what the DDF allows, when the node exists. In a handler:
//   call["Name"]                   what stands in the address for the braces of the pattern
//   call.read("Other/Node")        a value that the host keeps
//   call.set("Other/Node", value)  changes one, as part of the command; create() and remove(), too
//   call.fail(code, "why")         fails the command; everything is as it was
// Long work, effects outside the host, timers: sdk/README.md of cspkit.
#include <cspkit/provider.hpp>

class @CLASS@ : public cspkit::Provider {
 public:
  explicit @CLASS@(cspkit::Host host) : Provider(host) {
)";

constexpr std::string_view kSourceTail = R"(  }
};

CSPKIT_PLUGIN(@CLASS@, "@DDF@")
)";

constexpr std::string_view kCmake = R"(cmake_minimum_required(VERSION 3.20)
project(@NAME@_provider LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_package(cspkit CONFIG REQUIRED COMPONENTS sdk OPTIONAL_COMPONENTS harness tools)

cspkit_add_provider(@NAME@ SOURCES @NAME@.cpp DDF @DDF@)  # libcspkit_@NAME@.so, with the DDF beside it
cspkit_install_provider(@NAME@)  # with --prefix of cspkit: where cspctl finds it by itself

enable_testing()

# What every provider has to keep, and the recipe: cspctl provider check tells what it finds, and what to do.
if(TARGET cspkit::cspctl)
  add_test(NAME @NAME@_check COMMAND cspkit::cspctl provider check $<TARGET_FILE:cspkit_@NAME@>
    --recipe ${CMAKE_CURRENT_SOURCE_DIR}/@NAME@.recipe)
endif()

# The test runs the recipe on a device in its own process.
find_package(GTest)
if(TARGET cspkit::harness AND GTest_FOUND)
  add_executable(@NAME@_test @NAME@_test.cpp)
  target_link_libraries(@NAME@_test PRIVATE cspkit::harness GTest::gtest_main GTest::gmock)
  target_compile_definitions(@NAME@_test PRIVATE
    PROVIDER="$<TARGET_FILE:cspkit_@NAME@>" RECIPE="${CMAKE_CURRENT_SOURCE_DIR}/@NAME@.recipe")
  add_dependencies(@NAME@_test cspkit_@NAME@)
  add_test(NAME @NAME@ COMMAND @NAME@_test)
else()
  message(STATUS "No test of the recipe: it wants the component harness of cspkit, and GoogleTest")
endif()
)";

constexpr std::string_view kTest = R"(#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <memory>
#include <utility>

namespace {

using cspkit::harness::IsOk;

class @CLASS@Test : public testing::Test {
 protected:
  void SetUp() override {
    cspkit::harness::DeviceOptions options;  // in memory, with a clock that the test moves
    options.providers = {{PROVIDER}};
    options.principal = cspkit::Principal::for_user("@USER@", true);
    auto device = cspkit::harness::Device::open(std::move(options));
    ASSERT_THAT(device, IsOk());
    device_ = std::move(*device);
  }
  std::unique_ptr<cspkit::harness::Device> device_;
};

TEST_F(@CLASS@Test, ServesItsTree) {
  const auto providers = device_->engine().providers();
  ASSERT_EQ(providers.size(), 1U);
  EXPECT_FALSE(providers[0].roots.empty());
}

TEST_F(@CLASS@Test, AnswersAsTheRecipeSays) {
  const auto steps = cspkit::harness::load_recipe(RECIPE);
  ASSERT_THAT(steps, IsOk());
  EXPECT_THAT(cspkit::harness::run_recipe(*device_, *steps), testing::IsEmpty());
}

}  // namespace
)";

constexpr std::string_view kRecipe =
    R"(# What @DDF@ and its provider answer: STATUS VERB URI [FORMAT] [= DATA]. Data of a get is what is
# expected (left out: anything), of the others what is sent; seed sets a node as its owner would.
# 406: a handler that does nothing yet. When it does, write what it answers then.
)";

std::string fill(std::string_view text, const ProviderNames& names) {
  std::string out(text);
  const std::pair<std::string_view, std::string_view> words[] = {{"@NAME@", names.name},
                                                                 {"@CLASS@", names.class_name},
                                                                 {"@DDF@", names.ddf},
                                                                 {"@USER@", kRecipeUser}};
  for (const auto& [word, value] : words) {
    for (std::size_t at = 0; (at = out.find(word, at)) != out.npos; at += value.size())
      out.replace(at, word.size(), value);
  }
  return out;
}

}  // namespace

std::string handler_text(const Wish& wish) {
  constexpr std::string_view kIndent = "    ";
  std::string out = comment(wish.node.uri(), kIndent);
  out += comment(wish.node.description(), kIndent);
  const std::string on = "    on(" + literal(wish.pattern) + ")";
  switch (wish.verb) {
    case Wish::Verb::kGet:
      out += "    // Format " + std::string(cspkit::format_name(wish.node.format())) +
             "; the server cannot set it: compute it here.\n";
      out += on + ".get([](cspkit::Call&) { return " + value_expression(wish.node) + "; });\n";
      break;
    case Wish::Verb::kExec:
      out +=
          "    // `data` is what the server sent, if anything. Return cspkit::Status() when it is "
          "done.\n";
      out +=
          on +
          ".exec([](cspkit::Call& call, const cspkit::Value& data) -> cspkit::Status {\n"
          "      static_cast<void>(data);\n"
          "      return call.fail(cspkit::Code::kNotSupported, " +
          literal(wish.node.name().empty() ? "it does nothing yet"
                                           : std::string(wish.node.name()) + " does nothing yet") +
          ");\n    });\n";
      break;
    case Wish::Verb::kRefresh:
      out +=
          "    // No server may add nodes below: bring them up to date here, by call.create, set "
          "and\n"
          "    // remove. It is called before an address below is looked at.\n";
      out += on + ".refresh([](cspkit::Call&) {});\n";
      break;
  }
  return out;
}

std::string source_text(const ProviderNames& names, const std::vector<Wish>& wishes,
                        const std::vector<std::string>& left_out) {
  std::string out = fill(kSourceHead, names);
  if (wishes.empty())
    out +=
        "    // No node of this DDF needs a handler. Add one for what shall have an effect:\n"
        "    // on(\"Node\").replace([](cspkit::Call& call, const cspkit::Value& value) { ... "
        "});\n";
  bool first = true;
  for (const Wish& wish : wishes) {
    if (!first) out += "\n";
    first = false;
    out += handler_text(wish);
  }
  for (const std::string& uri : left_out)
    out += comment("No pattern can hold the name of " + uri, "    ");
  return out + fill(kSourceTail, names);
}

std::string cmake_text(const ProviderNames& names) { return fill(kCmake, names); }

std::string test_text(const ProviderNames& names) { return fill(kTest, names); }

std::string recipe_text(const ProviderNames& names, const std::vector<std::string>& lines) {
  std::string out = fill(kRecipe, names);
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace cspctl
