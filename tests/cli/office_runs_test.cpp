// SPDX-License-Identifier: Apache-2.0
// cspctl office status and log: from what a real provider wrote.
#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const kKey = "7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY";

class OfficeRuns : public CliTest {
 protected:
  Outcome tool(const std::vector<std::string>& words) {
    std::vector<std::string> all = {"office"};
    all.insert(all.end(), words.begin(), words.end());
    return ctl(all);
  }
};

TEST_F(OfficeRuns, ShowBarsCodesAndTimes) {
  const std::string folder = path("logs");
  std::filesystem::create_directory(folder);
  write("logs/a%2F1.log",
        "2026-11-21T10:00:00.000Z run-1 accepted install O365ProPlusRetail\n"
        "2026-11-21T10:00:05.000Z run-1 ended 17004 60 no content\n"
        "no line of a log\n"
        "2026-11-21T11:00:00.000Z run-3 accepted install O365ProPlusRetail\n"
        "2026-11-21T11:00:01.250Z run-3 step signed by 'Microsoft Corporation' " +
            std::string(kKey) +
            "\n2026-11-21T11:00:01.500Z run-3 \x1b[2Jevil to the terminal"
            "\n2026-11-21T11:00:02.000Z run-3 progress 45% the Deployment Tool is running\n");
  write("logs/eve@b.log",
        "2026-11-21T10:30:00.000Z run-2 accepted uninstall everything\n"
        "2026-11-21T10:30:05.000Z run-2 ended -2147418113 60 nothing there\n");
  write("logs/c.log", "2026-11-21T11:00:01.000Z run-4 waits install X, after run-3\n");
  write("logs/a%2F1.log.1", "2020-01-01T10:00:00.000Z run-9 accepted other\n");

  const Outcome table = tool({"status", "--folder", folder});
  EXPECT_EQ(table.exit, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("a/1"));
  EXPECT_THAT(table.out, HasSubstr("[#########...........]  45%"));
  EXPECT_THAT(table.out, HasSubstr("b of eve"));
  EXPECT_THAT(table.out, HasSubstr("Status -2147418113"));
  EXPECT_THAT(table.out, HasSubstr("waits"));
  EXPECT_THAT(table.out, Not(HasSubstr("other")));

  const auto rows = json_lines(tool({"status", "--folder", folder, "--json"}).out);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["id"], "c") << "the latest first";
  EXPECT_EQ(rows[1]["percent"], 45);
  EXPECT_EQ(rows[1]["phase"], "running");
  EXPECT_EQ(rows[2]["user"], "eve");
  EXPECT_EQ(rows[2]["status"], -2147418113);

  const Outcome last = tool({"log", "--folder", folder, "A/1"});
  EXPECT_EQ(last.exit, 0) << last.err;
  EXPECT_THAT(last.out, HasSubstr("+1.250 s  step      signed by 'Microsoft Corporation'"));
  EXPECT_THAT(last.out, HasSubstr("to the terminal"));
  EXPECT_THAT(last.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(last.out, Not(HasSubstr("17004")));
  EXPECT_THAT(last.out, Not(HasSubstr(kKey)));
  EXPECT_THAT(tool({"log", "--folder", folder, "--all", "a/1"}).out, HasSubstr("17004"));
  EXPECT_EQ(tool({"log", "--folder", folder, "b"}).exit, 1);
  EXPECT_EQ(tool({"log", "--folder", folder, "--user", "eve", "b"}).exit, 0);
}

TEST_F(OfficeRuns, TheLogsOfAFailedOneAreCollected) {
  const std::string folder = path("logs");
  std::filesystem::create_directories(path("c/Windows/Temp"));
  std::filesystem::create_directory(folder);
  write("c/Windows/Temp/setup.log", "what the tool wrote\n");
  write("logs/a.log",
        "2026-11-21T10:00:00.000Z run-1 accepted install O365ProPlusRetail\n"
        "2026-11-21T10:00:05.000Z run-1 ended 17004 60 no content\n");
  write("logs/b.log",
        "2026-11-21T10:00:00.000Z run-2 accepted install O365ProPlusRetail\n"
        "2026-11-21T10:00:05.000Z run-2 ended 0 70 done\n");
  const auto collect = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"collect", "--folder", folder, "-o", path("out.zip"), "--map",
                                 "C:=" + path("c")});
    return tool(words);
  };
  const Outcome done = collect({"A", "c:\\windows\\temp\\SETUP.log"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("2 of 2 files"));
  EXPECT_TRUE(std::filesystem::exists(path("out.zip")));
  std::filesystem::remove(path("out.zip"));

  const Outcome fine = collect({"b"});
  EXPECT_EQ(fine.exit, 1);
  EXPECT_THAT(fine.err, HasSubstr("that failed"));
  const Outcome bad = collect({"a", "setup.log"});
  EXPECT_EQ(bad.exit, 1);
  EXPECT_THAT(bad.err, HasSubstr("setup.log: is relative"));
  const auto object = json_lines(collect({"--json", "a", "C:\\*.log"}).out);
  ASSERT_EQ(object.size(), 1u);
  EXPECT_EQ(object[0]["state"], "refused");
  EXPECT_EQ(collect({"--strict", "a", "C:\\x.log"}).exit, 1) << "unencrypted";
  EXPECT_EQ(collect({"--encrypt-for", path("logs/a.log"), "a"}).exit, 1) << "no certificate";
  EXPECT_EQ(collect({"--map", "nonsense", "a"}).exit, 2);
  EXPECT_EQ(collect({"absent"}).exit, 1);
  EXPECT_FALSE(std::filesystem::exists(path("out.zip")));
}

// The provider's own log made a 26th of 25 paths.
TEST_F(OfficeRuns, TwentyFivePathsMayBeNamed) {
  std::filesystem::create_directory(path("logs"));
  write("logs/a.log",
        "2026-11-21T10:00:00.000Z run-1 accepted install O365ProPlusRetail\n"
        "2026-11-21T10:00:05.000Z run-1 ended 17004 60 no content\n");
  std::filesystem::create_directory(path("c"));
  std::vector<std::string> words = {"collect",       "--folder", path("logs"),      "-o",
                                    path("out.zip"), "--map",    "C:=" + path("c"), "a"};
  for (int i = 1; i <= 25; ++i) {
    const std::string name = std::to_string(i) + ".log";
    write("c/" + name, "x");
    if (i < 25) words.push_back("C:\\" + name);
  }
  EXPECT_THAT(tool(words).out, HasSubstr("25 of 25 files")) << "its own and 24";
  words.push_back("C:\\25.log");
  const Outcome all = tool(words);
  EXPECT_EQ(all.exit, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("25 of 25 files"));
  EXPECT_THAT(all.err, HasSubstr("own log is left out"));
  words.push_back("C:\\26.log");
  EXPECT_EQ(tool(words).exit, 1);
  EXPECT_THAT(tool(words).err, HasSubstr("26 paths"));
}

TEST_F(OfficeRuns, TellWhatARealRunDid) {
  Command install = office_command({"exec", kOffice + "/A/Install", "--data",
                                    "<Configuration><Add><Product ID=\"O365ProPlusRetail\"/></Add>"
                                    "</Configuration>"});
  install.environment["CSPKIT_OFFICE_LOG_FOLDER"] = path("logs");
  const Outcome done = run(install);
  ASSERT_EQ(done.exit, 0) << done.err;
  const auto rows = json_lines(tool({"status", "--folder", path("logs"), "--json"}).out);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["id"], "a");
  EXPECT_EQ(rows[0]["phase"], "ended");
  EXPECT_EQ(rows[0]["status"], 0);
  const Outcome log = tool({"log", "--folder", path("logs"), "A"});
  EXPECT_THAT(log.out, HasSubstr("accepted  install O365ProPlusRetail"));
  EXPECT_THAT(log.out, HasSubstr("progress  "));
  EXPECT_THAT(log.out, HasSubstr("ended     0 70 "));
  const std::string now = "16.0.18129.20158, 64-bit, Current: O365ProPlusRetail (en-us)";
  EXPECT_EQ(rows[0]["installed"], now);
  EXPECT_THAT(tool({"status", "--folder", path("logs")}).out,
              ::testing::StartsWith("Installed: " + now + "\n\nID "));

  // A run that fails changes nothing of it; an uninstall does.
  Command other = office_command({"exec", kOffice + "/B/Install", "--data",
                                  "<Configuration><Add><Product ID=\"Nothing\"/></Add>"
                                  "</Configuration>"});
  other.environment["CSPKIT_OFFICE_LOG_FOLDER"] = path("logs");
  ASSERT_EQ(run(other).exit, 0);
  EXPECT_THAT(tool({"status", "--folder", path("logs")}).out,
              ::testing::StartsWith("Installed: " + now + "\n"));
  other.words.back() = "<Configuration><Remove All=\"TRUE\"/></Configuration>";
  ASSERT_EQ(run(other).exit, 0);
  EXPECT_THAT(tool({"status", "--folder", path("logs")}).out,
              ::testing::StartsWith("Installed: nothing\n"));
}

// The name of an {id} may be longer than that of a file.
TEST_F(OfficeRuns, ALongNameHasALogToo) {
  const std::string id(600, 'L');
  Command command = office_command({"exec", kOffice + "/" + id + "/Install", "--data",
                                    "<Configuration><Remove All=\"TRUE\"/></Configuration>"});
  command.environment["CSPKIT_OFFICE_LOG_FOLDER"] = path("logs");
  ASSERT_EQ(run(command).exit, 0);
  const Outcome log = tool({"log", "--folder", path("logs"), id});
  EXPECT_EQ(log.exit, 0) << log.err;
  EXPECT_THAT(log.out, HasSubstr("ended     -2147418113 60 "));
}

TEST_F(OfficeRuns, WithoutLogsSayWhatToDo) {
  const Outcome none = tool({"status"});
  EXPECT_EQ(none.exit, 2);
  EXPECT_THAT(none.err, HasSubstr("log-folder"));
  EXPECT_EQ(tool({"status", "--folder", path("absent")}).exit, 2);
  std::filesystem::create_directory(path("logs"));
  const Outcome empty = tool({"status", "--folder", path("logs")});
  EXPECT_EQ(empty.exit, 0);
  EXPECT_EQ(empty.out, "");
  EXPECT_THAT(empty.err, HasSubstr("no log of an installation"));
  write("logs/A.log", "2026-11-21T10:00:00.000Z run-1 accepted install\n");
  write("logs/eve@B.log", "2026-11-21T10:00:00.000Z run-2 accepted install\n");
  EXPECT_THAT(tool({"log", "C", "--folder", path("logs")}).err, HasSubstr("those of A"));
  EXPECT_THAT(tool({"log", "B", "--folder", path("logs")}).err, HasSubstr("--user eve"));
}

}  // namespace
}  // namespace cli
