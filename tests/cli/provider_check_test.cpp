// SPDX-License-Identifier: Apache-2.0
// provider check from outside: its report in three forms, its exit codes, its options. What it
// finds is shown in tests/conformance.
#include <filesystem>

#include "cli_test.hpp"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kText = "./Vendor/Example/Greeter/Greeting/Ada/Text";

class ProviderCheckTest : public CliTest {
 protected:
  std::string recipe(const std::string& expected) const {
    return write("hello.recipe", "200 add ./Vendor/Example/Greeter/Greeting/Ada\n200 get " + kText +
                                     " chr = " + expected + "\n");
  }
};

TEST_F(ProviderCheckTest, AGoodOneIsSaidToBeGood) {
  const Outcome good = ctl({"provider", "check", CSPKIT_HELLO, "--recipe", recipe("Hello, Ada")});
  EXPECT_EQ(good.exit, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("provider example: ./Device/Vendor/Example/Greeter"));
  EXPECT_THAT(good.out, HasSubstr("0 errors, 0 warnings"));
  EXPECT_THAT(good.err, IsEmpty());
}

TEST_F(ProviderCheckTest, AFindingIsReportedInAllForms) {
  const std::string junit = path("report.xml");
  const std::vector<std::string> words = {"provider",         "check",   CSPKIT_HELLO, "--recipe",
                                          recipe("Good day"), "--junit", junit};
  const Outcome text = ctl(words);
  EXPECT_EQ(text.exit, 1) << text.err;
  EXPECT_THAT(text.out, HasSubstr("error recipe.failed: line 2: get " + kText));
  EXPECT_THAT(text.out, HasSubstr("hello.recipe:2"));
  EXPECT_THAT(text.out, HasSubstr("1 errors, 0 warnings"));
  const std::string xml = read(junit);
  EXPECT_THAT(xml, HasSubstr("<failure type=\"recipe.failed\""));
  EXPECT_THAT(xml, HasSubstr("failures=\"1\""));

  std::vector<std::string> with_json = words;
  with_json.insert(with_json.begin(), "--json");
  const Outcome json = ctl(with_json);
  EXPECT_EQ(json.exit, 1) << json.err;
  const auto lines = json_lines(json.out);
  ASSERT_EQ(lines.size(), 1U);
  const auto& report = lines[0];
  EXPECT_EQ(report["command"], "provider check");
  EXPECT_EQ(report["abi"], "1.0");
  EXPECT_EQ(report["providers"][0]["roots"][0], "./Device/Vendor/Example/Greeter");
  EXPECT_EQ(report["errors"], 1);
  ASSERT_EQ(report["findings"].size(), 1U);
  const auto& finding = report["findings"][0];
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["code"], "recipe.failed");
  EXPECT_EQ(finding["phase"], "recipe");
  EXPECT_EQ(finding["verb"], "get");
  for (const char* member : {"provider", "handler", "uri", "text", "remedy"})
    EXPECT_TRUE(finding[member].is_string()) << member;
  for (const char* member : {"plugin", "version", "library", "cases", "times", "left_out", "leaks",
                             "warnings", "notes", "seconds"})
    EXPECT_TRUE(report.contains(member)) << member;
  EXPECT_GT(report["times"].size(), 2U);
  EXPECT_EQ(report["cases"].back()["findings"][0], 0);
}

TEST_F(ProviderCheckTest, WhatIsSkippedIsSaid) {
  const Outcome skipped = ctl({"provider", "check", CSPKIT_HELLO, "--skip", "*/Reset"});
  EXPECT_EQ(skipped.exit, 0) << skipped.out;
  EXPECT_THAT(skipped.out, HasSubstr("Greeter/Reset: --skip"));
  EXPECT_THAT(skipped.out, Not(HasSubstr("exec Reset")));
}

TEST_F(ProviderCheckTest, WarningsCountOnlyWhenStrict) {
  const std::vector<std::string> slow = {"provider", "check", CSPKIT_HELLO, "--slow", "0.001"};
  const Outcome lenient = ctl(slow);
  EXPECT_EQ(lenient.exit, 0) << lenient.out;
  EXPECT_THAT(lenient.out, HasSubstr("warning call.slow"));
  std::vector<std::string> words = slow;
  words.emplace_back("--strict");
  EXPECT_EQ(ctl(words).exit, 1);
}

TEST_F(ProviderCheckTest, WhatIsNoProviderIsAFinding) {
  const Outcome plain = ctl({"provider", "check", CSPKIT_PLAIN_MODULE});
  EXPECT_EQ(plain.exit, 1) << plain.err;
  EXPECT_THAT(plain.out, HasSubstr("symbol.missing"));
  EXPECT_THAT(plain.out, HasSubstr("load.refused"));
}

TEST_F(ProviderCheckTest, UnusableArgumentsAreTwo) {
  const std::string rubbish = write("rubbish.recipe", "nonsense\n");
  const std::vector<std::vector<std::string>> all = {
      {path("gone.so")},
      {CSPKIT_HELLO, "--recipe", path("gone.recipe")},
      {CSPKIT_HELLO, "--recipe", rubbish},
      {CSPKIT_HELLO, "--deadline", "0"},
      {CSPKIT_HELLO, "--junit", path("no/such/folder.xml")},
      {}};
  for (const std::vector<std::string>& rest : all) {
    std::vector<std::string> words = {"provider", "check"};
    words.insert(words.end(), rest.begin(), rest.end());
    const Outcome refused = ctl(words);
    EXPECT_EQ(refused.exit, 2) << testing::PrintToString(rest);
    EXPECT_TRUE(is_one_error_line(refused.err)) << refused.err;
  }
}

}  // namespace
}  // namespace cli
