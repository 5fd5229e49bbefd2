// SPDX-License-Identifier: Apache-2.0
// kill -9 at every write, at every sync, at every moment of a provider's work, and at random
// instants of a mixed load: what was acknowledged is there, no Atomic is there by half, and what
// the providers keep outside agrees with the tree. CSPKIT_KILLS says how many kills at random
// instants (1,000); with those at every call there are more than 2,000.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <random>

#include "fault_vfs.hpp"
#include "file_outside.hpp"
#include "load.hpp"
#include "support.hpp"

namespace cspkit::fault {
namespace {

/// What a child says before it dies, in memory that outlives it.
struct Report {
  std::atomic<int> started{0};  ///< steps begun, numbered from 1
  std::atomic<int> answered{0};
  std::array<std::atomic<bool>, 256> succeeded{};
  std::atomic<int> moments{0};  ///< calls, or moments outside, of a child that was not killed
  std::atomic<bool> refused{false};
};

class SharedReport {
 public:
  SharedReport() {
    void* memory =
        ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    report_ = new (memory) Report;
  }
  ~SharedReport() { ::munmap(report_, sizeof(Report)); }
  SharedReport(const SharedReport&) = delete;
  SharedReport& operator=(const SharedReport&) = delete;
  Report* operator->() const { return report_; }
  Report& operator*() const { return *report_; }
  void clear() { new (report_) Report; }

 private:
  Report* report_;
};

/// Where a life ends.
struct End {
  enum class At { kNever, kWrite, kSync, kCall, kMoment, kTime } at = At::kNever;
  int nth = 0;  ///< microseconds for kTime
};

/// One process: opens, does steps first + 1 to first + count of the load, closes.
void live(const std::string& folder, std::uint32_t seed, int first, int count, const End& end,
          Report& report) {
  FaultVfs vfs;
  FileOutside outside(folder + "/outside");
  work_on(&outside);
  switch (end.at) {
    case End::At::kWrite:
      vfs.kill_at(Op::kWrite, end.nth);
      break;
    case End::At::kSync:
      vfs.kill_at(Op::kSync, end.nth);
      break;
    case End::At::kCall:
      vfs.kill_at(std::nullopt, end.nth);
      break;
    case End::At::kMoment:
      outside.kill_at(end.nth);
      break;
    case End::At::kTime: {
      itimerval timer{};
      timer.it_value.tv_usec = 1 + end.nth;
      ::setitimer(ITIMER_REAL, &timer, nullptr);  // SIGALRM ends a process on the spot, as SIGKILL
      break;
    }
    default:
      break;
  }
  FileLayer files;
  files.name = vfs.name();
  files.checkpoint_pages = 40;  // often enough for a short life to meet one
  auto engine = open_device(folder + "/device.db", files);
  report.refused = !engine;
  if (engine) {
    Session session = (*engine)->open_session(Principal::device());
    for (int n = first + 1; n <= first + count; ++n) {
      report.started = n;
      report.succeeded[static_cast<std::size_t>(n - first)] = perform(session, step_of(seed, n));
      report.answered = n;
    }
  }
  if (engine) engine->reset();
  const bool inside = end.at != End::At::kMoment;
  report.moments = inside ? vfs.counts().calls : outside.moments();
}

class Kill : public ::testing::Test {
 protected:
  /// True when the child was killed; false when it came to its end.
  bool life(int count, const End& end) {
    report_.clear();
    const pid_t child = ::fork();
    if (child == 0) {
      live(dir_.path(), seed_, known_, count, end, *report_);
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    const bool killed = WIFSIGNALED(status);
    if (killed) {
      EXPECT_EQ(WTERMSIG(status), end.at == End::At::kTime ? SIGALRM : SIGKILL);
    } else {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      EXPECT_FALSE(report_->refused) << "the state file could not be opened";
    }
    return killed;
  }

  /// Opens what was left behind, and holds it against what was said.
  void check() {
    const int answered = std::max(known_, report_->answered.load());
    Facts facts = facts_;
    for (int n = known_ + 1; n <= answered; ++n) {
      EXPECT_EQ(expect(step_of(seed_, n), facts),
                report_->succeeded[static_cast<std::size_t>(n - known_)])
          << "step " << n;
    }
    Facts one_more = facts;
    const bool under_way = report_->started > answered;
    if (under_way) static_cast<void>(expect(step_of(seed_, answered + 1), one_more));

    FileOutside outside(dir_.path() + "/outside");
    work_on(&outside);
    auto engine = open_device(dir_.file("device.db"), {});
    ASSERT_TRUE(engine) << engine.error().text();
    const Facts found = facts_of(**engine, outside);
    const bool as_answered = found == facts;
    EXPECT_TRUE(as_answered || found == one_more)
        << "step " << answered + 1 << (under_way ? " was under way" : " had not begun")
        << "\nfound " << to_text(found) << "\nof     " << to_text(facts) << "\nor     "
        << to_text(one_more);
    facts_ = found;
    known_ = as_answered && !(found == one_more) ? answered : answered + (under_way ? 1 : 0);
  }

  void begin_anew(std::uint32_t seed) {
    std::filesystem::remove_all(dir_.path());
    std::filesystem::create_directories(dir_.path());
    facts_ = {};
    known_ = 0;
    seed_ = seed;
  }

  /// Lives of `count` steps from a new file on, killed at the first such moment, at the second, and
  /// so on until one is not killed. A second life is killed while it takes up what the first left.
  int everywhere(End::At at, int count, std::uint32_t seed) {
    int kills = 0;
    for (int n = 1; n < 5000; ++n) {
      SCOPED_TRACE(::testing::Message() << "moment " << n);
      begin_anew(seed);
      const bool killed = life(count, {at, n});
      const Report& said = *report_;
      const int started = said.started, answered = said.answered;
      if (killed) {
        ++kills;
        kills += again_and_again(n);
        report_->started = started;
        report_->answered = answered;
      }
      check();
      if (!killed || HasFailure()) return kills;
    }
    ADD_FAILURE() << "no end";
    return kills;
  }

  /// Kills lives that do nothing but open and close, at moments that `n` decides.
  int again_and_again(int n) {
    const auto said = std::make_unique<std::array<bool, 256>>();
    for (std::size_t i = 0; i < said->size(); ++i) (*said)[i] = report_->succeeded[i];
    int kills = 0;
    for (const End end : {End{End::At::kCall, 2 + n * 7 % 60}, End{End::At::kMoment, 1 + n % 9}})
      kills += life(0, end) ? 1 : 0;
    for (std::size_t i = 0; i < said->size(); ++i) report_->succeeded[i] = (*said)[i];
    return kills;
  }

  store_test::TempDir dir_;
  SharedReport report_;
  Facts facts_;    // as found
  int known_ = 0;  // steps they hold
  std::uint32_t seed_ = 0;
};

int wanted_kills(int otherwise) {
  const char* wanted = std::getenv("CSPKIT_KILLS");
  return wanted != nullptr ? std::max(1, std::atoi(wanted)) : otherwise;
}

void report_kills(int kills) {
  ::testing::Test::RecordProperty("kills", kills);
  std::printf("%d kills\n", kills);
}

TEST_F(Kill, AtEveryWrite) {
  const int kills = everywhere(End::At::kWrite, 21, 3);
  EXPECT_GT(kills, 150);
  report_kills(kills);
}

TEST_F(Kill, AtEverySync) {
  const int kills = everywhere(End::At::kSync, 30, 5);
  EXPECT_GT(kills, 100);
  report_kills(kills);
}

TEST_F(Kill, AtEveryMomentOfAProvidersWork) {
  const int kills = everywhere(End::At::kMoment, 20, 7);
  EXPECT_GT(kills, 750);
  report_kills(kills);
}

// One device lives on through all of it.
TEST_F(Kill, AtRandomInstantsOfAMixedLoad) {
  const int wanted = wanted_kills(1000);
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same moments in every run
  begin_anew(11);
  int kills = 0;
  int furthest = 0;
  while (kills < wanted && !HasFailure()) {
    SCOPED_TRACE(::testing::Message() << "after " << kills << " kills");
    constexpr int kSteps = 12;
    const auto way = random() % 3;
    End end;
    end.at = way == 0 ? End::At::kTime : way == 1 ? End::At::kCall : End::At::kMoment;
    end.nth = static_cast<int>(random() % (way == 0 ? 12000u : way == 1 ? 150u : 60u)) + 1;
    const bool killed = life(kSteps, end);
    kills += killed ? 1 : 0;
    check();
    furthest = std::max(furthest, known_);
    // The list of things stays short, but what is appended to grows.
    if (kills % 100 == 99) begin_anew(seed_ + 1);
  }
  EXPECT_GT(furthest, 0);
  report_kills(kills);
}

}  // namespace
}  // namespace cspkit::fault
