// SPDX-License-Identifier: Apache-2.0
// kill -9 in the midst of installations, again and again on one state file. Whatever was
// acknowledged is there, no run stays at 997, none is done twice. CSPKIT_OFFICE_KILLS says how
// often (60).
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <sstream>

#include "office_fixture.hpp"

namespace cspkit::conformance {
namespace {

using harness::IsOk;
using harness::ValueIs;

class Child {
 public:
  Child(const std::string& state, const std::string& name) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(CSPKIT_KILL_CHILD, CSPKIT_KILL_CHILD, state.c_str(), CSPKIT_OFFICE_LIBRARY,
              name.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Child() {
    if (pid_ > 0) kill_and_wait();
    if (out_ >= 0) ::close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for so many lines; false when it ended before.
  bool wait_for_lines(std::size_t count) {
    while (lines() < count) {
      if (!read_some(-1)) return false;
    }
    return true;
  }
  /// Goes on reading for so long: the moment of the kill.
  void linger(std::chrono::microseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    for (;;) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= left.zero()) return;
      const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
      if (!read_some(ns)) return;
    }
  }
  /// Everything it said before it died.
  const std::string& kill_and_wait() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    was_killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    pid_ = -1;
    while (read_some(-1)) {
    }
    return text_;
  }
  bool was_killed() const { return was_killed_; }

 private:
  std::size_t lines() const {
    return static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '\n'));
  }
  bool read_some(std::int64_t timeout_ns) {
    pollfd poll{out_, POLLIN, 0};
    const timespec time{static_cast<time_t>(timeout_ns / 1'000'000'000),
                        static_cast<long>(timeout_ns % 1'000'000'000)};  // NOLINT
    const int ready = ::ppoll(&poll, 1, timeout_ns < 0 ? nullptr : &time, nullptr);
    if (ready == 0) return true;
    char buffer[4096];
    const ssize_t got = ::read(out_, buffer, sizeof(buffer));
    if (got <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = -1;
  int out_ = -1;
  bool was_killed_ = false;
  std::string text_;
};

class OfficeKillTest : public OfficeTest {
 protected:
  // What the child said: which Execs were acknowledged, and the ends it saw.
  void note(const std::string& said) {
    std::istringstream lines(said);
    std::string word, id, status;
    while (lines >> word) {
      if (word == "ready") continue;
      lines >> id;
      if (word == "exec") acknowledged_.insert(id);
      if (word != "done") continue;
      lines >> status;
      EXPECT_EQ(status, "0") << id;
    }
  }

  // After a reopen: everything acknowledged is there and over, and the sum is right.
  void check(harness::Device& device) {
    ASSERT_TRUE(device.settle()) << "a run is stuck";
    const auto names = device.get(kInstallation);
    ASSERT_THAT(names, IsOk());
    std::set<std::string> present;
    std::istringstream list(names->data);
    int installed = 0;
    for (std::string id; std::getline(list, id, '/');) {
      if (id == "CurrentStatus") continue;
      present.insert(id);
      // A run done twice would have found Office there, or gone.
      EXPECT_THAT(device.get(node(id, "Status")), ValueIs("0")) << id;
      EXPECT_THAT(device.get(node(id, "FinalStatus")), ValueIs("70")) << id;
      installed += id.find("-install") != std::string::npos ? 1 : -1;
    }
    EXPECT_THAT(present, testing::IsSupersetOf(acknowledged_));
    const bool has_product = current(device).find("<Product") != std::string::npos;
    EXPECT_EQ(installed, has_product ? 1 : 0);
    EXPECT_TRUE(device.engine().jobs().empty());
  }

  std::set<std::string> acknowledged_;
};

TEST_F(OfficeKillTest, NothingIsStuckNothingIsDoubledNothingIsLost) {
  const char* wanted = std::getenv("CSPKIT_OFFICE_KILLS");
  const int kills = wanted != nullptr ? std::max(1, std::atoi(wanted)) : 60;
  ::setenv("CSPKIT_OFFICE_INSTALL_MS", "4", 1);
  ::setenv("CSPKIT_OFFICE_UNINSTALL_MS", "3", 1);
  TempFolder folder;
  int in_the_midst = 0;
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same moments in every run
  for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
    // A fresh file now and then keeps the list of runs short and kills the making of one, too.
    const std::string state = folder.file("device" + std::to_string(kill / 20) + ".db");
    if (kill % 20 == 0) acknowledged_.clear();
    Child child(state, "k" + std::to_string(kill));
    const std::size_t lines = random() % 8;
    ASSERT_TRUE(child.wait_for_lines(lines)) << child.kill_and_wait();
    child.linger(std::chrono::microseconds(random() % 12000));
    note(child.kill_and_wait());
    ASSERT_TRUE(child.was_killed()) << "the child ended by itself";
    const auto device = open(Principal::device(), state);
    ASSERT_NE(device, nullptr);
    in_the_midst += device->engine().jobs().empty() ? 0 : 1;
    check(*device);
  }
  RecordProperty("kills", kills);
  RecordProperty("in_the_midst_of_a_run", in_the_midst);
  std::printf("%d kills, %d in the midst of a run\n", kills, in_the_midst);
  if (kills >= 30) {
    EXPECT_GE(in_the_midst, kills / 10) << "the kills miss what they are for";
  }
}

}  // namespace
}  // namespace cspkit::conformance
