// SPDX-License-Identifier: Apache-2.0
// The words of the command line: where options stand, what is refused, other programs.
#include <sys/stat.h>

#include <fstream>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Options : public CliTest {};

TEST_F(Options, HelpNamesEveryCommandAndExitCode) {
  const Outcome help = ctl({"--help"});
  EXPECT_EQ(help.exit, 0);
  for (const char* word : {"run",
                           "get",
                           "delete",
                           "add",
                           "replace",
                           "exec",
                           "tree",
                           "seed",
                           "explain",
                           "ddf",
                           "provider",
                           "--state",
                           "--ddf",
                           "--provider",
                           "--no-bundled",
                           "--user",
                           "--device-authority",
                           "--json",
                           "--no-wait",
                           "Exit codes",
                           "CSPKIT_BUNDLED"}) {
    EXPECT_THAT(help.out, HasSubstr(word));
  }
  EXPECT_EQ(help.err, "");
}

TEST_F(Options, HelpOfACommandShowsItsOwnOptions) {
  const Outcome help = ctl({"run", "--help"});
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, HasSubstr("--out"));
}

TEST_F(Options, VersionIsOneLine) {
  const Outcome version = ctl({"--version"});
  EXPECT_EQ(version.exit, 0);
  EXPECT_THAT(version.out, StartsWith("cspctl "));
}

TEST_F(Options, UnusableArgumentsExit2WithOneLine) {
  const std::vector<std::vector<std::string>> all = {
      {},
      {"--nonsense", "tree"},
      {"get"},
      {"get", "./A", "./B"},
      {"get", "./A", "--data", "x"},
      {"seed", "./A"},
      {"run"},
      {"run", "--out"},
      {"ddf"},
      {"ddf", "check"},
      {"ddf", "nonsense"},
      {"provider"},
      {"--state"},
      {"add", "./A", "--data"},
      {"replace", "./A", "--data", "x", "--format", "varchar"},
      {"replace", "./A", "--format", "int"},
      {"--device-authority", "get", "."},
      {"--user", "", "get", "."},
      {"--user=", "get", "."},
  };
  for (const auto& words : all) {
    const Outcome outcome = ctl(words);
    EXPECT_EQ(outcome.exit, 2) << ::testing::PrintToString(words);
    EXPECT_EQ(outcome.out, "") << ::testing::PrintToString(words);
    EXPECT_TRUE(is_one_error_line(outcome.err)) << ::testing::PrintToString(words);
  }
}

TEST_F(Options, GlobalOptionsStandBeforeOrAfterTheCommand) {
  const std::vector<std::string> global = {"--state", path("a.db"), "--no-bundled", "--ddf",
                                           path("cli.xml")};
  std::vector<std::string> before = global;
  before.insert(before.end(), {"get", kRoot + "/Text"});
  std::vector<std::string> after = {"get", kRoot + "/Text"};
  after.insert(after.end(), global.begin(), global.end());
  std::vector<std::string> between = {"get"};
  between.insert(between.end(), global.begin(), global.end());
  between.push_back(kRoot + "/Text");
  for (const auto& words : {before, after, between}) {
    const Outcome outcome = ctl(words);
    EXPECT_EQ(outcome.out, "first\n") << outcome.err;
    EXPECT_EQ(outcome.exit, 0);
  }
}

TEST_F(Options, ManyDdfsAndAListOptionTakesOneWordOnly) {
  std::string other = kDdf;
  for (std::size_t at = 0; (at = other.find("Vendor/Test", at)) != std::string::npos; ++at)
    other.replace(at, 11, "Vendor/Othr");
  write("other.xml", other);
  const Outcome outcome = ctl({"--state", ":memory:", "--no-bundled", "--ddf", path("cli.xml"),
                               "--ddf", path("other.xml"), "get", "./Vendor"});
  EXPECT_EQ(outcome.out, "Othr/Test\n") << outcome.err;
}

TEST_F(Options, DataMayLookLikeAnOption) {
  EXPECT_EQ(device({"replace", kRoot + "/Number", "--data", "-5"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Number"}).out, "-5\n");
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "--json"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "--json\n");
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "[a,b]"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "[a,b]\n");
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data=a=b"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "a=b\n");
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data="}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "\n");
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "x"}).exit, 0);
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", ""}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "\n");
}

TEST_F(Options, DefaultStateLiesInTheStateHome) {
  const Outcome set =
      ctl({"--no-bundled", "--ddf", path("cli.xml"), "replace", kRoot + "/Text", "--data", "kept"});
  EXPECT_EQ(set.exit, 0) << set.err;
  EXPECT_TRUE(std::filesystem::exists(folder() / "xdg/cspkit/device.db"));
  const Outcome get = ctl({"--no-bundled", "--ddf", path("cli.xml"), "get", kRoot + "/Text"});
  EXPECT_EQ(get.out, "kept\n");
}

TEST_F(Options, WithoutAStateHomeItLiesInTheHome) {
  Command all = command({"--no-bundled", "get", "."});
  all.environment["XDG_STATE_HOME"] = "";
  EXPECT_EQ(run(all).exit, 0);
  EXPECT_TRUE(std::filesystem::exists(folder() / "home/.local/state/cspkit/device.db"));
  all.environment["HOME"] = "";
  const Outcome nowhere = run(all);
  EXPECT_EQ(nowhere.exit, 4);
  EXPECT_TRUE(is_one_error_line(nowhere.err));
}

TEST_F(Options, MemoryStateKeepsNothing) {
  const std::vector<std::string> common = {"--state", ":memory:", "--no-bundled", "--ddf",
                                           path("cli.xml")};
  std::vector<std::string> set = common;
  set.insert(set.end(), {"replace", kRoot + "/Text", "--data", "gone"});
  std::vector<std::string> get = common;
  get.insert(get.end(), {"get", kRoot + "/Text"});
  EXPECT_EQ(ctl(set).exit, 0);
  EXPECT_EQ(ctl(get).out, "first\n");
}

TEST_F(Options, BundledThingsComeFromTheNamedFolder) {
  std::filesystem::create_directories(folder() / "bundle/ddf");
  std::filesystem::copy_file(path("cli.xml"), folder() / "bundle/ddf/cli.xml");
  Command all = command({"--state", ":memory:", "get", "./Vendor"});
  all.environment["CSPKIT_BUNDLED"] = path("bundle");
  EXPECT_EQ(run(all).out, "Test\n");
  all.words.insert(all.words.begin() + 1, "--no-bundled");
  EXPECT_EQ(run(all).exit, 1);
}

TEST_F(Options, AnotherWordRunsTheProgramOfThatName) {
  const std::string program = write("bin/cspctl-hello-there", "#!/bin/sh\necho \"$@\"\nexit 7\n");
  ::chmod(program.c_str(), 0755);
  Command all = command({"--json", "--state", "x.db", "hello-there", "--deep", "y"});
  all.environment["PATH"] = path("bin") + ":/usr/bin:/bin";
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 7) << outcome.err;
  EXPECT_EQ(outcome.out, "--json --state x.db --deep y\n");
}

TEST_F(Options, AWordWithoutAProgramExits2) {
  for (const char* word : {"nonsense", "../cspctl", "Run", "a b"}) {
    const Outcome outcome = ctl({word});
    EXPECT_EQ(outcome.exit, 2) << word;
    EXPECT_TRUE(is_one_error_line(outcome.err));
    EXPECT_THAT(outcome.err, HasSubstr(word));
  }
}

TEST_F(Options, AFullStandardOutputIsNoSuccess) {
  Command all = device_command({"get", kRoot + "/Text"});
  all.stdout_file = "/dev/full";
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

}  // namespace
}  // namespace cli
