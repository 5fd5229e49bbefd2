// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cspkit/harness.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace cspkit::harness {
namespace {
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(ManualClock, StandsStillAndStartsAtTheSameMoment) {
  const ManualClock clock;
  EXPECT_EQ(clock.steady_now(), Clock::Duration::zero());
  EXPECT_EQ(clock.utc_now().time_since_epoch(), seconds(1767225600)) << "2026-01-01T00:00:00Z";
  EXPECT_EQ(clock.steady_now(), clock.steady_now());
}

TEST(ManualClock, BothTimesMoveForwardTogetherAndNeverBack) {
  ManualClock clock;
  const auto start = clock.utc_now();
  clock.advance(seconds(90));
  clock.advance(-seconds(60));
  EXPECT_EQ(clock.steady_now(), seconds(90));
  EXPECT_EQ(clock.utc_now() - start, seconds(90));
  clock.advance_to(seconds(80));
  EXPECT_EQ(clock.steady_now(), seconds(90));
  clock.advance_to(seconds(100));
  EXPECT_EQ(clock.steady_now(), seconds(100));
  EXPECT_EQ(clock.utc_now() - start, seconds(100));
}

TEST(ManualClock, SmallStepsAddUp) {
  ManualClock clock;
  const auto start = clock.utc_now();
  for (int i = 0; i < 1000; ++i) clock.advance(std::chrono::microseconds(10));
  EXPECT_EQ(clock.utc_now() - start, milliseconds(10));
}

TEST(ManualClock, TheCalendarMayBeSetBackAndSteadyTimeStays) {
  ManualClock clock;
  clock.advance(hours(1));
  const Clock::UtcTime earlier{seconds(1000)};
  clock.set_utc(earlier);
  EXPECT_EQ(clock.utc_now(), earlier);
  EXPECT_EQ(clock.steady_now(), hours(1));
}

class Deterministic : public ::testing::Test {
 protected:
  Executor::TimerId post(int number, Clock::Duration delay = Clock::Duration::zero()) {
    return executor_.post([this, number] { ran_.push_back(number); }, delay);
  }
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  DeterministicExecutor executor_{clock_};
  std::vector<int> ran_;
};

TEST_F(Deterministic, NothingRunsByItself) {
  EXPECT_TRUE(executor_.is_deterministic());
  EXPECT_NE(post(1), 0u);
  EXPECT_TRUE(ran_.empty());
  EXPECT_EQ(executor_.pending(), 1u);
  EXPECT_EQ(executor_.next_due(), Clock::Duration::zero());
  clock_->advance(hours(1));
  EXPECT_TRUE(ran_.empty());
  EXPECT_EQ(executor_.run_until_idle(), 1u);
  EXPECT_THAT(ran_, ElementsAre(1));
  EXPECT_EQ(executor_.pending(), 0u);
  EXPECT_EQ(executor_.next_due(), std::nullopt);
}

TEST_F(Deterministic, RunUntilIdleRunsInOrderWhatIsDueAndWhatThatPosts) {
  post(1);
  executor_.post([this] {
    ran_.push_back(2);
    post(4);
    post(9, milliseconds(1));
  });
  post(3);
  EXPECT_EQ(executor_.run_until_idle(), 4u);
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(clock_->steady_now(), Clock::Duration::zero());
}

TEST_F(Deterministic, AdvanceRunsEachTimerAtItsOwnTime) {
  std::vector<Clock::Duration> times;
  for (const int delay : {30, 10, 20, 10}) {
    executor_.post([&] { times.push_back(clock_->steady_now()); }, milliseconds(delay));
  }
  // A timer posted by a timer, still within the span.
  executor_.post(
      [&] { executor_.post([&] { times.push_back(clock_->steady_now()); }, milliseconds(7)); },
      milliseconds(15));
  post(1, milliseconds(51));
  EXPECT_EQ(executor_.advance(milliseconds(50)), 6u);
  EXPECT_THAT(times, ElementsAre(milliseconds(10), milliseconds(10), milliseconds(20),
                                 milliseconds(22), milliseconds(30)));
  EXPECT_EQ(clock_->steady_now(), milliseconds(50));
  EXPECT_TRUE(ran_.empty());
  EXPECT_EQ(executor_.advance(milliseconds(1)), 1u);
  EXPECT_THAT(ran_, ElementsAre(1));
}

TEST_F(Deterministic, DriveRunsOneTaskOrMovesTheClock) {
  post(1, seconds(1));
  post(2, seconds(2));
  post(3, seconds(10));
  EXPECT_TRUE(executor_.drive(seconds(5)));
  EXPECT_THAT(ran_, ElementsAre(1));
  EXPECT_EQ(clock_->steady_now(), seconds(1));
  EXPECT_TRUE(executor_.drive(seconds(5)));
  EXPECT_THAT(ran_, ElementsAre(1, 2));
  EXPECT_FALSE(executor_.drive(seconds(5)));
  EXPECT_EQ(clock_->steady_now(), seconds(5));
  EXPECT_THAT(ran_, ElementsAre(1, 2));
}

TEST_F(Deterministic, DriveUntilThePastStillRunsWhatIsDueAndNeverTurnsTimeBack) {
  clock_->advance(seconds(5));
  post(1);
  EXPECT_TRUE(executor_.drive(seconds(1)));
  EXPECT_FALSE(executor_.drive(seconds(1)));
  EXPECT_EQ(clock_->steady_now(), seconds(5));
}

TEST_F(Deterministic, ATaskMayDrive) {
  executor_.post([this] {
    ran_.push_back(1);
    EXPECT_TRUE(executor_.drive(seconds(10)));
    ran_.push_back(3);
  });
  post(2, seconds(4));
  EXPECT_EQ(executor_.run_until_idle(), 1u);
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock_->steady_now(), seconds(4));
}

TEST_F(Deterministic, CancelTellsWhetherTheTaskWillRun) {
  const auto first = post(1);
  const auto second = post(2);
  EXPECT_TRUE(executor_.cancel(first));
  EXPECT_FALSE(executor_.cancel(first));
  executor_.run_until_idle();
  EXPECT_FALSE(executor_.cancel(second));
  EXPECT_FALSE(executor_.cancel(0));
  EXPECT_THAT(ran_, ElementsAre(2));
}

TEST_F(Deterministic, EndlessDelaysAndEndlessLoopsEnd) {
  post(1, Clock::Duration::max());
  EXPECT_EQ(executor_.advance(hours(24 * 365)), 0u);
  EXPECT_EQ(executor_.pending(), 1u);
  EXPECT_EQ(clock_->steady_now(), hours(24 * 365));
  std::function<void()> again = [&] { executor_.post(again); };
  executor_.post(again);
  EXPECT_EQ(executor_.run_until_idle(1000), 1000u);
  EXPECT_EQ(executor_.advance(seconds(1), 1000), 1000u);
  executor_.shutdown();
}

TEST_F(Deterministic, AfterShutdownNothingIsTaken) {
  auto held = std::make_shared<int>(1);
  executor_.post([held] {}, seconds(1));
  executor_.shutdown();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(post(1), 0u);
  EXPECT_EQ(executor_.advance(seconds(2)), 0u);
  EXPECT_TRUE(ran_.empty());
}

TEST_F(Deterministic, OtherThreadsMayPost) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto timer = post(i, milliseconds(i));
        if (i % 2 == 0) {
          EXPECT_TRUE(executor_.cancel(timer));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(executor_.advance(seconds(1)), 200u);
  EXPECT_EQ(ran_.size(), 200u);
}

// ---- tasks that wait for other tasks ----

/// What a task waits for, which another brings.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rings_ = true;
    }
    rang_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    rang_.wait(lock, [this] { return rings_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable rang_;
  bool rings_ = false;
};

TEST_F(Deterministic, WithoutHandsAllRunsOnTheCallersThread) {
  std::vector<std::thread::id> threads;
  executor_.post([&] { threads.push_back(std::this_thread::get_id()); });
  executor_.run_until_idle();
  EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id()));
  EXPECT_EQ(executor_.idle_hands(), 0u);
}

TEST_F(Deterministic, HandsDoOneTaskAfterTheOther) {
  executor_.lend_hands(3);
  for (int i = 0; i < 100; ++i) post(i, milliseconds(i / 2));
  EXPECT_EQ(executor_.advance(seconds(1)), 100u);
  EXPECT_TRUE(std::is_sorted(ran_.begin(), ran_.end()));
  EXPECT_EQ(ran_.size(), 100u);
  EXPECT_EQ(executor_.idle_hands(), 1u) << "one was enough";
}

TEST_F(Deterministic, TasksThatWaitForOthersAreLeftToThemselves) {
  executor_.lend_hands(3);
  Bell due;
  Bell later;
  executor_.post([&] {
    due.wait();
    later.wait();
    ran_.push_back(3);
  });
  executor_.post([&] {
    due.wait();
    ran_.push_back(2);
  });
  executor_.post([&] {
    ran_.push_back(1);
    due.ring();
  });
  executor_.post([&] { later.ring(); }, hours(1));
  EXPECT_EQ(executor_.run_until_idle(), 3u);
  EXPECT_THAT(ran_, ElementsAre(1, 2));
  EXPECT_EQ(clock_->steady_now(), Clock::Duration::zero());
  EXPECT_TRUE(executor_.drive(hours(2)));
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3)) << "it is waited for";
  EXPECT_EQ(clock_->steady_now(), hours(1));
  EXPECT_EQ(executor_.idle_hands(), 3u);
}

}  // namespace
}  // namespace cspkit::harness
