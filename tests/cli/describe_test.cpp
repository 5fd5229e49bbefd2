// SPDX-License-Identifier: Apache-2.0
// tree, explain, ddf check and provider list: what there is.
#include <cstdlib>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Tree : public CliTest {};
class Explain : public CliTest {};
class DdfCheck : public CliTest {};
class ProviderList : public CliTest {};

TEST_F(Tree, ShowsTheLiveNodesWithTheirValues) {
  EXPECT_EQ(device({"add", kRoot + "/Items/one/Name", "--data", "a\nb"}).exit, 0);
  const Outcome outcome = device({"tree", kRoot});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("/Vendor/Test/Cli/Text = first\n"));
  EXPECT_THAT(outcome.out, HasSubstr("/Vendor/Test/Cli/Items/one\n"));
  EXPECT_THAT(outcome.out, HasSubstr("/Vendor/Test/Cli/Items/one/Name = a\\nb\n"));
}

TEST_F(Tree, ShowsNothingThatGrantsNoGet) {
  EXPECT_EQ(device({"replace", kRoot + "/Password", "--data", "hunter2"}).exit, 0);
  const Outcome outcome = device({"tree"});
  EXPECT_THAT(outcome.out, HasSubstr("/Vendor/Test/Cli/Text = first\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("hunter2")));
}

TEST_F(Tree, WithAUserShowsTheUsersNodesToo) {
  EXPECT_THAT(device({"tree"}).out, Not(HasSubstr("Color")));
  const Outcome outcome = device({"--user", "ann", "tree"});
  EXPECT_THAT(outcome.out, HasSubstr("./User/Vendor/Test/Cli/Color = grey\n"));
  EXPECT_THAT(outcome.out, HasSubstr("/Vendor/Test/Cli/Text = first\n"));
}

TEST_F(Tree, OfANodeThatIsNotThereFails) {
  const Outcome outcome = device({"tree", kRoot + "/Nothing"});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_TRUE(is_one_error_line(outcome.err));
  EXPECT_THAT(outcome.err, HasSubstr(": 404 "));
}

TEST_F(Tree, JsonIsOneObjectWithAllNodes) {
  const auto objects = json_lines(device({"--json", "tree", kRoot}).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["status"], 200);
  bool found = false;
  for (const auto& node : objects[0]["nodes"]) {
    if (node["uri"].get<std::string>().find("/Cli/Text") == std::string::npos) continue;
    found = true;
    EXPECT_EQ(node["value"], "first");
    EXPECT_EQ(node["format"], "chr");
  }
  EXPECT_TRUE(found);
}

TEST_F(Explain, SaysWhatTheDdfSays) {
  const Outcome outcome = device({"explain", kRoot + "/Mode"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  for (const char* word : {"./Device/Vendor/Test/Cli/Mode", "Get, Replace", "int", "One", "ENUM",
                           "Off", "On", "10.0.16299", "1.3", "cli.xml:"}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
}

TEST_F(Explain, NamesADynamicNodeByItsTitle) {
  const auto objects = json_lines(device({"--json", "explain", kRoot + "/Items/any"}).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["uri"], "./Device/Vendor/Test/Cli/Items/{ItemID}");
  EXPECT_EQ(objects[0]["occurrence"], "ZeroOrMore");
  EXPECT_EQ(objects[0]["dynamic"], true);
  EXPECT_EQ(objects[0]["naming"], "ServerGeneratedUniqueIdentifier");
}

TEST_F(Explain, JsonHoldsWhatTheTextSays) {
  const auto objects = json_lines(device({"--json", "explain", kRoot + "/Mode"}).out);
  ASSERT_EQ(objects.size(), 1u);
  const auto& node = objects[0];
  EXPECT_THAT(node["access"].get<std::vector<std::string>>(),
              ::testing::ElementsAre("Get", "Replace"));
  EXPECT_EQ(node["format"], "int");
  EXPECT_EQ(node["default"], "0");
  EXPECT_EQ(node["values"]["type"], "ENUM");
  EXPECT_EQ(node["values"]["values"][1]["value"], "1");
  EXPECT_EQ(node["values"]["values"][1]["description"], "On");
  EXPECT_EQ(node["applicability"]["os_build_version"], "10.0.16299");
  EXPECT_GT(node["line"].get<int>(), 1);
}

TEST_F(Explain, OfWhatNoDdfDescribesFails) {
  const Outcome outcome = device({"explain", kRoot + "/Nothing"});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Explain, OpensNoStateUnlessTold) {
  const Outcome outcome = ctl({"--no-bundled", "--ddf", path("cli.xml"), "explain", kRoot});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(folder() / "xdg"));
}

TEST_F(DdfCheck, PrintsTotals) {
  const Outcome outcome = ctl({"ddf", "check", path("cli.xml")});
  EXPECT_EQ(outcome.exit, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 files, 2 trees, 12 nodes, 8 leaves, 1 dynamic; 0 errors"));
  const auto objects = json_lines(ctl({"--json", "ddf", "check", path("cli.xml")}).out);
  ASSERT_GE(objects.size(), 1u);
  const auto& totals = objects.back();
  EXPECT_EQ(totals["files"], 1);
  EXPECT_EQ(totals["trees"], 2);
  EXPECT_EQ(totals["nodes"], 12);
  EXPECT_EQ(totals["leaves"], 8);
  EXPECT_EQ(totals["dynamic"], 1);
  EXPECT_EQ(totals["errors"], 0);
  EXPECT_EQ(totals["warnings"], objects.size() - 1);
}

TEST_F(DdfCheck, AFindingHasFileLineAndCode) {
  std::string odd = kDdf;
  odd.replace(odd.find("<AccessType>"), 0, "<Nonsense/>");
  const std::string file = write("odd.xml", odd);
  const auto objects = json_lines(ctl({"--json", "ddf", "check", file}).out);
  ASSERT_GE(objects.size(), 2u);
  EXPECT_EQ(objects[0]["file"], file);
  EXPECT_GT(objects[0]["line"].get<int>(), 1);
  EXPECT_NE(objects[0]["code"], "");
  EXPECT_THAT(objects[0]["text"].get<std::string>(), HasSubstr("Nonsense"));
  EXPECT_EQ(objects[0]["severity"], "warning");
}

TEST_F(DdfCheck, WhatIsNoDdfExits3AndTheOthersAreStillRead) {
  write("box/bad.xml", "<html/>");
  write("box/good.xml", kDdf);
  write("box/worse.xml", "no XML");
  const Outcome outcome = ctl({"--json", "ddf", "check", path("box")});
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_THAT(outcome.err, HasSubstr("cspctl: " + path("box/bad.xml")));
  EXPECT_THAT(outcome.err, HasSubstr("cspctl: " + path("box/worse.xml")));
  EXPECT_EQ(json_lines(outcome.out).back()["nodes"], 12);
}

TEST_F(DdfCheck, WhatCannotBeReadExits2) {
  const Outcome outcome = ctl({"ddf", "check", path("missing.xml")});
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(is_one_error_line(outcome.err));
  std::filesystem::create_directories(folder() / "empty");
  EXPECT_EQ(ctl({"ddf", "check", path("empty")}).exit, 2);
}

TEST_F(DdfCheck, ThePublishedFilesLoadWithoutAnError) {
  const char* corpus = std::getenv("CSPKIT_CORPUS");
  if (corpus == nullptr || !std::filesystem::is_directory(std::string(corpus) + "/ddf")) {
    GTEST_SKIP() << "CSPKIT_CORPUS names no folder with published DDF files in ddf/";
  }
  for (const char* part : {"/ddf", "/ddf_v1"}) {
    const Outcome outcome = ctl({"--json", "ddf", "check", std::string(corpus) + part});
    EXPECT_EQ(outcome.exit, 0) << part << outcome.err;
    const auto totals = json_lines(outcome.out).back();
    EXPECT_EQ(totals["errors"], 0) << part;
    EXPECT_GT(totals["nodes"], 100) << part;
  }
}

TEST_F(ProviderList, NamesTheBundledOnes) {
  const Outcome outcome = ctl({"provider", "list"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("./Device/Vendor/MSFT/Office"));
  EXPECT_THAT(outcome.out, HasSubstr("libcspkit_office.so"));
  EXPECT_EQ(ctl({"--no-bundled", "provider", "list"}).out, "");
}

TEST_F(ProviderList, NamesWhatProviderLoads) {
  const auto objects = json_lines(
      ctl({"--json", "--no-bundled", "--provider", CSPKIT_HELLO, "provider", "list"}).out);
  ASSERT_EQ(objects.size(), 1u);
  ASSERT_EQ(objects[0]["providers"].size(), 1u);
  EXPECT_EQ(objects[0]["providers"][0]["file"], CSPKIT_HELLO);
  EXPECT_GE(objects[0]["providers"][0]["roots"].size(), 1u);
}

TEST_F(ProviderList, TheCatalogGivesWayToAProvidersOwnDdf) {
  const Outcome outcome = ctl({"--state", ":memory:", "get", "./DevInfo"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("DevId"));
  const Outcome office = ctl({"--state", ":memory:", "get", kOffice});
  EXPECT_EQ(office.exit, 0) << office.err;
}

}  // namespace
}  // namespace cli
