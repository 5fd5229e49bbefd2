// SPDX-License-Identifier: Apache-2.0
// Programs that end, hang, fork, print without end; supervisors that are killed.
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "../../../lib/temp_folder.hpp"
#include "supervised_run.hpp"

namespace cspkit::office::process {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using test::read_text;
using test::TempFolder;

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() { std::filesystem::create_directory(folder_.file(kContentFolder)); }

  SupervisorOrder shell(const std::string& script) {
    SupervisorOrder order;
    order.supervisor = CSPKIT_SUPERVISOR;
    order.seconds = 30;
    order.command = {"/bin/sh", "-c", script};
    return order;
  }
  void start(const SupervisorOrder& order) {
    ASSERT_EQ(run_.look().state, RunState::kNew);
    ASSERT_EQ(run_.start(order), 0);
  }
  template <typename F>
  static bool eventually(F good) {
    const auto end = steady_clock::now() + seconds(20);
    while (!good()) {
      if (steady_clock::now() > end) return false;
      ::poll(nullptr, 0, 2);
    }
    return true;
  }
  Look wait() {
    Look look;
    EXPECT_TRUE(eventually([&] { return (look = run_.look()).state != RunState::kRunning; }));
    return look;
  }
  // Processes that carry the mark of this run.
  int left() const {
    int count = 0;
    const std::string mark = std::string(kRunVariable) + "=" + folder_.path();
    each_process([&](pid_t pid) {
      std::string environment;
      if (read_file("/proc/" + std::to_string(pid) + "/environ", 1 << 20, environment) == 0 &&
          environment.find(mark) != std::string::npos) {
        ++count;
      }
    });
    return count;
  }
  std::string output() const { return read_text(folder_.file(kOutputFile)); }

  TempFolder folder_;
  SupervisedRun run_{folder_.path()};
};

TEST_F(SupervisorTest, TellsTheExitCodeAndKeepsTheOutput) {
  start(shell("echo said; echo failed >&2; exit 7"));
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.how, Outcome::How::kExit);
  EXPECT_EQ(look.outcome.code, 7);
  EXPECT_EQ(output(), "said\nfailed\n");
  EXPECT_EQ(look.outcome.printed, 12U);
  EXPECT_EQ(left(), 0);
  // Another process, later, is told the same, and starts nothing.
  run_ = SupervisedRun(folder_.path());
  EXPECT_EQ(run_.look().state, RunState::kEnded);
}

TEST_F(SupervisorTest, TheToolKnowsItsPlaceAndNothingElse) {
  start(
      shell("pwd; echo $CSPKIT_OFFICE_RUN; echo $CSPKIT_OFFICE_STATUS_FILE; "
            "for f in /proc/self/fd/*; do echo fd ${f##*/}; done; trap"));
  ASSERT_EQ(wait().state, RunState::kEnded);
  const std::string text = output();
  EXPECT_NE(text.find(folder_.file("content\n")), std::string::npos) << text;
  EXPECT_NE(text.find(folder_.file("status\n")), std::string::npos) << text;
  EXPECT_EQ(text.find("fd 4"), std::string::npos) << "a descriptor leaked: " << text;
}

TEST_F(SupervisorTest, ASignalThatKilledIt) {
  start(shell("kill -SEGV $$"));
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.how, Outcome::How::kSignal);
  EXPECT_EQ(look.outcome.code, SIGSEGV);
}

TEST_F(SupervisorTest, AProgramThatIsNone) {
  SupervisorOrder order = shell("");
  order.command = {folder_.file("absent"), "/configure"};
  start(order);
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.how, Outcome::How::kNotStarted);
  EXPECT_EQ(look.outcome.code, ENOENT);
}

TEST_F(SupervisorTest, ASupervisorThatIsNone) {
  SupervisorOrder order = shell("exit 0");
  order.supervisor = folder_.file("absent");
  ASSERT_EQ(run_.look().state, RunState::kNew);
  EXPECT_EQ(run_.start(order), ENOENT);
  EXPECT_EQ(run_.look().state, RunState::kNew);
}

// Ignores being asked, and has children that left its group and session.
TEST_F(SupervisorTest, WhatHangsIsEndedWithAllItStarted) {
  SupervisorOrder order = shell(
      "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 1000 & sleep 1000' & "
      "(sleep 1000 &) ; sleep 1000");
  order.seconds = 1;
  start(order);
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.how, Outcome::How::kTimeout);
  EXPECT_EQ(left(), 0);
}

TEST_F(SupervisorTest, WhatItLeavesBehindIsEndedToo) {
  start(shell("setsid sleep 1000 & sleep 1000 & exit 3"));
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.code, 3);
  EXPECT_EQ(left(), 0);
}

TEST_F(SupervisorTest, CancelledItEnds) {
  start(shell("echo up; sleep 1000"));
  EXPECT_TRUE(eventually([&] { return output() == "up\n"; }));
  run_.cancel();
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.how, Outcome::How::kCancelled);
  EXPECT_EQ(left(), 0);
}

TEST_F(SupervisorTest, WhatPrintsTooMuchIsReadAndNotKept) {
  SupervisorOrder order = shell("head -c 1073741824 /dev/zero; echo; exit 5");
  order.output_limit = 10'000;
  start(order);
  const Look look = wait();
  ASSERT_EQ(look.state, RunState::kEnded);
  EXPECT_EQ(look.outcome.code, 5);
  EXPECT_EQ(std::filesystem::file_size(folder_.file(kOutputFile)), 10'000U);
  EXPECT_GT(look.outcome.printed, 10'000U);
}

TEST_F(SupervisorTest, ItIsStartedOnce) {
  start(shell("echo up; sleep 1000"));
  EXPECT_TRUE(eventually([&] { return output() == "up\n"; }));
  SupervisedRun other(folder_.path());
  EXPECT_EQ(other.look().state, RunState::kRunning);
  EXPECT_EQ(run_.look().state, RunState::kRunning);
  other.cancel();
  wait();
}

TEST_F(SupervisorTest, AKilledSupervisorTakesTheToolAlong) {
  start(shell("(sleep 1000 &); setsid sleep 1000 & echo up; sleep 1000"));
  ASSERT_TRUE(eventually([&] { return output() == "up\n" && left() >= 4; }));
  const int supervisor = std::stoi(read_text(folder_.file(kStartedFile)));
  ASSERT_EQ(::kill(supervisor, SIGKILL), 0);
  EXPECT_EQ(wait().state, RunState::kInterrupted);
  EXPECT_TRUE(run_.end_leftovers());
  EXPECT_TRUE(eventually([&] { return left() == 0; }));
  EXPECT_EQ(run_.look().state, RunState::kInterrupted) << "and it is not begun again";
}

TEST_F(SupervisorTest, WithoutTheLockNothingRuns) {
  // Descriptor 3 of a program that the shell starts with it closed.
  const std::string command = std::string(CSPKIT_SUPERVISOR) + " " + folder_.path() +
                              " 5 100 /bin/sh -c 'touch " + folder_.file("ran") +
                              "' 3>&- 2>/dev/null";
  EXPECT_NE(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c)
  EXPECT_FALSE(std::filesystem::exists(folder_.file("ran")));
}

}  // namespace
}  // namespace cspkit::office::process
