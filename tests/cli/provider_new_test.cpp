// SPDX-License-Identifier: Apache-2.0
// provider new: what it writes, what it says of a changed DDF, what it refuses. That the providers
// build and pass their tests is shown in tests/package.
#include <filesystem>
#include <fstream>

#include "cli_test.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class ProviderNewTest : public CliTest {
 protected:
  const std::string sample_ = std::string(CSPKIT_SOURCE) + "/samples/hello/Example.xml";
  std::string out(const std::string& file = {}) const { return path("made/" + file); }
};

TEST_F(ProviderNewTest, WritesHandlersForWhatTheStoreCannotDo) {
  const Outcome made = ctl({"provider", "new", sample_, "--out", out()});
  ASSERT_EQ(made.exit, 0) << made.err;
  const std::string source = read(out("example.cpp"));
  EXPECT_THAT(source, HasSubstr("on(\"Greeting/{Name}/Text\").get("));
  EXPECT_THAT(source, HasSubstr("on(\"Reset\").exec("));
  EXPECT_THAT(source, Not(HasSubstr("on(\"Greeting/{Name}\")"))) << "the host keeps it";
  EXPECT_THAT(source, HasSubstr("CSPKIT_PLUGIN(ExampleProvider, \"Example.xml\")"));
  const std::string recipe = read(out("example.recipe"));
  EXPECT_THAT(recipe, HasSubstr("200 add ./Device/Vendor/Example/Greeter/Greeting/1\n"));
  EXPECT_THAT(recipe, HasSubstr("200 get ./Device/Vendor/Example/Greeter/Greeting/1/Text chr\n"));
  EXPECT_THAT(recipe, HasSubstr("406 exec ./Device/Vendor/Example/Greeter/Reset\n"));
  EXPECT_THAT(read(out("CMakeLists.txt")), HasSubstr("find_package(cspkit CONFIG REQUIRED"));
  EXPECT_EQ(read(out("Example.xml")), read(sample_));
  EXPECT_TRUE(fs::exists(out("example_test.cpp")));
  EXPECT_THAT(read(out("CMakeLists.txt")), HasSubstr("cspkit::cspctl provider check"));
}

TEST_F(ProviderNewTest, AChangedDdfIsComparedAndNoCodeTouched) {
  ASSERT_EQ(ctl({"provider", "new", sample_, "--out", out()}).exit, 0);
  std::ofstream(out("example.cpp"), std::ios::app) << "// mine\n";
  const std::string source = read(out("example.cpp"));
  const std::string recipe = read(out("example.recipe"));

  const Outcome same = ctl({"provider", "new", sample_, "--out", out()});
  EXPECT_EQ(same.exit, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("no node has changed"));

  std::string text = read(sample_);
  const std::string reset = "<NodeName>Reset</NodeName>";
  text.replace(text.find(reset), reset.size(), "<NodeName>Forget</NodeName>");
  const std::string changed = write("Example.xml", text);
  const Outcome diff = ctl({"provider", "new", changed, "--out", out()});
  EXPECT_EQ(diff.exit, 0) << diff.err;
  EXPECT_THAT(diff.out, HasSubstr("to add to example.cpp:"));
  EXPECT_THAT(diff.out, HasSubstr("on(\"Forget\").exec("));
  EXPECT_THAT(diff.out, HasSubstr("on(\"Reset\").exec"));
  EXPECT_THAT(diff.out, Not(HasSubstr("on(\"Greeting/{Name}/Text\")")));
  EXPECT_EQ(read(out("example.cpp")), source);
  EXPECT_EQ(read(out("example.recipe")), recipe);
  EXPECT_EQ(read(out("Example.xml")), text);
}

TEST_F(ProviderNewTest, NothingIsOverwrittenAndNothingHalfWritten) {
  fs::create_directories(out());
  std::ofstream(out("CMakeLists.txt")) << "mine\n";
  const Outcome there = ctl({"provider", "new", sample_, "--out", out()});
  EXPECT_EQ(there.exit, 2);
  EXPECT_TRUE(is_one_error_line(there.err));
  EXPECT_THAT(there.err, HasSubstr("CMakeLists.txt is there already"));
  EXPECT_EQ(read(out("CMakeLists.txt")), "mine\n");
  EXPECT_FALSE(fs::exists(out("example.cpp")));

  for (const auto& [file, code] : {std::pair<std::string, int>{path("none.xml"), 2},
                                   {write("rubbish.xml", "rubbish"), 3},
                                   {write("text.txt", "rubbish"), 2}}) {
    const Outcome refused = ctl({"provider", "new", file, "--out", path("other")});
    EXPECT_EQ(refused.exit, code) << file;
    EXPECT_TRUE(is_one_error_line(refused.err)) << refused.err;
    EXPECT_FALSE(fs::exists(path("other"))) << file;
  }
}

}  // namespace
}  // namespace cli
