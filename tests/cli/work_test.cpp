// SPDX-License-Identifier: Apache-2.0
// Long work: the reply at once, then staying; leaving, and carrying on.
#include <csignal>
#include <cstdio>
#include <sstream>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kForever = 86400000;  // a day

class Work : public CliTest {
 protected:
  std::string install() const { return write("install.xml", install_message("A")); }
  std::string get(const std::string& leaf, int ms = 200) const {
    return office({"--no-wait", "get", kOffice + "/A/" + leaf}, ms).out;
  }
};

TEST_F(Work, RunStaysUntilTheInstallHasEnded) {
  const Outcome outcome = office({"run", install()});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("<Data>200</Data>"));
  EXPECT_EQ(get("Status"), "0\n");
  EXPECT_EQ(get("FinalStatus"), "70\n");
}

TEST_F(Work, APipeGetsNoProgress) {
  const Outcome outcome = office({"run", install()});
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Work, ATerminalGetsAProgressLineThatIsTakenBack) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals here (/dev/pts is not mounted)";
  Command all = office_command({"run", install()}, 300);
  all.terminal = true;
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_THAT(outcome.err, HasSubstr("\r\033[K"));
  EXPECT_THAT(outcome.err, HasSubstr("office run-1 ["));
  EXPECT_THAT(outcome.err, HasSubstr(" %: "));
  EXPECT_THAT(outcome.err, Not(HasSubstr("\n")));
  EXPECT_EQ(outcome.err.substr(outcome.err.size() - 4), "\r\033[K");
}

TEST_F(Work, TheReplyIsThereBeforeTheWorkHasEnded) {
  Child child(office_command({"run", install()}, kForever));
  EXPECT_THAT(child.read_line(), HasSubstr("<Data>200</Data>"));
}

TEST_F(Work, NoWaitLeavesAtOnceAndTheNextCallStays) {
  const Outcome outcome = office({"--no-wait", "run", install()}, kForever);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(get("Status", kForever), "997\n");
  EXPECT_EQ(office({"--no-wait", "get", kOffice + "/A/FinalStatus"}, kForever).exit, 1);
}

TEST_F(Work, TheNextCallCarriesOnAndStays) {
  EXPECT_EQ(office({"run", install(), "--no-wait"}, 500).exit, 0);
  // Any command on that state does; this one has nothing to do with the install.
  EXPECT_EQ(office({"get", "./DevInfo"}, 500).exit, 0);
  EXPECT_EQ(get("Status"), "0\n");
  EXPECT_EQ(get("FinalStatus"), "70\n");
}

TEST_F(Work, ASingleExecStaysToo) {
  const Outcome outcome =
      office({"exec", kOffice + "/A/Install", "--data",
              "<Configuration><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/>"
              "</Product></Add></Configuration>"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(get("Status"), "0\n");
}

TEST_F(Work, AnExecTellsAPipeEveryTenPercent) {
  const Outcome outcome =
      office({"exec", kOffice + "/A/Install", "--data",
              "<Configuration><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/>"
              "</Product></Add></Configuration>"},
             1200);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "") << "values alone stand there";
  std::istringstream lines(outcome.err);
  int last = -10, count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    int percent = -1;
    ASSERT_THAT(line, ::testing::StartsWith("office run-1: ")) << outcome.err;
    ASSERT_EQ(std::sscanf(line.c_str(), "office run-1: %d %%", &percent), 1) << line;
    EXPECT_EQ(percent % 10, 0) << line;
    EXPECT_GT(percent, last) << line;
    last = percent;
    EXPECT_THAT(line, HasSubstr("install O365ProPlusRetail")) << line;
  }
  EXPECT_GE(count, 2);
  EXPECT_LE(count, 10);
}

TEST_F(Work, AFailedInstallOnAPractisedDeviceTellsItsCode) {
  Command all = office_command({"exec", kOffice + "/A/Install", "--data",
                                "<Configuration><Add><Product ID=\"O365ProPlusRetail\"/></Add>"
                                "</Configuration>"});
  all.environment["CSPKIT_OFFICE_DEVICE_PROFILE"] =
      write("device.json", "{\"schema\": 1, \"disk-free-mb\": 10}");
  EXPECT_EQ(run(all).exit, 0) << "the Exec was accepted";
  EXPECT_EQ(get("Status"), "17002\n");
  all.environment["CSPKIT_OFFICE_DEVICE_PROFILE"] =
      write("bad.json", "{\"schema\": 1,\n\"memory-mb\": -4}");
  const Outcome bad = run(all);
  EXPECT_EQ(bad.exit, 4);
  EXPECT_TRUE(is_one_error_line(bad.err));
  EXPECT_THAT(bad.err, HasSubstr("bad.json: /memory-mb: must be a whole number"));
}

TEST_F(Work, AnInterruptLeavesCleanlyAndTheWorkGoesOnLater) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Child child(office_command({"run", install()}, kForever));
    child.read_line();
    ASSERT_TRUE(child.await_handler(signal));
    child.send(signal);
    const Outcome outcome = child.finish();
    EXPECT_EQ(outcome.exit, 128 + signal) << "signal " << outcome.signal;
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(get("Status", kForever), "997\n");
    EXPECT_EQ(office({"--no-wait", "delete", kOffice + "/A"}).exit, 0);
  }
}

TEST_F(Work, AKilledProcessLeavesTheTruthBehind) {
  Child child(office_command({"run", install()}, 500));
  child.read_line();
  child.send(SIGKILL);
  EXPECT_EQ(child.finish().signal, SIGKILL);
  EXPECT_EQ(office({"get", kOffice + "/CurrentStatus"}, 500).exit, 0);
  EXPECT_EQ(get("Status"), "0\n");
  EXPECT_EQ(get("FinalStatus"), "70\n");
}

TEST_F(Work, ASecondInstallOfTheSameIdIsBusy) {
  EXPECT_EQ(office({"--no-wait", "run", install()}, kForever).exit, 0);
  const auto objects = json_lines(office({"--no-wait", "--json", "run", install()}, kForever).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["statuses"][0], 403);
}

}  // namespace
}  // namespace cli
