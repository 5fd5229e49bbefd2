// SPDX-License-Identifier: Apache-2.0
// kill -9 in the midst of installations, again and again on one state file. Whatever was
// acknowledged is there, no run stays at 997, none is done twice. CSPKIT_OFFICE_KILLS says how
// often: 60 when it is not set, 1000 in the long set.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
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
  // Statuses with which a run may end.
  using Ends = std::set<std::string>;

  // What the child said: which Execs were acknowledged, and the ends it saw.
  void note(const std::string& said, const Ends& ends) {
    std::istringstream lines(said);
    std::string word, id, status;
    while (lines >> word) {
      if (word == "ready") continue;
      // The last line may be cut short: nobody was told then.
      if (!(lines >> id)) break;
      if (word == "exec") acknowledged_.insert(id);
      if (word != "done" || !(lines >> status)) continue;
      EXPECT_EQ(ends.count(status), 1u) << id << " ended with " << status;
      told_[id] = status;
    }
  }

  // After a reopen: everything acknowledged is there and over, what was told still holds, and the
  // sum is right: a run done twice would have found Office there, or gone.
  void check(harness::Device& device, const Ends& ends) {
    ASSERT_TRUE(device.settle()) << "a run is stuck";
    const auto names = device.get(kInstallation);
    ASSERT_THAT(names, IsOk());
    std::set<std::string> present;
    std::istringstream list(names->data);
    int installed = 0;
    for (std::string id; std::getline(list, id, '/');) {
      if (id == "CurrentStatus") continue;
      present.insert(id);
      const std::string status = device.get(node(id, "Status")).value_or(Value::chr("none")).data;
      EXPECT_EQ(ends.count(status), 1u) << id << " ended with " << status;
      EXPECT_THAT(device.get(node(id, "FinalStatus")), ValueIs(status == "0" ? "70" : "60")) << id;
      const auto told = told_.find(id);
      if (told != told_.end()) {
        EXPECT_EQ(status, told->second) << id;
      }
      ++ends_[status];
      if (status != "0" || id.find("-repair") != std::string::npos) continue;
      installed += id.find("-install") != std::string::npos ? 1 : -1;
    }
    EXPECT_THAT(present, testing::IsSupersetOf(acknowledged_));
    const bool has_product = current(device).find("<Product") != std::string::npos;
    EXPECT_EQ(installed, has_product ? 1 : 0);
    EXPECT_TRUE(device.engine().jobs().empty());
  }

  // `prepare` is called before each child, and with true before its device is opened here.
  void kill_again_and_again(const Ends& ends, const std::function<void(int, bool)>& prepare) {
    const char* wanted = std::getenv("CSPKIT_OFFICE_KILLS");
    const int kills = wanted != nullptr ? std::max(1, std::atoi(wanted)) : 60;
    ::setenv("CSPKIT_OFFICE_INSTALL_MS", "4", 1);
    ::setenv("CSPKIT_OFFICE_UNINSTALL_MS", "3", 1);
    int in_the_midst = 0;
    std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same moments in every run
    for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
      // A fresh file now and then keeps the list of runs short and kills the making of one, too.
      const std::string state = folder_.file("device" + std::to_string(kill / 20) + ".db");
      if (kill % 20 == 0) {
        acknowledged_.clear();
        told_.clear();
      }
      prepare(kill, false);
      Child child(state, "k" + std::to_string(kill));
      const std::size_t lines = random() % 8;
      static_cast<void>(child.wait_for_lines(lines));  // it may die by itself: of a power loss
      child.linger(std::chrono::microseconds(random() % 12000));
      note(child.kill_and_wait(), ends);
      ASSERT_TRUE(child.was_killed()) << "the child ended by itself";
      prepare(kill, true);
      const auto device = open(Principal::device(), state);
      ASSERT_NE(device, nullptr);
      in_the_midst += device->engine().jobs().empty() ? 0 : 1;
      check(*device, ends);
    }
    std::printf("%d kills, %d in the midst of a run; seen so often:", kills, in_the_midst);
    for (const auto& [status, times] : ends_) std::printf(" %s: %d", status.c_str(), times);
    std::printf("\n");
    if (kills >= 30) {
      EXPECT_GE(in_the_midst, kills / 10) << "the kills miss what they are for";
    }
  }

  TempFolder folder_;
  std::set<std::string> acknowledged_;
  std::map<std::string, std::string> told_;  ///< id -> Status
  std::map<std::string, int> ends_;
};

TEST_F(OfficeKillTest, NothingIsStuckNothingIsDoubledNothingIsLost) {
  kill_again_and_again({"0"}, [](int, bool) {});
}

// The device does its part: power losses that take the process with them, a disk that is full and
// content that is bad now and then, damage that has to be repaired.
TEST_F(OfficeKillTest, NorOnADeviceThatFails) {
  const std::string profile = folder_.file("device.json");
  ::setenv("CSPKIT_OFFICE_DEVICE_PROFILE", profile.c_str(), 1);
  kill_again_and_again({"0", "17002", "17004", "17007"}, [&](int kill, bool here) {
    // Here the power may fail, too, but not take the test with it.
    const bool kills = !here && kill % 3 != 0;
    test::write_text(profile, std::string(R"({"schema": 1, "disk-free-mb": 100000, "faults": [
          {"kind": "disk-full", "percent": 90, "times": 2},
          {"kind": "content-signature", "times": 1},
          {"kind": "power-loss", "percent": 40, "off-ms": 1, "then": ")") +
                                  (kill % 2 == 0 ? "resume" : "end") + R"(", "kills": )" +
                                  (kills ? "true" : "false") + R"(, "times": )" +
                                  std::to_string(1 + kill % 20) + "}]}");
  });
  ::unsetenv("CSPKIT_OFFICE_DEVICE_PROFILE");
  EXPECT_GT(ends_["17002"], 0);
  EXPECT_GT(ends_["17004"], 0);
}

}  // namespace
}  // namespace cspkit::conformance
