// SPDX-License-Identifier: Apache-2.0
// store check, dump and backup: the state file from the command line; --durability.
#include <fstream>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class Store : public CliTest {
 protected:
  void fill() const {
    EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "kept"}).exit, 0);
    EXPECT_EQ(device({"replace", kRoot + "/Password", "--data", "hunter2"}).exit, 0);
    EXPECT_EQ(
        device({"replace", "./User/Vendor/Test/Cli/Color", "--data", "hers", "--user", "ada"}).exit,
        0);
  }
};

TEST_F(Store, CheckSaysThatAFileIsSound) {
  fill();
  const Outcome outcome = device({"store", "check"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(path("device.db")), HasSubstr("sound"), EndsWith("3 nodes\n")));
  const auto json = json_lines(device({"store", "check", "--json"}).out);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["nodes"], 3);
  EXPECT_TRUE(json[0]["problems"].empty());
}

TEST_F(Store, CheckFindsDamageSaysWhereAndChangesNothing) {
  fill();
  {
    std::fstream file(path("device.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(4096, '\x7F');
  }
  const std::string before = read(path("device.db"));
  const Outcome outcome = device({"store", "check"});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(path("device.db")), HasSubstr("restore a backup")));
  EXPECT_EQ(device({"get", kRoot + "/Text"}).exit, 4) << "a damaged file was opened";
  EXPECT_EQ(read(path("device.db")), before) << "a damaged file was touched";
}

TEST_F(Store, WhatIsNotThereIsNotMade) {
  for (const char* verb : {"check", "dump"}) {
    const Outcome outcome = device({"store", verb});
    EXPECT_EQ(outcome.exit, 4) << verb;
    EXPECT_TRUE(is_one_error_line(outcome.err));
    EXPECT_THAT(outcome.err, HasSubstr("no such state file"));
  }
  EXPECT_EQ(device({"store", "backup", path("copy.db")}).exit, 4);
  EXPECT_FALSE(fs::exists(path("device.db")));
  EXPECT_FALSE(fs::exists(path("copy.db")));
}

TEST_F(Store, DumpNeverShowsWhatNobodyMayGet) {
  fill();
  const Outcome outcome = device({"store", "dump"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("./Device/Vendor/Test/Cli/Text = kept\n"));
  EXPECT_THAT(outcome.out, HasSubstr("./User/Vendor/Test/Cli/Color (user ada) = hers\n"));
  EXPECT_THAT(outcome.out, HasSubstr("./Device/Vendor/Test/Cli/Password (7 bytes, not shown)\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("hunter2")));
  const Outcome json = device({"store", "dump", "--json"});
  EXPECT_THAT(json.out, Not(HasSubstr("hunter2")));
  const auto lines = json_lines(json.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["bytes"], 7);
  EXPECT_FALSE(lines[0].contains("value"));
  EXPECT_EQ(lines[1]["value"], "kept");
}

// Without its DDF nobody knows what may be shown.
TEST_F(Store, DumpWithoutTheDdfShowsAddressesOnly) {
  fill();
  const Outcome outcome = ctl({"--state", path("device.db"), "--no-bundled", "store", "dump"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Cli/Text (in no DDF) (4 bytes, not shown)"),
                                 Not(HasSubstr("kept")), Not(HasSubstr("hunter2"))));
}

// A job that waits in the state is carried on by the commands that drive the device, not by a look.
TEST_F(Store, DumpStartsNobodysWork) {
  Command install = office_command({"run", "--no-wait", "-"}, 60000);
  install.input = install_message("A");
  EXPECT_EQ(run(install).exit, 0);
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = office({"store", "dump"});
    EXPECT_EQ(outcome.exit, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("job "));
    EXPECT_THAT(outcome.out, HasSubstr("of office"));
  }
}

TEST_F(Store, BackupIsAStateOfItsOwnAndNeverOverwrites) {
  fill();
  EXPECT_EQ(device({"store", "backup", path("copy.db")}).exit, 0);
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "later"}).exit, 0);
  Command from_copy = command({"--state", path("copy.db"), "--ddf", path("cli.xml"), "--no-bundled",
                               "get", kRoot + "/Text"});
  if (!fs::exists(path("cli.xml"))) from_copy.words[4] = write("cli.xml", kDdf);
  EXPECT_EQ(run(from_copy).out, "kept\n");
  const Outcome again = device({"store", "backup", path("copy.db")});
  EXPECT_EQ(again.exit, 4);
  EXPECT_THAT(again.err, HasSubstr("never overwrites"));
  EXPECT_EQ(device({"store", "backup"}).exit, 2);
}

TEST_F(Store, DurabilityIsChosenByName) {
  EXPECT_EQ(device({"--durability", "normal", "replace", kRoot + "/Text", "--data", "x"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "x\n");
  EXPECT_EQ(device({"--durability", "memory", "replace", kRoot + "/Text", "--data", "y"}).exit, 0);
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "x\n") << "memory reached the file";
  EXPECT_EQ(device({"--durability", "FULL", "get", kRoot + "/Text"}).out, "x\n");
  EXPECT_EQ(device({"--durability", "some", "get", kRoot + "/Text"}).exit, 2);
  EXPECT_THAT(ctl({"--help"}).out, HasSubstr("may be lost"));
}

}  // namespace
}  // namespace cli
