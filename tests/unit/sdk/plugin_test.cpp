// SPDX-License-Identifier: Apache-2.0
// The exported object, of a library with several providers, linked statically.
#include <gtest/gtest.h>

#include <cspkit/provider.hpp>

#include "fake_host.hpp"

namespace {

struct First : cspkit::Provider {
  explicit First(cspkit::Host host) : Provider(host) { on("A").own(); }
};
struct Second : cspkit::Provider {
  explicit Second(cspkit::Host host) : Provider(host) { on("B").own(); }
};
constexpr std::string_view kEmbedded = "<MgmtTree/>";

}  // namespace

CSPKIT_PLUGINS("com.example.two", "1.2.3", CSPKIT_PROVIDER(First, "My First.v2.xml"),
               CSPKIT_PROVIDER(Second, "Second.xml", "second_one", kEmbedded))

namespace cspkit::test {
namespace {

using sdk_detail::to_view;

const cspkit_plugin& plugin() { return CSPKIT_PLUGIN_SYMBOL; }

TEST(Plugin, HeaderComesFromTheMacro) {
  EXPECT_EQ(plugin().size, sizeof(cspkit_plugin));
  EXPECT_EQ(plugin().abi_major, CSPKIT_ABI_MAJOR);
  EXPECT_EQ(plugin().abi_minor, CSPKIT_ABI_MINOR);
  EXPECT_EQ(to_view(plugin().id), "com.example.two");
  EXPECT_EQ(to_view(plugin().version), "1.2.3");
  ASSERT_EQ(plugin().provider_count, 2U);
}

TEST(Plugin, NameIsMadeOfTheDdfsOrGiven) {
  EXPECT_EQ(to_view(plugin().providers[0].name), "my-first-v2");
  EXPECT_EQ(to_view(plugin().providers[0].ddf_name), "My First.v2.xml");
  EXPECT_EQ(to_view(plugin().providers[0].ddf), "");
  EXPECT_EQ(to_view(plugin().providers[1].name), "second_one");
  EXPECT_EQ(to_view(plugin().providers[1].ddf), "<MgmtTree/>");
}

TEST(Plugin, CreateMakesTheProviderOfTheIndex) {
  FakeHost host;
  for (std::size_t i = 0; i < 2; ++i) {
    cspkit_provider* provider = nullptr;
    ASSERT_EQ(plugin().create(host.raw(), i, &provider), CSPKIT_OK);
    EXPECT_EQ(to_view(provider->handlers[0].pattern), i == 0 ? "A" : "B");
    provider->destroy(provider);
  }
  cspkit_provider* provider = nullptr;
  EXPECT_EQ(plugin().create(host.raw(), 2, &provider), CSPKIT_MISUSE);
  EXPECT_EQ(provider, nullptr);
}

}  // namespace
}  // namespace cspkit::test
