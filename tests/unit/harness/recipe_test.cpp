// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <string>
#include <utility>

namespace {

using cspkit::harness::Device;
using cspkit::harness::IsOk;
using cspkit::harness::load_recipe;
using cspkit::harness::parse_recipe;
using cspkit::harness::run_recipe;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const char* const kDdf = R"(<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Recipe</NodeName>
<Path>./Device/Vendor/Test</Path><DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
<Occurrence><One/></Occurrence><Scope><Permanent/></Scope><DFType><DDFName/></DFType></DFProperties>
<Node><NodeName>Text</NodeName><DFProperties><AccessType><Get/><Replace/></AccessType>
<DefaultValue>a</DefaultValue><DFFormat><chr/></DFFormat><Occurrence><One/></Occurrence><Scope><Permanent/></Scope>
<DFType><MIME>text/plain</MIME></DFType></DFProperties></Node>
<Node><NodeName></NodeName><DFProperties><AccessType><Add/><Delete/><Get/></AccessType><DFFormat><int/></DFFormat>
<Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope><DFTitle>Item</DFTitle>
<DFType><MIME>text/plain</MIME></DFType></DFProperties></Node></Node></MgmtTree>)";

class RecipeTest : public testing::Test {
 protected:
  void SetUp() override {
    auto device = Device::open();
    ASSERT_THAT(device, IsOk());
    device_ = std::move(*device);
    ASSERT_THAT(device_->load_ddf_bytes(kDdf, "Recipe.xml"), IsOk());
  }
  std::vector<std::string> run(const std::string& text) {
    const auto steps = parse_recipe(text);
    EXPECT_THAT(steps, IsOk());
    return steps ? run_recipe(*device_, *steps) : std::vector<std::string>{"no recipe"};
  }
  std::unique_ptr<Device> device_;
};

TEST_F(RecipeTest, WhatIsAnsweredAsExpectedSaysNothing) {
  EXPECT_THAT(run("# all verbs\n"
                  "\n"
                  "200 get ./Vendor/Test/Recipe/Text chr = a\n"
                  "200 replace ./Vendor/Test/Recipe/Text = two\\nlines, a \\\\ and = \n"
                  "200 get ./Vendor/Test/Recipe/Text = two\\nlines, a \\\\ and = \r\n"
                  "200 add ./Vendor/Test/Recipe/x int = 7\n"
                  "418 add ./Vendor/Test/Recipe/x int = 8\n"
                  "200 get ./Vendor/Test/Recipe/x\n"
                  "200 delete ./Vendor/Test/Recipe/x\n"
                  "404 get ./Vendor/Test/Recipe/x\n"
                  "200 seed ./Vendor/Test/Recipe/y = 9\n"
                  "200 get ./Vendor/Test/Recipe/y int = 9\n"
                  "405 exec ./Vendor/Test/Recipe/Text"),
              IsEmpty());
}

TEST_F(RecipeTest, TimeIsTheDevicesOwn) {
  const auto begin = device_->clock().steady_now();
  EXPECT_THAT(run("wait 90s\nwait 5m\n  wait  2h \n"), IsEmpty());
  EXPECT_EQ(device_->clock().steady_now() - begin, std::chrono::seconds(90 + 300 + 7200));
}

TEST_F(RecipeTest, WhatIsNotIsNamedWithItsLine) {
  EXPECT_THAT(run("200 get ./Vendor/Test/Recipe/Text = b\n"
                  "200 get ./Vendor/Test/Recipe/Text int\n"
                  "405 replace ./Vendor/Test/Recipe/Text = c\n"
                  "200 get ./Vendor/Test/Recipe/Text = c\n"
                  "200 get ./Vendor/Test/Recipe/none\n"),
              ElementsAre("line 1: get ./Vendor/Test/Recipe/Text: \"a\", expected \"b\"",
                          "line 2: get ./Vendor/Test/Recipe/Text: format chr, expected int",
                          "line 3: replace ./Vendor/Test/Recipe/Text: 200, expected 405",
                          testing::AllOf(HasSubstr("line 5: get "), HasSubstr("404"))));
}

TEST_F(RecipeTest, WhatIsNoRecipeIsRefusedWithItsLine) {
  for (const char* line : {"get ./X", "99 get ./X", "200 fetch ./X", "200 get", "200 get X",
                           "200 get ./X text", "200 get ./X chr 5", "wait", "wait 5", "wait m",
                           "wait -1s", "wait 5d", "wait 1000001s", "wait 5s more"}) {
    const auto steps = parse_recipe(std::string("# one\n") + line + "\n");
    ASSERT_FALSE(steps) << line;
    EXPECT_EQ(steps.error().code(), cspkit::Code::kBadValue) << line;
    EXPECT_THAT(steps.error().text(), HasSubstr("line 2: ")) << line;
  }
  EXPECT_EQ(load_recipe("/nonexistent/a.recipe").error().code(), cspkit::Code::kIo);
}

}  // namespace
